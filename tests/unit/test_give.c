/*
 * test_give.c - frame_give: user frames become a pool's, all of a range or none (I2, I3, I7).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <tenure/abi.h>

#include "cast.h"
#include "frame.h"
#include "pool.h"
#include "snapshot.h"
#include "world_check.h"

#define GIVE TN_CALL_FRAME_GIVE
#define ROOT TN_SLOT_FRAMES, TN_SLOT_POOL

static uint64_t block_others(uint64_t f)
{
	return BLOCK_OTHERS(block_get(pfn(f)));
}

static void one_frame_becomes_free(void **state)
{
	uint64_t f, free, lent;

	(void)state;
	world_make(NULL);
	f = world.free_first;
	free = world.root->free;
	lent = ram.lent;
	assert_int_equal(DONE(GIVE, {ROOT, f, 1}), 0);
	assert_int_equal(frame_get(pfn(f)), FRAME_WORD(TN_KIND_FREE, world.root->self));
	assert_int_equal(world.root->free, free + 1);
	assert_int_equal(world.root->given.calls, 1);
	assert_int_equal(world.root->given.frames, 1);
	assert_int_equal(ram.lent, lent + 1);
	world_end();
}

static void batch_sizes(void **state)
{
	static const uint64_t sizes[] = {1, 2, 3, 511, 512};
	uint64_t f, given = 0;

	(void)state;
	world_make(NULL);
	f = world.free_first;
	for (unsigned i = 0; i < 5; i++) {
		DONE(GIVE, {ROOT, f, sizes[i]});
		f += sizes[i];
		given += sizes[i];
		assert_int_equal(world.root->given.calls, i + 1);
		assert_int_equal(world.root->given.frames, given);
	}
	world_end();
}

/* Every way for a short range to lie across the border of two blocks. */
static void blocks_count_what_is_given(void **state)
{
	uint64_t border = (WORLD_FIRST + 4 * BLOCK_FRAMES);

	(void)state;
	for (uint64_t before = 0; before < 4; before++)
		for (uint64_t after = 0; after < 4; after++) {
			if (before + after == 0)
				continue;
			world_make(NULL);
			DONE(GIVE, {ROOT, border - before, before + after});
			assert_int_equal(block_others(border - 1), before);
			assert_int_equal(block_others(border), after);
			world_end();
		}
}

static void whole_batch_across_blocks(void **state)
{
	uint64_t border = WORLD_FIRST + 3 * BLOCK_FRAMES;

	(void)state;
	world_make(NULL);
	DONE(GIVE, {ROOT, border - 17, 512});
	assert_int_equal(block_others(border - 1), 17);
	assert_int_equal(block_others(border), 512 - 17);
	world_end();
}

/* Give writes nothing but the link: what the giver left is still there. */
static void contents_stay(void **state)
{
	unsigned char expected[FRAME_BYTES];
	uint64_t f;

	(void)state;
	world_make(NULL);
	f = world.free_first;
	memset(expected, 0xa5, sizeof(expected));
	for (unsigned i = 0; i < 3; i++)
		memset(host_memory(f + i), 0xa5, FRAME_BYTES);
	DONE(GIVE, {ROOT, f, 3});
	for (unsigned i = 0; i < 3; i++) {
		assert_memory_equal((char *)host_memory(f + i) + 8, expected + 8, FRAME_BYTES - 8);
		assert_false(FRAME_IS_CLEAN(frame_get(pfn(f + i))));
	}
	world_end();
}

static void errors_in_order(void **state)
{
	(void)state;
	cast_make();
	/* the count is first: everything else is wrong, too */
	static const uint64_t counts[] = {0,
					  513,
					  (uint64_t)1 << 32,
					  ((uint64_t)1 << 32) + 1,
					  (uint64_t)1 << 63,
					  ~(uint64_t)0};

	for (unsigned i = 0; i < 6; i++)
		REFUSED(TN_EINVAL, 0, GIVE, {CAST_MISSING, CAST_MISSING, ~(uint64_t)0, counts[i]});
	assert_slot_errors(&(struct call){GIVE, {0, CAST_MISSING, ~(uint64_t)0, 2}}, 0,
			   TN_CAP_FRAMES, true);
	assert_slot_errors(&(struct call){GIVE, {CAST_FRAMES_ONE, 0, ~(uint64_t)0, 2}}, 1,
			   TN_CAP_POOL, true);
	REFUSED(TN_EDYING, 0, GIVE, {CAST_FRAMES_ONE, CAST_DYING_POOL, CAST_FIRMWARE, 2});
	REFUSED(TN_EACCES, CAST_FIRMWARE, GIVE, {CAST_FRAMES_ONE, CAST_POOL, CAST_FIRMWARE, 2});
	REFUSED(TN_ENXIO, CAST_FIRMWARE, GIVE, {TN_SLOT_FRAMES, CAST_POOL, CAST_FIRMWARE, 512});
	world_end();
}

