/*
 * float.c - computes with doubles in two processes of two threads each, while others run: every
 * register of the floating-point unit and its rounding mode stay a thread's own. float [ROUNDS]
 *
 * Compiled for rv64gc, unlike the other programs. The second process is this program as
 * `float child ROUNDS`.
 */
#include <stdio.h>
#include <string.h>
#include <tenure/client.h>
#include <tenure/threads.h>
#include <tenure/user.h>

#include "check.h"

#define ROUNDS 400u
#define SUMS 12u /* that stay in registers, with what the compiler needs besides */
#define STEPS 2000u

enum rounding { TO_NEAREST = 0, TO_ZERO = 1, DOWN = 2, UP = 3 };

struct work {
	uint64_t rounds;
	enum rounding rounding;
	uint64_t found_bits; /* or of all registers at the thread's first use of one */
	unsigned failures;
};

#define READ(n) "fmv.x.d %1, f" #n "\n\tor %0, %0, %1\n\t"

/* Before a thread's first use of them the registers must be zero, not somebody's last results. */
static uint64_t register_bits(void)
{
	uint64_t bits = 0, word;

	__asm__ volatile(READ(0) READ(1) READ(2) READ(3) READ(4) READ(5) READ(6) READ(7) READ(8)
				 READ(9) READ(10) READ(11) READ(12) READ(13) READ(14) READ(15)
					 READ(16) READ(17) READ(18) READ(19) READ(20) READ(21)
						 READ(22) READ(23) READ(24) READ(25) READ(26)
							 READ(27) READ(28) READ(29) READ(30)
								 READ(31)
			 : "+r"(bits), "=&r"(word));
	return bits;
}

static void set_rounding(enum rounding rounding)
{
	__asm__ volatile("fsrm %0" : : "r"((uint64_t)rounding));
}

static enum rounding get_rounding(void)
{
	uint64_t rounding;

	__asm__ volatile("frrm %0" : "=r"(rounding));
	return (enum rounding)rounding;
}

/* Sums of whole numbers, which doubles hold exactly; each grows by another step. */
static bool sums_hold(void)
{
	double sums[SUMS] = {0};

	for (unsigned i = 1; i <= STEPS; i++)
		for (unsigned k = 0; k < SUMS; k++)
			sums[k] += (double)(i * (k + 1));
	for (unsigned k = 0; k < SUMS; k++)
		if ((uint64_t)sums[k] != (uint64_t)STEPS * (STEPS + 1) / 2 * (k + 1))
			return false;
	return true;
}

static uint64_t bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

/* 1/3 lies between two doubles; which of them it becomes is the rounding mode's choice. */
static bool third_holds(enum rounding rounding)
{
	volatile double one = 1, three = 3;

	return bits_of(one / three) == 0x3fd5555555555555u + (rounding == UP ? 1 : 0);
}

static void compute(void *argument)
{
	struct work *work = argument;

	work->found_bits = register_bits();
	set_rounding(work->rounding);
	for (uint64_t i = 0; i < work->rounds; i++) {
		work->failures += !sums_hold();
		work->failures += !third_holds(work->rounding);
		work->failures += get_rounding() != work->rounding;
		if (i % 8 == 0)
			tn_yield();
	}
}

/* Machin's formula, by the series of the arcus tangens. */
static double arcus_tangens_of_inverse(double x)
{
	double term = 1 / x, sum = term;

	for (unsigned n = 3; n < 60; n += 2) {
		term /= -x * x;
		sum += term / n;
	}
	return sum;
}

static void compute_together(uint64_t rounds)
{
	struct work up = {.rounds = rounds, .rounding = UP};
	struct work down = {.rounds = rounds, .rounding = DOWN};
	struct tn_thread threads[2];

	check_done(tn_thread_start(&threads[0], compute, &up), "thread start");
	check_done(tn_thread_start(&threads[1], compute, &down), "thread start");
	for (unsigned i = 0; i < 2; i++)
		tn_thread_join(&threads[i]);
	check(up.found_bits == 0 && down.found_bits == 0, "fresh registers are zero");
	check(up.failures == 0 && down.failures == 0, "every result was right");
	check(get_rounding() == TO_NEAREST, "the rounding mode is a thread's own");
}

static int run(uint64_t rounds)
{
	double pi = 16 * arcus_tangens_of_inverse(5) - 4 * arcus_tangens_of_inverse(239);

	compute_together(rounds);
	compute_together(1); /* likely in the frames of those that have ended */
	check(bits_of(pi) - bits_of(3.141592653589793) + 2 <= 4, "pi is pi");
	printf("%lu rounds in two threads, pi is %.12f\n", (unsigned long)rounds, pi);
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t rounds = number_argument(argc, argv, 1, ROUNDS), pid;
	struct tn_ended ended;
	char text[48];

	if (argc > 2 && strcmp(argv[1], "child") == 0)
		return run(strtoul(argv[2], NULL, 0));
	snprintf(text, sizeof(text), "float child %lu", (unsigned long)rounds);
	pid = check_done(tn_spawn(text, 48, 192, tn_client->priority), "spawn");
	run(rounds);
	check_done(tn_wait(pid, &ended), "wait");
	check(ended.reason == TN_MM_END_EXIT && ended.code == 0, "the child was content");
	return 0;
}
