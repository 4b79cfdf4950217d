/*
 * words.h - arrays of 64-bit words: looked at, counted up and cleared, many at a time. A batch of
 * frames or entries spends its time here.
 */
#pragma once

#include "ownership.h"

/*@ predicate words_zero{L}(uint64_t *word, integer n) =
  @	\forall integer k; 0 <= k < n ==> word[k] == 0;
  @ predicate words_below{L}(uint64_t *word, integer n) =
  @	\forall integer k; 0 <= k < n ==> word[k] < FRAME_REFS_MAX;
  @*/

/* The bits that any of n words has. */
/*@ requires words: \valid_read(word + (0 .. n - 1));
  @ assigns \nothing;
  @ ensures least: \forall integer k; 0 <= k < n ==> word[k] <= \result;
  @ ensures zero: words_zero(word, n) ==> \result == 0;
  @ ensures refs: words_below(word, n) ==> \result < FRAME_REFS_MAX; */
uint64_t words_or(const uint64_t *word, uint64_t n);

/* Adds delta to each of n words. */
/*@ requires words: \valid(word + (0 .. n - 1));
  @ requires fits: \forall integer k; 0 <= k < n ==> 0 <= word[k] + delta <= UINT64_MAX;
  @ requires delta: delta > INT64_MIN;
  @ assigns word[0 .. n - 1];
  @ ensures \forall integer k; 0 <= k < n ==> word[k] == \old(word[k]) + delta; */
void words_add(uint64_t *word, uint64_t n, int64_t delta);

/* Writes `value` to each of n words. */
/*@ requires words: \valid(word + (0 .. n - 1));
  @ assigns word[0 .. n - 1];
  @ ensures \forall integer k; 0 <= k < n ==> word[k] == value; */
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
