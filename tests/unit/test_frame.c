/*
 * test_frame.c - the frame table: first touch, blocks, export; frame_info, census, cache_op.
 */
#include "frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <port/current.h>
#include <tenure/abi.h>

#include "cast.h"
#include "object.h"
#include "snapshot.h"
#include "thread.h"
#include "walk.h"
#include "world_check.h"
#include "words.h"

#define INFO TN_CALL_FRAME_INFO

static uint64_t kind_of(uint64_t f)
{
	return FRAME_KIND(frame_get(pfn(f)));
}

/* --- words ------------------------------------------------------------------------------- */

/* The fields of a word do not overlap, at the largest value of each. */
static void words_hold_the_largest_values(void **state)
{
	uint64_t table = FRAME_WORD(TN_KIND_TABLE, 0xffffffff) + 512 * FRAME_ENTRY + FRAME_EXPLICIT;
	uint64_t object = FRAME_WORD(TN_KIND_ENDPOINT, FRAME_ID_LIMIT - 1) + FRAME_CLEAN;

	(void)state;
	assert_int_equal(FRAME_KIND(table), TN_KIND_TABLE);
	assert_int_equal(FRAME_POOL(table), 0xffffffff);
	assert_int_equal(FRAME_ENTRIES(table), 512);
	assert_true(FRAME_IS_EXPLICIT(table));
	assert_false(FRAME_IS_CLEAN(table));
	assert_int_equal(FRAME_KIND(object), TN_KIND_ENDPOINT);
	assert_int_equal(FRAME_ID(object), FRAME_ID_LIMIT - 1);
	assert_true(FRAME_IS_CLEAN(object));
}

static void references_end_at_the_maximum(void **state)
{
	(void)state;
	assert_true(FRAME_IS_MAPPABLE((uint64_t)0));
	assert_true(FRAME_IS_MAPPABLE(FRAME_REFS_MAX - 1));
	assert_false(FRAME_IS_MAPPABLE(FRAME_REFS_MAX));
	assert_false(FRAME_IS_MAPPABLE(FRAME_WORD(TN_KIND_POOL, 0)));
	assert_false(FRAME_IS_MAPPABLE(FRAME_CLEAN));
}

/* --- first touch ------------------------------------------------------------------------- */

static void a_block_is_written_once(void **state)
{
	uint64_t f = WORLD_FIRST + 5 * BLOCK_FRAMES + 77;

	(void)state;
	world_make(NULL);
	assert_int_equal(kind_of(f), KIND_UNTOUCHED);
	assert_true(frame_touch(pfn(f)));
	assert_false(frame_touch(pfn(f)));
	for (uint64_t i = 0; i < BLOCK_FRAMES; i++)
		assert_int_equal(frame_get(pfn(f - 77 + i)), 0);
	assert_int_equal(kind_of(f - 78), KIND_UNTOUCHED);
	assert_int_equal(kind_of(f - 77 + BLOCK_FRAMES), KIND_UNTOUCHED);
	world_end();
}

static void a_range_touches_all_its_blocks(void **state)
{
	uint64_t border = WORLD_FIRST + 5 * BLOCK_FRAMES;

	(void)state;
	world_make(NULL);
	assert_true(frame_touch_range(pfn(border - 1), 2));
	assert_int_equal(kind_of(border - BLOCK_FRAMES), TN_KIND_USER);
	assert_int_equal(kind_of(border + BLOCK_FRAMES - 1), TN_KIND_USER);
	assert_false(frame_touch_range(pfn(border - BLOCK_FRAMES), 2 * BLOCK_FRAMES));
	assert_true(frame_touch_range(pfn(border - BLOCK_FRAMES), 2 * BLOCK_FRAMES + 1));
	world_end();
}

/* Several regions meet in one block, and what none of them names is a hole. */
static void first_words_follow_the_regions(void **state)
{
	static const struct region regions[] = {
		{0x80000, 0x200, TN_KIND_USER}, {0x80203, 0x10, TN_KIND_HOLE},
		{0x80213, 0x20, TN_KIND_IMAGE}, {0x80233, 0x01, TN_KIND_BOOT},
		{0x80300, 0x80, TN_KIND_USER},  {0x80401, 0x01, TN_KIND_USER},
	};
	struct world_options o = {.regions = regions, .region_count = 6};

	(void)state;
	world_make(&o);
	frame_touch(pfn(0x80300));
	for (uint64_t f = 0x80200; f < 0x80400; f++) {
		uint64_t kind = TN_KIND_HOLE;

		for (unsigned i = 0; i < 6; i++)
			if (f - regions[i].first < regions[i].count)
				kind = regions[i].kind;
		assert_int_equal(frame_get(pfn(f)), FRAME_WORD(kind, 0));
	}
	assert_int_equal(BLOCK_OTHERS(block_get(pfn(0x80200))), 0x180);
	assert_int_equal(BLOCK_OTHERS(block_get(pfn(0x80400))), 0x1ff);
	assert_world_holds();
	world_end();
}

