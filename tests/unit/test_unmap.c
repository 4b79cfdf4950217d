/*
 * test_unmap.c - unmap: holes, dirty counts, large pages cut anywhere, tables that return, every
 * refusal in its order, and the fast path against the general one.
 */
#include "aspace.h"
#include "cap.h"
#include "frame.h"
#include "snapshot.h"
#include "span.h"
#include "walk.h"

#define VA 0x40000000ul /* aligned to 1 GiB */

static uint64_t frame(uint64_t i)
{
	return world.free_first + i;
}

static void map_ok(uint64_t va, uint64_t first, uint64_t count, uint64_t flags)
{
	assert_answer(space_map(va, first, count, flags), 0, count);
}

/* --- holes -------------------------------------------------------------------------------- */

static void no_root(void)
{
	assert_answer(space_unmap(VA, 1), 0, 1);
	assert_answer(space_unmap(0, 1000), 0, 1000);
	assert_answer(space_unmap(0, user_top / PAGE), 0,
		      user_top / PAGE < 1ul << 31 ? user_top / PAGE : 1ul << 31);
}

static void a_process_without_tables_is_all_hole(void **state)
{
	(void)state;
	aspace_each_mode(no_root, 8);
}

static void holes(void)
{
	map_ok(VA, frame(0), 1, RW);
	map_ok(VA + 5 * PAGE, frame(5), 2, RW);
	assert_answer(space_unmap(VA + PAGE, 4), 0, 4);
	assert_answer(space_unmap(VA + PAGE, 5), 0, 5);
	assert_int_equal(frame_refs(frame(5)), 0);
	assert_mapped(VA + 6 * PAGE, frame(6), 0, RW);
	assert_mapped(VA, frame(0), 0, RW);
	assert_answer(space_unmap(VA, 600), 0, 512);
	assert_unmapped(VA + 6 * PAGE);
}

static void holes_are_passed_over(void **state)
{
	(void)state;
	aspace_each_mode(holes, 8);
}

static void holes_above(void)
{
	map_ok(VA + LARGE, frame(0), 1, RW);
	/* no table for the first 2 MiB; then one that ends the batch */
	assert_answer(space_unmap(VA, 1024), 0, 512);
	assert_answer(space_unmap(VA + 3 * PAGE, 1024), 0, 509);
	assert_answer(space_unmap(VA + 2 * LARGE, 5 * 512 + 3), 0, 5 * 512 + 3);
	assert_answer(space_unmap(VA + 2 * LARGE, 1000 * 512), 0, 510 * 512);
	assert_answer(space_unmap(VA + HUGE_PAGE, 512 * 512), 0, 512 * 512);
	assert_mapped(VA + LARGE, frame(0), 0, RW);
}

static void holes_of_missing_tables_are_passed_in_one_step(void **state)
{
	(void)state;
	aspace_each_mode(holes_above, 8);
}

static void whole_space(void)
{
	uint64_t va = 0, calls = 0;

	map_ok(VA, frame(0), 3, RW);
	map_ok(user_top - LARGE, aspace.block, 512, RW);
	while (va < user_top) {
		struct answer a = space_unmap(va, (user_top - va) / PAGE);

		assert_int_equal(a.code, 0);
		assert_true(a.value > 0 && a.value <= (user_top - va) / PAGE);
		va += a.value * PAGE;
		assert_true(++calls < 300000);
	}
	assert_int_equal(frame_refs(frame(2)), 0);
	assert_int_equal(block_mappings(aspace.block), 0);
	assert_int_equal(aspace.pool->kinds[TN_KIND_TABLE], 1);
}

static void looping_empties_the_whole_space(void **state)
{
	(void)state;
	aspace_make(3, 8);
	whole_space();
	world_end();
}

/* --- dirty -------------------------------------------------------------------------------- */

