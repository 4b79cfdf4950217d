/*
 * buddy.h - free user frames, in blocks of 4 KiB to 1 GiB.
 *
 * Works on the indices of space.h. A block of order k is 2^k frames, aligned to its size; a set
 * of numbers per order holds the free ones (about 2 bits a frame altogether). Two free halves of
 * a block are never both in the sets: they are the block. Owns no memory of its own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bitset.h"

#define BUDDY_ORDERS 19u /* 4 KiB to 1 GiB */
#define BUDDY_ORDER_LARGE 9u
#define BUDDY_ORDER_HUGE 18u
#define BUDDY_NONE UINT64_MAX

struct buddy {
	struct bitset blocks[BUDDY_ORDERS];
	uint64_t size; /* indices lie below */
	uint64_t free; /* frames */
};

/* Bytes of memory, in multiples of 8, for indices below `size`. */
uint64_t buddy_bytes(uint64_t size);

/* Nothing is free. `memory` holds buddy_bytes(size), aligned to 8. */
void buddy_init(struct buddy *buddy, uint64_t size, uint64_t *memory);

/*
 * The lowest free block of the order inside [first, end), cut from the smallest free block that
 * will do. BUDDY_NONE if there is none.
 */
uint64_t buddy_take(struct buddy *buddy, unsigned order, uint64_t first, uint64_t end);

/* Takes exactly the frames [first, first + count). False, with no effect, if not all are free. */
bool buddy_take_exactly(struct buddy *buddy, uint64_t first, uint64_t count);

/*
 * The frames [first, first + count) become free and join their buddies. False, with no effect,
 * if one of them is free already or out of range.
 */
bool buddy_put(struct buddy *buddy, uint64_t first, uint64_t count);

/* A frame of [first, first + count) is free. */
bool buddy_has(const struct buddy *buddy, uint64_t first, uint64_t count);

/* Order of the largest free block; BUDDY_ORDERS if nothing is free. */
unsigned buddy_largest(const struct buddy *buddy);
