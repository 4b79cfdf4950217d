/*
 * test_map.c - map: page sizes, batches, tables made, every refusal in its order, and the fast
 * path against the general one.
 */
#include <string.h>

#include "aspace.h"
#include "cap.h"
#include "frame.h"
#include "snapshot.h"
#include "table.h"
#include "walk.h"

#define VA 0x40000000ul /* aligned to 1 GiB */
#define NOWHERE 9999999ul

static uint64_t frame(uint64_t i)
{
	return world.free_first + i;
}

/* --- tables ------------------------------------------------------------------------------- */

static void one_page(void)
{
	uint64_t before = pool_used(aspace.pool);

	assert_answer(space_map(VA, frame(0), 1, RW), 0, 1);
	assert_mapped(VA, frame(0), 0, RW);
	assert_int_equal(frame_refs(frame(0)), 1);
	assert_int_equal(pool_used(aspace.pool) - before, paging_levels);
	assert_int_equal(aspace.pool->kinds[TN_KIND_TABLE], paging_levels);
}

static void a_page_makes_the_tables_it_needs(void **state)
{
	(void)state;
	aspace_each_mode(one_page, 8);
}

static void too_few_frames(void)
{
	for (uint64_t free = 0; free < paging_levels; free++) {
		space_starve(0);
		space_supply(free);
		assert_answer(space_map(VA, frame(0), 1, RW), -TN_ENOMEM, paging_levels - free);
		assert_answer(space_map(VA, frame(0), 1, RW | TN_MAP_SMALL), -TN_ENOMEM,
			      paging_levels - free);
	}
	space_supply(1);
	assert_answer(space_map(VA, frame(0), 1, RW), 0, 1);
	assert_int_equal(aspace.pool->free, 0);
}

static void the_missing_frames_are_counted(void **state)
{
	(void)state;
	aspace_each_mode(too_few_frames, 8);
}

static void large_too_few_frames(void)
{
	space_starve(1);
	assert_answer(space_map(VA, aspace.block, 512, RW), -TN_ENOMEM, paging_levels - 2);
	space_supply(paging_levels - 2);
	assert_answer(space_map(VA, aspace.block, 512, RW), 0, 512);
	assert_int_equal(aspace.pool->free, 0);
}

static void a_large_page_needs_one_table_less(void **state)
{
	(void)state;
	aspace_each_mode(large_too_few_frames, 8);
}

static void standing_tables(void)
{
	assert_answer(space_map(VA, frame(0), 1, RW), 0, 1);
	space_starve(0);
	assert_answer(space_map(VA + PAGE, frame(0), 3, TN_MAP_READ), 0, 3);
	assert_answer(space_map(VA + 511 * PAGE, frame(2), 1, RX), 0, 1);
	assert_int_equal(frame_refs(frame(0)), 2);
	assert_int_equal(frame_refs(frame(2)), 2);
	assert_answer(space_map(VA + LARGE, frame(0), 1, RW), -TN_ENOMEM, 1);
	assert_answer(space_map(VA + HUGE_PAGE, frame(0), 1, RW), -TN_ENOMEM, 2);
}

static void standing_tables_are_used(void **state)
{
	(void)state;
	aspace_each_mode(standing_tables, 8);
}

static void top_of_space(void)
{
	assert_answer(space_map(user_top - PAGE, frame(0), 1, RW), 0, 1);
	assert_mapped(user_top - PAGE, frame(0), 0, RW);
	assert_answer(space_map(0, frame(0), 1, RW), 0, 1);
	assert_mapped(0, frame(0), 0, RW);
}

static void both_ends_of_user_space_can_be_mapped(void **state)
{
	(void)state;
	aspace_each_mode(top_of_space, 16);
}

static void kernel_half(void)
{
	assert_answer(space_map(VA, frame(0), 1, RW), 0, 1);
	for (unsigned i = 256; i < 512; i++)
		assert_int_equal(aspace.process->root[i].w, kernel_root[i].w);
	for (unsigned i = 300; i < 303; i++)
		assert_true(aspace.process->root[i].w & PTE_GLOBAL);
	assert_true(pte_is_valid(aspace.process->root[511]));
}

static void a_new_root_has_the_kernels_half(void **state)
{
	(void)state;
	aspace_each_mode(kernel_half, 8);
}

/* --- page sizes --------------------------------------------------------------------------- */

static void size_by_alignment(void)
{
	uint64_t b = aspace.block;

	assert_answer(space_map(VA, b, 512, RW), 0, 512);
	assert_mapped(VA, b, 1, RW);
	assert_int_equal(block_mappings(b), 1);
	assert_int_equal(frame_refs(b), 0);
	assert_answer(space_map(VA + 2 * LARGE + PAGE, b + 1, 511, RW), 0, 511);
	assert_mapped(VA + 2 * LARGE + PAGE, b + 1, 0, RW);
	assert_answer(space_map(VA + 4 * LARGE, b + 1, 512, RW), 0, 512);
	assert_mapped(VA + 4 * LARGE, b + 1, 0, RW);
	assert_answer(space_map(VA + 6 * LARGE, b, 511, RW), 0, 511);
	assert_mapped(VA + 6 * LARGE, b, 0, RW);
	assert_answer(space_map(VA + 8 * LARGE, b, 512, RW | TN_MAP_SMALL), 0, 512);
	assert_mapped(VA + 8 * LARGE, b, 0, RW);
	assert_int_equal(block_mappings(b), 1);
	assert_int_equal(frame_refs(b), 2);
	assert_int_equal(frame_refs(b + 1), 4);
}

static void the_largest_page_that_fits_is_used(void **state)
{
	(void)state;
	aspace_each_mode(size_by_alignment, 16);
}

