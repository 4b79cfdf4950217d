/*
 * zero.h - memory cleared and filled by words.
 */
#ifndef KERNEL_ZERO_H
#define KERNEL_ZERO_H

#include "types.h"

/* Zeroes 4096 bytes. */
void zero_page(void *page);

/* Writes `word` to all 512 words of a page. */
void fill_page(void *page, uint64_t word);

/* Zeroes `bytes`, a multiple of 64. */
inline_always void zero_lines(void *memory, size_t bytes)
{
	uint64_t *word = memory, *end = word + bytes / 8;

	for (; word < end; word += 8)
#pragma GCC unroll 8
		for (unsigned i = 0; i < 8; i++)
			word[i] = 0;
}

#endif
