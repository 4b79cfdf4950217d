/*
 * bitset.h - a set of numbers that finds its next member in a few loads.
 *
 * Level 0 has a bit a number; a bit of level n + 1 says that a word of level n is not zero. Six
 * levels of 64 reach 2^36 numbers. The words are the caller's memory.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define BITSET_LEVELS 6u
#define BITSET_NONE UINT64_MAX

struct bitset {
	uint64_t *words[BITSET_LEVELS];
	uint64_t counts[BITSET_LEVELS]; /* words a level */
	unsigned levels;
};

/* Words of memory that a set of numbers below `bits` needs. */
uint64_t bitset_words(uint64_t bits);

/* Makes the set empty. Numbers are below `bits` (1 to 2^36); `memory` holds bitset_words(bits). */
void bitset_init(struct bitset *set, uint64_t bits, uint64_t *memory);

bool bitset_has(const struct bitset *set, uint64_t bit);
void bitset_insert(struct bitset *set, uint64_t bit);
void bitset_remove(struct bitset *set, uint64_t bit);

/* The smallest member not below `from`, or BITSET_NONE. */
uint64_t bitset_next(const struct bitset *set, uint64_t from);
