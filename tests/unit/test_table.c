/*
 * test_table.c - page tables by name: attach at each level from any, a free and a user frame;
 * detach with its subtree, in steps; every refusal in its order.
 */
#include "table.h"

#include "aspace.h"
#include "cap.h"
#include "frame.h"
#include "object.h"
#include "snapshot.h"
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

static struct answer attach(uint64_t va, uint64_t level, uint64_t f, uint64_t frames)
{
	return checked_call(TN_CALL_TABLE_ATTACH, SLOT_SPACE, va, level, f, frames, 0);
}

static uint64_t info_of(uint64_t f)
{
	assert_code(host_call(TN_CALL_FRAME_INFO, TN_SLOT_FRAMES, f, 1, 0, 0, 0), 0);
	return world.thread->utcb->words[0];
}

/* --- attach ------------------------------------------------------------------------------- */

static void each_level(void)
{
	uint64_t top = paging_levels - 1;

	for (uint64_t level = 0; level < top; level++)
		assert_answer(space_attach(VA, level), -TN_ENOTABLE, top);
	assert_answer(space_attach(VA, top), 0, 0);
	assert_code(space_attach(VA, top), -TN_EEXIST);
	for (uint64_t level = top; level-- > 0;) {
		if (level > 0)
			assert_answer(space_attach(VA, 0), -TN_ENOTABLE, level);
		assert_answer(space_attach(VA, level), 0, 0);
		assert_code(space_attach(VA, level), -TN_EEXIST);
	}
	assert_int_equal(aspace.pool->kinds[TN_KIND_TABLE], paging_levels);
	space_starve(0);
	map_ok(VA, frame(0), 512, RW);
}

static void tables_are_attached_from_the_root_down(void **state)
{
	(void)state;
	aspace_each_mode(each_level, 8);
}

static void is_explicit(void)
{
	assert_code(space_attach(VA, paging_levels - 1), 0);
	assert_true(info_of(frame_of(aspace.process->root).n) & TN_INFO_EXPLICIT);
	assert_code(space_attach(VA, paging_levels - 2), 0);
	assert_int_equal(TN_INFO_COUNT(info_of(frame_of(aspace.process->root).n)), 1);
	map_ok(VA + HUGE_PAGE, frame(0), 1, RW);
	assert_code(space_resolve(VA + HUGE_PAGE), 0);
	assert_false(info_of(space_resolved()->table) & TN_INFO_EXPLICIT);
	assert_int_equal(TN_INFO_COUNT(info_of(space_resolved()->table)), 1);
}

static void attached_tables_are_explicit(void **state)
{
	(void)state;
	aspace_each_mode(is_explicit, 8);
}

static void occupied(void)
{
	map_ok(VA, aspace.block, 512, RW);
	assert_code(space_attach(VA, 0), -TN_EEXIST);
	assert_code(space_attach(VA + 5 * PAGE + 7, 0), -TN_EEXIST);
	assert_code(space_attach(VA, 1), -TN_EEXIST);
	assert_code(space_attach(VA + LARGE, 0), 0);
	assert_answer(space_map_device(VA + HUGE_PAGE, DEVICE_FIRST, 0x40000, RW), 0, 0x40000);
	assert_code(space_attach(VA + HUGE_PAGE, 1), -TN_EEXIST);
	assert_code(space_attach(VA + HUGE_PAGE + LARGE, 0), -TN_EEXIST);
}

static void a_leaf_is_in_the_way(void **state)
{
	(void)state;
	aspace_each_mode(occupied, 8);
}

