/*
 * test_ledger.c - mm's records: dense frame numbers, the ledger, and what is mapped.
 *
 * The mappings' predictions (page sizes, splits, page tables, references) are compared with a
 * model that knows each 4 KiB page by itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../servers/mm/ledger.h"
#include "../../servers/mm/mapping.h"
#include "../../servers/mm/space.h"
#include "../../servers/mm/store.h"

#define SEED 20240611u
#define BASE 0x80000ul /* first frame of RAM: 2 GiB */
#define FRAMES 4096ul
#define VA 0x4000000000ul

static uint64_t random_state = SEED;

static uint64_t random_below(uint64_t bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % bound;
}

/* --- space ------------------------------------------------------------------------------- */

static void frames_outside_have_no_index(void **state)
{
	static struct space space;

	(void)state;
	space_init(&space);
	assert_true(space_index(&space, 0) == SPACE_NONE);
	assert_true(space_add(&space, BASE, 100));
	assert_true(space_index(&space, BASE - 1) == SPACE_NONE);
	assert_int_equal(space_index(&space, BASE), 0);
	assert_int_equal(space_index(&space, BASE + 99), 99);
	assert_true(space_index(&space, BASE + 100) == SPACE_NONE);
}

static void small_gaps_stay_and_large_ones_close(void **state)
{
	static struct space space;

	(void)state;
	space_init(&space);
	assert_true(space_add(&space, BASE + 3, 100));
	assert_true(space_add(&space, BASE + 1000, 100));      /* the same GiB */
	assert_true(space_add(&space, 0x4000000ul + 7, 1000)); /* 256 GiB */
	assert_int_equal(space.span_count, 2);
	assert_int_equal(space_index(&space, BASE + 1099), 1099);
	assert_int_equal(space_index(&space, 0x4000007ul), SPACE_UNIT + 7);
	assert_int_equal(space_frame(&space, SPACE_UNIT + 7), 0x4000007ul);
	assert_int_equal(space_frame(&space, 1099), BASE + 1099);
	assert_int_equal(space.size, SPACE_UNIT + 1007);
}

static void index_keeps_alignment(void **state)
{
	static struct space space;

	(void)state;
	space_init(&space);
	for (uint64_t i = 1; i < 40; i++)
		assert_true(space_add(&space, i * 5 * SPACE_UNIT + i * 777, 300 * i));
	for (uint64_t i = 1; i < 40; i++) {
		uint64_t frame = i * 5 * SPACE_UNIT + i * 777 + 299 * i;

		assert_int_equal(space_index(&space, frame) % SPACE_UNIT, frame % SPACE_UNIT);
		assert_int_equal(space_frame(&space, space_index(&space, frame)), frame);
	}
}

static void bad_ranges_are_refused(void **state)
{
	static struct space space;

	(void)state;
	space_init(&space);
	assert_false(space_add(&space, BASE, 0));
	assert_true(space_add(&space, BASE, 100));
	assert_false(space_add(&space, BASE + 99, 1));
	assert_false(space_add(&space, 0, 1));
	assert_false(space_add(&space, UINT64_MAX, 2));
	for (uint64_t i = 1; i < SPACE_SPANS; i++)
		assert_true(space_add(&space, BASE + i * 3 * SPACE_UNIT, 1));
	assert_false(space_add(&space, BASE + 1000 * SPACE_UNIT, 1));
	assert_int_equal(space.span_count, SPACE_SPANS);
}

static void lower_finds_the_next_frame(void **state)
{
	static struct space space;

	(void)state;
	space_init(&space);
	assert_int_equal(space_lower(&space, 5), 0);
	assert_true(space_add(&space, BASE, 100));
	assert_true(space_add(&space, BASE + 8 * SPACE_UNIT, 50));
	assert_int_equal(space_lower(&space, 0), 0);
	assert_int_equal(space_lower(&space, BASE + 40), 40);
	assert_int_equal(space_lower(&space, BASE + 100), SPACE_UNIT);
	assert_int_equal(space_lower(&space, BASE + 8 * SPACE_UNIT + 50), space.size);
}

/* --- ledger ------------------------------------------------------------------------------ */

static struct store store;
static struct extents extents;
static struct extent extent_memory[2048];

