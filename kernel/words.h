/*
 * words.h - arrays of 64-bit words: looked at, counted up and cleared, many at a time. A batch of
 * frames or entries spends its time here.
 */
#pragma once

#include "types.h"

/* The bits that any of n words has. */
uint64_t words_or(const uint64_t *word, uint64_t n);

/* Adds delta to each of n words. */
void words_add(uint64_t *word, uint64_t n, uint64_t delta);

/* Writes `value` to each of n words. */
void words_fill(uint64_t *word, uint64_t n, uint64_t value);

/* Zeroes 4096 bytes. Answers success(0), so that a call may end with it. */
result_t zero_page(void *page);

/* Zeroes `bytes`, a multiple of 64. */
inline_always void zero_lines(void *memory, size_t bytes)
{
	uint64_t *word = memory, *end = word + bytes / 8;

	for (; word < end; word += 8)
#pragma GCC unroll 8
		for (unsigned i = 0; i < 8; i++)
			word[i] = 0;
}