static void exact_free(void)
{
	uint64_t f = frame(40), level = paging_levels - 1;

	assert_code(checked_call(TN_CALL_FRAME_GIVE, TN_SLOT_FRAMES, SLOT_POOL, f, 6, 0, 0), 0);
	for (uint64_t i = 0; i < paging_levels; i++) {
		assert_code(attach(VA, level - i, f + i, TN_NONE), 0);
		assert_int_equal(TN_INFO_KIND(info_of(f + i)), TN_KIND_TABLE);
	}
	assert_code(attach(VA + LARGE, 0, f, TN_NONE), -TN_EBUSY);
	assert_code(attach(VA + LARGE, 0, frame(0), TN_NONE), -TN_EUSER);
	assert_code(attach(VA + LARGE, 0, UINT64_MAX - 1, TN_NONE), -TN_ENXIO);
	assert_code(attach(VA + LARGE, 0, 0, TN_NONE), -TN_ENXIO);
	assert_code(checked_call(TN_CALL_FRAME_GIVE, TN_SLOT_FRAMES, TN_SLOT_POOL, frame(50), 1, 0,
				 0),
		    0);
	assert_code(attach(VA + LARGE, 0, frame(50), TN_NONE), -TN_EXDEV);
	map_ok(VA, frame(0), 1, RW);
	assert_code(space_resolve(VA), 0);
	assert_int_equal(space_resolved()->table, f + level);
}

static void exact_free_frames_become_tables(void **state)
{
	(void)state;
	aspace_each_mode(exact_free, 8);
}

static void exact_user(void)
{
	uint64_t f = frame(40), level = paging_levels - 1, given = aspace.pool->given.frames;
	uint64_t *words = host_memory(f);

	space_starve(0);
	for (unsigned i = 0; i < 512 * paging_levels; i++)
		words[i] = ~0ul;
	for (uint64_t i = 0; i < paging_levels; i++)
		assert_code(attach(VA, level - i, f + i, TN_SLOT_FRAMES), 0);
	assert_int_equal(aspace.pool->given.frames - given, paging_levels);
	map_ok(VA, frame(0), 1, RW);
	assert_unmapped(VA + PAGE);
	assert_answer(attach(VA + LARGE, 0, f, TN_SLOT_FRAMES), -TN_EKERNEL, f);
	assert_answer(attach(VA + LARGE, 0, frame(0), TN_SLOT_FRAMES), -TN_EBUSY, frame(0));
	assert_answer(attach(VA + LARGE, 0, world.utcb, TN_SLOT_FRAMES), -TN_EBUSY, world.utcb);
	assert_code(attach(VA + LARGE, 0, 0, TN_SLOT_FRAMES), -TN_EACCES);
	assert_code(attach(VA + LARGE, 0, UINT64_MAX - 1, TN_SLOT_FRAMES), -TN_EACCES);
	assert_answer(space_attach(VA + LARGE, 0), -TN_ENOMEM, 1);
}

static void exact_user_frames_become_tables(void **state)
{
	(void)state;
	aspace_each_mode(exact_user, 8);
}

static void exact_needs_rights(void)
{
	slot_copy(TN_SLOT_FRAMES, SLOT_SPARE, RW, 0, 0);
	slot_copy(SLOT_SPACE, SLOT_SPARE + 1, TN_PROCESS_MAP, 0, 0);
#define BY(process, f, frames)                                                                     \
	checked_call(TN_CALL_TABLE_ATTACH, process, VA, paging_levels - 1, f, frames, 0)
	assert_code(BY(SLOT_SPACE, frame(0), SLOT_SPARE), -TN_EPERM);
	assert_code(BY(SLOT_SPARE + 1, frame(0), TN_SLOT_FRAMES), -TN_EPERM);
	assert_code(BY(SLOT_SPARE + 1, TN_ANY, TN_NONE), 0);
#undef BY
}

static void exact_user_frames_need_manage_and_give(void **state)
{
	(void)state;
	aspace_each_mode(exact_needs_rights, 8);
}

/* --- detach ------------------------------------------------------------------------------- */

static void detach_levels(void)
{
	uint64_t free = aspace.pool->free;

	for (uint64_t level = 0; level + 1 < paging_levels; level++) {
		space_attach_down(VA, level);
		assert_answer(space_detach(VA, level, 0), 0, 0);
		assert_answer(space_detach(VA, level, 0), -TN_ENOENT, 0);
	}
	for (uint64_t level = 0; level + 1 < paging_levels; level++)
		space_detach(VA, level, 0);
	assert_int_equal(aspace.pool->free, free - 1);
	assert_code(space_detach(VA, paging_levels - 1, 0), -TN_EINVAL);
}

static void each_level_but_the_root_is_detached(void **state)
{
	(void)state;
	aspace_each_mode(detach_levels, 8);
}