/* A machine of FRAMES user frames behind 16 of the kernel's image and 16 reserved ones. */
static int open_store(void **state)
{
	memset(&store, 0, sizeof(store));
	space_init(&store.space);
	assert_true(space_add(&store.space, BASE, FRAMES));
	*state = malloc(store_bytes(&store.space));
	assert_non_null(*state);
	store_init(&store, *state, BASE, FRAMES);
	assert_true(ledger_found(&store.ledger, BASE, 16, LEDGER_HOLE, 0));
	assert_true(ledger_found(&store.ledger, BASE + 16, 16, LEDGER_IMAGE, 0));
	assert_true(ledger_found(&store.ledger, BASE + 32, FRAMES - 32, LEDGER_USER, 0));
	assert_true(store_put(&store, BASE + 32, FRAMES - 32));
	extents_init(&extents, extent_memory, sizeof(extent_memory) / sizeof(extent_memory[0]));
	return 0;
}

static int close_store(void **state)
{
	free(*state);
	return 0;
}

static void ledger_counts_what_it_found(void **state)
{
	(void)state;
	assert_int_equal(store.ledger.owned[LEDGER_HOLE], 16);
	assert_int_equal(store.ledger.owned[LEDGER_IMAGE], 16);
	assert_int_equal(store.ledger.owned[LEDGER_USER], FRAMES - 32);
	assert_false(ledger_found(&store.ledger, BASE + 31, 1, LEDGER_USER, 0));
	assert_false(ledger_found(&store.ledger, BASE + FRAMES, 1, LEDGER_USER, 0));
	assert_int_equal(ledger_frame(&store.ledger, BASE + 16).owner, LEDGER_IMAGE);
	assert_int_equal(ledger_frame(&store.ledger, 0).owner, LEDGER_HOLE);
}

static void lent_frames_come_back_from_their_pool(void **state)
{
	struct ledger *ledger = &store.ledger;

	(void)state;
	assert_true(ledger_lend(ledger, BASE + 100, 10, 3));
	assert_int_equal(ledger->lent[3], 10);
	assert_int_equal(ledger->owned[LEDGER_LENT], 10);
	assert_int_equal(ledger->owned[LEDGER_USER], FRAMES - 42);
	assert_false(ledger_lend(ledger, BASE + 109, 1, 3)); /* lent already */
	assert_false(ledger_lend(ledger, BASE + 95, 6, 3));  /* the last one is */
	assert_false(ledger_return(ledger, BASE + 100, 10, 4));
	assert_false(ledger_return(ledger, BASE + 100, 11, 3));
	assert_int_equal(ledger->lent[3], 10);
	assert_true(ledger_return(ledger, BASE + 100, 10, 3));
	assert_int_equal(ledger->lent[3], 0);
	assert_int_equal(ledger->owned[LEDGER_USER], FRAMES - 32);
}

static void only_idle_user_frames_are_lent(void **state)
{
	struct ledger *ledger = &store.ledger;

	(void)state;
	assert_false(ledger_lend(ledger, BASE, 1, 0));                 /* a hole */
	assert_false(ledger_lend(ledger, BASE + 16, 1, 0));            /* the image */
	assert_false(ledger_lend(ledger, BASE + 32, 1, LEDGER_POOLS)); /* no such pool */
	assert_false(ledger_lend(ledger, BASE + FRAMES - 1, 2, 0));    /* out of range */
	assert_false(ledger_lend(ledger, BASE + 40, 0, 0));
	assert_false(ledger_lend(ledger, UINT64_MAX, 2, 0));
	assert_true(ledger_map(ledger, BASE + 40, 1, 0));
	assert_false(ledger_lend(ledger, BASE + 40, 1, 0)); /* mapped */
	assert_true(ledger_map(ledger, BASE + 512, 512, 1));
	assert_false(ledger_lend(ledger, BASE + 700, 1, 0)); /* under a large page */
	assert_true(ledger_unmap(ledger, BASE + 40, 1, 0));
	assert_true(ledger_unmap(ledger, BASE + 512, 512, 1));
	assert_true(ledger_lend(ledger, BASE + 40, 1, 0));
	assert_true(ledger_lend(ledger, BASE + 700, 1, 0));
}

