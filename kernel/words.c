/*
 * words.c - see words.h. Several words a turn, so that the loops cost next to nothing.
 */
#include "words.h"

uint64_t words_or(const uint64_t *word, uint64_t n)
{
	uint64_t all = 0;

#pragma GCC unroll 8
	for (const uint64_t *end = word + n; word < end; word++)
		all |= *word;
	return all;
}

void words_add(uint64_t *word, uint64_t n, uint64_t delta)
{
#pragma GCC unroll 8
	for (const uint64_t *end = word + n; word < end; word++)
		*word += delta;
}

void words_fill(uint64_t *word, uint64_t n, uint64_t value)
{
#pragma GCC unroll 8
	for (const uint64_t *end = word + n; word < end; word++)
		*word = value;
}

result_t zero_page(void *page)
{
	uint64_t *word = page, *end = word + FRAME_BYTES / 8;

	for (; word < end; word += 256)
#pragma GCC unroll 256
		for (unsigned i = 0; i < 256; i++)
			word[i] = 0;
	return success(0);
}