static void detach_subtree(void)
{
	uint64_t free = aspace.pool->free;

	space_attach_down(VA, 2);
	map_ok(VA, frame(0), 5, RW);
	map_ok(VA + LARGE, aspace.block, 1024, RW);
	map_ok(VA + 9 * LARGE + 5 * PAGE, frame(0), 5, RW);
	if (paging_levels > 3) {
		assert_answer(space_detach(VA, 2, 0), 0, 0);
		assert_int_equal(aspace.pool->free, free - (paging_levels - 3));
	} else {
		assert_answer(space_detach(VA, 1, 0), 0, 0);
		assert_int_equal(aspace.pool->free, free - 1);
	}
	assert_unmapped(VA);
	assert_unmapped(VA + LARGE);
	assert_int_equal(frame_refs(frame(4)), 0);
	assert_int_equal(block_mappings(aspace.block + 512), 0);
}

static void the_whole_subtree_goes(void **state)
{
	(void)state;
	aspace_each_mode(detach_subtree, 12);
}

static void detach_implicit(void)
{
	uint64_t free = aspace.pool->free;

	map_ok(VA, frame(0), 1, RW);
	assert_answer(space_detach(VA, 0, 0), 0, 0);
	assert_int_equal(aspace.pool->free, free - 1);
	assert_int_equal(frame_refs(frame(0)), 0);
}

static void parents_that_are_emptied_go_too(void **state)
{
	(void)state;
	aspace_each_mode(detach_implicit, 8);
}

static void detach_inner_explicit(void)
{
	space_attach_down(VA, 0);
	space_attach_down(VA + 3 * LARGE, 0);
	map_ok(VA + 3 * LARGE, frame(0), 1, RW);
	assert_answer(space_detach(VA, 1, 0), 0, 0);
	assert_int_equal(aspace.pool->kinds[TN_KIND_TABLE], paging_levels - 2);
}

static void explicit_tables_below_go_with_it(void **state)
{
	(void)state;
	aspace_each_mode(detach_inner_explicit, 12);
}

static void fill_subtree(void)
{
	space_attach_down(VA, 1);
	for (uint64_t i = 0; i < 4; i++)
		map_ok(VA + 2 * i * LARGE, frame(i), 3, RW);
	map_ok(VA + LARGE, aspace.block, 512, RW);
	space_attach_down(VA + 9 * LARGE, 0);
}

/* checked_call looks at all invariants after each step. */
static void detach_steps(void)
{
	unsigned steps = 0;
	struct answer a;

	fill_subtree();
	for (;;) {
		a = space_detach(VA, 1, TN_FLAG_STEP);
		if (a.code != -TN_EAGAIN)
			break;
		assert_true(++steps < 20);
	}
	assert_answer(a, 0, 0);
	assert_true(steps >= 5);
	assert_int_equal(aspace.pool->kinds[TN_KIND_TABLE], paging_levels - 2);
	assert_int_equal(frame_refs(frame(0)), 0);
}

static void step_answers_eagain_until_it_is_done(void **state)
{
	(void)state;
	aspace_each_mode(detach_steps, 16);
}

/* A chain: each table holds nothing but the next one. */
static void detach_chain(void)
{
	space_attach_down(VA, paging_levels - 2);
	map_ok(VA, frame(0), 1, RW);
	while (space_detach(VA, paging_levels - 2, TN_FLAG_STEP).code == -TN_EAGAIN)
		continue;
	assert_int_equal(aspace.pool->kinds[TN_KIND_TABLE], 1);
}

static void no_implicit_table_is_empty_between_steps(void **state)
{
	(void)state;
	aspace_each_mode(detach_chain, 16);
}

static void between(void)
{
	struct answer a;
	uint64_t word;

	/* user space goes on in between: it maps into what is being detached */
	if (host_restarts != 2)
		return;
	word = host_interrupt_every;
	host_interrupt_every = 0;
	a = host_call(TN_CALL_RESOLVE, SLOT_SPACE, VA + LARGE, 0, 0, 0, 0);
	assert_true(a.code == 0 || a.code == -TN_ENOENT);
	host_interrupt_every = (unsigned)word;
}