static void a_block_without_ram_is_a_hole(void **state)
{
	static const struct region regions[] = {
		{0x80000, 0x200, TN_KIND_USER},
		{0x80800, 0x200, TN_KIND_USER},
	};
	struct world_options o = {.regions = regions, .region_count = 2};

	(void)state;
	world_make(&o);
	frame_touch(pfn(0x80400));
	assert_int_equal(kind_of(0x80400), TN_KIND_HOLE);
	assert_int_equal(kind_of(0x805ff), TN_KIND_HOLE);
	assert_int_equal(BLOCK_OTHERS(block_get(pfn(0x80400))), BLOCK_FRAMES);
	assert_int_equal(BLOCK_OTHERS(giga_get(pfn(0x80400))), GIGA_FRAMES - 0x400 + 64);
	assert_world_holds();
	world_end();
}

static void zeroing_stops_where_it_should(void **state)
{
	unsigned char *memory;

	(void)state;
	world_make(NULL);
	memory = host_memory(world.free_first);
	memset(memory, 0xa5, 3 * FRAME_BYTES);
	zero_lines(frame_memory(pfn(world.free_first + 1)), 192);
	assert_int_equal(memory[FRAME_BYTES - 1], 0xa5);
	for (unsigned i = 0; i < FRAME_BYTES; i++)
		assert_int_equal(memory[FRAME_BYTES + i], i < 192 ? 0 : 0xa5);
	zero_page(frame_memory(pfn(world.free_first + 1)));
	for (unsigned i = 0; i < FRAME_BYTES; i++)
		assert_int_equal(memory[FRAME_BYTES + i], 0);
	assert_int_equal(memory[FRAME_BYTES - 1], 0xa5);
	assert_int_equal(memory[2 * FRAME_BYTES], 0xa5);
	world_end();
}

/* --- frame_info -------------------------------------------------------------------------- */

static void info_errors_in_order(void **state)
{
	static const uint64_t counts[] = {0, 505, (uint64_t)1 << 32, (uint64_t)1 << 63,
					  ~(uint64_t)0};

	(void)state;
	cast_make();
	for (unsigned i = 0; i < 5; i++)
		REFUSED(TN_EINVAL, 0, INFO, {CAST_MISSING, ~(uint64_t)0, counts[i]});
	assert_slot_errors(&(struct call){INFO, {0, ~(uint64_t)0, 1}}, 0, TN_CAP_FRAMES, false);
	REFUSED(TN_EACCES, CAST_FIRMWARE - 1, INFO, {TN_SLOT_FRAMES, CAST_FIRMWARE - 1, 1});
	REFUSED(TN_EACCES, CAST_END, INFO, {TN_SLOT_FRAMES, CAST_END - 1, 2});
	REFUSED(TN_EACCES, ~(uint64_t)0, INFO, {TN_SLOT_FRAMES, ~(uint64_t)0, 504});
	REFUSED(TN_EACCES, CAST_LAST_USER + 1, INFO, {CAST_FRAMES_ONE, CAST_LAST_USER, 2});
	assert_int_equal(DONE(INFO, {CAST_FRAMES_ONE, CAST_LAST_USER, 1}), 1);
	world_end();
}

static uint64_t info_of(uint64_t f)
{
	assert_int_equal(DONE(INFO, {TN_SLOT_FRAMES, f, 1}), 1);
	return current->utcb->words[0];
}

static void info_says_kind_and_owner(void **state)
{
	uint64_t f = CAST_LAST_USER;

	(void)state;
	cast_make();
	assert_int_equal(TN_INFO_KIND(info_of(CAST_FIRMWARE)), TN_KIND_HOLE);
	assert_int_equal(TN_INFO_KIND(info_of(CAST_GAP)), TN_KIND_HOLE);
	assert_int_equal(TN_INFO_KIND(info_of(CAST_IMAGE)), TN_KIND_IMAGE);
	assert_int_equal(TN_INFO_KIND(info_of(CAST_BOOT)), TN_KIND_BOOT);
	assert_int_equal(info_of(f), 0);
	assert_int_equal(info_of(world.utcb), 1);
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_CAPS; kind++) {
		cast_place(kind, f, CAST_EMPTY + kind - 1);
		assert_int_equal(TN_INFO_KIND(info_of(f)), kind);
		assert_int_equal(TN_INFO_LOW(info_of(f)),
				 kind == TN_KIND_CAPS ? cast_frame(CAST_POOL) : 0);
		f++;
	}
	cast_place(TN_KIND_FREE, f, 0);
	assert_int_equal(info_of(f), ((uint64_t)TN_KIND_FREE << 48) + cast_frame(CAST_SIBLING));
	world_end();
}