static void large_batch(void)
{
	uint64_t b = aspace.block;

	assert_answer(space_map(VA, b, 3 * 512 + 5, RW), 0, 3 * 512);
	for (uint64_t i = 0; i < 3; i++)
		assert_mapped(VA + i * LARGE, b + i * 512, 1, RW);
	assert_unmapped(VA + 3 * LARGE);
}

static void a_batch_of_large_pages_leaves_the_rest(void **state)
{
	(void)state;
	aspace_each_mode(large_batch, 8);
}

static void table_in_the_way(void)
{
	uint64_t b = aspace.block;

	space_attach_down(VA + 2 * LARGE, 0);
	assert_answer(space_map(VA, b, 4 * 512, RW), 0, 2 * 512);
	assert_answer(space_map(VA + 2 * LARGE, b + 1024, 1024, RW), 0, 512);
	assert_mapped(VA + 2 * LARGE, b + 1024, 0, RW);
	assert_int_equal(frame_refs(b + 1024 + 511), 1);
	assert_answer(space_map(VA + 3 * LARGE, b + 1536, 512, RW), 0, 512);
	assert_mapped(VA + 3 * LARGE, b + 1536, 1, RW);
}

static void large_pages_stop_at_a_standing_table(void **state)
{
	(void)state;
	aspace_each_mode(table_in_the_way, 8);
}

static void kernel_frame_in_block(void)
{
	uint64_t b = aspace.block, given = b + 512 + 77;

	assert_code(checked_call(TN_CALL_FRAME_GIVE, TN_SLOT_FRAMES, SLOT_POOL, given, 1, 0, 0), 0);
	assert_answer(space_map(VA, b, 1024, RW), 0, 512);
	assert_mapped(VA, b, 1, RW);
	assert_answer(space_map(VA + LARGE, b + 512, 512, RW), -TN_EKERNEL, given);
	assert_answer(space_map(VA + LARGE, b + 512, 77, RW), 0, 77);
	assert_mapped(VA + LARGE, b + 512, 0, RW);
}

static void a_block_with_a_kernel_frame_is_never_mapped_large(void **state)
{
	(void)state;
	aspace_each_mode(kernel_frame_in_block, 8);
}

static void batch_end(void)
{
	assert_answer(space_map(VA + 500 * PAGE, frame(0), 100, RW), 0, 12);
	assert_mapped(VA + 511 * PAGE, frame(11), 0, RW);
	assert_unmapped(VA + LARGE);
	assert_answer(space_map(VA + LARGE, frame(12), 88, RW), 0, 88);
	assert_answer(space_map(VA + 2 * LARGE, frame(0), 4000, RW | TN_MAP_SMALL), 0, 512);
}

static void a_batch_ends_with_its_table(void **state)
{
	(void)state;
	aspace_each_mode(batch_end, 16);
}

static void device_batch_end(void)
{
	uint64_t va = VA + 510 * LARGE;

	assert_answer(space_map_device(va, DEVICE_FIRST, 4 * 512, RW), 0, 1024);
	assert_mapped(va + LARGE, DEVICE_FIRST + 512, 1, RW);
	assert_unmapped(VA + HUGE_PAGE);
}

static void a_batch_of_large_pages_ends_with_its_table(void **state)
{
	(void)state;
	aspace_each_mode(device_batch_end, 8);
}

static void untouched_block(void)
{
	uint64_t b = aspace.block + 3 * 512;

	assert_int_equal(FRAME_KIND(frame_get(pfn(b))), KIND_UNTOUCHED);
	assert_answer(space_map(VA, b, 512, RW), 0, 512);
	assert_int_equal(FRAME_KIND(frame_get(pfn(b))), KIND_UNTOUCHED);
	assert_answer(space_map(VA + LARGE, b + 5, 1, RW), 0, 1);
	assert_int_equal(frame_refs(b + 5), 1);
	assert_answer(space_map(VA + LARGE + PAGE, b + 512 + 500, 100, RW), 0, 100);
	assert_int_equal(frame_refs(b + 1024), 1);
}

static void large_pages_leave_descriptors_untouched(void **state)
{
	(void)state;
	aspace_each_mode(untouched_block, 8);
}

/* --- 1 GiB -------------------------------------------------------------------------------- */

static void giga_in_mode(unsigned levels)
{
	static const struct region region = {0x80000, 3 * 0x40000, TN_KIND_USER};
	struct world_options o = {.levels = levels, .regions = &region, .region_count = 1};
	uint64_t g = 0xc0000;

	aspace_make_in(&o, 8);
	space_starve(levels - 2);
	assert_answer(space_map(HUGE_PAGE, g, 0x40000, RW), 0, 0x40000);
	assert_int_equal(aspace.pool->free, 0);
	assert_mapped(HUGE_PAGE, g, 2, RW);
	assert_answer(space_resolve(2 * HUGE_PAGE - 1), 0, (g + 0x40000) * PAGE - 1);
	assert_int_equal(giga_mappings(g), 1);
	assert_int_equal(FRAME_KIND(frame_get(pfn(g))), KIND_UNTOUCHED);
	assert_answer(space_map(HUGE_PAGE, frame(0), 1, RW), -TN_EEXIST, HUGE_PAGE);
	assert_answer(space_map(HUGE_PAGE + LARGE, g, 512, RW), -TN_EEXIST, HUGE_PAGE + LARGE);
	assert_answer(checked_call(TN_CALL_FRAME_GIVE, TN_SLOT_FRAMES, SLOT_POOL, g + 12345, 1, 0,
				   0),
		      -TN_EBUSY, g + 12345);
	/* the first gigabyte has kernel frames in it */
	assert_answer(space_map(4 * HUGE_PAGE, 0x80000 + 512, 0x40000 - 512, RW), -TN_ENOMEM, 1);
	world_end();
}