static void dirty(void)
{
	map_ok(VA, frame(0), 8, RW);
	space_touch(VA, 1);
	space_touch(VA + PAGE, 0);
	space_touch(VA + 3 * PAGE, 1);
	assert_answer(space_unmap(VA, 7), 0, 7 + 2 * SPAN_DIRTY);
	space_touch(VA + 7 * PAGE, 1);
	assert_answer(space_unmap(VA + 7 * PAGE, 1), 0, 1 + SPAN_DIRTY);
	map_ok(VA, aspace.block, 512, RW);
	space_touch(VA + 5 * PAGE, 1);
	assert_answer(space_unmap(VA, 512), 0, 512 + SPAN_DIRTY);
	map_ok(VA, frame(0), 1, RW);
	map_ok(VA + PAGE, frame(0), 2, RW);
	space_touch(VA, 1);
	assert_answer(space_unmap(VA, 1), 0, 1 + SPAN_DIRTY);
	for (uint64_t i = 1; i <= 2; i++)
		assert_answer(space_unmap(VA + i * PAGE, 1), 0, 1);
}

static void dirty_entries_are_reported(void **state)
{
	(void)state;
	aspace_each_mode(dirty, 8);
}

static void all_dirty(void)
{
	map_ok(VA, aspace.block, 512, RW | TN_MAP_SMALL);
	for (uint64_t i = 0; i < 512; i++)
		space_touch(VA + i * PAGE, 1);
	assert_answer(space_unmap(VA, 512), 0, 512 + 512 * SPAN_DIRTY);
}

static void a_full_table_of_dirty_pages_is_counted(void **state)
{
	(void)state;
	aspace_each_mode(all_dirty, 8);
}

/* --- tables ------------------------------------------------------------------------------- */

static void tables_return(void)
{
	uint64_t free = aspace.pool->free;

	map_ok(VA, frame(0), 1, RW);
	map_ok(VA + HUGE_PAGE, frame(1), 1, RW);
	assert_answer(space_unmap(VA, 1), 0, 1);
	assert_int_equal(aspace.pool->free, free - paging_levels);
	assert_answer(space_unmap(VA + HUGE_PAGE, 1), 0, 1);
	assert_int_equal(aspace.pool->free, free - 1); /* the root stays */
	map_ok(VA, aspace.block, 512, RW);
	assert_answer(space_unmap(VA, 512), 0, 512);
	assert_int_equal(aspace.pool->free, free - 1);
}

static void emptied_tables_return_to_the_pool(void **state)
{
	(void)state;
	aspace_each_mode(tables_return, 8);
}

static void returned_tables_are_clean(void)
{
	uint64_t table;

	map_ok(VA, frame(0), 512, RW);
	assert_code(space_resolve(VA), 0);
	table = space_resolved()->table;
	assert_answer(space_unmap(VA, 512), 0, 512);
	assert_int_equal(FRAME_KIND(frame_get(pfn(table))), TN_KIND_FREE);
	assert_true(FRAME_IS_CLEAN(frame_get(pfn(table))));
}

static void an_emptied_table_is_all_zero(void **state)
{
	(void)state;
	aspace_each_mode(returned_tables_are_clean, 8);
}

static void explicit_stays(void)
{
	uint64_t used;

	space_attach_down(VA, 0);
	used = pool_used(aspace.pool);
	map_ok(VA, frame(0), 1, RW);
	assert_answer(space_unmap(VA, 1), 0, 1);
	assert_int_equal(pool_used(aspace.pool), used);
	map_ok(VA + LARGE, frame(0), 1, RW);
	assert_int_equal(pool_used(aspace.pool), used + 1);
	assert_answer(space_unmap(VA + LARGE, 1), 0, 1);
	assert_int_equal(pool_used(aspace.pool), used);
	assert_answer(space_unmap(VA, 5000), 0, 512); /* nothing there: nothing goes */
	assert_int_equal(pool_used(aspace.pool), used);
}

static void explicit_tables_stay(void **state)
{
	(void)state;
	aspace_each_mode(explicit_stays, 16);
}

/* --- large pages -------------------------------------------------------------------------- */

static void whole_large(void)
{
	map_ok(VA, aspace.block, 3 * 512, RW);
	space_starve(0);
	assert_answer(space_unmap(VA + LARGE, 512), 0, 512);
	assert_int_equal(block_mappings(aspace.block + 512), 0);
	assert_mapped(VA + 2 * LARGE, aspace.block + 1024, 1, RW);
	assert_answer(space_unmap(VA, 1536), 0, 1536);
	assert_int_equal(block_mappings(aspace.block), 0);
}

static void whole_large_pages_need_no_frame(void **state)
{
	(void)state;
	aspace_each_mode(whole_large, 8);
}