static void info_of_tables(void **state)
{
	uint64_t root = CAST_LAST_USER, leaf;
	const struct process *p;
	struct place at;

	(void)state;
	cast_make();
	cast_place(TN_KIND_TABLE, root, 0);
	p = host_memory(cast_frame(CAST_PROCESS));
	DONE(TN_CALL_MAP, {CAST_PROCESS, 0x1000, TN_SLOT_FRAMES, root + 1, 7, TN_MAP_READ});
	at = walk_down(p, 0x1000, 0);
	leaf = frame_of(at.table).n;
	assert_int_equal(info_of(root), ((uint64_t)TN_KIND_TABLE << 48) + TN_INFO_EXPLICIT +
						((uint64_t)1 << 32) + cast_frame(CAST_POOL));
	assert_int_equal(info_of(leaf), ((uint64_t)TN_KIND_TABLE << 48) + ((uint64_t)7 << 32) +
						cast_frame(CAST_POOL));
	assert_int_equal(info_of(root + 1), 1);
	DONE(TN_CALL_UNMAP, {CAST_PROCESS, 0x1000, 7});
	assert_int_equal(info_of(leaf),
			 ((uint64_t)TN_KIND_FREE << 48) + TN_INFO_CLEAN + cast_frame(CAST_POOL));
	world_end();
}

static void info_of_large_mapped_frames(void **state)
{
	uint64_t block = WORLD_FIRST + 2 * BLOCK_FRAMES;

	(void)state;
	world_make(NULL);
	DONE(TN_CALL_MAP, {TN_SLOT_PROCESS, 0x400000, TN_SLOT_FRAMES, block, 512, TN_MAP_READ});
	assert_int_equal(info_of(block), TN_INFO_LARGE);
	assert_int_equal(info_of(block + 511), TN_INFO_LARGE);
	assert_int_equal(info_of(block + 512), 0);
	world_end();
}

static void info_of_a_whole_batch(void **state)
{
	(void)state;
	cast_make();
	assert_int_equal(DONE(INFO, {TN_SLOT_FRAMES, CAST_BOOT - 200, 504}), 504);
	for (uint64_t i = 0; i < 504; i++)
		assert_int_equal(current->utcb->words[i], frame_export(pfn(CAST_BOOT - 200 + i)));
	world_end();
}

/* --- census ------------------------------------------------------------------------------ */

static const struct tn_census *census(void)
{
	assert_int_equal(DONE(TN_CALL_CENSUS, {TN_SLOT_SYSTEM}), ram.frames);
	return (const struct tn_census *)current->utcb->words;
}

/* What a walk of the table, gaps left out, finds. */
static void census_is_a_walk(void)
{
	const struct tn_census *c = census();
	uint64_t kinds[TN_KIND_COUNT] = {0}, all = 0;

	for (uint64_t f = CAST_FIRMWARE; f < CAST_END; f++) {
		frame_touch(pfn(f));
		if (f - CAST_GAP >= CAST_HIGH - CAST_GAP)
			kinds[kind_of(f)]++;
	}
	for (unsigned kind = 0; kind < TN_KIND_COUNT; kind++) {
		assert_int_equal(c->kinds[kind], kinds[kind]);
		all += c->kinds[kind];
	}
	assert_int_equal(c->frames, all);
}

static void census_adds_up(void **state)
{
	(void)state;
	cast_make();
	census_is_a_walk();
	DONE(TN_CALL_MAP, {CAST_PROCESS, 0x1000, TN_SLOT_FRAMES, CAST_LAST_USER, 7, TN_MAP_READ});
	DONE(TN_CALL_FRAME_GIVE, {TN_SLOT_FRAMES, CAST_POOL, CAST_LAST_USER + 7, 9});
	census_is_a_walk();
	DONE(TN_CALL_DESTROY, {CAST_POOL, 0});
	census_is_a_walk();
	world_end();
}

static void census_errors_in_order(void **state)
{
	(void)state;
	cast_make();
	assert_slot_errors(&(struct call){TN_CALL_CENSUS, {0}}, 0, TN_CAP_SYSTEM, true);
	DONE(TN_CALL_CAP_COPY,
	     {TN_SLOT_SYSTEM, TN_SELF, CAST_EMPTY, TN_SYSTEM_LOG | TN_SYSTEM_SHUTDOWN, 0, 0});
	REFUSED(TN_EPERM, 0, TN_CALL_CENSUS, {CAST_EMPTY});
	world_end();
}

/* --- cache_op ---------------------------------------------------------------------------- */