static void a_gigabyte_is_one_entry(void **state)
{
	(void)state;
	for (unsigned levels = 3; levels <= 5; levels++)
		giga_in_mode(levels);
}

static void two_gigabytes_are_one_batch(void **state)
{
	static const struct region region = {0x80000, 3 * 0x40000, TN_KIND_USER};
	struct world_options o = {.levels = 4, .regions = &region, .region_count = 1};

	(void)state;
	aspace_make_in(&o, 8);
	assert_answer(space_map(0, 0xc0000, 0x80000, RW), 0, 0x80000);
	assert_mapped(HUGE_PAGE, 0x100000, 2, RW);
	assert_answer(space_map(2 * HUGE_PAGE, 0x80000, 0x40000, RW | TN_MAP_SMALL), -TN_EKERNEL,
		      0x80000);
	world_end();
}

/* --- places that are taken ---------------------------------------------------------------- */

static void taken(void)
{
	assert_answer(space_map(VA + 5 * PAGE, frame(0), 1, RW), 0, 1);
	assert_answer(space_map(VA + 5 * PAGE, frame(0), 1, RW), -TN_EEXIST, VA + 5 * PAGE);
	assert_answer(space_map(VA, frame(0), 20, RW), -TN_EEXIST, VA + 5 * PAGE);
	assert_answer(space_map(VA, frame(0), 5, RW), 0, 5);
	assert_answer(space_map(VA + LARGE, aspace.block, 512, RW), 0, 512);
	assert_answer(space_map(VA + LARGE + 9 * PAGE, frame(0), 1, RW), -TN_EEXIST,
		      VA + LARGE + 9 * PAGE);
	assert_answer(space_map(VA + LARGE, aspace.block, 512, RW), -TN_EEXIST, VA + LARGE);
	assert_answer(space_map(VA + 2 * LARGE, aspace.block, 512, RW), 0, 512);
	assert_answer(space_map(VA + LARGE, aspace.block, 1024, RW), -TN_EEXIST, VA + LARGE);
}

static void mappings_are_never_overwritten(void **state)
{
	(void)state;
	aspace_each_mode(taken, 8);
}

static void later_large_page_taken(void)
{
	assert_answer(space_map(VA + LARGE, aspace.block, 512, RW), 0, 512);
	assert_answer(space_map(VA, aspace.block, 1024, RW), -TN_EEXIST, VA + LARGE);
}

static void a_large_page_in_the_batch_is_named(void **state)
{
	(void)state;
	aspace_each_mode(later_large_page_taken, 8);
}

static void without_tables(void)
{
	uint64_t level = paging_levels - 1, n = RW | TN_MAP_NOTABLE;

	assert_answer(space_map(VA, frame(0), 1, n), -TN_ENOTABLE, level);
	for (; level > 0; level--) {
		assert_code(space_attach(VA, level), 0);
		assert_answer(space_map(VA, frame(0), 1, n), -TN_ENOTABLE, level - 1);
	}
	assert_answer(space_map(VA, aspace.block, 512, n), 0, 512);
	assert_answer(space_map(VA + LARGE, aspace.block, 512, n | TN_MAP_SMALL), -TN_ENOTABLE, 0);
	assert_code(space_attach(VA + LARGE, 0), 0);
	assert_answer(space_map(VA + LARGE, frame(0), 1, n), 0, 1);
}

static void notable_names_the_missing_level(void **state)
{
	(void)state;
	aspace_each_mode(without_tables, 16);
}

/* --- frames ------------------------------------------------------------------------------- */

static void frames_of_all_kinds(void **state)
{
	(void)state;
	aspace_make_mixed(3, 8);
	assert_answer(space_map(VA, MIXED_HOLE - 1, 2, RW), -TN_EKERNEL, MIXED_HOLE - 1);
	assert_answer(space_map(VA, MIXED_HOLE, 1, RW), -TN_ENXIO, MIXED_HOLE);
	assert_answer(space_map(VA, MIXED_HOLE + 15, 2, RW), -TN_ENXIO, MIXED_HOLE + 15);
	assert_answer(space_map(VA, MIXED_IMAGE, 1, TN_MAP_READ), -TN_EKERNEL, MIXED_IMAGE);
	assert_answer(space_map(VA, MIXED_BOOT + 14, 3, TN_MAP_READ), -TN_EKERNEL, MIXED_IMAGE);
	assert_answer(space_map(VA, aspace.process->self, 1, RW), -TN_EKERNEL,
		      aspace.process->self);
	assert_answer(space_map(VA, aspace.pool->self, 1, RW), -TN_EKERNEL, aspace.pool->self);
	assert_answer(space_map(VA, world.thread->self, 1, RW), -TN_EKERNEL, world.thread->self);
	assert_answer(space_map(VA, world.utcb - 1, 2, RW), -TN_EKERNEL, world.utcb - 1);
	assert_answer(space_map(VA, world.utcb, 1, RW), 0, 1);
	assert_int_equal(frame_refs(world.utcb), 2);
	assert_answer(space_map(VA + PAGE, MIXED_OUTSIDE, 1, RW), 0, 1);
	world_end();
}

static void tables_cannot_be_mapped(void **state)
{
	uint64_t table;

	(void)state;
	aspace_make(3, 8);
	assert_answer(space_map(VA, frame(0), 1, RW), 0, 1);
	assert_code(space_resolve(VA), 0);
	table = space_resolved()->table;
	assert_answer(space_map(VA + PAGE, table, 1, RW), -TN_EKERNEL, table);
	assert_answer(space_map(VA + PAGE, table, 1, TN_MAP_READ), -TN_EKERNEL, table);
	world_end();
}

