/*
 * words.c - see words.h. Eight words a turn, so that the loops cost next to nothing.
 */
#include "words.h"

#define TURN 8u

uint64_t words_or(const uint64_t *word, uint64_t n)
{
	uint64_t all = 0;

	for (; n >= TURN; n -= TURN, word += TURN)
#pragma GCC unroll 8
		for (unsigned i = 0; i < TURN; i++)
			all |= word[i];
	for (; n > 0; n--)
		all |= *word++;
	return all;
}

void words_add(uint64_t *word, uint64_t n, uint64_t delta)
{
	for (; n >= TURN; n -= TURN, word += TURN)
#pragma GCC unroll 8
		for (unsigned i = 0; i < TURN; i++)
			word[i] += delta;
	for (; n > 0; n--)
		*word++ += delta;
}

void words_fill(uint64_t *word, uint64_t n, uint64_t value)
{
	for (; n >= TURN; n -= TURN, word += TURN)
#pragma GCC unroll 8
		for (unsigned i = 0; i < TURN; i++)
			word[i] = value;
	for (; n > 0; n--)
		*word++ = value;
}

void zero_page(void *page)
{
	uint64_t *word = page, *end = word + FRAME_BYTES / 8;

	for (; word < end; word += 64)
#pragma GCC unroll 64
		for (unsigned i = 0; i < 64; i++)
			word[i] = 0;
}
