/*
 * test_supply.c - a pool that runs dry at the k-th allocation, for every k and every call that
 * needs frames: the call says exactly how many are missing, has changed nothing, and succeeds
 * with exactly as many more (I9, I10).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <port/current.h>
#include <tenure/abi.h>

#include "cast.h"
#include "frame.h"
#include "pool.h"
#include "snapshot.h"
#include "walk.h"

#define POOL 130u
#define PROCESS 131u
#define OTHER 132u /* a pool that takes */
#define NEW 140u

#define SPARE 0x80800u /* idle from here to BLOCK */
#define BLOCK 0x80c00u
#define GIGA 0xc0000u

#define RW (TN_MAP_READ | TN_MAP_WRITE)
#define VA ((uint64_t)0x4000000000 - 0x80000000) /* at 1 GiB borders, far from address 0 */
#define GIB ((uint64_t)1 << 30)
#define MIB2 ((uint64_t)1 << 21)

static uint64_t spare; /* next of the frames that the pool gets */

/* A world with one process in a pool of its own; with room for a gigabyte mapping if wanted. */
static void supply_world(unsigned levels, bool gigabyte)
{
	static const struct region regions[] = {
		{0x80000, 0x1000, TN_KIND_USER},
		{GIGA, GIGA_FRAMES, TN_KIND_USER},
	};
	struct world_options o = {.levels = levels,
				  .regions = regions,
				  .region_count = gigabyte ? 2 : 1};

	world_make(&o);
	spare = SPARE;
	DONE(TN_CALL_CREATE, {TN_KIND_POOL, TN_SLOT_POOL, TN_ANY, TN_NONE, POOL, 0});
	DONE(TN_CALL_CREATE, {TN_KIND_POOL, TN_SLOT_POOL, TN_ANY, TN_NONE, OTHER, 0});
	DONE(TN_CALL_FRAME_GIVE, {TN_SLOT_FRAMES, POOL, world.free_first, 32});
	DONE(TN_CALL_CREATE, {TN_KIND_PROCESS, POOL, TN_ANY, TN_NONE, PROCESS, 0});
}

static struct pool *pool(void)
{
	return host_memory(cast_frame(POOL));
}

static void give(uint64_t count)
{
	if (count == 0)
		return;
	DONE(TN_CALL_FRAME_GIVE, {TN_SLOT_FRAMES, POOL, spare, count});
	spare += count;
}

/* The pool has `k` free frames and no more. */
static void leave(uint64_t k)
{
	DONE(TN_CALL_FRAME_RECLAIM, {TN_SLOT_FRAMES, POOL, TN_ANY, 512});
	assert_int_equal(pool()->free, 0);
	give(k);
}

static void map_1g(void)
{
	DONE(TN_CALL_MAP, {PROCESS, VA, TN_SLOT_FRAMES, GIGA, GIGA_FRAMES, RW});
}

/* The call, with 0 to need frames: at the end it has used exactly `need`. */
static void dries_up(unsigned levels, void (*before)(void), const struct call *call, uint64_t need)
{
	bool gigabyte = before == map_1g || call->a[3] == GIGA;

	for (uint64_t k = 0; k < need; k++) {
		uint64_t enomem;

		supply_world(levels, gigabyte);
		if (before != NULL)
			before();
		leave(k);
		enomem = pool()->enomem;
		assert_error(call, TN_ENOMEM, need - k);
		assert_int_equal(pool()->enomem, enomem + 1);
		give(need - k);
		assert_done(call);
		assert_int_equal(pool()->free, 0);
		assert_int_equal(pool()->enomem, enomem + 1);
		world_end();
	}
}

static void creation_needs_one_frame(void **state)
{
	(void)state;
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_CAPS; kind++) {
		uint64_t target = kind <= TN_KIND_PROCESS ? POOL : PROCESS;
		uint64_t slot = kind == TN_KIND_CAPS ? 2 : NEW;

		dries_up(3, NULL,
			 &(struct call){TN_CALL_CREATE, {kind, target, TN_ANY, TN_NONE, slot, 0}},
			 1);
	}
}

static void moving_needs_what_is_moved(void **state)
{
	(void)state;
	dries_up(3, NULL, &(struct call){TN_CALL_FRAME_MOVE, {POOL, OTHER, 5}}, 5);
}

/* --- map --------------------------------------------------------------------------------- */