static void boot_image_is_read_only(void **state)
{
	uint64_t others[] = {RW, RX, TN_MAP_EXECUTE, TN_MAP_READ | TN_MAP_ZERO};

	(void)state;
	aspace_make_mixed(4, 8);
	assert_answer(space_map(VA, MIXED_BOOT - 2, 6, TN_MAP_READ), 0, 6);
	assert_mapped(VA + 2 * PAGE, MIXED_BOOT, 0, TN_MAP_READ);
	assert_true(pte_uncounted(space_entry(VA + 2 * PAGE)));
	assert_false(pte_uncounted(space_entry(VA + PAGE)));
	assert_int_equal(frame_refs(MIXED_BOOT), 0);
	assert_int_equal(frame_refs(MIXED_BOOT - 1), 1);
	for (unsigned i = 0; i < 4; i++)
		assert_answer(space_map(VA + LARGE, MIXED_BOOT, 1, others[i]), -TN_EKERNEL,
			      MIXED_BOOT);
	assert_answer(space_unmap(VA, 6), 0, 6);
	world_end();
}

static void covered_range(void)
{
	slot_copy(TN_SLOT_FRAMES, SLOT_SPARE, RW, frame(10), 10);
#define MAP_SPARE(first, count)                                                                    \
	checked_call(TN_CALL_MAP, SLOT_SPACE, VA, SLOT_SPARE, first, count, RW)
	assert_answer(MAP_SPARE(frame(9), 1), -TN_EACCES, frame(9));
	assert_answer(MAP_SPARE(frame(9), 2), -TN_EACCES, frame(9));
	assert_answer(MAP_SPARE(frame(20), 1), -TN_EACCES, frame(20));
	assert_answer(MAP_SPARE(frame(19), 2), -TN_EACCES, frame(20));
	assert_answer(MAP_SPARE(frame(10), 11), -TN_EACCES, frame(20));
	assert_answer(MAP_SPARE(UINT64_MAX, 1), -TN_EACCES, UINT64_MAX);
	assert_answer(MAP_SPARE(UINT64_MAX - 1, 3), -TN_EACCES, UINT64_MAX - 1);
	assert_answer(MAP_SPARE(frame(10) + (1ul << 32), 1), -TN_EACCES, frame(10) + (1ul << 32));
	assert_answer(MAP_SPARE(0, 1), -TN_EACCES, 0);
	assert_answer(MAP_SPARE(frame(10), 10), 0, 10);
#undef MAP_SPARE
}

static void only_covered_frames_are_mapped(void **state)
{
	(void)state;
	aspace_each_mode(covered_range, 8);
}

static void rights_needed(void)
{
	static const struct {
		uint64_t has, asks;
		int64_t code;
	} cases[] = {
		{TN_FRAMES_READ, TN_MAP_READ, 0},
		{TN_FRAMES_READ, RW, -TN_EPERM},
		{TN_FRAMES_READ, RX, -TN_EPERM},
		{TN_FRAMES_WRITE, RW, -TN_EPERM},
		{TN_FRAMES_EXECUTE, TN_MAP_EXECUTE, 0},
		{TN_FRAMES_EXECUTE, RX, -TN_EPERM},
		{TN_FRAMES_READ | TN_FRAMES_EXECUTE, RX, 0},
		{TN_FRAMES_READ | TN_FRAMES_WRITE, RW, 0},
		{TN_FRAMES_GIVE, TN_MAP_READ, -TN_EPERM},
		{TN_FRAMES_READ, TN_MAP_READ | TN_MAP_ZERO, -TN_EPERM},
		{TN_FRAMES_READ | TN_FRAMES_WRITE, TN_MAP_READ | TN_MAP_ZERO, 0},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		slot_copy(TN_SLOT_FRAMES, SLOT_SPARE, cases[i].has, 0, 0);
		for (uint64_t small = 0; small <= TN_MAP_SMALL; small += TN_MAP_SMALL) {
			assert_code(checked_call(TN_CALL_MAP, SLOT_SPACE, VA, SLOT_SPARE, frame(0),
						 1, cases[i].asks | small),
				    cases[i].code);
			if (cases[i].code == 0)
				assert_code(space_unmap(VA, 1), 0);
		}
		assert_code(host_call(TN_CALL_CAP_DELETE, TN_SELF, SLOT_SPARE, 0, 0, 0, 0), 0);
	}
}

static void the_capability_needs_the_rights_asked_for(void **state)
{
	(void)state;
	aspace_each_mode(rights_needed, 8);
}

static void references_saturate(void **state)
{
	struct snapshot *before;

	(void)state;
	aspace_make(3, 8);
	assert_answer(space_map(VA, frame(0), 1, RW), 0, 1);
	frame_set(pfn(frame(1)), FRAME_REFS_MAX);
	frame_set(pfn(frame(2)), FRAME_REFS_MAX - 1);
	before = snapshot_take();
#define MAP(va, first, count, flags)                                                               \
	host_call(TN_CALL_MAP, SLOT_SPACE, va, TN_SLOT_FRAMES, first, count, flags)
	assert_answer(MAP(VA + PAGE, frame(1), 1, RW), -TN_EOVERFLOW, frame(1));
	assert_answer(MAP(VA + PAGE, frame(1), 1, RW | TN_MAP_SMALL), -TN_EOVERFLOW, frame(1));
	assert_answer(MAP(VA + PAGE, frame(0), 3, RW), -TN_EOVERFLOW, frame(1));
	assert_unchanged(before);
	snapshot_end(before);
	assert_answer(MAP(VA + PAGE, frame(2), 1, RW), 0, 1);
	assert_int_equal(frame_get(pfn(frame(2))), FRAME_REFS_MAX);
	assert_answer(MAP(VA + 2 * PAGE, frame(2), 1, RW), -TN_EOVERFLOW, frame(2));
	assert_code(host_call(TN_CALL_UNMAP, SLOT_SPACE, VA + PAGE, 1, 0, 0, 0), 0);
	frame_set(pfn(frame(1)), 0);
	frame_set(pfn(frame(2)), 0);
	world_end();
}

