/*
 * test_leaves.c - the end of leaf mappings, event by event: entry, fence, reference.
 */
#include "leaves.h"

#include "asid.h"
#include "aspace.h"
#include "frame.h"
#include "table.h"
#include "thread.h"

#define VA 0x40000000ul

static uint64_t watched; /* frame */
static unsigned writes, fences;

/* As many references as before the first fence; no entry of the batch valid at it. */
static uint64_t refs_before, batch_va, batch_count;

static void note(const struct host_event *e)
{
	if (e->kind == HOST_PTE_WRITE) {
		writes++;
		assert_false(pte_is_valid(e->new));
	} else {
		fences++;
		assert_int_equal(e->kind, HOST_FENCE_SPACE);
		for (uint64_t i = 0; i < batch_count; i++)
			assert_false(pte_is_valid(space_entry(batch_va + i * PAGE)));
	}
	if (fences == 0 || e->kind != HOST_PTE_WRITE)
		assert_int_equal(frame_refs(watched), refs_before);
}

static void watch(uint64_t frame, uint64_t va, uint64_t n)
{
	watched = frame;
	refs_before = frame_refs(frame);
	batch_va = va;
	batch_count = n;
	writes = fences = 0;
	host_observer = note;
}

static struct leaves_found clear(uint64_t va, uint64_t n)
{
	struct place at = walk_down(aspace.process, va, 0);
	struct leaves_found found;

	watch(world.free_first, va, n);
	found = leaves_clear(aspace.process, &at, n);
	host_observer = NULL;
	for (uint64_t i = 0; i < n; i++)
		assert_int_equal(space_entry(va + i * PAGE).w, 0);
	return found;
}

static void five_pages(void)
{
	uint64_t f = world.free_first;

	assert_code(space_map(VA, f, 2, RW), 0);
	assert_code(space_map(VA + 3 * PAGE, f, 2, RW), 0);
	assert_code(space_map(VA + 9 * PAGE, f + 5, 1, RW), 0);
	space_touch(VA + PAGE, 1);
}

static void live(void)
{
	struct leaves_found found;

	five_pages();
	asid_activate(world.thread->hart, aspace.process);
	found = clear(VA, 4);
	assert_int_equal(found.count, 3);
	assert_int_equal(found.dirty, 1);
	assert_int_equal(fences, 1);
	assert_int_equal(frame_refs(watched), 0);
	assert_int_equal(frame_refs(watched + 1), 1);
	assert_mapped(VA + 4 * PAGE, watched + 1, 0, RW);
}

static void references_drop_after_the_fence(void **state)
{
	(void)state;
	aspace_each_mode(live, 8);
}

static void dormant(void)
{
	struct leaves_found found;
	struct place at;

	five_pages();
	at = walk_down(aspace.process, VA, 0);
	host_observer = note;
	writes = fences = 0;
	watched = world.utcb;
	refs_before = 1;
	found = leaves_clear(aspace.process, &at, 5);
	host_observer = NULL;
	assert_int_equal(found.count, 4);
	assert_int_equal(found.dirty, 1);
	assert_int_equal(fences, 0);
	assert_int_equal(frame_refs(world.free_first), 0);
}

static void a_process_that_never_ran_needs_no_fence(void **state)
{
	(void)state;
	aspace_each_mode(dormant, 8);
}

/* Consecutive frames with the same rights, and anything but. */
static void one_fence_a_batch(void)
{
	uint64_t f = world.free_first;

	for (unsigned mixed = 0; mixed < 4; mixed++) {
		assert_code(space_map(VA, f, 10, RW), 0);
		assert_code(space_map(VA + 10 * PAGE, f + 10 + (mixed == 1), 20,
				      mixed == 2 ? RX : RW),
			    0);
		if (mixed == 3)
			space_touch(VA + 7 * PAGE, 1);
		asid_activate(world.thread->hart, aspace.process);
		watch(f, VA, 29);
		assert_answer(host_call(TN_CALL_UNMAP, SLOT_SPACE, VA, 29, 0, 0, 0), 0,
			      29 + ((uint64_t)(mixed == 3) << 48));
		host_observer = NULL;
		assert_int_equal(fences, 1);
		assert_int_equal(frame_refs(f + 28), 0);
		assert_int_equal(frame_refs(f + 29 + (mixed == 1)), 1);
		assert_code(space_unmap(VA, 512), 0);
	}
}

static void a_batch_has_one_fence(void **state)
{
	(void)state;
	aspace_each_mode(one_fence_a_batch, 8);
}

static void mixed_runs(void)
{
	uint64_t f = world.free_first;

	/* a run that is broken at one place, wherever that is */
	for (uint64_t at = 0; at < 12; at++) {
		assert_code(space_map(VA, f, 12, RW), 0);
		assert_code(space_unmap(VA + at * PAGE, 1), 0);
		if (at % 3 == 0)
			assert_code(space_map_device(VA + at * PAGE, DEVICE_FIRST + at, 1, RW), 0);
		else if (at % 3 == 1)
			assert_code(space_map(VA + at * PAGE, f + 50, 1, RX), 0);
		asid_activate(world.thread->hart, aspace.process);
		assert_int_equal(clear(VA, 12).count, 12 - (at % 3 == 2));
		for (uint64_t i = 0; i < 60; i++)
			assert_int_equal(frame_refs(f + i), 0);
		assert_code(space_detach(VA, 0, 0), 0);
	}
}

static void runs_and_exceptions_are_cleared_alike(void **state)
{
	(void)state;
	aspace_each_mode(mixed_runs, 8);
}

static void large(void)
{
	struct place at;
	struct leaves_found found;

	assert_code(space_map(VA, aspace.block, 1024, RW), 0);
	assert_code(space_map(VA + 2 * LARGE, world.free_first, 1, RW), 0);
	at = walk_down(aspace.process, VA, 0);
	assert_int_equal(at.level, 1);
	found = leaves_clear(aspace.process, &at, 3); /* the table among them stays */
	assert_int_equal(found.count, 2);
	assert_int_equal(block_mappings(aspace.block), 0);
	assert_mapped(VA + 2 * LARGE, world.free_first, 0, RW);
	assert_int_equal(FRAME_ENTRIES(frame_get(frame_of(at.table))), 1);
}

static void large_leaves_drop_the_references_of_their_block(void **state)
{
	(void)state;
	aspace_each_mode(large, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(references_drop_after_the_fence),
		cmocka_unit_test(a_process_that_never_ran_needs_no_fence),
		cmocka_unit_test(a_batch_has_one_fence),
		cmocka_unit_test(runs_and_exceptions_are_cleared_alike),
		cmocka_unit_test(large_leaves_drop_the_references_of_their_block),
	};

	return cmocka_run_group_tests_name("leaves", tests, NULL, NULL);
}
