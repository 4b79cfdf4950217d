/*
 * test_dissolve.c - subtrees taken apart: bounded steps, all invariants between them, nothing of
 * the kernel's half lost or left.
 */
#include "dissolve.h"

#include "asid.h"
#include "aspace.h"
#include "frame.h"
#include "snapshot.h"
#include "table.h"
#include "thread.h"
#include "world_check.h"

#define VA 0x40000000ul

static unsigned writes;

static void count_writes(const struct host_event *e)
{
	writes += e->kind == HOST_PTE_WRITE;
}

static void populate(void)
{
	assert_code(space_map(0, aspace.block, 512, RW | TN_MAP_SMALL), 0);
	assert_code(space_map(VA, aspace.block, 1024, RW), 0);
	assert_code(space_map(VA + 2 * LARGE, world.free_first, 7, RW), 0);
	assert_code(space_map(VA + 5 * HUGE_PAGE, world.free_first, 7, RW), 0);
	assert_code(space_map(user_top - PAGE, world.free_first, 1, RW), 0);
	assert_code(space_map_device(VA + 9 * HUGE_PAGE, DEVICE_FIRST, 0x40000, RW), 0);
	space_attach_down(VA + 7 * HUGE_PAGE, 0);
}

static void nothing_mapped(void)
{
	assert_int_equal(aspace.pool->kinds[TN_KIND_TABLE], 0);
	assert_int_equal(frame_refs(aspace.block), 0);
	assert_int_equal(frame_refs(world.free_first), 0);
	assert_int_equal(block_mappings(aspace.block), 0);
}

static void in_steps(void)
{
	unsigned steps = 0;

	populate();
	asid_activate(world.thread->hart, aspace.process);
	host_observer = count_writes;
	for (;; steps++) {
		bool done;

		writes = 0;
		done = dissolve_space_step(aspace.process);
		assert_true(writes <= 2 * 512 + 8);
		assert_world_holds();
		if (done)
			break;
		assert_true(steps < 100);
	}
	host_observer = NULL;
	assert_null(aspace.process->root);
	nothing_mapped();
	assert_true(dissolve_space_step(aspace.process));
	assert_code(space_map(VA, world.free_first, 1, RW), 0); /* it can begin again */
}

static void a_space_is_dissolved_in_bounded_steps(void **state)
{
	(void)state;
	aspace_each_mode(in_steps, 32);
}

static void frames_are_clean(void)
{
	uint64_t *root;

	populate();
	root = (uint64_t *)aspace.process->root;
	while (!dissolve_space_step(aspace.process))
		continue;
	for (unsigned i = 8; i < 512; i++)
		assert_int_equal(root[i], 0);
	assert_true(FRAME_IS_CLEAN(frame_get(frame_of(root))));
	assert_world_holds();
}

static void the_root_gives_back_no_kernel_entry(void **state)
{
	(void)state;
	aspace_each_mode(frames_are_clean, 32);
}

static void destroyed(void)
{
	struct answer a;
	unsigned steps = 0;

	populate();
	asid_activate(world.thread->hart, aspace.process);
	do {
		a = checked_call(TN_CALL_DESTROY, SLOT_SPACE, TN_FLAG_STEP, 0, 0, 0, 0);
		assert_true(++steps < 100);
	} while (a.code == -TN_EAGAIN);
	assert_int_equal(a.code, 0);
	assert_true(steps > 5);
	nothing_mapped();
	assert_int_equal(pool_used(aspace.pool), 0);
}

static void destroy_holds_all_invariants_between_steps(void **state)
{
	(void)state;
	aspace_each_mode(destroyed, 32);
}

static void between_steps(void)
{
	assert_world_holds();
}

static void revoked(void)
{
	populate();
	host_interrupt_every = 1;
	host_between = between_steps;
	assert_code(host_call(TN_CALL_POOL_REVOKE, SLOT_POOL, 0, 0, 0, 0, 0), 0);
	host_interrupt_every = 0;
	host_between = NULL;
	assert_true(host_restarts > 5);
	nothing_mapped();
	assert_int_equal(pool_used(aspace.pool), 0);
	assert_world_holds();
}

static void revoke_holds_all_invariants_between_restarts(void **state)
{
	(void)state;
	aspace_each_mode(revoked, 32);
}

static void sparse(void)
{
	unsigned steps = 0;

	/* entries far apart in one table */
	for (uint64_t i = 0; i < 512; i += 73)
		assert_code(space_map(VA + i * PAGE, world.free_first + i, 1, RW), 0);
	while (space_detach(VA, 0, TN_FLAG_STEP).code == -TN_EAGAIN)
		assert_true(++steps < 10);
	for (uint64_t i = 0; i < 512; i += 73)
		assert_int_equal(frame_refs(world.free_first + i), 0);
	assert_int_equal(aspace.pool->kinds[TN_KIND_TABLE], 1);
}

static void a_sparse_table_is_emptied(void **state)
{
	(void)state;
	aspace_each_mode(sparse, 8);
}

static void half_a_table(void)
{
	uint64_t left = 0;

	assert_answer(space_map(LARGE, aspace.block, 512, RW | TN_MAP_SMALL), 0, 512);
	assert_false(dissolve_space_step(aspace.process));
	for (uint64_t i = 0; i < 512; i++)
		left += frame_refs(aspace.block + i);
	assert_int_equal(left, 256);
}

static void a_step_takes_half_a_table(void **state)
{
	(void)state;
	aspace_each_mode(half_a_table, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_space_is_dissolved_in_bounded_steps),
		cmocka_unit_test(the_root_gives_back_no_kernel_entry),
		cmocka_unit_test(destroy_holds_all_invariants_between_steps),
		cmocka_unit_test(revoke_holds_all_invariants_between_restarts),
		cmocka_unit_test(a_sparse_table_is_emptied),
		cmocka_unit_test(a_step_takes_half_a_table),
	};

	return cmocka_run_group_tests_name("dissolve", tests, NULL, NULL);
}
