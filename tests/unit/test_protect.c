/*
 * test_protect.c - protect: rights removed and added, with and without authority; ages read and
 * cleared; large pages cut; every refusal in its order.
 */
#include "aspace.h"
#include "cap.h"
#include "frame.h"
#include "snapshot.h"
#include "span.h"
#include "walk.h"

#define VA 0x40000000ul /* aligned to 1 GiB */
#define READ TN_MAP_READ

static uint64_t frame(uint64_t i)
{
	return world.free_first + i;
}

static void map_ok(uint64_t va, uint64_t first, uint64_t count, uint64_t flags)
{
	assert_answer(space_map(va, first, count, flags), 0, count);
}

static void removing(void)
{
	map_ok(VA, frame(0), 4, RW);
	assert_answer(space_protect(VA + PAGE, 2, READ, TN_NONE), 0, 2);
	assert_mapped(VA, frame(0), 0, RW);
	assert_mapped(VA + PAGE, frame(1), 0, READ);
	assert_mapped(VA + 3 * PAGE, frame(3), 0, RW);
	assert_int_equal(frame_refs(frame(1)), 1);
	map_ok(VA + 8 * PAGE, frame(8), 1, RX);
	assert_answer(space_protect(VA + 8 * PAGE, 1, TN_MAP_EXECUTE, TN_NONE), 0, 1);
	assert_mapped(VA + 8 * PAGE, frame(8), 0, TN_MAP_EXECUTE);
}

static void removing_needs_no_authority(void **state)
{
	(void)state;
	aspace_each_mode(removing, 8);
}

static void adding(void)
{
	map_ok(VA, frame(0), 4, READ);
	assert_answer(space_protect(VA, 4, RW, TN_NONE), -TN_EPERM, VA);
	assert_answer(space_protect(VA, 4, RX, TN_NONE), -TN_EPERM, VA);
	assert_answer(space_protect(VA, 2, RW, TN_SLOT_FRAMES), 0, 2);
	assert_mapped(VA + PAGE, frame(1), 0, RW);
	assert_answer(space_protect(VA, 4, RW, TN_NONE), -TN_EPERM, VA + 2 * PAGE);
	assert_answer(space_protect(VA, 4, RX, TN_SLOT_FRAMES), 0, 4);
	assert_mapped(VA, frame(0), 0, RX);
	assert_answer(space_protect(VA, 4, READ, TN_NONE), 0, 4);
}

static void adding_needs_a_capability(void **state)
{
	(void)state;
	aspace_each_mode(adding, 8);
}

static void cover(void)
{
	map_ok(VA, frame(0), 4, READ);
	slot_copy(TN_SLOT_FRAMES, SLOT_SPARE, TN_FRAMES_READ, frame(0), 4);
	slot_copy(TN_SLOT_FRAMES, SLOT_SPARE + 1, TN_FRAMES_WRITE, frame(0), 2);
	assert_answer(space_protect(VA, 1, RW, SLOT_SPARE), -TN_EPERM, VA);
	assert_answer(space_protect(VA, 3, RW, SLOT_SPARE + 1), -TN_EACCES, VA + 2 * PAGE);
	assert_answer(space_protect(VA, 2, RW, SLOT_SPARE + 1), 0, 2);
	assert_answer(space_protect(VA, 1, RX, SLOT_SPARE + 1), -TN_EPERM, VA);
	/* what is not gained needs no cover */
	assert_answer(space_protect(VA + 2 * PAGE, 2, READ, SLOT_SPARE + 1), 0, 2);
	assert_answer(space_protect(VA, 2, RW, TN_SLOT_DEVICES), 0, 2);
	assert_answer(space_protect(VA + 2 * PAGE, 1, RW, TN_SLOT_DEVICES), -TN_EPERM,
		      VA + 2 * PAGE);
}

static void the_capability_covers_what_is_gained(void **state)
{
	(void)state;
	aspace_each_mode(cover, 8);
}