/* Each guard alone, where all else is right. */
static void each_guard_alone(void **state)
{
	uint64_t f;

	(void)state;
	cast_make();
	f = world.free_first;
	DONE(TN_CALL_CAP_COPY,
	     {CAST_POOL, TN_SELF, CAST_EMPTY, TN_RIGHTS_ALL & ~TN_POOL_GIVE, 0, 0});
	DONE(TN_CALL_CAP_COPY,
	     {TN_SLOT_FRAMES, TN_SELF, CAST_EMPTY + 1, TN_RIGHTS_ALL & ~TN_FRAMES_GIVE, f, 9});
	for (uint64_t count = 1; count <= 2; count++) {
		REFUSED(TN_EPERM, 0, GIVE, {CAST_EMPTY + 1, CAST_POOL, f, count});
		REFUSED(TN_EPERM, 0, GIVE, {TN_SLOT_FRAMES, CAST_EMPTY, f, count});
		REFUSED(TN_ESTALE, 0, GIVE, {TN_SLOT_FRAMES, CAST_DEAD_POOL, f, count});
		REFUSED(TN_EDYING, 0, GIVE, {TN_SLOT_FRAMES, CAST_DYING_POOL, f, count});
		REFUSED(TN_EACCES, f, GIVE, {CAST_FRAMES_ONE, CAST_POOL, f, count});
	}
	world_end();
}

static void ranges_not_covered(void **state)
{
	static const uint64_t firsts[] = {0,
					  1,
					  CAST_FIRMWARE - 1,
					  CAST_END,
					  (uint64_t)1 << 32,
					  ((uint64_t)1 << 32) + CAST_USER,
					  (uint64_t)1 << 63,
					  ~(uint64_t)0,
					  0xffffffc000000000u};

	(void)state;
	cast_make();
	for (unsigned i = 0; i < 9; i++) {
		REFUSED(TN_EACCES, firsts[i], GIVE, {TN_SLOT_FRAMES, CAST_POOL, firsts[i], 1});
		REFUSED(TN_EACCES, firsts[i], GIVE, {TN_SLOT_FRAMES, CAST_POOL, firsts[i], 512});
	}
	/* begins inside, ends outside */
	REFUSED(TN_EACCES, CAST_END, GIVE, {TN_SLOT_FRAMES, CAST_POOL, CAST_END - 1, 2});
	REFUSED(TN_EACCES, CAST_LAST_USER + 1, GIVE,
		{CAST_FRAMES_ONE, CAST_POOL, CAST_LAST_USER, 512});
	DONE(GIVE, {CAST_FRAMES_ONE, CAST_POOL, CAST_LAST_USER, 1});
	world_end();
}

