/*
 * bitset.c - a set of numbers that finds its next member in a few loads.
 */
#include "bitset.h"

#include <string.h>

static uint64_t words_for(uint64_t bits)
{
	return (bits + 63) / 64;
}

static uint64_t lowest(uint64_t word)
{
	return (uint64_t)__builtin_ctzll(word);
}

uint64_t bitset_words(uint64_t bits)
{
	uint64_t total = 0;

	do {
		bits = words_for(bits);
		total += bits;
	} while (bits > 1);
	return total;
}

void bitset_init(struct bitset *set, uint64_t bits, uint64_t *memory)
{
	memset(memory, 0, bitset_words(bits) * sizeof(*memory));
	set->levels = 0;
	do {
		bits = words_for(bits);
		set->words[set->levels] = memory;
		set->counts[set->levels] = bits;
		set->levels++;
		memory += bits;
	} while (bits > 1);
}

bool bitset_has(const struct bitset *set, uint64_t bit)
{
	return bit / 64 < set->counts[0] && (set->words[0][bit / 64] >> bit % 64 & 1) != 0;
}

void bitset_insert(struct bitset *set, uint64_t bit)
{
	for (unsigned level = 0; level < set->levels; level++) {
		set->words[level][bit / 64] |= (uint64_t)1 << bit % 64;
		bit /= 64;
	}
}

void bitset_remove(struct bitset *set, uint64_t bit)
{
	for (unsigned level = 0; level < set->levels; level++) {
		uint64_t *word = &set->words[level][bit / 64];

		*word &= ~((uint64_t)1 << bit % 64);
		if (*word)
			return;
		bit /= 64;
	}
}

/* Down from a member of `level` to the smallest number below it. */
static uint64_t bitset_descend(const struct bitset *set, unsigned level, uint64_t bit)
{
	while (level-- > 0)
		bit = bit * 64 + lowest(set->words[level][bit]);
	return bit;
}

uint64_t bitset_next(const struct bitset *set, uint64_t from)
{
	for (unsigned level = 0; level < set->levels && from / 64 < set->counts[level]; level++) {
		uint64_t word = set->words[level][from / 64] & ~(uint64_t)0 << from % 64;

		if (word)
			return bitset_descend(set, level, from / 64 * 64 + lowest(word));
		from = from / 64 + 1;
	}
	return BITSET_NONE;
}