static void large_add(void)
{
	uint64_t b = aspace.block;

	map_ok(VA, b, 512, READ);
	slot_copy(TN_SLOT_FRAMES, SLOT_SPARE, RW, b, 511);
	slot_copy(TN_SLOT_FRAMES, SLOT_SPARE + 1, RW, b, 512);
	assert_answer(space_protect(VA, 512, RW, SLOT_SPARE), -TN_EACCES, VA);
	assert_answer(space_protect(VA, 512, RW, SLOT_SPARE + 1), 0, 512);
	assert_mapped(VA, b, 1, RW);
	assert_answer(space_protect(VA, 512, READ, TN_NONE), 0, 512);
	assert_answer(space_protect(VA + 511 * PAGE, 1, RW, SLOT_SPARE), -TN_EACCES,
		      VA + 511 * PAGE);
	assert_mapped(VA, b, 1, READ); /* a refusal does not split */
	assert_answer(space_protect(VA + 510 * PAGE, 1, RW, SLOT_SPARE), 0, 1);
	assert_mapped(VA + 511 * PAGE, b + 511, 0, READ);
	assert_mapped(VA + 510 * PAGE, b + 510, 0, RW);
}

static void large_pages_are_covered_whole_or_cut(void **state)
{
	(void)state;
	aspace_each_mode(large_add, 8);
}

static void boot_and_device(void **state)
{
	(void)state;
	aspace_make_mixed(3, 8);
	map_ok(VA, MIXED_BOOT, 1, READ);
	assert_answer(space_protect(VA, 1, RW, TN_SLOT_FRAMES), -TN_EPERM, VA);
	assert_answer(space_protect(VA, 1, RX, TN_SLOT_FRAMES), -TN_EPERM, VA);
	assert_answer(space_protect(VA, 1, TN_MAP_EXECUTE, TN_SLOT_FRAMES), -TN_EPERM, VA);
	assert_answer(space_protect(VA, 1, RW, TN_SLOT_DEVICES), -TN_EPERM, VA);
	assert_answer(space_protect(VA, 1, READ, TN_NONE), 0, 1);
	assert_answer(space_map_device(VA + PAGE, DEVICE_FIRST, 1, READ), 0, 1);
	assert_answer(space_protect(VA + PAGE, 1, RW, TN_SLOT_FRAMES), -TN_EPERM, VA + PAGE);
	assert_answer(space_protect(VA + PAGE, 1, RX, TN_SLOT_DEVICES), -TN_EPERM, VA + PAGE);
	assert_answer(space_protect(VA + PAGE, 1, RW, TN_SLOT_DEVICES), 0, 1);
	assert_mapped(VA + PAGE, DEVICE_FIRST, 0, RW);
	world_end();
}

/* --- age ---------------------------------------------------------------------------------- */

static void ages(void)
{
	map_ok(VA, frame(0), 5, RW);
	space_touch(VA, 0);
	space_touch(VA + PAGE, 1);
	space_touch(VA + 4 * PAGE, 1);
	assert_answer(space_protect(VA, 4, TN_MAP_AGE, TN_NONE), 0,
		      4 + 2 * SPAN_ACCESSED + SPAN_DIRTY);
	assert_answer(space_protect(VA, 4, TN_MAP_AGE, TN_NONE), 0, 4);
	assert_answer(space_protect(VA, 9, TN_MAP_AGE, TN_NONE), 0, 9 + SPAN_ACCESSED + SPAN_DIRTY);
	assert_mapped(VA + PAGE, frame(1), 0, RW);
	assert_int_equal(space_resolved()->accessed, 0);
	assert_int_equal(space_resolved()->dirty, 0);
}

static void age_reports_and_clears(void **state)
{
	(void)state;
	aspace_each_mode(ages, 8);
}

