/*
 * test_buddy.c - mm's allocator of user frames, and the set of numbers below it.
 *
 * Beside single cases, a long random run is compared with a plain array of flags.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../servers/mm/bitset.h"
#include "../../servers/mm/buddy.h"

#define SEED 20240607u

static uint64_t random_state = SEED;

static uint64_t random_below(uint64_t bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % bound;
}

static uint64_t *open_buddy(struct buddy *buddy, uint64_t size)
{
	uint64_t *memory = malloc(buddy_bytes(size));

	assert_non_null(memory);
	buddy_init(buddy, size, memory);
	return memory;
}

/* --- bitset ------------------------------------------------------------------------------ */

static void empty_set_has_no_member(void **state)
{
	uint64_t words[3];
	struct bitset set;

	(void)state;
	assert_int_equal(bitset_words(64), 1);
	assert_int_equal(bitset_words(65), 3);
	bitset_init(&set, 65, words);
	assert_true(bitset_next(&set, 0) == BITSET_NONE);
	assert_true(bitset_next(&set, 1000) == BITSET_NONE);
	assert_false(bitset_has(&set, 0));
	assert_false(bitset_has(&set, 1000));
}

static void next_crosses_levels(void **state)
{
	enum { BITS = 300000 };
	uint64_t *words = malloc(bitset_words(BITS) * sizeof(*words));
	struct bitset set;

	(void)state;
	assert_non_null(words);
	bitset_init(&set, BITS, words);
	bitset_insert(&set, 0);
	bitset_insert(&set, 4095);
	bitset_insert(&set, BITS - 1);
	assert_int_equal(bitset_next(&set, 0), 0);
	assert_int_equal(bitset_next(&set, 1), 4095);
	assert_int_equal(bitset_next(&set, 4095), 4095);
	assert_int_equal(bitset_next(&set, 4096), BITS - 1);
	bitset_remove(&set, 4095);
	assert_int_equal(bitset_next(&set, 1), BITS - 1);
	bitset_remove(&set, BITS - 1);
	assert_true(bitset_next(&set, 1) == BITSET_NONE);
	free(words);
}

static void set_agrees_with_flags(void **state)
{
	enum { BITS = 5000, STEPS = 20000 };
	static bool flags[BITS];
	uint64_t *words = malloc(bitset_words(BITS) * sizeof(*words));
	struct bitset set;

	(void)state;
	assert_non_null(words);
	bitset_init(&set, BITS, words);
	for (unsigned step = 0; step < STEPS; step++) {
		uint64_t bit = random_below(BITS), from = random_below(BITS), next = from;

		if (random_below(3) == 0) {
			bitset_insert(&set, bit);
			flags[bit] = true;
		} else {
			bitset_remove(&set, bit);
			flags[bit] = false;
		}
		while (next < BITS && !flags[next])
			next++;
		assert_int_equal(bitset_next(&set, from), next < BITS ? next : BITSET_NONE);
		assert_int_equal(bitset_has(&set, from), flags[from]);
	}
	free(words);
}

/* --- buddy ------------------------------------------------------------------------------- */

static void nothing_is_free_at_first(void **state)
{
	struct buddy buddy;
	uint64_t *memory = open_buddy(&buddy, 1000);

	(void)state;
	assert_int_equal(buddy.free, 0);
	assert_int_equal(buddy_largest(&buddy), BUDDY_ORDERS);
	assert_true(buddy_take(&buddy, 0, 0, 1000) == BUDDY_NONE);
	free(memory);
}

static void range_becomes_aligned_blocks(void **state)
{
	struct buddy buddy;
	uint64_t *memory = open_buddy(&buddy, 64);

	(void)state;
	assert_true(buddy_put(&buddy, 3, 30)); /* 3, 4-7, 8-15, 16-31, 32 */
	assert_int_equal(buddy.free, 30);
	assert_int_equal(buddy_largest(&buddy), 4);
	assert_int_equal(buddy_take(&buddy, 4, 0, 64), 16);
	assert_true(buddy_take(&buddy, 4, 0, 64) == BUDDY_NONE);
	assert_int_equal(buddy_take(&buddy, 0, 0, 64), 3);
	assert_int_equal(buddy_take(&buddy, 0, 0, 64), 32);
	assert_int_equal(buddy_take(&buddy, 0, 0, 64), 4);
	free(memory);
}