static void references_rise_and_fall(void **state)
{
	struct ledger *ledger = &store.ledger;

	(void)state;
	assert_false(ledger_unmap(ledger, BASE + 50, 1, 0));
	assert_true(ledger_map(ledger, BASE + 50, 2, 0));
	assert_true(ledger_map(ledger, BASE + 51, 2, 0));
	assert_int_equal(ledger_frame(ledger, BASE + 50).value, 1);
	assert_int_equal(ledger_frame(ledger, BASE + 51).value, 2);
	assert_int_equal(ledger_frame(ledger, BASE + 52).value, 1);
	assert_false(ledger_unmap(ledger, BASE + 50, 4, 0)); /* the last is at 0 */
	assert_int_equal(ledger_frame(ledger, BASE + 51).value, 2);
	assert_true(ledger_unmap(ledger, BASE + 50, 3, 0));
	assert_false(ledger_in_use(ledger, BASE + 50));
	assert_true(ledger_in_use(ledger, BASE + 51));
	assert_false(ledger_map(ledger, BASE + 16, 1, 0)); /* not user space's */
}

static void large_pages_are_whole(void **state)
{
	struct ledger *ledger = &store.ledger;

	(void)state;
	assert_false(ledger_map(ledger, BASE + 513, 512, 1));
	assert_false(ledger_map(ledger, BASE + 512, 511, 1));
	assert_false(ledger_map(ledger, BASE, 512, 1)); /* a hole in it */
	assert_false(ledger_map(ledger, BASE + 512, 512, 3));
	assert_true(ledger_map(ledger, BASE + 512, 1024, 1));
	assert_true(ledger_is_large(ledger, BASE + 1535));
	assert_false(ledger_is_large(ledger, BASE + 1536));
	assert_false(ledger_unmap(ledger, BASE + 1536, 512, 1));
	assert_true(ledger_unmap(ledger, BASE + 512, 512, 1));
	assert_false(ledger_in_use(ledger, BASE + 512));
	assert_true(ledger_in_use(ledger, BASE + 1024));
}

static void delegated_frames_are_nobody_elses(void **state)
{
	struct ledger *ledger = &store.ledger;

	(void)state;
	assert_false(ledger_delegate(ledger, BASE + 31, 2, 70)); /* one is the image's */
	assert_false(ledger_delegate(ledger, BASE + 64, 8, LEDGER_POOLS));
	assert_true(ledger_map(ledger, BASE + 64, 1, 0));
	assert_false(ledger_delegate(ledger, BASE + 64, 8, 70)); /* one is mapped */
	assert_true(ledger_unmap(ledger, BASE + 64, 1, 0));
	assert_true(ledger_delegate(ledger, BASE + 64, 8, 70));
	assert_int_equal(ledger->owned[LEDGER_DELEGATED], 8);
	assert_int_equal(ledger->owned[LEDGER_USER], FRAMES - 40);
	assert_int_equal(ledger->lent[70], 0);
	assert_false(ledger_delegate(ledger, BASE + 71, 1, 70));
	assert_false(ledger_lend(ledger, BASE + 64, 1, 70));
	assert_false(ledger_return(ledger, BASE + 64, 1, 70));
	assert_false(ledger_map(ledger, BASE + 64, 1, 0));
	assert_false(ledger_in_use(ledger, BASE + 64));
	assert_true(buddy_take_exactly(&store.buddy, 64, 8));
	store_put_idle(&store, BASE + 64, 8); /* not while they are delegated */
	assert_false(buddy_has(&store.buddy, 64, 8));
	assert_false(ledger_undelegate(ledger, BASE + 64, 8, 71));
	assert_false(ledger_undelegate(ledger, BASE + 64, 9, 70));
	assert_true(ledger_undelegate(ledger, BASE + 64, 8, 70));
	assert_int_equal(ledger->owned[LEDGER_DELEGATED], 0);
	assert_true(ledger_lend(ledger, BASE + 64, 8, 3));
}

static void merged_pools_are_one(void **state)
{
	struct ledger *ledger = &store.ledger;

	(void)state;
	assert_true(ledger_lend(ledger, BASE + 60, 5, 1));
	assert_true(ledger_lend(ledger, BASE + 70, 5, 2));
	assert_true(ledger_lend(ledger, BASE + 80, 5, 1));
	ledger_merge(ledger, 1, 2);
	assert_int_equal(ledger->lent[1], 0);
	assert_int_equal(ledger->lent[2], 15);
	assert_int_equal(ledger->owned[LEDGER_LENT], 15);
	assert_true(ledger_return(ledger, BASE + 80, 5, 2));
}