static void detach_restarts(void)
{
	fill_subtree();
	host_interrupt_every = 1;
	host_between = between;
	assert_answer(space_detach(VA, 1, 0), 0, 0);
	host_interrupt_every = 0;
	host_between = NULL;
	assert_int_equal(aspace.pool->kinds[TN_KIND_TABLE], paging_levels - 2);
	assert_int_equal(block_mappings(aspace.block), 0);
}

static void interrupts_come_between_steps(void **state)
{
	(void)state;
	aspace_each_mode(detach_restarts, 16);
}

static void remap_between_steps(void)
{
	fill_subtree();
	assert_code(space_detach(VA, 1, TN_FLAG_STEP), -TN_EAGAIN);
	map_ok(VA, frame(9), 1, RW);
	assert_code(space_detach(VA, 1, TN_FLAG_STEP), -TN_EAGAIN);
	assert_unmapped(VA);
	assert_code(space_detach(VA, 1, 0), 0);
	assert_int_equal(frame_refs(frame(9)), 0);
}

static void mapping_between_steps_is_undone_too(void **state)
{
	(void)state;
	aspace_each_mode(remap_between_steps, 16);
}

/* --- refusals ----------------------------------------------------------------------------- */

static void malformed(void)
{
	static const uint64_t levels[] = {5, 64, 1ul << 32, UINT64_MAX, UINT64_MAX - 1};

	map_ok(VA, frame(0), 1, RW);
	for (unsigned i = 0; i < 5; i++) {
		assert_code(space_attach(VA, levels[i]), -TN_EINVAL);
		assert_code(space_detach(VA, levels[i], 0), -TN_EINVAL);
	}
	assert_code(space_attach(VA, paging_levels), -TN_EINVAL);
	assert_code(space_detach(VA, paging_levels - 1, 0), -TN_EINVAL);
	assert_code(space_detach(VA, 0, 2), -TN_EINVAL);
	assert_code(space_detach(VA, 0, UINT64_MAX), -TN_EINVAL);
	assert_code(space_attach(user_top, 0), -TN_EFAULT);
	assert_code(space_attach(UINT64_MAX, 0), -TN_EFAULT);
	assert_code(space_detach(user_top, 0, 0), -TN_EFAULT);
	assert_code(space_detach(VA + LARGE, 0, 0), -TN_ENOENT);
	assert_code(space_detach(VA + HUGE_PAGE, 1, 0), -TN_ENOENT);
}

static void malformed_arguments_are_refused(void **state)
{
	(void)state;
	aspace_each_mode(malformed, 8);
}

static void attach_rules_in_order(void **state)
{
	uint64_t dying;

	(void)state;
	aspace_make_mixed(4, 1);
	dying = space_dying();
	slot_copy(TN_SLOT_FRAMES, SLOT_SPARE, TN_FRAMES_GIVE, 0x80000, 0xf00);
	slot_copy(TN_SLOT_FRAMES, SLOT_SPARE + 1, TN_RIGHTS_ALL, 0, 0);
#define STEP(process, va, level, f, frames, code)                                                  \
	assert_code(host_call(TN_CALL_TABLE_ATTACH, process, va, level, f, frames, 0), code)
	STEP(99999, user_top, 9, 0, 99999, -TN_EINVAL);
	STEP(99999, user_top, 0, 0, 99999, -TN_EFAULT);
	STEP(99999, VA, 0, 0, 99999, -TN_ERANGE);
	STEP(dying, VA, 0, 0, 99999, -TN_ERANGE);
	STEP(dying, VA, 0, 0, SLOT_SPARE, -TN_EDYING);
	STEP(SLOT_SPACE, VA, 0, 0, SLOT_SPARE, -TN_ENOTABLE);
	STEP(SLOT_SPACE, VA, 3, MIXED_OUTSIDE, SLOT_SPARE, -TN_EACCES);
	STEP(SLOT_SPACE, VA, 3, TN_ANY, TN_NONE, 0);
	STEP(SLOT_SPACE, VA, 3, 0, SLOT_SPARE, -TN_EEXIST);
	STEP(SLOT_SPACE, VA, 2, 0, SLOT_SPARE, -TN_EACCES);
	STEP(SLOT_SPACE, VA, 2, MIXED_HOLE, SLOT_SPARE, -TN_ENXIO);
	STEP(SLOT_SPACE, VA, 2, MIXED_BOOT, SLOT_SPARE, -TN_EKERNEL);
	STEP(SLOT_SPACE, VA, 2, world.utcb, SLOT_SPARE, -TN_EBUSY);
	STEP(SLOT_SPACE, VA, 2, MIXED_OUTSIDE, SLOT_SPARE + 1, -TN_ENOTSUP);
	STEP(SLOT_SPACE, VA, 2, TN_ANY, TN_NONE, -TN_ENOMEM);
	STEP(SLOT_SPACE, VA, 2, frame(0), SLOT_SPARE, 0);
#undef STEP
	world_end();
}