static void freed_halves_join_again(void **state)
{
	enum { SIZE = 1 << BUDDY_ORDER_LARGE };
	struct buddy buddy;
	uint64_t *memory = open_buddy(&buddy, SIZE);

	(void)state;
	assert_true(buddy_put(&buddy, 0, SIZE));
	for (uint64_t i = 0; i < SIZE; i++)
		assert_int_equal(buddy_take(&buddy, 0, 0, SIZE), i);
	assert_int_equal(buddy.free, 0);
	for (uint64_t i = SIZE; i-- > 0;)
		assert_true(buddy_put(&buddy, i, 1));
	assert_int_equal(buddy_largest(&buddy), BUDDY_ORDER_LARGE);
	assert_int_equal(buddy_take(&buddy, BUDDY_ORDER_LARGE, 0, SIZE), 0);
	free(memory);
}

static void frame_is_not_freed_twice(void **state)
{
	struct buddy buddy;
	uint64_t *memory = open_buddy(&buddy, 64);

	(void)state;
	assert_true(buddy_put(&buddy, 0, 16));
	assert_false(buddy_put(&buddy, 0, 16));
	assert_false(buddy_put(&buddy, 15, 1));
	assert_false(buddy_put(&buddy, 15, 4)); /* overlaps by one */
	assert_true(buddy_put(&buddy, 18, 1));
	assert_false(buddy_put(&buddy, 16, 16)); /* a free frame inside */
	assert_int_equal(buddy.free, 17);
	free(memory);
}

static void range_must_lie_inside(void **state)
{
	struct buddy buddy;
	uint64_t *memory = open_buddy(&buddy, 64);

	(void)state;
	assert_false(buddy_put(&buddy, 60, 5));
	assert_false(buddy_put(&buddy, 65, 1));
	assert_false(buddy_put(&buddy, 1, UINT64_MAX));
	assert_true(buddy_put(&buddy, 60, 4));
	assert_true(buddy_put(&buddy, 64, 0));
	assert_int_equal(buddy.free, 4);
	free(memory);
}

static void take_keeps_to_its_bounds(void **state)
{
	struct buddy buddy;
	uint64_t *memory = open_buddy(&buddy, 1024);

	(void)state;
	assert_true(buddy_put(&buddy, 0, 1024));
	assert_true(buddy_take(&buddy, 3, 0, 7) == BUDDY_NONE);
	assert_int_equal(buddy_take(&buddy, 3, 0, 8), 0);
	assert_true(buddy_take(&buddy, 3, 0, 8) == BUDDY_NONE);
	assert_int_equal(buddy_take(&buddy, 3, 512, 1024), 512);
	assert_int_equal(buddy.free, 1024 - 16);
	free(memory);
}

static void exact_range_is_taken_or_nothing(void **state)
{
	struct buddy buddy;
	uint64_t *memory = open_buddy(&buddy, 1024);

	(void)state;
	assert_true(buddy_put(&buddy, 0, 1000));
	assert_false(buddy_take_exactly(&buddy, 5, 0));
	assert_false(buddy_take_exactly(&buddy, 1000, 1));
	assert_false(buddy_take_exactly(&buddy, 999, 2));
	assert_false(buddy_take_exactly(&buddy, 1024, 1));
	assert_false(buddy_take_exactly(&buddy, 1, UINT64_MAX)); /* the end wraps */
	assert_false(buddy_take_exactly(&buddy, UINT64_MAX, 2));
	assert_int_equal(buddy.free, 1000);
	assert_true(buddy_take_exactly(&buddy, 511,
				       2)); /* the end of one block, the next one's begin */
	assert_int_equal(buddy.free, 998);
	assert_false(buddy_has(&buddy, 511, 2));
	assert_true(buddy_has(&buddy, 510, 1) && buddy_has(&buddy, 513, 1));
	assert_false(buddy_take_exactly(&buddy, 510, 4)); /* two of them are taken */
	assert_int_equal(buddy.free, 998);
	assert_true(buddy_put(&buddy, 511, 2));
	assert_int_equal(buddy_largest(&buddy), BUDDY_ORDER_LARGE); /* whole again */
	assert_true(buddy_take_exactly(&buddy, 0, 1000));
	assert_int_equal(buddy.free, 0);
	free(memory);
}