static void age_large(void)
{
	map_ok(VA, aspace.block, 1024, RW);
	space_touch(VA + 7 * PAGE, 1);
	space_starve(0);
	assert_answer(space_protect(VA, 1024, TN_MAP_AGE, TN_NONE), 0,
		      1024 + SPAN_ACCESSED + SPAN_DIRTY);
	space_touch(VA, 0);
	assert_answer(space_protect(VA, 1, TN_MAP_AGE, TN_NONE), -TN_ENOMEM, 1);
	space_supply(1);
	assert_answer(space_protect(VA, 1, TN_MAP_AGE, TN_NONE), 0, 1 + SPAN_ACCESSED);
	assert_mapped(VA + PAGE, aspace.block + 1, 0, RW);
	assert_int_equal(space_resolved()->accessed, 1);
}

static void a_large_page_ages_as_one(void **state)
{
	(void)state;
	aspace_each_mode(age_large, 8);
}

/* --- batches, holes, cuts ------------------------------------------------------------------ */

static void spans(void)
{
	assert_answer(space_protect(VA, 100, READ, TN_NONE), 0, 100); /* no table at all */
	map_ok(VA + 510 * PAGE, frame(0), 2, RW);
	map_ok(VA + LARGE, frame(2), 2, RW);
	assert_answer(space_protect(VA, 600, READ, TN_NONE), 0, 512);
	assert_mapped(VA + LARGE, frame(2), 0, RW);
	assert_answer(space_protect(VA + LARGE, 1, READ, TN_NONE), 0, 1);
	assert_answer(space_protect(VA + 2 * LARGE, 700, READ, TN_NONE), 0, 700);
	assert_int_equal(aspace.pool->kinds[TN_KIND_TABLE], paging_levels + 1);
}

static void holes_are_passed_over(void **state)
{
	(void)state;
	aspace_each_mode(spans, 8);
}

static void cuts(void)
{
	uint64_t b = aspace.block;

	map_ok(VA, b, 512, RW);
	space_starve(0);
	assert_answer(space_protect(VA + 3 * PAGE, 9, READ, TN_NONE), -TN_ENOMEM, 1);
	space_supply(1);
	assert_answer(space_protect(VA + 3 * PAGE, 9, READ, TN_NONE), 0, 9);
	assert_mapped(VA + 2 * PAGE, b + 2, 0, RW);
	assert_mapped(VA + 3 * PAGE, b + 3, 0, READ);
	assert_mapped(VA + 11 * PAGE, b + 11, 0, READ);
	assert_mapped(VA + 12 * PAGE, b + 12, 0, RW);
	assert_int_equal(frame_refs(b + 3), 1);
	assert_int_equal(block_mappings(b), 0);
}

static void a_large_page_is_cut(void **state)
{
	(void)state;
	aspace_each_mode(cuts, 8);
}

static void giga_cut(void **state)
{
	static const struct region region = {0x80000, 2 * 0x40000, TN_KIND_USER};
	struct world_options o = {.levels = 4, .regions = &region, .region_count = 1};

	(void)state;
	aspace_make_in(&o, 8);
	map_ok(VA, 0xc0000, 0x40000, RW);
	space_starve(1);
	assert_answer(space_protect(VA + 0x12345 * PAGE, 1, READ, TN_NONE), -TN_ENOMEM, 1);
	space_supply(1);
	assert_answer(space_protect(VA + 0x12345 * PAGE, 1, READ, TN_NONE), 0, 1);
	assert_mapped(VA + 0x12344 * PAGE, 0xc0000 + 0x12344, 0, RW);
	assert_mapped(VA + 0x12345 * PAGE, 0xc0000 + 0x12345, 0, READ);
	assert_mapped(VA + LARGE, 0xc0200, 1, RW);
	assert_int_equal(giga_mappings(0xc0000), 0);
	world_end();
}

/* --- refusals ----------------------------------------------------------------------------- */