static void frames_set_aside_are_one_pools(void **state)
{
	struct ledger *ledger = &store.ledger;
	uint64_t user = ledger_user_frames(ledger);

	(void)state;
	assert_true(ledger_map(ledger, BASE + 99, 1, 0));
	assert_false(ledger_set_aside(ledger, BASE + 95, 5, 1)); /* the last is in use */
	assert_false(ledger_set_aside(ledger, BASE + 16, 1, 1));
	assert_false(ledger_set_aside(ledger, BASE + 100, 5, LEDGER_POOLS));
	assert_true(ledger_set_aside(ledger, BASE + 100, 5, 1));
	assert_int_equal(ledger->owned[LEDGER_ASIDE], 5);
	assert_int_equal(ledger->lent[1], 0);
	assert_int_equal(ledger_user_frames(ledger), user);
	assert_false(ledger_in_use(ledger, BASE + 100));
	assert_false(ledger_set_aside(ledger, BASE + 104, 1, 2));
	assert_false(ledger_lend(ledger, BASE + 104, 1, 1));
	assert_false(ledger_map(ledger, BASE + 104, 1, 0));
	assert_false(ledger_return(ledger, BASE + 104, 1, 1));
	assert_false(ledger_release(ledger, BASE + 104, 1, 2));
	assert_false(ledger_release(ledger, BASE + 104, 2, 1));
	assert_true(ledger_release(ledger, BASE + 102, 3, 1));
	assert_true(ledger_lend(ledger, BASE + 102, 3, 2));
	assert_false(ledger_release(ledger, BASE + 102, 1, 2));
	assert_int_equal(ledger->owned[LEDGER_ASIDE], 2);
}

/* --- store ------------------------------------------------------------------------------- */

static void frames_outside_the_window_go_first(void **state)
{
	(void)state;
	store.window_end = 1024;
	assert_int_equal(store_take(&store, 0), BASE + 1024);
	assert_int_equal(store_take_lendable(&store, 0), BASE + 32);
	while (store_take_lendable(&store, 0) != STORE_NONE)
		continue;
	assert_false(buddy_has(&store.buddy, 0, 1024));
	assert_int_equal(store.buddy.free, FRAMES - 1025);
	assert_int_equal(store_take(&store, 0), BASE + 1025);
}

static void frames_are_claimed_by_number(void **state)
{
	(void)state;
	store.window_end = 1024;
	store.lendable = 1024 - 32;
	assert_true(store_claim(&store, BASE + 100, 10));
	assert_int_equal(store.lendable, 1024 - 42);
	assert_false(store_claim(&store, BASE + 109, 2)); /* the first is taken */
	assert_false(store_claim(&store, BASE + 99, 2));
	assert_false(store_claim(&store, BASE + 31, 2)); /* the image */
	assert_false(store_claim(&store, BASE - 1, 2));
	assert_false(store_claim(&store, BASE + 200, 0));
	assert_false(store_claim(&store, BASE + 1023, 2)); /* across the window's end */
	assert_false(store_claim(&store, BASE + 1024, 1));
	assert_false(store_claim(&store, BASE + 2000, 1));
	assert_false(store_claim(&store, BASE + FRAMES - 1, 2));
	assert_false(store_claim(&store, BASE + 200, UINT64_MAX));
	assert_false(store_claim(&store, UINT64_MAX - 5, 7));
	assert_int_equal(store.buddy.free, FRAMES - 42);
	store_put_idle(&store, BASE + 100, 10);
	assert_int_equal(store.lendable, 1024 - 32);
	assert_true(store_claim(&store, BASE + 32, 1024 - 32));
	assert_int_equal(store.lendable, 0);
}

/* Free frames of the window are counted, whichever way they come and go. */
static void lendable_frames_are_counted(void **state)
{
	(void)state;
	assert_int_equal(store.lendable, FRAMES - 32);
	assert_true(store_take_far(&store, 0) == STORE_NONE);
	store.window_end = 1000; /* no boundary of a block */
	store.lendable = 1000 - 32;
	/* not out of the block that lies across it */
	assert_int_equal(store_take_far(&store, 3), BASE + 1024);
	assert_int_equal(store_take(&store, BUDDY_ORDER_LARGE), BASE + 1536);
	assert_int_equal(store.lendable, 1000 - 32);
	assert_int_equal(store_take_lendable(&store, 5), BASE + 32);
	assert_int_equal(store.lendable, 1000 - 64);
	assert_true(store_claim(&store, BASE + 990, 10));
	assert_int_equal(store.lendable, 1000 - 74);
	assert_true(buddy_take_exactly(&store.buddy, 1000, 8));
	store_put_idle(&store, BASE + 990, 18); /* across the end */
	assert_int_equal(store.lendable, 1000 - 64);
	assert_true(store_put(&store, BASE + 32, 32));
	assert_false(store_put(&store, BASE + 32, 32));
	assert_int_equal(store.lendable, 1000 - 32);
}