/* Against flags: what is taken, what is left, and that all joins again. */
static void random_ranges_are_taken_exactly(void **state)
{
	enum { SIZE = 1500, STEPS = 5000 };
	static bool taken[SIZE];
	struct buddy buddy;
	uint64_t *memory = open_buddy(&buddy, SIZE);

	(void)state;
	assert_true(buddy_put(&buddy, 0, SIZE));
	for (unsigned step = 0; step < STEPS; step++) {
		uint64_t first = random_below(SIZE), count = 1 + random_below(40);
		bool any = false, all = true, inside = first + count <= SIZE;

		for (uint64_t i = first; inside && i < first + count; i++) {
			any = any || taken[i];
			all = all && taken[i];
		}
		assert_int_equal(buddy_take_exactly(&buddy, first, count), inside && !any);
		if (inside && all)
			assert_true(buddy_put(&buddy, first, count));
		for (uint64_t i = first; inside && (all || !any) && i < first + count; i++)
			taken[i] = !any;
		for (uint64_t i = first; i < first + count && i < SIZE; i++)
			assert_int_equal(buddy_has(&buddy, i, 1), !taken[i]);
	}
	for (uint64_t i = 0; i < SIZE; i++)
		if (taken[i])
			assert_true(buddy_put(&buddy, i, 1));
	assert_int_equal(buddy.free, SIZE);
	assert_int_equal(buddy_largest(&buddy), 10);
	free(memory);
}

static void largest_block_is_one_gib(void **state)
{
	enum { GIB = 1 << BUDDY_ORDER_HUGE };
	struct buddy buddy;
	uint64_t *memory = open_buddy(&buddy, 2 * GIB + 5);

	(void)state;
	assert_true(buddy_put(&buddy, 0, 2 * GIB + 5));
	assert_int_equal(buddy_largest(&buddy), BUDDY_ORDER_HUGE);
	assert_int_equal(buddy_take(&buddy, BUDDY_ORDER_HUGE, 0, buddy.size), 0);
	assert_int_equal(buddy_take(&buddy, BUDDY_ORDER_HUGE, 0, buddy.size), GIB);
	assert_true(buddy_take(&buddy, BUDDY_ORDER_HUGE, 0, buddy.size) == BUDDY_NONE);
	assert_int_equal(buddy.free, 5);
	assert_true(buddy_has(&buddy, 2 * GIB + 4, 1));
	free(memory);
}

/* No frame is handed out twice, and what is whole comes back whole. */
static void random_blocks_never_overlap(void **state)
{
	enum { SIZE = 3000, STEPS = 20000, HELD = 200 };
	static bool taken[SIZE];
	static struct {
		uint64_t first, count;
	} held[HELD];
	struct buddy buddy;
	uint64_t *memory = open_buddy(&buddy, SIZE);
	uint64_t free_frames = SIZE;

	(void)state;
	assert_true(buddy_put(&buddy, 0, SIZE));
	for (unsigned step = 0; step < STEPS; step++) {
		unsigned slot = (unsigned)random_below(HELD), order = (unsigned)random_below(7);
		bool freeing = held[slot].count > 0;

		if (!freeing) {
			held[slot].first = buddy_take(&buddy, order, 0, SIZE);
			if (held[slot].first == BUDDY_NONE)
				continue;
			held[slot].count = (uint64_t)1 << order;
			assert_int_equal(held[slot].first % held[slot].count, 0);
		}
		for (uint64_t i = 0; i < held[slot].count; i++) {
			assert_int_equal(taken[held[slot].first + i], freeing);
			taken[held[slot].first + i] = !freeing;
		}
		free_frames += freeing ? held[slot].count : -held[slot].count;
		if (freeing) {
			assert_true(buddy_put(&buddy, held[slot].first, held[slot].count));
			held[slot].count = 0;
		}
		assert_int_equal(buddy.free, free_frames);
	}
	for (unsigned slot = 0; slot < HELD; slot++)
		assert_true(buddy_put(&buddy, held[slot].first, held[slot].count) ||
			    held[slot].count == 0);
	assert_int_equal(buddy.free, SIZE);
	assert_int_equal(buddy_largest(&buddy), 11); /* 3000 = 2048 + ... */
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_set_has_no_member),
		cmocka_unit_test(next_crosses_levels),
		cmocka_unit_test(set_agrees_with_flags),
		cmocka_unit_test(nothing_is_free_at_first),
		cmocka_unit_test(range_becomes_aligned_blocks),
		cmocka_unit_test(freed_halves_join_again),
		cmocka_unit_test(frame_is_not_freed_twice),
		cmocka_unit_test(range_must_lie_inside),
		cmocka_unit_test(take_keeps_to_its_bounds),
		cmocka_unit_test(exact_range_is_taken_or_nothing),
		cmocka_unit_test(random_ranges_are_taken_exactly),
		cmocka_unit_test(largest_block_is_one_gib),
		cmocka_unit_test(random_blocks_never_overlap),
	};

	return cmocka_run_group_tests_name("buddy", tests, NULL, NULL);
}