static void malformed(void)
{
	static const uint64_t flags[] = {0,
					 TN_MAP_WRITE,
					 TN_MAP_WRITE | TN_MAP_EXECUTE,
					 7,
					 TN_MAP_AGE | READ,
					 TN_MAP_SMALL | READ,
					 TN_MAP_ZERO | READ,
					 TN_MAP_NOTABLE | READ,
					 TN_MAP_NOCACHE | READ,
					 128,
					 UINT64_MAX,
					 READ | 1ul << 32,
					 TN_MAP_AGE | 1ul << 40};

	map_ok(VA, frame(0), 1, RW);
	for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		assert_answer(space_protect(VA, 1, flags[i], TN_NONE), -TN_EINVAL, 0);
	assert_answer(space_protect(VA, 0, READ, TN_NONE), -TN_EINVAL, 0);
	assert_answer(space_protect(VA + 8, 1, READ, TN_NONE), -TN_EINVAL, 0);
	assert_answer(space_protect(user_top, 1, READ, TN_NONE), -TN_EFAULT, 0);
	assert_answer(space_protect(VA, user_top / PAGE, READ, TN_NONE), -TN_EFAULT, 0);
	assert_answer(space_protect(VA, UINT64_MAX, TN_MAP_AGE, TN_NONE), -TN_EFAULT, 0);
	assert_answer(space_protect(VA, 1, READ, 99999), -TN_ERANGE, 0);
	assert_answer(space_protect(VA, 1, READ, SLOT_SPARE), -TN_ENOENT, 0);
	assert_answer(space_protect(VA, 1, READ, SLOT_POOL), -TN_EBADF, 0);
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
	slot_copy(TN_SLOT_FRAMES, SLOT_SPARE, TN_FRAMES_WRITE, frame(0), 1);
	map_ok(VA, aspace.block, 512, READ);
	space_starve(0);
	frame_touch(pfn(aspace.block));
	frame_set(pfn(aspace.block + 7), FRAME_REFS_MAX);
#define STEP(process, va, flags, frames, code)                                                     \
	assert_code(host_call(TN_CALL_PROTECT, process, va, 1, flags, frames, 0), code)
	STEP(99999, user_top, 0, 99999, -TN_EINVAL);
	STEP(99999, user_top, RW, 99999, -TN_EFAULT);
	STEP(99999, VA, RW, 99999, -TN_ERANGE);
	STEP(SLOT_POOL, VA, RW, 99999, -TN_EBADF);
	STEP(SLOT_SPACE, VA, RW, SLOT_SPARE + 5, -TN_ENOENT);
	STEP(SLOT_SPACE, VA, RW, TN_NONE, -TN_EPERM);
	STEP(SLOT_SPACE, VA, RX, SLOT_SPARE, -TN_EPERM);
	STEP(SLOT_SPACE, VA, RW, SLOT_SPARE, -TN_EACCES);
	STEP(SLOT_SPACE, VA, RW, TN_SLOT_FRAMES, -TN_EOVERFLOW);
	frame_set(pfn(aspace.block + 7), 0);
	STEP(SLOT_SPACE, VA, RW, TN_SLOT_FRAMES, -TN_ENOMEM);
	space_supply(1);
	STEP(SLOT_SPACE, VA, RW, TN_SLOT_FRAMES, 0);
	STEP(dying, VA, RW, TN_SLOT_FRAMES, -TN_EDYING);
	world_end();
}

/* calls.h: both capabilities are looked up before EDYING. */
static void slots_come_before_dying(void **state)
{
	uint64_t dying;

	(void)state;
	aspace_make(3, 8);
	dying = space_dying();
	STEP(dying, VA, RW, 99999, -TN_ERANGE);
	STEP(dying, VA, RW, SLOT_SPARE, -TN_ENOENT);
	STEP(dying, VA, RW, SLOT_POOL, -TN_EBADF);
	STEP(dying, VA, RW, TN_NONE, -TN_EDYING);
	world_end();
#undef STEP
}

/* A device between the banks: its pages have words of the frame table, which say that it is a
 * hole, and gain under DEVICE alone. */