static void first_mapping_needs_every_level(void **state)
{
	(void)state;
	for (unsigned levels = 3; levels <= 5; levels++) {
		dries_up(levels, NULL,
			 &(struct call){TN_CALL_MAP, {PROCESS, VA, TN_SLOT_FRAMES, BLOCK, 1, RW}},
			 levels);
		dries_up(levels, NULL,
			 &(struct call){TN_CALL_MAP, {PROCESS, VA, TN_SLOT_FRAMES, BLOCK, 512, RW}},
			 levels - 1);
		dries_up(levels, NULL,
			 &(struct call){TN_CALL_MAP,
					{PROCESS, VA, TN_SLOT_FRAMES, GIGA, GIGA_FRAMES, RW}},
			 levels - 2);
	}
}

static void map_at_va(void)
{
	DONE(TN_CALL_MAP, {PROCESS, VA, TN_SLOT_FRAMES, BLOCK, 1, RW});
}

/* How much stands already depends on how near the neighbour is. */
static void later_mappings_need_what_is_missing(void **state)
{
	(void)state;
	for (unsigned levels = 3; levels <= 5; levels++) {
		dries_up(levels, map_at_va,
			 &(struct call){TN_CALL_MAP,
					{PROCESS, VA + MIB2, TN_SLOT_FRAMES, BLOCK, 1, RW}},
			 1);
		dries_up(levels, map_at_va,
			 &(struct call){TN_CALL_MAP,
					{PROCESS, VA + GIB, TN_SLOT_FRAMES, BLOCK, 1, RW}},
			 2);
		dries_up(levels, map_at_va,
			 &(struct call){TN_CALL_MAP,
					{PROCESS, VA + GIB, TN_SLOT_FRAMES, BLOCK, 512, RW}},
			 1);
	}
	dries_up(4, map_at_va,
		 &(struct call){TN_CALL_MAP,
				{PROCESS, VA + 1024 * GIB, TN_SLOT_FRAMES, BLOCK, 1, RW}},
		 3);
	dries_up(5, map_at_va,
		 &(struct call){TN_CALL_MAP,
				{PROCESS, VA + 1024 * 1024 * GIB, TN_SLOT_FRAMES, BLOCK, 1, RW}},
		 4);
}

/* --- splits ------------------------------------------------------------------------------ */

static void map_2m(void)
{
	DONE(TN_CALL_MAP, {PROCESS, VA, TN_SLOT_FRAMES, BLOCK, 512, RW});
}

/* Pages va .. va + count of a large page, by unmap and by protect. */
static void cut(void (*before)(void), uint64_t va, uint64_t count, uint64_t need)
{
	for (unsigned levels = 3; levels <= 5; levels++) {
		dries_up(levels, before, &(struct call){TN_CALL_UNMAP, {PROCESS, va, count}}, need);
		dries_up(levels, before,
			 &(struct call){TN_CALL_PROTECT,
					{PROCESS, va, count, TN_MAP_READ, TN_NONE}},
			 need);
	}
}

static void cutting_2m_needs_one_table(void **state)
{
	(void)state;
	cut(map_2m, VA, 1, 1);
	cut(map_2m, VA + 4096, 511, 1);
	cut(map_2m, VA, 511, 1);
	cut(map_2m, VA + 511 * 4096, 1, 1);
}

static void cutting_1g_needs_one_or_two(void **state)
{
	(void)state;
	cut(map_1g, VA, 512, 1);
	cut(map_1g, VA + 511 * MIB2, 512, 1);
	cut(map_1g, VA, 1, 2);
	cut(map_1g, VA + GIB - 4096, 1, 2);
	cut(map_1g, VA + MIB2 + 4096, 2, 2);
}

/* What needs no frame is done by a pool that has none. */
static void whole_pages_need_nothing(void **state)
{
	(void)state;
	supply_world(3, true);
	map_1g();
	DONE(TN_CALL_MAP, {PROCESS, VA - MIB2, TN_SLOT_FRAMES, BLOCK, 512, RW});
	DONE(TN_CALL_MAP, {PROCESS, VA - GIB, TN_SLOT_FRAMES, BLOCK, 64, RW});
	leave(0);
	DONE(TN_CALL_PROTECT, {PROCESS, VA, GIGA_FRAMES, TN_MAP_READ, TN_NONE});
	DONE(TN_CALL_PROTECT, {PROCESS, VA - GIB, 7, TN_MAP_READ, TN_NONE});
	DONE(TN_CALL_UNMAP, {PROCESS, VA - GIB, 64});
	DONE(TN_CALL_UNMAP, {PROCESS, VA - MIB2, 512});
	DONE(TN_CALL_UNMAP, {PROCESS, VA, GIGA_FRAMES});
	assert_int_equal(pool()->enomem, 0);
	DONE(TN_CALL_DESTROY, {PROCESS, 0});
	world_end();
}