static void large_references_saturate(void **state)
{
	uint64_t b;

	(void)state;
	aspace_make(3, 8);
	b = aspace.block;
	PORT_BLOCK_TABLE[b / 512] += (FRAME_REFS_MAX - 1) * BLOCK_LARGE;
	assert_answer(MAP(VA, b, 512, RW), 0, 512);
	assert_answer(MAP(VA + LARGE, b, 512, RW), -TN_EOVERFLOW, b);
	assert_answer(MAP(VA + LARGE, b - 512, 1024, RW), -TN_EKERNEL, 0x80000);
	assert_answer(MAP(VA + LARGE, b + 512, 1024, RW), 0, 1024);
	PORT_BLOCK_TABLE[b / 512] -= (FRAME_REFS_MAX - 1) * BLOCK_LARGE;
	world_end();
#undef MAP
}

/* --- zero --------------------------------------------------------------------------------- */

static void zeroing(void)
{
	unsigned char *bytes = host_memory(frame(0));

	memset(bytes, 0xa5, 20 * PAGE);
	assert_answer(space_map(VA, frame(0), 16, RW | TN_MAP_ZERO), 0, 16);
	for (uint64_t i = 0; i < 16 * PAGE; i++)
		if (bytes[i] != 0)
			fail_msg("byte %lu is not zero", (unsigned long)i);
	assert_int_equal(bytes[16 * PAGE], 0xa5);
	assert_answer(space_map(VA + LARGE, frame(20), 17, RW | TN_MAP_ZERO), -TN_EINVAL, 0);
	assert_answer(space_map(VA + LARGE, frame(15), 2, RW | TN_MAP_ZERO), -TN_EBUSY, frame(15));
	assert_answer(space_map(VA + LARGE, world.utcb, 1, RW | TN_MAP_ZERO), -TN_EBUSY,
		      world.utcb);
	assert_answer(space_map(VA + LARGE, aspace.block, 512, RW), 0, 512);
	assert_answer(space_map(VA, aspace.block - 1, 2, RW | TN_MAP_ZERO), -TN_EEXIST, VA);
	assert_answer(space_map(VA + 100 * PAGE, aspace.block - 1, 2, RW | TN_MAP_ZERO), -TN_EBUSY,
		      aspace.block);
}

static void zero_clears_idle_frames(void **state)
{
	(void)state;
	aspace_each_mode(zeroing, 8);
}

static void zero_stops_with_its_batch(void **state)
{
	unsigned char *bytes;

	(void)state;
	aspace_make(3, 8);
	bytes = host_memory(frame(0));
	memset(bytes, 0xa5, 4 * PAGE);
	assert_answer(space_map(VA + 510 * PAGE, frame(0), 4, RW | TN_MAP_ZERO), 0, 2);
	assert_int_equal(bytes[2 * PAGE - 1], 0);
	assert_int_equal(bytes[2 * PAGE], 0xa5);
	world_end();
}

static void zero_needs_the_window(void **state)
{
	(void)state;
	aspace_make_mixed(5, 8);
	assert_answer(space_map(VA, MIXED_OUTSIDE - 1, 2, RW | TN_MAP_ZERO), -TN_ENOTSUP,
		      MIXED_OUTSIDE);
	assert_answer(space_map(VA, MIXED_OUTSIDE - 1, 1, RW | TN_MAP_ZERO), 0, 1);
	assert_answer(space_map(VA + PAGE, MIXED_OUTSIDE, 1, RW), 0, 1);
	world_end();
}

/* --- devices and attributes --------------------------------------------------------------- */

static void devices(void)
{
	assert_answer(space_map_device(VA, DEVICE_FIRST + 5, 3, RW), 0, 3);
	assert_mapped(VA + 2 * PAGE, DEVICE_FIRST + 7, 0, RW);
	assert_true(pte_uncounted(space_entry(VA)));
	assert_answer(space_map_device(VA + LARGE, DEVICE_FIRST, 1024, TN_MAP_READ), 0, 1024);
	assert_mapped(VA + LARGE, DEVICE_FIRST, 1, TN_MAP_READ);
	assert_answer(space_map_device(VA + HUGE_PAGE, DEVICE_FIRST, 0x40000, RW), 0, 0x40000);
	assert_mapped(VA + HUGE_PAGE, DEVICE_FIRST, 2, RW);
	assert_answer(space_map_device(VA + PAGE * 9, DEVICE_FIRST, 1, RX), -TN_EPERM, 0);
	assert_answer(space_map_device(VA + PAGE * 9, DEVICE_FIRST - 1, 1, RW), -TN_EACCES,
		      DEVICE_FIRST - 1);
	assert_answer(space_map_device(VA + PAGE * 9, DEVICE_FIRST + DEVICE_COUNT - 1, 2, RW),
		      -TN_EACCES, DEVICE_FIRST + DEVICE_COUNT);
	assert_code(space_map_device(VA + PAGE * 9, DEVICE_FIRST, 1, RW | TN_MAP_ZERO),
		    -TN_ENOTSUP);
	assert_answer(space_unmap(VA, 512), 0, 512);
	assert_answer(space_unmap(VA + LARGE, 1024), 0, 1024);
	assert_answer(space_unmap(VA + HUGE_PAGE, 0x40000), 0, 0x40000);
}