static void only_idle_frames_become_free(void **state)
{
	uint64_t first = store_take(&store, 3);

	(void)state;
	assert_true(ledger_map(&store.ledger, first + 2, 1, 0));
	assert_true(ledger_lend(&store.ledger, first + 5, 2, 0));
	store_put_idle(&store, first, 8);
	assert_int_equal(store.buddy.free, FRAMES - 32 - 3);
	assert_false(buddy_has(&store.buddy, first - BASE + 2, 1));
	assert_false(buddy_has(&store.buddy, first - BASE + 5, 2));
	assert_true(buddy_has(&store.buddy, first - BASE + 7, 1));
}

/* --- mapping ----------------------------------------------------------------------------- */

static void mappings_side_by_side_are_one_extent(void **state)
{
	struct mapping mapping;

	(void)state;
	mapping_init(&mapping, &store, &extents);
	assert_int_equal(mapping_tables(&mapping, 3), 0);
	assert_true(mapping_add(&mapping, VA, BASE + 100, 4, 4, true));
	assert_true(mapping_add(&mapping, VA + 0x4000, BASE + 104, 4, 4, true));
	assert_int_equal(mapping.first->count, 8);
	assert_null(mapping.first->next);
	assert_true(mapping_add(&mapping, VA + 0x8000, BASE + 50, 1, 1, true));
	assert_non_null(mapping.first->next);
	assert_int_equal(mapping_frames(&mapping), 9);
	assert_true(mapping_clear(&mapping));
	assert_null(mapping.first);
}

static void tables_are_counted_once(void **state)
{
	struct mapping mapping;

	(void)state;
	mapping_init(&mapping, &store, &extents);
	assert_true(mapping_add(&mapping, VA, BASE + 100, 1, 1, true));
	assert_int_equal(mapping_tables(&mapping, 3), 3);
	assert_int_equal(mapping_tables(&mapping, 5), 5);
	assert_true(mapping_add(&mapping, VA + 0x1000, BASE + 101, 1, 1, true)); /* the same */
	assert_int_equal(mapping_tables(&mapping, 4), 4);
	assert_true(mapping_add(&mapping, VA + 0x200000, BASE + 102, 1, 1, true)); /* next 2 MiB */
	assert_int_equal(mapping_tables(&mapping, 4), 5);
	assert_true(mapping_add(&mapping, VA + 0x40000000, BASE + 103, 1, 1, true)); /* next GiB */
	assert_int_equal(mapping_tables(&mapping, 4), 7);
	assert_true(mapping_add(&mapping, VA + 0x80000000, BASE + 512, 512, 512, false));
	assert_int_equal(mapping_tables(&mapping, 4), 8); /* a large page needs one less */
	assert_true(mapping_remove(&mapping, VA, 0x100000));
	assert_int_equal(mapping_tables(&mapping, 4), 1); /* the root stays */
	assert_int_equal(store.buddy.free, FRAMES - 32);
}

static void page_size_follows_alignment(void **state)
{
	struct mapping mapping;

	(void)state;
	mapping_init(&mapping, &store, &extents);
	assert_true(mapping_add(&mapping, VA, BASE + 513, 512, 512, false)); /* frame not aligned */
	assert_int_equal(mapping.first->level, 0);
	assert_true(mapping_clear(&mapping));
	assert_true(mapping_add(&mapping, VA + 0x1000, BASE + 512, 512, 512, false));
	assert_int_equal(mapping.first->level, 0);
	assert_true(mapping_clear(&mapping));
	assert_true(mapping_add(&mapping, VA + 0x5000, BASE + 2048, 1, 1, false));
	assert_true(mapping_add(&mapping, VA, BASE + 512, 5, 5, false));
	assert_int_equal(mapping.first->level, 0);
	assert_true(mapping_clear(&mapping));
	assert_true(mapping_add(&mapping, VA, BASE + 512, 1536, 1536, false));
	assert_int_equal(mapping.first->level, 1);
	assert_int_equal(mapping.first->count, 1536);
	assert_true(mapping_clear(&mapping));
}