/* --- attach ------------------------------------------------------------------------------ */

static void attach_root(void)
{
	DONE(TN_CALL_TABLE_ATTACH, {PROCESS, 0, paging_levels - 1, TN_ANY, TN_NONE});
}

static void attaching_needs_one(void **state)
{
	(void)state;
	for (unsigned levels = 3; levels <= 5; levels++) {
		dries_up(levels, NULL,
			 &(struct call){TN_CALL_TABLE_ATTACH,
					{PROCESS, VA, levels - 1, TN_ANY, TN_NONE}},
			 1);
		dries_up(levels, attach_root,
			 &(struct call){TN_CALL_TABLE_ATTACH,
					{PROCESS, VA, levels - 2, TN_ANY, TN_NONE}},
			 1);
		dries_up(levels, attach_root,
			 &(struct call){TN_CALL_MAP, {PROCESS, VA, TN_SLOT_FRAMES, BLOCK, 1, RW}},
			 levels - 1);
	}
}

/* Exact user frames, one a level: a pool with no free frame at all builds a whole walk. */
static void exact_frames_need_nothing(void **state)
{
	(void)state;
	for (unsigned levels = 3; levels <= 5; levels++) {
		supply_world(levels, false);
		leave(0);
		for (unsigned level = levels; level-- > 0;)
			DONE(TN_CALL_TABLE_ATTACH,
			     {PROCESS, VA, level, BLOCK + 512 + level, TN_SLOT_FRAMES});
		DONE(TN_CALL_MAP, {PROCESS, VA, TN_SLOT_FRAMES, BLOCK, 1, RW});
		DONE(TN_CALL_UNMAP, {PROCESS, VA, 1});
		DONE(TN_CALL_MAP, {PROCESS, VA, TN_SLOT_FRAMES, BLOCK, 16, RW | TN_MAP_NOTABLE});
		assert_int_equal(pool()->free, 0);
		assert_int_equal(pool()->enomem, 0);
		world_end();
	}
}

/* --- never short ------------------------------------------------------------------------- */

/* Give, reclaim, destroy and revoke never need a frame (DESIGN 3). */
static void the_rest_never_allocates(void **state)
{
	(void)state;
	supply_world(3, false);
	map_at_va();
	leave(0);
	DONE(TN_CALL_FRAME_GIVE, {TN_SLOT_FRAMES, POOL, BLOCK + 100, 3});
	DONE(TN_CALL_FRAME_RECLAIM, {TN_SLOT_FRAMES, POOL, BLOCK + 100, 3});
	DONE(TN_CALL_CAP_COPY, {PROCESS, TN_SELF, NEW, TN_RIGHTS_ALL, 0, 0});
	DONE(TN_CALL_CAP_REVOKE, {PROCESS});
	DONE(TN_CALL_POOL_WATCH, {POOL, 1, TN_SLOT_THREAD, 1});
	DONE(TN_CALL_RESOLVE, {PROCESS, VA});
	DONE(TN_CALL_TABLE_DETACH, {PROCESS, VA, 0, 0});
	DONE(TN_CALL_POOL_REVOKE, {POOL, 0});
	DONE(TN_CALL_DESTROY, {POOL, 0});
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(creation_needs_one_frame),
		cmocka_unit_test(moving_needs_what_is_moved),
		cmocka_unit_test(first_mapping_needs_every_level),
		cmocka_unit_test(later_mappings_need_what_is_missing),
		cmocka_unit_test(cutting_2m_needs_one_table),
		cmocka_unit_test(cutting_1g_needs_one_or_two),
		cmocka_unit_test(whole_pages_need_nothing),
		cmocka_unit_test(attaching_needs_one),
		cmocka_unit_test(exact_frames_need_nothing),
		cmocka_unit_test(the_rest_never_allocates),
	};

	return cmocka_run_group_tests_name("supply", tests, NULL, NULL);
}