static void device_pages_are_not_counted(void **state)
{
	(void)state;
	aspace_each_mode(devices, 8);
}

static void attributes(void)
{
	assert_answer(space_map(VA, frame(0), 1, RW | TN_MAP_NOCACHE), -TN_ENOTSUP, 0);
	assert_answer(space_map_device(VA, DEVICE_FIRST, 1, RW | TN_MAP_IO), -TN_ENOTSUP, 0);
	host_attributes = true;
	assert_answer(space_map(VA, frame(0), 1, RW | TN_MAP_NOCACHE), 0, 1);
	assert_mapped(VA, frame(0), 0, RW | TN_MAP_NOCACHE);
	assert_answer(space_map_device(VA + PAGE, DEVICE_FIRST, 1, RW | TN_MAP_IO), 0, 1);
	assert_mapped(VA + PAGE, DEVICE_FIRST, 0, RW | TN_MAP_IO);
	assert_answer(space_map(VA + LARGE, aspace.block, 512, RW | TN_MAP_NOCACHE), 0, 512);
	assert_mapped(VA + LARGE, aspace.block, 1, RW | TN_MAP_NOCACHE);
	assert_answer(space_map(VA + PAGE * 9, frame(0), 1, RW | TN_MAP_NOCACHE | TN_MAP_IO),
		      -TN_EINVAL, 0);
}

static void attributes_need_the_extension(void **state)
{
	(void)state;
	aspace_each_mode(attributes, 8);
}

/* --- refusals ----------------------------------------------------------------------------- */

static void malformed(void)
{
	static const uint64_t flags[] = {0,
					 TN_MAP_WRITE,
					 TN_MAP_WRITE | TN_MAP_EXECUTE,
					 7,
					 TN_MAP_AGE | RW,
					 128 | RW,
					 1024 | RW,
					 RW | 1ul << 63,
					 RW | 1ul << 32,
					 TN_MAP_SMALL,
					 TN_MAP_ZERO,
					 UINT64_MAX};

	for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		assert_answer(space_map(VA, frame(0), 1, flags[i]), -TN_EINVAL, 0);
	assert_answer(space_map(VA, frame(0), 0, RW), -TN_EINVAL, 0);
	assert_answer(space_map(VA + 1, frame(0), 1, RW), -TN_EINVAL, 0);
	assert_answer(space_map(VA + 2048, frame(0), 1, RW), -TN_EINVAL, 0);
	assert_answer(space_map(UINT64_MAX, frame(0), 1, RW), -TN_EINVAL, 0);
	assert_answer(space_map(user_top, frame(0), 1, RW), -TN_EFAULT, 0);
	assert_answer(space_map(user_top - PAGE, frame(0), 2, RW), -TN_EFAULT, 0);
	assert_answer(space_map(VA, frame(0), UINT64_MAX, RW), -TN_EFAULT, 0);
	assert_answer(space_map(VA, frame(0), 1ul << 52, RW), -TN_EFAULT, 0);
	assert_answer(space_map(0, frame(0), user_top / PAGE + 1, RW), -TN_EFAULT, 0);
	assert_answer(space_map(UINT64_MAX - PAGE + 1, frame(0), 1, RW), -TN_EFAULT, 0);
	assert_answer(space_map(0xffffffc000000000, frame(0), 1, RW), -TN_EFAULT, 0);
}

static void malformed_arguments_are_refused(void **state)
{
	(void)state;
	aspace_each_mode(malformed, 8);
}

static struct answer map_by(uint64_t process, uint64_t frames)
{
	struct answer fast = checked_call(TN_CALL_MAP, process, VA, frames, frame(0), 1, RW);
	struct answer slow = checked_call(TN_CALL_MAP, process, VA, frames, frame(0), 1,
					  RW | TN_MAP_SMALL);

	assert_answer(fast, slow.code, slow.value);
	return fast;
}

static void slots(void)
{
	slot_copy(SLOT_SPACE, SLOT_SPARE, TN_PROCESS_MANAGE, 0, 0);
	assert_answer(map_by(UINT64_MAX, TN_SLOT_FRAMES), -TN_ERANGE, 0);
	assert_answer(map_by(256, TN_SLOT_FRAMES), -TN_ERANGE, 0);
	assert_answer(map_by(NOWHERE, TN_SLOT_FRAMES), -TN_ERANGE, 0);
	assert_answer(map_by(SLOT_SPARE + 1, TN_SLOT_FRAMES), -TN_ENOENT, 0);
	assert_answer(map_by(SLOT_POOL, TN_SLOT_FRAMES), -TN_EBADF, 0);
	assert_answer(map_by(SLOT_SPARE, TN_SLOT_FRAMES), -TN_EPERM, 0);
	assert_answer(map_by(SLOT_SPACE, UINT64_MAX), -TN_ERANGE, 0);
	assert_answer(map_by(SLOT_SPACE, SLOT_SPARE + 1), -TN_ENOENT, 0);
	assert_answer(map_by(SLOT_SPACE, SLOT_SPACE), -TN_EBADF, 0);
	assert_answer(map_by(SLOT_SPACE, TN_SLOT_SYSTEM), -TN_EBADF, 0);
	assert_answer(map_by(space_dying(), TN_SLOT_FRAMES), -TN_EDYING, 0);
	slot_copy(SLOT_SPACE, SLOT_SPARE + 2, TN_PROCESS_MAP, 0, 0);
	assert_code(host_call(TN_CALL_CAP_REVOKE, SLOT_SPACE, 0, 0, 0, 0, 0), 0);
	assert_answer(map_by(SLOT_SPARE + 2, TN_SLOT_FRAMES), -TN_ESTALE, 0);
}