/* The range's first frame is bad, or its last, or both; the first bad one is named. */
static void frames_of_boot_at_both_ends(void **state)
{
	static const struct {
		uint64_t first, count;
		int error;
		uint64_t offender;
	} cases[] = {
		{CAST_FIRMWARE, 1, TN_ENXIO, CAST_FIRMWARE},
		{CAST_IMAGE - 1, 2, TN_ENXIO, CAST_IMAGE - 1},
		{CAST_IMAGE, 1, TN_EKERNEL, CAST_IMAGE},
		{CAST_USER - 1, 1, TN_EKERNEL, CAST_USER - 1},
		{CAST_USER - 1, 512, TN_EKERNEL, CAST_USER - 1},
		{CAST_BOOT - 1, 2, TN_EKERNEL, CAST_BOOT},
		{CAST_BOOT - 8, 8 + CAST_BOOT_COUNT + 8, TN_EKERNEL, CAST_BOOT},
		{CAST_LAST_USER - 1, 2, TN_EKERNEL, CAST_LAST_USER - 1},
		{CAST_GAP - 1, 2, TN_ENXIO, CAST_GAP},
		{CAST_HIGH - 1, 2, TN_ENXIO, CAST_HIGH - 1},
		{CAST_GAP - 4, 512, TN_ENXIO, CAST_GAP},
		{CAST_WINDOW_END, 1, TN_ENOTSUP, CAST_WINDOW_END},
		{CAST_WINDOW_END - 1, 2, TN_ENOTSUP, CAST_WINDOW_END},
		{CAST_WINDOW_END - 256, 512, TN_ENOTSUP, CAST_WINDOW_END},
		{CAST_END - 1, 1, TN_ENOTSUP, CAST_END - 1},
	};

	(void)state;
	cast_make();
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		REFUSED(cases[i].error, cases[i].offender, GIVE,
			{TN_SLOT_FRAMES, CAST_POOL, cases[i].first, cases[i].count});
	DONE(GIVE, {TN_SLOT_FRAMES, CAST_POOL, CAST_WINDOW_END - 256, 256});
	world_end();
}

/* The frame alone, and as first, last and inner frame of a range of idle ones. */
static void refused_anywhere(uint64_t f, int error)
{
	static const struct {
		uint64_t before, after;
	} around[] = {{0, 0}, {0, 3}, {3, 0}, {3, 3}};

	for (unsigned i = 0; i < 4; i++)
		REFUSED(error, f, GIVE,
			{TN_SLOT_FRAMES, CAST_POOL, f - around[i].before,
			 around[i].before + 1 + around[i].after});
}

static void kernels_frames_at_both_ends(void **state)
{
	(void)state;
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_FREE; kind++) {
		cast_make();
		cast_place(kind, CAST_LAST_USER + 8, CAST_EMPTY);
		assert_int_equal(FRAME_KIND(frame_get(pfn(CAST_LAST_USER + 8))), kind);
		refused_anywhere(CAST_LAST_USER + 8, TN_EKERNEL);
		world_end();
	}
}

static void mapped_frames_are_busy(void **state)
{
	uint64_t f = CAST_LAST_USER + 8;

	(void)state;
	cast_make();
	DONE(TN_CALL_MAP, {TN_SLOT_PROCESS, 0x10000, TN_SLOT_FRAMES, f, 1, TN_MAP_READ});
	refused_anywhere(f, TN_EBUSY);
	DONE(TN_CALL_MAP, {TN_SLOT_PROCESS, 0x11000, TN_SLOT_FRAMES, f, 1, TN_MAP_READ});
	DONE(TN_CALL_UNMAP, {TN_SLOT_PROCESS, 0x10000, 1});
	refused_anywhere(f, TN_EBUSY);
	DONE(TN_CALL_UNMAP, {TN_SLOT_PROCESS, 0x11000, 1});
	DONE(GIVE, {TN_SLOT_FRAMES, CAST_POOL, f - 3, 7});
	world_end();
}

static void pinned_frames_are_busy(void **state)
{
	(void)state;
	cast_make();
	REFUSED(TN_EBUSY, world.utcb, GIVE, {TN_SLOT_FRAMES, CAST_POOL, world.utcb, 1});
	world_end();
}

/* No frame under a large page may go, though no word of its own says so. */
static void large_mapped_frames_are_busy(void **state)
{
	uint64_t block = WORLD_FIRST + 2 * BLOCK_FRAMES;

	(void)state;
	world_make(NULL);
	DONE(TN_CALL_MAP,
	     {TN_SLOT_PROCESS, 0x400000, TN_SLOT_FRAMES, block, 512, TN_MAP_READ | TN_MAP_WRITE});
	REFUSED(TN_EBUSY, block, GIVE, {ROOT, block, 1});
	REFUSED(TN_EBUSY, block + 511, GIVE, {ROOT, block + 511, 1});
	REFUSED(TN_EBUSY, block, GIVE, {ROOT, block - 1, 2});
	REFUSED(TN_EBUSY, block + 511, GIVE, {ROOT, block + 511, 2});
	REFUSED(TN_EBUSY, block, GIVE, {ROOT, block, 512});
	DONE(GIVE, {ROOT, block - 2, 2});
	DONE(TN_CALL_UNMAP, {TN_SLOT_PROCESS, 0x400000, 512});
	DONE(GIVE, {ROOT, block, 512});
	world_end();
}