static void cut(uint64_t from, uint64_t count)
{
	uint64_t b = aspace.block, end = from + count;

	map_ok(VA, b, 512, RW);
	space_starve(0);
	assert_answer(space_unmap(VA + from * PAGE, count), -TN_ENOMEM, 1);
	space_supply(1);
	assert_answer(space_unmap(VA + from * PAGE, count), 0, count);
	assert_int_equal(block_mappings(b), 0);
	for (uint64_t i = 0; i < 512; i += 1 + (i % 3 == 0 ? 7u : 0u)) {
		if (i >= from && i < end)
			assert_unmapped(VA + i * PAGE);
		else
			assert_mapped(VA + i * PAGE, b + i, 0, RW);
		assert_int_equal(frame_refs(b + i), i >= from && i < end ? 0 : 1);
	}
	assert_answer(space_unmap(VA, 512), 0, 512);
	assert_int_equal(frame_refs(b + 511), 0);
}

static void cuts(void)
{
	cut(0, 1);
	cut(0, 511);
	cut(511, 1);
	cut(1, 511);
	cut(1, 510);
	cut(100, 7);
}

static void a_large_page_is_cut_anywhere(void **state)
{
	(void)state;
	aspace_each_mode(cuts, 8);
}

static void cut_stops(void)
{
	map_ok(VA, aspace.block, 1024, RW);
	assert_answer(space_unmap(VA + 500 * PAGE, 20), 0, 12);
	assert_mapped(VA + LARGE, aspace.block + 512, 1, RW);
	assert_answer(space_unmap(VA + LARGE, 8), 0, 8);
	map_ok(VA + 4 * LARGE, aspace.block, 1024, RW);
	/* a whole one first: the batch ends before the one to be cut, and needs no frame */
	space_starve(0);
	assert_answer(space_unmap(VA + 4 * LARGE, 513), 0, 512);
	assert_answer(space_unmap(VA + 5 * LARGE, 1), -TN_ENOMEM, 1);
}

static void a_batch_ends_before_a_page_to_cut(void **state)
{
	(void)state;
	aspace_each_mode(cut_stops, 8);
}

static void cut_keeps_bits(void)
{
	map_ok(VA, aspace.block, 512, RX);
	space_touch(VA, 1);
	assert_answer(space_unmap(VA + PAGE, 1), 0, 1 + SPAN_DIRTY);
	assert_mapped(VA, aspace.block, 0, RX);
	assert_int_equal(space_resolved()->dirty, 1);
	assert_int_equal(space_resolved()->accessed, 1);
}

static void parts_inherit_rights_and_bits(void **state)
{
	(void)state;
	aspace_each_mode(cut_keeps_bits, 8);
}

static void cut_device(void)
{
	assert_answer(space_map_device(VA, DEVICE_FIRST, 512, RW), 0, 512);
	assert_answer(space_unmap(VA + 3 * PAGE, 1), 0, 1);
	assert_mapped(VA + 4 * PAGE, DEVICE_FIRST + 4, 0, RW);
	assert_true(pte_uncounted(space_entry(VA + 4 * PAGE)));
	assert_answer(space_unmap(VA, 512), 0, 512);
}

static void device_pages_are_cut_too(void **state)
{
	(void)state;
	aspace_each_mode(cut_device, 8);
}

static void cut_giga_at(uint64_t from, uint64_t count, uint64_t tables, uint64_t done)
{
	uint64_t g = 0xc0000, va = VA + from * PAGE;

	assert_answer(space_map(VA, g, 0x40000, RW), 0, 0x40000);
	for (uint64_t free = 0; free < tables; free++) {
		space_starve(0);
		space_supply(free);
		assert_answer(space_unmap(va, count), -TN_ENOMEM, tables - free);
	}
	space_supply(1);
	assert_answer(space_unmap(va, count), 0, done);
	assert_int_equal(giga_mappings(g), 0);
	assert_unmapped(va);
	assert_unmapped(va + (done - 1) * PAGE);
	if (from > 0)
		assert_answer(space_resolve(va - PAGE), 0, (g + from - 1) * PAGE);
	if (from + done < 0x40000)
		assert_answer(space_resolve(va + done * PAGE), 0, (g + from + done) * PAGE);
	for (uint64_t at = 0; at < HUGE_PAGE;) {
		struct answer a = host_call(TN_CALL_UNMAP, SLOT_SPACE, VA + at,
					    (HUGE_PAGE - at) / PAGE, 0, 0, 0);

		assert_int_equal(a.code, 0);
		at += a.value * PAGE;
	}
	assert_int_equal(aspace.pool->kinds[TN_KIND_TABLE], 1 + (aspace.process->root == NULL));
}