static void large_page_falls_apart_around_its_middle(void **state)
{
	struct mapping mapping;

	(void)state;
	mapping_init(&mapping, &store, &extents);
	assert_true(mapping_add(&mapping, VA, BASE + 512, 1536, 1536, false));
	assert_true(mapping_remove(&mapping, VA + 0x200000 + 0x7000, 1));
	assert_int_equal(mapping.first->count, 512);
	assert_int_equal(mapping.first->level, 1);
	assert_int_equal(mapping.first->next->count, 7);
	assert_int_equal(mapping.first->next->level, 0);
	assert_int_equal(mapping.first->next->next->count, 504);
	assert_int_equal(mapping.first->next->next->next->level, 1);
	assert_false(ledger_is_large(&store.ledger, BASE + 1024));
	assert_int_equal(ledger_frame(&store.ledger, BASE + 1024).value, 1);
	assert_int_equal(ledger_frame(&store.ledger, BASE + 1031).value, 0);
	assert_true(mapping_clear(&mapping));
	assert_int_equal(ledger_frame(&store.ledger, BASE + 1024).value, 0);
}

static void rights_split_a_large_page_and_keep_its_frames(void **state)
{
	struct mapping mapping;
	uint64_t spare = extents.spare;

	(void)state;
	mapping_init(&mapping, &store, &extents);
	assert_true(mapping_add(&mapping, VA, BASE + 512, 512, 512, false));
	assert_true(mapping_split(&mapping, VA, 512)); /* whole: nothing to split */
	assert_int_equal(mapping.first->level, 1);
	assert_true(mapping_split(&mapping, VA + 0x7000, 1));
	assert_int_equal(mapping.first->level, 0);
	assert_int_equal(mapping_frames(&mapping), 512);
	assert_int_equal(mapping_frame(&mapping, VA + 0x6000), BASE + 518);
	assert_int_equal(mapping_frame(&mapping, VA + 0x7fff), BASE + 519);
	assert_int_equal(mapping_frame(&mapping, VA + 0x1ff000), BASE + 1023);
	assert_true(mapping_frame(&mapping, VA + 0x200000) == STORE_NONE);
	assert_true(mapping_frame(&mapping, VA - 1) == STORE_NONE);
	assert_true(extents.spare < spare);
	assert_true(mapping_clear(&mapping));
	assert_int_equal(extents.spare, spare);
}

static void huge_page_falls_apart_in_two_steps(void **state)
{
	uint64_t frame = 2 * SPACE_UNIT, size = SPACE_UNIT;
	struct mapping mapping;
	void *memory;

	(void)state;
	space_init(&store.space);
	assert_true(space_add(&store.space, frame, size));
	memory = malloc(store_bytes(&store.space));
	assert_non_null(memory);
	store_init(&store, memory, frame, size);
	assert_true(ledger_found(&store.ledger, frame, size, LEDGER_USER, 0));
	mapping_init(&mapping, &store, &extents);
	assert_true(mapping_add(&mapping, VA, frame, size, size, false));
	assert_int_equal(mapping.first->level, 2);
	assert_int_equal(mapping_tables(&mapping, 3), 1);
	assert_true(mapping_remove(&mapping, VA + 0x20000000, 1));
	assert_int_equal(mapping_tables(&mapping, 3), 3);
	assert_int_equal(mapping_frames(&mapping), size - 1);
	assert_true(ledger_is_large(&store.ledger, frame));
	assert_false(ledger_is_large(&store.ledger, frame + size / 2));
	assert_int_equal(store.buddy.free, 1);
	assert_true(mapping_clear(&mapping));
	assert_int_equal(buddy_largest(&store.buddy), BUDDY_ORDER_HUGE);
	free(memory);
}

static void shared_frame_is_free_after_the_last_unmap(void **state)
{
	struct mapping one, two;
	uint64_t first = store_take(&store, 2);

	(void)state;
	mapping_init(&one, &store, &extents);
	mapping_init(&two, &store, &extents);
	assert_true(mapping_add(&one, VA, first, 4, 4, true));
	assert_true(mapping_add(&two, VA, first, 2, 2, true));
	assert_true(mapping_clear(&one));
	assert_int_equal(store.buddy.free, FRAMES - 32 - 2);
	assert_true(mapping_clear(&two));
	assert_int_equal(store.buddy.free, FRAMES - 32);
}