static void gigabyte_mapped_frames_are_busy(void **state)
{
	static const struct region regions[] = {
		{0x80000, 0x1000, TN_KIND_USER},
		{0xc0000, GIGA_FRAMES, TN_KIND_USER},
	};
	struct world_options o = {.regions = regions, .region_count = 2};

	(void)state;
	world_make(&o);
	DONE(TN_CALL_MAP,
	     {TN_SLOT_PROCESS, 0x40000000, TN_SLOT_FRAMES, 0xc0000, GIGA_FRAMES, TN_MAP_READ});
	assert_int_equal(BLOCK_MAPPINGS(giga_get(pfn(0xc0000))), 1);
	REFUSED(TN_EBUSY, 0xc0000, GIVE, {ROOT, 0xc0000, 1});
	REFUSED(TN_EBUSY, 0xc0000 + GIGA_FRAMES - 1, GIVE, {ROOT, 0xc0000 + GIGA_FRAMES - 1, 1});
	REFUSED(TN_EBUSY, 0xc1234, GIVE, {ROOT, 0xc1234, 512});
	world_end();
}

static void each_pool_keeps_its_own_account(void **state)
{
	const struct pool *a, *b;

	(void)state;
	cast_make();
	a = host_memory(cast_frame(CAST_POOL));
	b = host_memory(cast_frame(CAST_SIBLING));
	uint64_t a_free = a->free, b_free = b->free;

	DONE(GIVE, {TN_SLOT_FRAMES, CAST_POOL, CAST_LAST_USER, 5});
	assert_int_equal(a->free, a_free + 5);
	assert_int_equal(b->free, b_free);
	assert_int_equal(a->given.frames, CAST_POOL_FRAMES + 5);
	assert_int_equal(FRAME_POOL(frame_get(pfn(CAST_LAST_USER))), a->self);
	world_end();
}

/* One frame of RAM beyond the window: less could not be. */
static void the_frame_beyond_the_window_stays(void **state)
{
	uint64_t last = WORLD_FIRST + WORLD_FRAMES - 1;

	(void)state;
	world_make(&(struct world_options){.window_first = WORLD_FIRST,
					   .window_count = WORLD_FRAMES - 1});
	REFUSED(TN_ENOTSUP, last, GIVE, {ROOT, last, 1});
	REFUSED(TN_ENOTSUP, last, GIVE, {ROOT, last - 1, 2});
	DONE(GIVE, {ROOT, last - 1, 1});
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_frame_becomes_free),
		cmocka_unit_test(batch_sizes),
		cmocka_unit_test(blocks_count_what_is_given),
		cmocka_unit_test(whole_batch_across_blocks),
		cmocka_unit_test(contents_stay),
		cmocka_unit_test(errors_in_order),
		IN_OPEN_WINDOW(errors_in_order),
		cmocka_unit_test(each_guard_alone),
		IN_OPEN_WINDOW(each_guard_alone),
		cmocka_unit_test(ranges_not_covered),
		IN_OPEN_WINDOW(ranges_not_covered),
		cmocka_unit_test(frames_of_boot_at_both_ends),
		cmocka_unit_test(kernels_frames_at_both_ends),
		IN_OPEN_WINDOW(kernels_frames_at_both_ends),
		cmocka_unit_test(mapped_frames_are_busy),
		IN_OPEN_WINDOW(mapped_frames_are_busy),
		cmocka_unit_test(pinned_frames_are_busy),
		IN_OPEN_WINDOW(pinned_frames_are_busy),
		cmocka_unit_test(large_mapped_frames_are_busy),
		cmocka_unit_test(gigabyte_mapped_frames_are_busy),
		cmocka_unit_test(each_pool_keeps_its_own_account),
		IN_OPEN_WINDOW(each_pool_keeps_its_own_account),
		cmocka_unit_test(the_frame_beyond_the_window_stays),
	};

	return cmocka_run_group_tests_name("give", tests, NULL, NULL);
}
