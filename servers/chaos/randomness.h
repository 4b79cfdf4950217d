/*
 * randomness.h - numbers that look like chance, and are the same again for the same seed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

extern uint64_t randomness_state; /* never 0 */

void randomness_start(uint64_t seed);

/* xorshift64*, Marsaglia and Vigna. */
static inline uint64_t randomness_word(void)
{
	uint64_t x = randomness_state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	randomness_state = x;
	return x * 0x2545f4914f6cdd1d;
}

/* Less than n, which is at most 2^32 and not 0. */
static inline uint64_t below(uint64_t n)
{
	return ((randomness_word() >> 32) * n) >> 32;
}

/* True once in n times. */
static inline bool one_in(uint64_t n)
{
	return below(n) == 0;
}

/* A number that a handler may take for another: near an edge, or any at all. */
uint64_t randomness_garbage(void);