static void detach_rules_in_order(void **state)
{
	uint64_t dying;

	(void)state;
	aspace_make(3, 8);
	dying = space_dying();
	slot_copy(SLOT_SPACE, SLOT_SPARE, TN_PROCESS_MANAGE, 0, 0);
#define STEP(process, va, level, flags, code)                                                      \
	assert_code(host_call(TN_CALL_TABLE_DETACH, process, va, level, flags, 0, 0), code)
	STEP(99999, user_top, 2, 0, -TN_EINVAL);
	STEP(99999, user_top, 1, 2, -TN_EINVAL);
	STEP(99999, user_top, 1, 1, -TN_EFAULT);
	STEP(99999, VA, 1, 1, -TN_ERANGE);
	STEP(SLOT_SPARE, VA, 1, 1, -TN_EPERM);
	STEP(dying, VA, 1, 1, -TN_EDYING);
	STEP(SLOT_SPACE, VA, 1, 1, -TN_ENOENT);
#undef STEP
	world_end();
}

/* --- in a pool that is being revoked -------------------------------------------------------- */

static void nothing_is_made_in_a_dying_pool(void **state)
{
	(void)state;
	aspace_make(3, 16);
	map_ok(VA, frame(0), 1, RW);
	map_ok(VA + LARGE, aspace.block, 512, RW);
	/* a second process is taken apart first: new ones stand at the head of the list */
	assert_code(checked_call(TN_CALL_CREATE, TN_KIND_PROCESS, SLOT_POOL, TN_ANY, TN_NONE,
				 SLOT_SPARE, 0),
		    0);
	assert_code(checked_call(TN_CALL_CREATE, TN_KIND_CAPS, SLOT_SPARE, TN_ANY, TN_NONE, 0, 0),
		    0);
	assert_code(checked_call(TN_CALL_POOL_REVOKE, SLOT_POOL, TN_FLAG_STEP, 0, 0, 0, 0),
		    -TN_EAGAIN);
	assert_code(space_map(VA + 2 * LARGE, frame(1), 1, RW), -TN_EDYING);
	assert_code(space_attach(VA + 2 * LARGE, 0), -TN_EDYING);
	assert_code(space_unmap(VA + LARGE, 1), -TN_EDYING);
	assert_answer(space_unmap(VA + LARGE, 512), 0, 512);
	assert_answer(space_unmap(VA, 1), 0, 1);
	assert_code(checked_call(TN_CALL_POOL_REVOKE, SLOT_POOL, 0, 0, 0, 0, 0), 0);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_attached_from_the_root_down),
		cmocka_unit_test(attached_tables_are_explicit),
		cmocka_unit_test(a_leaf_is_in_the_way),
		cmocka_unit_test(exact_free_frames_become_tables),
		cmocka_unit_test(exact_user_frames_become_tables),
		cmocka_unit_test(exact_user_frames_need_manage_and_give),
		cmocka_unit_test(each_level_but_the_root_is_detached),
		cmocka_unit_test(the_whole_subtree_goes),
		cmocka_unit_test(parents_that_are_emptied_go_too),
		cmocka_unit_test(explicit_tables_below_go_with_it),
		cmocka_unit_test(step_answers_eagain_until_it_is_done),
		cmocka_unit_test(no_implicit_table_is_empty_between_steps),
		cmocka_unit_test(interrupts_come_between_steps),
		cmocka_unit_test(mapping_between_steps_is_undone_too),
		cmocka_unit_test(malformed_arguments_are_refused),
		cmocka_unit_test(attach_rules_in_order),
		cmocka_unit_test(detach_rules_in_order),
		cmocka_unit_test(nothing_is_made_in_a_dying_pool),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