static void device_between_banks(void **state)
{
	static const struct region regions[] = {
		{0x80000, 0x800, TN_KIND_USER},
		{0x80a00, 0x600, TN_KIND_USER},
	};
	struct world_options o = {.regions = regions, .region_count = 2};

	(void)state;
	aspace_make_in(&o, 8);
	slot_set(cap_slot(TN_SLOT_DEVICES), SLOT_WORD(TN_CAP_DEVICE, RW, 0), 0x80800, 0x200);
	assert_answer(space_map_device(VA, 0x80900, 2, READ), 0, 2);
	assert_answer(space_protect(VA, 1, RW, TN_SLOT_FRAMES), -TN_EPERM, VA);
	assert_answer(space_protect(VA, 1, RW, TN_SLOT_DEVICES), 0, 1);
	assert_mapped(VA, 0x80900, 0, RW);
	assert_mapped(VA + PAGE, 0x80901, 0, READ);
	world_end();
}

/* Cut at a page, a gigabyte counts each page of one of its blocks: one of these counts no more. */
static void giga_cut_saturates(void **state)
{
	static const struct region region = {0x80000, 2 * 0x40000, TN_KIND_USER};
	struct world_options o = {.regions = &region, .region_count = 1};
	uint64_t block = 0xc0000 + 0x12200, at = VA + 0x12345 * PAGE;
	struct snapshot *before;

	(void)state;
	aspace_make_in(&o, 8);
	map_ok(VA, 0xc0000, 0x40000, RW);
	frame_touch(pfn(block));
	frame_set(pfn(block + 500), FRAME_REFS_MAX);
	before = snapshot_take();
	assert_code(host_call(TN_CALL_PROTECT, SLOT_SPACE, at, 1, READ, TN_NONE, 0), -TN_EOVERFLOW);
	assert_unchanged(before);
	snapshot_end(before);
	/* another block's pages, and this one as a large page, have room */
	assert_code(host_call(TN_CALL_PROTECT, SLOT_SPACE, VA + 0x12200 * PAGE, 512, READ, TN_NONE,
			      0),
		    0);
	assert_code(host_call(TN_CALL_PROTECT, SLOT_SPACE, VA, 1, READ, TN_NONE, 0), 0);
	frame_set(pfn(block + 500), 0);
	assert_answer(space_protect(at, 1, READ, TN_NONE), 0, 1);
	world_end();
}

/* What stands in the way is named by its address, also where pages are large. */
static void the_second_large_page(void)
{
	const uint64_t va = 0x40000000;

	slot_copy(TN_SLOT_FRAMES, SLOT_SPARE, TN_RIGHTS_ALL, aspace.block, 512);
	assert_answer(space_map(va, aspace.block, 512, TN_MAP_READ), 0, 512);
	assert_answer(space_map(va + LARGE, aspace.block + 512, 512, TN_MAP_READ), 0, 512);
	assert_answer(space_protect(va, 1024, RW, SLOT_SPARE), -TN_EACCES, va + LARGE);
}

static void a_large_page_is_named_by_its_address(void **state)
{
	(void)state;
	aspace_each_mode(the_second_large_page, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(removing_needs_no_authority),
		cmocka_unit_test(adding_needs_a_capability),
		cmocka_unit_test(the_capability_covers_what_is_gained),
		cmocka_unit_test(large_pages_are_covered_whole_or_cut),
		cmocka_unit_test(boot_and_device),
		cmocka_unit_test(age_reports_and_clears),
		cmocka_unit_test(a_large_page_ages_as_one),
		cmocka_unit_test(holes_are_passed_over),
		cmocka_unit_test(a_large_page_is_cut),
		cmocka_unit_test(giga_cut),
		cmocka_unit_test(malformed_arguments_are_refused),
		cmocka_unit_test(all_rules_in_order),
		cmocka_unit_test(slots_come_before_dying),
		cmocka_unit_test(device_between_banks),
		cmocka_unit_test(giga_cut_saturates),
		cmocka_unit_test(a_large_page_is_named_by_its_address),
	};

	return cmocka_run_group_tests_name("protect", tests, NULL, NULL);
}
