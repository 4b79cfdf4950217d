/*
 * bench.h - counting what one call costs, and collecting samples of it.
 *
 * A cost is the instructions that retire between two reads of the counter around a call: the
 * stub that moves the arguments, the kernel's entry, work and exit. The cost of the two reads
 * themselves is taken off. bench.c owns the samples of the operation at hand.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <tenure/user.h>

#define BENCH_WARM 8u     /* calls before the first sample */
#define BENCH_SAMPLES 101u
#define BENCH_ROUNDS (BENCH_WARM + BENCH_SAMPLES)
#define BENCH_BATCH 256u

/* Instructions between two reads with nothing between them; bench_calibrate sets it. */
extern uint64_t bench_overhead;

static inline uint64_t bench_instret(void)
{
	uint64_t count;

	__asm__ volatile(".option push\n\t.option arch, +zicsr\n\trdinstret %0\n\t.option pop"
			 : "=r"(count)::"memory");
	return count;
}

/* Instructions of `call`, a struct tn_result, which must answer `code`. Its arguments should be
 * constants or locals, so that nothing but the stub's moves is counted with it. */
#define BENCH_COST_OF(call, wanted)                                                                \
	({                                                                                         \
		uint64_t start_ = bench_instret();                                                 \
		struct tn_result result_ = (call);                                                 \
		uint64_t end_ = bench_instret();                                                   \
                                                                                                   \
		bench_require(result_, (wanted), #call);                                           \
		end_ - start_ - bench_overhead;                                                    \
	})
#define BENCH_COST(call) BENCH_COST_OF(call, 0)

/* The same call outside any measurement. */
#define BENCH_DO(call) bench_require((call), 0, #call)

void bench_calibrate(void);

/* Ends the program with a message unless the call answered `code`. */
void bench_require(struct tn_result result, int64_t code, const char *call);

/* Begins an operation whose cost is divided by `per`. `name` is its row of targets.csv, or one
 * of the bench's own. */
void bench_begin(const char *name, uint64_t per);

/* One round's cost; the first BENCH_WARM rounds are left out. Counts as one kernel entry. */
void bench_add(uint64_t cost);

/* As bench_add, of what the kernel may interrupt and go on with: no single entry. */
void bench_add_steps(uint64_t cost);

/* Prints the operation's line. */
void bench_end(void);

/* Prints an operation that was measured once; counts as one kernel entry. */
void bench_entry(const char *name, uint64_t cost);

/* Prints the costliest single entry of all that were counted. */
void bench_print_longest(void);

#endif