static void cache_errors_in_order(void **state)
{
	static const uint64_t counts[] = {0, 17, (uint64_t)1 << 32, ~(uint64_t)0};

	(void)state;
	cast_make();
	REFUSED(TN_EINVAL, 0, TN_CALL_CACHE_OP, {CAST_MISSING, ~(uint64_t)0, 1, 3});
	REFUSED(TN_EINVAL, 0, TN_CALL_CACHE_OP, {CAST_MISSING, ~(uint64_t)0, 1, ~(uint64_t)0});
	for (unsigned i = 0; i < 4; i++)
		REFUSED(TN_EINVAL, 0, TN_CALL_CACHE_OP, {CAST_MISSING, ~(uint64_t)0, counts[i], 0});
	for (uint64_t op = TN_CACHE_CLEAN; op <= TN_CACHE_FLUSH; op++)
		assert_slot_errors(&(struct call){TN_CALL_CACHE_OP, {0, ~(uint64_t)0, 1, op}}, 0,
				   TN_CAP_FRAMES, true);
	REFUSED(TN_EACCES, CAST_END, TN_CALL_CACHE_OP, {TN_SLOT_FRAMES, CAST_END, 1, 0});
	REFUSED(TN_ENXIO, CAST_GAP, TN_CALL_CACHE_OP, {TN_SLOT_FRAMES, CAST_GAP, 1, 0});
	REFUSED(TN_EKERNEL, CAST_IMAGE, TN_CALL_CACHE_OP, {TN_SLOT_FRAMES, CAST_IMAGE, 1, 1});
	REFUSED(TN_EKERNEL, CAST_BOOT, TN_CALL_CACHE_OP, {TN_SLOT_FRAMES, CAST_BOOT, 1, 1});
	REFUSED(TN_ENOTSUP, CAST_LAST_USER, TN_CALL_CACHE_OP,
		{TN_SLOT_FRAMES, CAST_LAST_USER, 1, 2});
	world_end();
}

static void cache_op_works_on_each_frame(void **state)
{
	uint64_t before = host_cache_op_count;

	(void)state;
	cast_make();
	host_cache_ops = true;
	DONE(TN_CALL_CACHE_OP, {TN_SLOT_FRAMES, CAST_LAST_USER, 16, TN_CACHE_FLUSH});
	assert_int_equal(host_cache_op_count, before + 16);
	REFUSED(TN_EKERNEL, CAST_LAST_USER - 1, TN_CALL_CACHE_OP,
		{TN_SLOT_FRAMES, CAST_LAST_USER - 1, 2, TN_CACHE_FLUSH});
	REFUSED(TN_ENXIO, CAST_GAP, TN_CALL_CACHE_OP,
		{TN_SLOT_FRAMES, CAST_GAP - 1, 2, TN_CACHE_FLUSH});
	REFUSED(TN_ENOTSUP, CAST_WINDOW_END, TN_CALL_CACHE_OP,
		{TN_SLOT_FRAMES, CAST_WINDOW_END - 1, 2, TN_CACHE_FLUSH});
	assert_int_equal(host_cache_op_count, before + 16);
	world_end();
}

/* Cleaning needs *read*, the two that may lose or show stores need *write*. */
static void cache_op_rights(void **state)
{
	(void)state;
	cast_make();
	host_cache_ops = true;
	DONE(TN_CALL_CAP_COPY,
	     {TN_SLOT_FRAMES, TN_SELF, CAST_EMPTY, TN_FRAMES_READ, CAST_LAST_USER, 1});
	DONE(TN_CALL_CACHE_OP, {CAST_EMPTY, CAST_LAST_USER, 1, TN_CACHE_CLEAN});
	REFUSED(TN_EPERM, 0, TN_CALL_CACHE_OP,
		{CAST_EMPTY, CAST_LAST_USER, 1, TN_CACHE_INVALIDATE});
	REFUSED(TN_EPERM, 0, TN_CALL_CACHE_OP, {CAST_EMPTY, CAST_LAST_USER, 1, TN_CACHE_FLUSH});
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_hold_the_largest_values),
		cmocka_unit_test(references_end_at_the_maximum),
		cmocka_unit_test(a_block_is_written_once),
		cmocka_unit_test(a_range_touches_all_its_blocks),
		cmocka_unit_test(first_words_follow_the_regions),
		cmocka_unit_test(a_block_without_ram_is_a_hole),
		cmocka_unit_test(zeroing_stops_where_it_should),
		cmocka_unit_test(info_errors_in_order),
		cmocka_unit_test(info_says_kind_and_owner),
		cmocka_unit_test(info_of_tables),
		cmocka_unit_test(info_of_large_mapped_frames),
		cmocka_unit_test(info_of_a_whole_batch),
		cmocka_unit_test(census_adds_up),
		cmocka_unit_test(census_errors_in_order),
		cmocka_unit_test(cache_errors_in_order),
		cmocka_unit_test(cache_op_works_on_each_frame),
		cmocka_unit_test(cache_op_rights),
	};

	return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
