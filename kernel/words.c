/*
 * words.c - see words.h. Several words a turn, so that the loops cost next to nothing.
 */
#include "words.h"

uint64_t words_or(const uint64_t *word, uint64_t n)
{
	uint64_t all = 0;

	for (; n % 8 != 0; n--)
		all |= *word++;
	for (const uint64_t *end = word + n; word < end; word += 8)
#pragma GCC unroll 8
		for (unsigned i = 0; i < 8; i++)
			all |= word[i];
	return all;
}

void words_add(uint64_t *word, uint64_t n, uint64_t delta)
{
	for (; n % 8 != 0; n--)
		*word++ += delta;
	for (const uint64_t *end = word + n; word < end; word += 8)
#pragma GCC unroll 8
		for (unsigned i = 0; i < 8; i++)
			word[i] += delta;
}

void words_fill(uint64_t *word, uint64_t n, uint64_t value)
{
	for (; n % 8 != 0; n--)
		*word++ = value;
	for (const uint64_t *end = word + n; word < end; word += 8)
#pragma GCC unroll 8
		for (unsigned i = 0; i < 8; i++)
			word[i] = value;
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