static void a_gigabyte_is_cut_anywhere(void **state)
{
	static const struct region region = {0x80000, 2 * 0x40000, TN_KIND_USER};
	struct world_options o = {.regions = &region, .region_count = 1};

	(void)state;
	for (o.levels = 3; o.levels <= 5; o.levels += 2) {
		aspace_make_in(&o, 8);
		cut_giga_at(0, 512, 1, 512);
		cut_giga_at(512, 1024, 1, 1024);
		cut_giga_at(0x40000 - 512, 512, 1, 512);
		cut_giga_at(0, 1, 2, 1);
		cut_giga_at(0x3ffff, 1, 2, 1);
		cut_giga_at(0x12345, 3, 2, 3);
		cut_giga_at(0, 513, 1, 512);  /* then the rest of a 2 MiB page is left */
		cut_giga_at(511, 1000, 2, 1); /* one table's end */
		cut_giga_at(512, 0x40000 - 512, 1, 0x20000); /* 256 large pages a call */
		world_end();
	}
}

static void cut_saturates(void **state)
{
	struct snapshot *before;
	uint64_t b;

	(void)state;
	aspace_make(3, 8);
	b = aspace.block;
	map_ok(VA, b, 512, RW);
	frame_touch(pfn(b));
	frame_set(pfn(b + 500), FRAME_REFS_MAX);
	before = snapshot_take();
	assert_answer(host_call(TN_CALL_UNMAP, SLOT_SPACE, VA, 1, 0, 0, 0), -TN_EOVERFLOW, 0);
	assert_unchanged(before);
	snapshot_end(before);
	frame_set(pfn(b + 500), 0);
	assert_answer(space_unmap(VA, 1), 0, 1);
	world_end();
}

/* --- refusals ----------------------------------------------------------------------------- */

static void malformed(void)
{
	assert_answer(space_unmap(VA + 1, 1), -TN_EINVAL, 0);
	assert_answer(space_unmap(VA, 0), -TN_EINVAL, 0);
	assert_answer(space_unmap(user_top, 0), -TN_EINVAL, 0);
	assert_answer(space_unmap(UINT64_MAX, 1), -TN_EINVAL, 0);
	assert_answer(space_unmap(user_top, 1), -TN_EFAULT, 0);
	assert_answer(space_unmap(user_top - PAGE, 2), -TN_EFAULT, 0);
	assert_answer(space_unmap(0, UINT64_MAX), -TN_EFAULT, 0);
	assert_answer(space_unmap(PAGE, user_top / PAGE), -TN_EFAULT, 0);
	assert_answer(space_unmap(UINT64_MAX - PAGE + 1, 1), -TN_EFAULT, 0);
}

static void malformed_arguments_are_refused(void **state)
{
	(void)state;
	aspace_each_mode(malformed, 8);
}

static void all_rules_in_order(void **state)
{
	uint64_t dying;

	(void)state;
	aspace_make(5, 8);
	dying = space_dying();
	slot_copy(SLOT_SPACE, SLOT_SPARE, TN_PROCESS_MANAGE, 0, 0);
	slot_copy(dying, SLOT_SPARE + 2, TN_PROCESS_MANAGE, 0, 0);
	slot_copy(SLOT_SPACE, SLOT_SPARE + 3, TN_PROCESS_MAP, 0, 0);
	map_ok(VA, aspace.block, 512, RW);
	space_starve(0);
	frame_touch(pfn(aspace.block));
	frame_set(pfn(aspace.block + 7), FRAME_REFS_MAX);
#define STEP(process, va, code) assert_code(host_call(TN_CALL_UNMAP, process, va, 1, 0, 0, 0), code)
	STEP(99999, user_top + 1, -TN_EINVAL);
	STEP(99999, user_top, -TN_EFAULT);
	STEP(99999, VA, -TN_ERANGE);
	STEP(SLOT_SPARE + 1, VA, -TN_ENOENT);
	STEP(SLOT_POOL, VA, -TN_EBADF);
	STEP(SLOT_SPARE + 2, VA, -TN_EPERM);
	STEP(dying, VA, -TN_EDYING);
	STEP(SLOT_SPACE, VA, -TN_EOVERFLOW);
	frame_set(pfn(aspace.block + 7), 0);
	STEP(SLOT_SPACE, VA, -TN_ENOMEM);
	space_supply(1);
	STEP(SLOT_SPACE, VA, 0);
	assert_code(host_call(TN_CALL_CAP_REVOKE, SLOT_SPACE, 0, 0, 0, 0, 0), 0);
	STEP(SLOT_SPARE + 3, VA, -TN_ESTALE);
#undef STEP
	world_end();
}

