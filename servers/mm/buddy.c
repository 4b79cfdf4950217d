/*
 * buddy.c - free user frames, in blocks of 4 KiB to 1 GiB.
 */
#include "buddy.h"

/* One block more than fit, so that no order has an empty set of places. */
static uint64_t blocks_of(uint64_t size, unsigned order)
{
	return (size >> order) + 1;
}

uint64_t buddy_bytes(uint64_t size)
{
	uint64_t words = 0;

	for (unsigned order = 0; order < BUDDY_ORDERS; order++)
		words += bitset_words(blocks_of(size, order));
	return words * sizeof(uint64_t);
}

void buddy_init(struct buddy *buddy, uint64_t size, uint64_t *memory)
{
	buddy->size = size;
	buddy->free = 0;
	for (unsigned order = 0; order < BUDDY_ORDERS; order++) {
		bitset_init(&buddy->blocks[order], blocks_of(size, order), memory);
		memory += bitset_words(blocks_of(size, order));
	}
}

/* Cuts a free block down to `order`, keeping its lowest part, which leaves the sets. */
static void buddy_split(struct buddy *buddy, uint64_t index, unsigned from, unsigned order)
{
	bitset_remove(&buddy->blocks[from], index >> from);
	while (from > order) {
		from--;
		bitset_insert(&buddy->blocks[from], (index >> from) + 1);
	}
	buddy->free -= (uint64_t)1 << order;
}

uint64_t buddy_take(struct buddy *buddy, unsigned order, uint64_t first, uint64_t end)
{
	uint64_t size = (uint64_t)1 << order;

	for (unsigned from = order; from < BUDDY_ORDERS; from++) {
		uint64_t unit = (uint64_t)1 << from;
		uint64_t block = bitset_next(&buddy->blocks[from], (first + unit - 1) >> from);

		if (block == BITSET_NONE || (block << from) + size > end)
			continue;
		buddy_split(buddy, block << from, from, order);
		return block << from;
	}
	return BUDDY_NONE;
}

bool buddy_has(const struct buddy *buddy, uint64_t first, uint64_t count)
{
	if (count == 0)
		return false;
	for (unsigned order = 0; order < BUDDY_ORDERS; order++) {
		uint64_t block = bitset_next(&buddy->blocks[order], first >> order);

		if (block != BITSET_NONE && block <= (first + count - 1) >> order)
			return true;
	}
	return false;
}

/* One aligned block becomes free and takes in its buddies. */
static void buddy_join(struct buddy *buddy, uint64_t block, unsigned order)
{
	while (order + 1 < BUDDY_ORDERS && bitset_has(&buddy->blocks[order], block ^ 1)) {
		bitset_remove(&buddy->blocks[order], block ^ 1);
		block >>= 1;
		order++;
	}
	bitset_insert(&buddy->blocks[order], block);
}

bool buddy_put(struct buddy *buddy, uint64_t first, uint64_t count)
{
	if (first > buddy->size || count > buddy->size - first || buddy_has(buddy, first, count))
		return false;
	buddy->free += count;
	while (count > 0) {
		unsigned order = 0;

		while (order + 1 < BUDDY_ORDERS && (first >> order & 1) == 0 &&
		       (uint64_t)2 << order <= count)
			order++;
		buddy_join(buddy, first >> order, order);
		first += (uint64_t)1 << order;
		count -= (uint64_t)1 << order;
	}
	return true;
}

/* The order of the free block around a frame; BUDDY_ORDERS if it is not free. */
static unsigned order_around(const struct buddy *buddy, uint64_t index)
{
	unsigned order = 0;

	while (order < BUDDY_ORDERS && !bitset_has(&buddy->blocks[order], index >> order))
		order++;
	return order;
}

/* First frame behind the free block around `index`; `index` itself if that is not free. */
static uint64_t block_end(const struct buddy *buddy, uint64_t index)
{
	unsigned order = order_around(buddy, index);

	return order == BUDDY_ORDERS ? index : ((index >> order) + 1) << order;
}

static bool all_free(const struct buddy *buddy, uint64_t first, uint64_t end)
{
	uint64_t next;

	while (first < end && (next = block_end(buddy, first)) != first)
		first = next;
	return first >= end;
}

/* Takes blocks whole, and puts back what they have outside. */
bool buddy_take_exactly(struct buddy *buddy, uint64_t first, uint64_t count)
{
	uint64_t end = first + count;

	if (count == 0 || end > buddy->size || end < first || !all_free(buddy, first, end))
		return false;
	for (uint64_t index = first; index < end;) {
		unsigned order = order_around(buddy, index);
		uint64_t block = index >> order << order;
		uint64_t next = block + ((uint64_t)1 << order);

		bitset_remove(&buddy->blocks[order], index >> order);
		buddy->free -= (uint64_t)1 << order;
		buddy_put(buddy, block, index - block);
		if (next > end)
			buddy_put(buddy, end, next - end);
		index = next;
	}
	return true;
}

unsigned buddy_largest(const struct buddy *buddy)
{
	for (unsigned order = BUDDY_ORDERS; order-- > 0;)
		if (bitset_next(&buddy->blocks[order], 0) != BITSET_NONE)
			return order;
	return BUDDY_ORDERS;
}
