/*
 * words.c - see words.h. Several words a turn, so that the loops cost next to nothing.
 */
#include "words.h"

/* Does `act` at each of n words from `word` on: eight a turn, of which each is `at`. */
/* clang-format off */
#define EACH_WORD(at, word, n, act)                                                               \
	do {                                                                                      \
		__typeof__(word) at = (word);                                                     \
		uint64_t left_ = (n);                                                             \
                                                                                                  \
		for (; left_ % 8 != 0; left_--, at++)                                             \
			act;                                                                      \
		for (__typeof__(word) turn_ = at, end_ = at + left_; turn_ != end_; turn_ += 8)   \
			_Pragma("GCC unroll 8") for (unsigned i_ = 0; i_ < 8; i_++)               \
				at = turn_ + i_, act;                                             \
	} while (0)
/* clang-format on */

uint64_t words_or(const uint64_t *word, uint64_t n)
{
	uint64_t all = 0;

	EACH_WORD(at, word, n, all |= *at);
	return all;
}

void words_add(uint64_t *word, uint64_t n, int64_t delta)
{
	EACH_WORD(at, word, n, *at = moved(*at, delta));
}

void words_fill(uint64_t *word, uint64_t n, uint64_t value)
{
	EACH_WORD(at, word, n, *at = value);
}

result_t zero_page(void *page)
{
	uint64_t *word = page, *end = word + FRAME_BYTES / 8;

	for (; word < end; word += FRAME_BYTES / 16)
#pragma GCC unroll 256
		for (unsigned i = 0; i < FRAME_BYTES / 16; i++)
			word[i] = 0;
	return success(0);
}
