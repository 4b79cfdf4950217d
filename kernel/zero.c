/*
 * zero.c - see zero.h. Many stores in a row: the loops cost next to nothing.
 */
#include "zero.h"

void zero_page(void *page)
{
	uint64_t *word = page, *end = word + FRAME_BYTES / 8;

	for (; word < end; word += 64)
#pragma GCC unroll 64
		for (unsigned i = 0; i < 64; i++)
			word[i] = 0;
}

void fill_page(void *page, uint64_t word)
{
	uint64_t *at = page, *end = at + FRAME_BYTES / 8;

	for (; at < end; at += 16)
#pragma GCC unroll 16
		for (unsigned i = 0; i < 16; i++)
			at[i] = word;
}
