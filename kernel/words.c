/*
 * words.c - see words.h. Several words a turn, so that the loops cost next to nothing.
 */
#include "words.h"

uint64_t words_or(const uint64_t *word, uint64_t n)
{
	uint64_t all = 0, i = 0;

	/*@ loop invariant at: i <= n;
	  @ loop invariant least: \forall integer j; 0 <= j < i ==> word[j] <= all;
	  @ loop invariant zero: words_zero(word, n) ==> all == 0;
	  @ loop invariant refs: words_below(word, n) ==> all < FRAME_REFS_MAX;
	  @ loop assigns i, all;
	  @ loop variant n - i; */
	for (; n - i >= 8; i += 8)
	/*@ loop invariant at: k <= 8 && i + 8 <= n;
		  @ loop invariant least: \forall integer j; 0 <= j < i + k ==> word[j] <= all;
		  @ loop invariant zero: words_zero(word, n) ==> all == 0;
		  @ loop invariant refs: words_below(word, n) ==> all < FRAME_REFS_MAX;
		  @ loop assigns k, all;
		  @ loop variant 8 - k; */
#pragma GCC unroll 8
		for (unsigned k = 0; k < 8; k++)
			all |= word[i + k];
	/*@ loop invariant at: i <= n;
	  @ loop invariant least: \forall integer j; 0 <= j < i ==> word[j] <= all;
	  @ loop invariant zero: words_zero(word, n) ==> all == 0;
	  @ loop invariant refs: words_below(word, n) ==> all < FRAME_REFS_MAX;
	  @ loop assigns i, all;
	  @ loop variant n - i; */
	for (; i < n; i++)
		all |= word[i];
	return all;
}

void words_add(uint64_t *word, uint64_t n, int64_t delta)
{
	uint64_t i = 0;

	/*@ loop invariant at: i <= n;
	  @ loop invariant done: \forall integer j; 0 <= j < i ==>
	  @	word[j] == \at(word[j], Pre) + delta;
	  @ loop invariant rest: \forall integer j; i <= j < n ==> word[j] == \at(word[j], Pre);
	  @ loop assigns i, word[0 .. n - 1];
	  @ loop variant n - i; */
	for (; n - i >= 8; i += 8)
	/*@ loop invariant at: k <= 8 && i + 8 <= n;
		  @ loop invariant done: \forall integer j; 0 <= j < i + k ==>
	  @	word[j] == \at(word[j], Pre) + delta;
		  @ loop invariant rest: \forall integer j; i + k <= j < n ==> word[j] == \at(word[j], Pre);
		  @ loop assigns k, word[0 .. n - 1];
		  @ loop variant 8 - k; */
#pragma GCC unroll 8
		for (unsigned k = 0; k < 8; k++)
			word[i + k] = moved(word[i + k], delta);
	/*@ loop invariant at: i <= n;
	  @ loop invariant done: \forall integer j; 0 <= j < i ==>
	  @	word[j] == \at(word[j], Pre) + delta;
	  @ loop invariant rest: \forall integer j; i <= j < n ==> word[j] == \at(word[j], Pre);
	  @ loop assigns i, word[0 .. n - 1];
	  @ loop variant n - i; */
	for (; i < n; i++)
		word[i] = moved(word[i], delta);
	//@ assert end: i == n;
}

void words_fill(uint64_t *word, uint64_t n, uint64_t value)
{
	uint64_t i = 0;

	/*@ loop invariant at: i <= n;
	  @ loop invariant done: \forall integer j; 0 <= j < i ==> word[j] == value;
	  @ loop assigns i, word[0 .. n - 1];
	  @ loop variant n - i; */
	for (; n - i >= 8; i += 8)
	/*@ loop invariant at: k <= 8 && i + 8 <= n;
		  @ loop invariant done: \forall integer j; 0 <= j < i + k ==> word[j] == value;
		  @ loop assigns k, word[0 .. n - 1];
		  @ loop variant 8 - k; */
#pragma GCC unroll 8
		for (unsigned k = 0; k < 8; k++)
			word[i + k] = value;
	/*@ loop invariant at: i <= n;
	  @ loop invariant done: \forall integer j; 0 <= j < i ==> word[j] == value;
	  @ loop assigns i, word[0 .. n - 1];
	  @ loop variant n - i; */
	for (; i < n; i++)
		word[i] = value;
	//@ assert end: i == n;
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