static void slots_are_looked_up_in_order(void **state)
{
	(void)state;
	aspace_each_mode(slots, 8);
}

/* Arguments that break every rule; each step mends one and meets the next. */
static void all_rules_in_order(void **state)
{
	uint64_t dying, kernel, used = 0;
	uint64_t a[6] = {NOWHERE, 0, NOWHERE, 0, 1, 7 | TN_MAP_NOCACHE};

	(void)state;
	aspace_make_mixed(4, 8);
	dying = space_dying();
	kernel = aspace.pool->self;
	used = MIXED_OUTSIDE + 1;
	assert_answer(space_map(VA, used, 1, RW), 0, 1);
	frame_touch(pfn(MIXED_OUTSIDE));
#define STEP(code) assert_code(host_call(TN_CALL_MAP, a[0], a[1], a[2], a[3], a[4], a[5]), code)
	a[1] = user_top;
	STEP(-TN_EINVAL);
	a[5] = RW | TN_MAP_NOCACHE | TN_MAP_ZERO | TN_MAP_NOTABLE;
	STEP(-TN_EFAULT);
	a[1] = VA;
	STEP(-TN_ERANGE);
	a[0] = dying;
	STEP(-TN_ERANGE);
	a[2] = TN_SLOT_FRAMES;
	STEP(-TN_EDYING);
	a[0] = SLOT_SPACE;
	STEP(-TN_ENOTSUP);
	a[5] = RW | TN_MAP_ZERO | TN_MAP_NOTABLE;
	STEP(-TN_EACCES);
	a[3] = MIXED_HOLE;
	STEP(-TN_EEXIST);
	a[1] = VA + LARGE;
	space_starve(0);
	STEP(-TN_ENOTABLE);
	a[5] = RW | TN_MAP_ZERO;
	STEP(-TN_ENXIO);
	a[3] = kernel;
	STEP(-TN_EKERNEL);
	a[3] = used;
	STEP(-TN_EBUSY);
	a[3] = MIXED_OUTSIDE;
	STEP(-TN_ENOTSUP);
	a[5] = RW;
	frame_set(pfn(MIXED_OUTSIDE), FRAME_REFS_MAX);
	STEP(-TN_EOVERFLOW);
	frame_set(pfn(MIXED_OUTSIDE), 0);
	STEP(-TN_ENOMEM);
	space_supply(1);
	STEP(0);
#undef STEP
	world_end();
}

/* --- the fast path ------------------------------------------------------------------------ */

struct outcome {
	struct answer answer;
	pte_t entry;
	uint64_t word, table_word;
};

static struct outcome outcome_of(uint64_t va, uint64_t frames, uint64_t first, uint64_t flags)
{
	struct outcome o = {
		.answer = checked_call(TN_CALL_MAP, SLOT_SPACE, va, frames, first, 1, flags)};

	if (o.answer.code != 0)
		return o;
	o.entry = space_entry(va);
	o.word = frame_get(pfn(first));
	assert_code(space_resolve(va), 0);
	o.table_word = frame_get(pfn(space_resolved()->table));
	assert_code(space_unmap(va, 1), 0);
	return o;
}

static void same_both_ways(uint64_t va, uint64_t frames, uint64_t first, uint64_t flags)
{
	struct outcome fast = outcome_of(va, frames, first, flags);
	struct outcome slow = outcome_of(va, frames, first, flags | TN_MAP_SMALL);

	assert_memory_equal(&fast, &slow, sizeof(fast));
}

static void fast_path_agrees(void **state)
{
	(void)state;
	for (unsigned levels = 3; levels <= 5; levels++) {
		uint64_t firsts[] = {0,           0x80000,    MIXED_BOOT - 1, MIXED_BOOT,
				     MIXED_IMAGE, MIXED_HOLE, MIXED_OUTSIDE,  0x80fff,
				     0x81000,     UINT64_MAX, 1ul << 32,      0x80090};
		uint64_t vas[] = {VA, VA + 511 * PAGE, VA + 3 * PAGE, VA + LARGE, VA + HUGE_PAGE, 0,
				  0};
		uint64_t flags[] = {0, 1, 2, 3, 4, 5, 6, 7};

		aspace_make_mixed(levels, 16);
		vas[5] = user_top - PAGE;
		vas[6] = user_top;
		assert_code(space_map(VA + 3 * PAGE, frame(0), 1, RW), 0);
		slot_copy(TN_SLOT_FRAMES, SLOT_SPARE, RW, 0x80090, 3);
		for (unsigned f = 0; f < 12; f++)
			for (unsigned v = 0; v < 7; v++)
				for (unsigned r = 0; r < 8; r++) {
					same_both_ways(vas[v], TN_SLOT_FRAMES, firsts[f], flags[r]);
					if (f == 11 && v < 2)
						same_both_ways(vas[v], SLOT_SPARE, firsts[f],
							       flags[r]);
				}
		world_end();
	}
}

static struct outcome large_outcome_of(uint64_t va, uint64_t frames, uint64_t first, uint64_t flags)
{
	struct outcome o = {
		.answer = checked_call(TN_CALL_MAP, SLOT_SPACE, va, frames, first, 512, flags)};

	if (o.answer.code != 0)
		return o;
	o.entry = space_entry(va);
	o.word = block_get(pfn(first));
	assert_code(space_resolve(va), 0);
	o.table_word = frame_get(pfn(space_resolved()->table));
	assert_code(space_unmap(va, o.answer.value), 0);
	return o;
}