/* --- the fast path ------------------------------------------------------------------------ */

/* Two pages in one call go the general way, one by one the fast one. */
static void one_by_one(void)
{
	map_ok(VA, frame(0), 3, RW);
	space_touch(VA + PAGE, 1);
	assert_answer(space_unmap(VA, 2), 0, 2 + SPAN_DIRTY);
	map_ok(VA, frame(0), 2, RW);
	space_touch(VA + PAGE, 1);
	assert_answer(space_unmap(VA, 1), 0, 1);
	assert_int_equal(FRAME_ENTRIES(frame_get(pfn(frame_of(aspace.process->root).n))), 1);
	assert_answer(space_unmap(VA + PAGE, 1), 0, 1 + SPAN_DIRTY);
	assert_int_equal(frame_refs(frame(1)), 0);
	assert_answer(space_unmap(VA + PAGE, 1), 0, 1);     /* a hole */
	assert_answer(space_unmap(VA + 2 * PAGE, 1), 0, 1); /* the last of its table */
	assert_int_equal(aspace.pool->kinds[TN_KIND_TABLE], 1);
	assert_answer(space_unmap(VA + 2 * PAGE, 1), 0, 1);
	map_ok(VA, world.utcb, 1, RW);
	map_ok(VA + PAGE, frame(0), 1, RW);
	assert_answer(space_unmap(VA, 1), 0, 1);
	assert_int_equal(frame_refs(world.utcb), 1);
}

static void fast_path_agrees(void **state)
{
	(void)state;
	aspace_each_mode(one_by_one, 8);
}

static void uncounted_by_one(void **state)
{
	(void)state;
	aspace_make_mixed(4, 8);
	map_ok(VA, MIXED_BOOT, 2, TN_MAP_READ);
	assert_answer(space_map_device(VA + 2 * PAGE, DEVICE_FIRST, 2, RW), 0, 2);
	for (uint64_t i = 0; i < 4; i++)
		assert_answer(space_unmap(VA + i * PAGE, 1), 0, 1);
	assert_int_equal(frame_refs(MIXED_BOOT), 0);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_without_tables_is_all_hole),
		cmocka_unit_test(holes_are_passed_over),
		cmocka_unit_test(holes_of_missing_tables_are_passed_in_one_step),
		cmocka_unit_test(looping_empties_the_whole_space),
		cmocka_unit_test(dirty_entries_are_reported),
		cmocka_unit_test(a_full_table_of_dirty_pages_is_counted),
		cmocka_unit_test(emptied_tables_return_to_the_pool),
		cmocka_unit_test(an_emptied_table_is_all_zero),
		cmocka_unit_test(explicit_tables_stay),
		cmocka_unit_test(whole_large_pages_need_no_frame),
		cmocka_unit_test(a_large_page_is_cut_anywhere),
		cmocka_unit_test(a_batch_ends_before_a_page_to_cut),
		cmocka_unit_test(parts_inherit_rights_and_bits),
		cmocka_unit_test(device_pages_are_cut_too),
		cmocka_unit_test(a_gigabyte_is_cut_anywhere),
		cmocka_unit_test(cut_saturates),
		cmocka_unit_test(malformed_arguments_are_refused),
		cmocka_unit_test(all_rules_in_order),
		cmocka_unit_test(fast_path_agrees),
		cmocka_unit_test(uncounted_by_one),
	};

	return cmocka_run_group_tests_name("unmap", tests, NULL, NULL);
}