static void noted_pages_touch_no_frame(void **state)
{
	struct mapping mapping;

	(void)state;
	mapping_init(&mapping, &store, &extents);
	assert_true(mapping_note(&mapping, 0x10000, 0, 20));
	assert_int_equal(mapping_tables(&mapping, 5), 5);
	assert_int_equal(mapping_frames(&mapping), 0);
	assert_true(mapping_has(&mapping, 0x12000, 0x1000));
	assert_true(mapping_frame(&mapping, 0x12000) == STORE_NONE);
	/* Beside others, and cut by an unmap: still nobody's frames. */
	assert_true(mapping_add(&mapping, 0x24000, store_take(&store, 0), 1, 1, true));
	assert_true(mapping_note(&mapping, 0x25000, 0, 2));
	assert_int_equal(mapping_frames(&mapping), 1);
	assert_true(mapping_remove(&mapping, 0x20000, 6));
	assert_false(mapping_has(&mapping, 0x20000, 0x6000));
	assert_true(mapping_has(&mapping, 0x26000, 0x1000));
	assert_int_equal(store.buddy.free, FRAMES - 32);
	assert_true(mapping_clear(&mapping));
	assert_int_equal(store.buddy.free, FRAMES - 32);
}

/* Two ranges by turns, side by side: taking one of them out needs no more extents than there were. */
static void noted_ranges_come_apart_for_nothing(void **state)
{
	struct mapping mapping;
	struct extent few[9];
	struct extents scarce;

	(void)state;
	extents_init(&scarce, few, 9);
	mapping_init(&mapping, &store, &scarce);
	for (uint64_t i = 0; i < 8; i++)
		assert_true(mapping_note(&mapping, VA + i * 0x1000, i % 2 ? 300 : 100, 1));
	extents_init(&scarce, few + 8, 1); /* all else is spent by others */
	for (uint64_t i = 0; i < 8; i += 2)
		assert_true(mapping_remove(&mapping, VA + i * 0x1000, 1));
	assert_true(mapping_has(&mapping, VA + 0x7000, 1));
	assert_true(mapping_clear(&mapping));
}

static void extents_run_out_cleanly(void **state)
{
	struct mapping mapping;
	struct extent few[2];
	struct extents scarce;

	(void)state;
	extents_init(&scarce, few, 2);
	mapping_init(&mapping, &store, &scarce);
	assert_true(mapping_add(&mapping, VA, BASE + 100, 8, 8, true));
	assert_true(mapping_add(&mapping, VA + 0x10000, BASE + 200, 1, 1, true));
	assert_false(mapping_add(&mapping, VA + 0x20000, BASE + 300, 1, 1, true));
	assert_false(mapping_remove(&mapping, VA + 0x2000, 1));
	assert_true(mapping_clear(&mapping));
}

/* Each page by itself: frame + 1, or 0; and whether it is part of a large page. */
#define MODEL_PAGES 2048u
static uint64_t model_frame[MODEL_PAGES];
static bool model_large[MODEL_PAGES];

static bool model_block_empty(uint64_t block)
{
	for (uint64_t i = block * 512; i < block * 512 + 512; i++)
		if (model_frame[i])
			return false;
	return true;
}

static void model_map(uint64_t page, uint64_t frame, uint64_t count)
{
	while (count > 0) {
		bool large = page % 512 == 0 && frame % 512 == 0 && count >= 512 &&
			     model_block_empty(page / 512);
		uint64_t part = large ? 512 : 1;

		for (uint64_t i = 0; i < part; i++) {
			model_frame[page + i] = frame + i + 1;
			model_large[page + i] = large;
		}
		page += part;
		frame += part;
		count -= part;
	}
}

static void model_unmap(uint64_t first, uint64_t count)
{
	for (uint64_t page = first; page < first + count; page++) {
		uint64_t block = page / 512 * 512;

		model_frame[page] = 0;
		if (!model_large[page] || (block >= first && block + 512 <= first + count))
			continue;
		for (uint64_t i = block; i < block + 512; i++)
			model_large[i] = false;
	}
}