/* NOTABLE goes the general way; with all tables standing it changes nothing. */
static void large_ways(void)
{
	uint64_t b = aspace.block,
		 vas[] = {VA, VA + LARGE, VA + 2 * LARGE, user_top - LARGE, user_top};
	uint64_t firsts[] = {b, b + 512, 0x80000, 0x81000, 0x80e00, UINT64_MAX - 511, 0, 1ul << 32};

	for (unsigned v = 0; v < 4; v++)
		space_attach_down(vas[v], 1);
	assert_code(checked_call(TN_CALL_FRAME_GIVE, TN_SLOT_FRAMES, SLOT_POOL, b + 600, 1, 0, 0),
		    0);
	assert_code(space_map(VA + LARGE, b, 512, RX), 0);
	space_attach_down(VA + 2 * LARGE, 0);
	slot_copy(TN_SLOT_FRAMES, SLOT_SPARE, RW, b, 511);
	slot_copy(TN_SLOT_FRAMES, SLOT_SPARE + 1, RW, b, 512);
	for (uint64_t slot = SLOT_SPARE - 1; slot <= SLOT_SPARE + 1; slot++)
		for (unsigned v = 0; v < 5; v++)
			for (unsigned f = 0; f < 8; f++)
				for (uint64_t flags = 0; flags < 8; flags++) {
					uint64_t frames = slot < SLOT_SPARE ? TN_SLOT_FRAMES : slot;
					struct outcome fast, slow;

					if (frames != TN_SLOT_FRAMES && f > 1)
						continue;
					if (flags != RW && v > 1)
						continue;
					fast = large_outcome_of(vas[v], frames, firsts[f], flags);
					slow = large_outcome_of(vas[v], frames, firsts[f],
								flags | TN_MAP_NOTABLE);
					if (slow.answer.code == -TN_ENOTABLE)
						continue; /* not a large page */
					assert_memory_equal(&fast, &slow, sizeof(fast));
				}
}

static void fast_path_of_large_pages_agrees(void **state)
{
	(void)state;
	aspace_each_mode(large_ways, 16);
}

static void kept_table_of_two_regions(void)
{
	uint64_t far = user_top / 2;

	/* two regions of 512 GiB where there are two; the kept table changes each time */
	for (uint64_t i = 0; i < 6; i++) {
		assert_answer(space_map(VA + i * PAGE, frame(i), 1, RW), 0, 1);
		assert_answer(space_map(far + i * PAGE, frame(i + 8), 1, RW), 0, 1);
	}
	for (uint64_t i = 0; i < 6; i++) {
		assert_mapped(VA + i * PAGE, frame(i), 0, RW);
		assert_mapped(far + i * PAGE, frame(i + 8), 0, RW);
	}
	for (uint64_t i = 0; i < 6; i++) {
		assert_answer(space_unmap(far + i * PAGE, 1), 0, 1);
		assert_answer(space_unmap(VA + i * PAGE, 1), 0, 1);
	}
	assert_answer(space_map(far, frame(0), 1, RW), 0, 1);
	assert_mapped(far, frame(0), 0, RW);
	assert_unmapped(VA);
}

static void the_kept_table_follows(void **state)
{
	(void)state;
	aspace_each_mode(kept_table_of_two_regions, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_makes_the_tables_it_needs),
		cmocka_unit_test(the_missing_frames_are_counted),
		cmocka_unit_test(a_large_page_needs_one_table_less),
		cmocka_unit_test(standing_tables_are_used),
		cmocka_unit_test(both_ends_of_user_space_can_be_mapped),
		cmocka_unit_test(a_new_root_has_the_kernels_half),
		cmocka_unit_test(the_largest_page_that_fits_is_used),
		cmocka_unit_test(a_batch_of_large_pages_leaves_the_rest),
		cmocka_unit_test(large_pages_stop_at_a_standing_table),
		cmocka_unit_test(a_block_with_a_kernel_frame_is_never_mapped_large),
		cmocka_unit_test(a_batch_ends_with_its_table),
		cmocka_unit_test(a_batch_of_large_pages_ends_with_its_table),
		cmocka_unit_test(large_pages_leave_descriptors_untouched),
		cmocka_unit_test(a_gigabyte_is_one_entry),
		cmocka_unit_test(two_gigabytes_are_one_batch),
		cmocka_unit_test(mappings_are_never_overwritten),
		cmocka_unit_test(a_large_page_in_the_batch_is_named),
		cmocka_unit_test(notable_names_the_missing_level),
		cmocka_unit_test(frames_of_all_kinds),
		cmocka_unit_test(tables_cannot_be_mapped),
		cmocka_unit_test(boot_image_is_read_only),
		cmocka_unit_test(only_covered_frames_are_mapped),
		cmocka_unit_test(the_capability_needs_the_rights_asked_for),
		cmocka_unit_test(references_saturate),
		cmocka_unit_test(large_references_saturate),
		cmocka_unit_test(zero_clears_idle_frames),
		cmocka_unit_test(zero_stops_with_its_batch),
		cmocka_unit_test(zero_needs_the_window),
		cmocka_unit_test(device_pages_are_not_counted),
		cmocka_unit_test(attributes_need_the_extension),
		cmocka_unit_test(malformed_arguments_are_refused),
		cmocka_unit_test(slots_are_looked_up_in_order),
		cmocka_unit_test(all_rules_in_order),
		cmocka_unit_test(fast_path_agrees),
		cmocka_unit_test(fast_path_of_large_pages_agrees),
		cmocka_unit_test(the_kept_table_follows),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
