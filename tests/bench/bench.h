/*
 * bench.h - counting what one call costs, and collecting samples of it.
 *
 * A cost is the instructions that retire between two reads of the counter around a call: the
 * stub that moves the arguments, the kernel's entry, work and exit. The cost of the two reads
 * themselves is taken off. bench.c owns the samples of the operation at hand.
 */
#pragma once

#include <stdint.h>
#include <tenure/user.h>

#define BENCH_WARM 8u /* calls before the first sample */
#define BENCH_SAMPLES 101u
#define BENCH_ROUNDS (BENCH_WARM + BENCH_SAMPLES)
#define BENCH_BATCH 256u
/* The i-th of a batch in an order in which no neighbours are neighbours in memory. */
#define BENCH_SCATTER(i) (97 * (i) % BENCH_BATCH)

/* Instructions between two reads with nothing between them; bench_calibrate sets it. */
extern uint64_t bench_overhead;

static inline uint64_t bench_instret(void)
{
	uint64_t count;

	__asm__ volatile(".option push\n\t.option arch, +zicsr\n\trdinstret %0\n\t.option pop"
			 : "=r"(count)::"memory");
	return count;
}

/* Instructions of `call`, a struct tn_result, which must answer `wanted`. Its arguments should be
 * constants or locals, so that nothing but the stub's moves is counted with it. */
#define BENCH_COST_OF(call, wanted)                                                                \
	({                                                                                         \
		uint64_t start_ = bench_instret();                                                 \
		struct tn_result result_ = (call);                                                 \
		int64_t code_ = result_.code;                                                      \
		uint64_t value_ = result_.value, end_ = bench_instret();                           \
                                                                                                   \
		BENCH_REQUIRE(code_, value_, (wanted));                                            \
		end_ - start_ - bench_overhead;                                                    \
	})
#define BENCH_COST(call) BENCH_COST_OF(call, 0)

/* The same call outside any measurement. */
#define BENCH_DO(call)                                                                             \
	do {                                                                                       \
		struct tn_result result_ = (call);                                                 \
                                                                                                   \
		BENCH_REQUIRE(result_.code, result_.value, 0);                                     \
	} while (0)

void bench_calibrate(void);

/* Ends the program with a message unless a call answered `wanted`. Names the line and not the
 * call: the text of every call would double the program, and loading it is part of a row. */
#define BENCH_REQUIRE(code, value, wanted)                                                         \
	bench_require((code), (value), (wanted), __FILE_NAME__, __LINE__)
void bench_require(int64_t code, uint64_t value, int64_t wanted, const char *file, unsigned line);

/* Ends the program with a message unless `found` is `wanted`. */
void bench_require_word(uint64_t found, uint64_t wanted, const char *what);

/* Begins an operation whose cost is divided by `per`. `name` is its row of targets.csv, or one
 * of the bench's own. */
void bench_begin(const char *name, uint64_t per);

/* One round's cost; the first BENCH_WARM rounds are left out. */
void bench_add(uint64_t cost);

/* Prints the operation's line. */
void bench_end(void);

/* Prints what was measured once. */
void bench_print_once(const char *name, uint64_t value);