static void assert_as_model(const struct mapping *mapping)
{
	static unsigned small[FRAMES], large[FRAMES];
	uint64_t tables = 2, blocks = 0;

	memset(small, 0, sizeof(small));
	memset(large, 0, sizeof(large));
	for (uint64_t page = 0; page < MODEL_PAGES; page++) {
		if (!model_frame[page])
			continue;
		if (model_large[page]) {
			large[model_frame[page] - 1 - BASE]++;
		} else {
			small[model_frame[page] - 1 - BASE]++;
			blocks |= (uint64_t)1 << (page / 512); /* a table of level 0 */
		}
	}
	for (; blocks; blocks &= blocks - 1)
		tables++;
	for (uint64_t i = 32; i < FRAMES; i++) {
		assert_int_equal(ledger_frame(&store.ledger, BASE + i).value, small[i]);
		assert_int_equal(ledger_is_large(&store.ledger, BASE + i), large[i] != 0);
		assert_int_equal(buddy_has(&store.buddy, i, 1), small[i] + large[i] == 0);
	}
	if (mapping->first)
		assert_int_equal(mapping_tables(mapping, 3), tables);
}

/* Who counts again only where the mapping says so has the right number. Answers how often that was. */
static unsigned assert_counted(struct mapping *mapping, uint64_t *tables)
{
	bool again = mapping->reshaped;

	if (again)
		*tables = mapping_tables(mapping, 3);
	mapping->reshaped = false;
	assert_int_equal(*tables, mapping_tables(mapping, 3));
	return again;
}

static bool model_free(uint64_t page, uint64_t count)
{
	for (uint64_t i = page; i < page + count; i++)
		if (i >= MODEL_PAGES || model_frame[i])
			return false;
	return true;
}

static void random_mappings_agree_with_pages(void **state)
{
	struct mapping mapping;
	uint64_t tables = 0;
	unsigned counted = 0;

	(void)state;
	mapping_init(&mapping, &store, &extents);
	memset(model_frame, 0, sizeof(model_frame));
	memset(model_large, 0, sizeof(model_large));
	for (unsigned step = 0; step < 400; step++) {
		unsigned order = random_below(2) ? BUDDY_ORDER_LARGE : (unsigned)random_below(8);
		uint64_t count = (uint64_t)1 << order;
		uint64_t page = random_below(MODEL_PAGES);
		uint64_t frame;

		if (order == BUDDY_ORDER_LARGE && random_below(4) != 0)
			page = page / 512 * 512;
		frame = model_free(page, count) ? store_take(&store, order) : STORE_NONE;
		if (frame != STORE_NONE) {
			assert_true(mapping_add(&mapping, VA + page * 4096, frame, count, count,
						false));
			model_map(page, frame, count);
		} else {
			count = random_below(600) + 1;
			if (count > MODEL_PAGES - page)
				count = MODEL_PAGES - page;
			assert_true(mapping_remove(&mapping, VA + page * 4096, count));
			model_unmap(page, count);
		}
		assert_as_model(&mapping);
		counted += assert_counted(&mapping, &tables);
	}
	assert_in_range(counted, 1, 399);
	assert_true(mapping_clear(&mapping));
	assert_int_equal(store.buddy.free, FRAMES - 32);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, open_store, close_store)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_outside_have_no_index),
		cmocka_unit_test(small_gaps_stay_and_large_ones_close),
		cmocka_unit_test(index_keeps_alignment),
		cmocka_unit_test(bad_ranges_are_refused),
		cmocka_unit_test(lower_finds_the_next_frame),
		WITH_STORE(ledger_counts_what_it_found),
		WITH_STORE(lent_frames_come_back_from_their_pool),
		WITH_STORE(only_idle_user_frames_are_lent),
		WITH_STORE(references_rise_and_fall),
		WITH_STORE(large_pages_are_whole),
		WITH_STORE(delegated_frames_are_nobody_elses),
		WITH_STORE(merged_pools_are_one),
		WITH_STORE(frames_set_aside_are_one_pools),
		WITH_STORE(frames_outside_the_window_go_first),
		WITH_STORE(frames_are_claimed_by_number),
		WITH_STORE(lendable_frames_are_counted),
		WITH_STORE(only_idle_frames_become_free),
		WITH_STORE(mappings_side_by_side_are_one_extent),
		WITH_STORE(tables_are_counted_once),
		WITH_STORE(page_size_follows_alignment),
		WITH_STORE(large_page_falls_apart_around_its_middle),
		WITH_STORE(rights_split_a_large_page_and_keep_its_frames),
		WITH_STORE(huge_page_falls_apart_in_two_steps),
		WITH_STORE(shared_frame_is_free_after_the_last_unmap),
		WITH_STORE(noted_pages_touch_no_frame),
		WITH_STORE(noted_ranges_come_apart_for_nothing),
		WITH_STORE(extents_run_out_cleanly),
		WITH_STORE(random_mappings_agree_with_pages),
	};

	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
