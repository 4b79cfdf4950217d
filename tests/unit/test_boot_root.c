/*
 * test_boot_root.c - the first objects: pool, process, thread, slots, as abi.h promises them.
 */
#include "boot/root.h"

#include "aspace.h"
#include "cap.h"
#include "frame.h"
#include "snapshot.h"
#include "thread.h"
#include "world_check.h"

static struct tn_cap_info info_of(uint64_t slot)
{
	assert_code(host_call(TN_CALL_CAP_INFO, TN_SELF, slot, 0, 0, 0, 0), 0);
	return *(struct tn_cap_info *)world.thread->utcb->words;
}

static void an_object_stands_in(uint64_t slot, uint64_t type, uint64_t frame)
{
	struct tn_cap_info info = info_of(slot);

	assert_int_equal(info.type, type);
	assert_int_equal(info.rights, TN_RIGHTS_ALL);
	assert_int_equal(info.live, 1);
	assert_int_equal(info.frame, frame);
	assert_int_equal(FRAME_KIND(frame_get(pfn(frame))), type);
}

static void slots_are_filled_as_documented(void **state)
{
	struct tn_cap_info info;

	(void)state;
	world_make(NULL);
	an_object_stands_in(TN_SLOT_PROCESS, TN_CAP_PROCESS, world.process->self);
	an_object_stands_in(TN_SLOT_THREAD, TN_CAP_THREAD, world.thread->self);
	an_object_stands_in(TN_SLOT_POOL, TN_CAP_POOL, world.root->self);
	info = info_of(TN_SLOT_FRAMES);
	assert_int_equal(info.type, TN_CAP_FRAMES);
	assert_int_equal(info.rights, TN_RIGHTS_ALL);
	assert_int_equal(info.first, WORLD_FIRST);
	assert_int_equal(info.count, WORLD_FRAMES);
	assert_int_equal(info_of(TN_SLOT_SYSTEM).type, TN_CAP_SYSTEM);
	for (uint64_t slot = 0; slot < TN_CAPS_SLOTS; slot++)
		if (slot == 0 || slot > TN_SLOT_SYSTEM)
			assert_code(host_call(TN_CALL_CAP_INFO, TN_SELF, slot, 0, 0, 0, 0),
				    -TN_ENOENT);
	world_end();
}

static void the_root_pool_accounts_for_its_frames(void **state)
{
	struct tn_pool_info *info;

	(void)state;
	world_make(NULL);
	info = (struct tn_pool_info *)world.thread->utcb->words;
	assert_answer(host_call(TN_CALL_POOL_INFO, TN_SLOT_POOL, 0, 0, 0, 0, 0), 0, 60);
	assert_int_equal(info->boot, 64);
	assert_int_equal(info->used, 4);
	assert_int_equal(info->peak, 4);
	assert_int_equal(info->free, 60);
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_TABLE; kind++)
		assert_int_equal(info->kinds[kind],
				 kind != TN_KIND_ENDPOINT && kind != TN_KIND_TABLE ? 1 : 0);
	assert_int_equal(info->depth, 0);
	assert_int_equal(info->parent, TN_NONE);
	assert_int_equal(info->frame, world.root->self);
	assert_int_equal(info->give_calls + info->give_frames + info->move_in_frames + info->enomem,
			 0);
	world_end();
}

static void the_smallest_root_has_five_frames(void **state)
{
	struct world_options o = {.root_frames = 5};

	(void)state;
	world_make(&o);
	assert_world_holds();
	assert_int_equal(world.root->free, 1);
	assert_code(host_call(TN_CALL_FRAME_GIVE, TN_SLOT_FRAMES, TN_SLOT_POOL, world.free_first, 8,
			      0, 0),
		    0);
	assert_world_holds();
	world_end();
}

static void a_root_across_two_blocks_is_counted_in_both(void **state)
{
	static const struct region region = {0x80000 + 480, 4096, TN_KIND_USER};
	struct world_options o = {.regions = &region, .region_count = 1};

	(void)state;
	world_make(&o);
	assert_int_equal(BLOCK_OTHERS(block_get(pfn(0x80000))), 480 + 32);
	assert_int_equal(BLOCK_OTHERS(block_get(pfn(0x80200))), 32);
	assert_world_holds();
	world_end();
}

static void the_thread_runs_in_its_process(void **state)
{
	(void)state;
	world_make(NULL);
	assert_ptr_equal(current, world.thread);
	assert_ptr_equal(world.thread->process, world.process);
	assert_ptr_equal(world.thread->directory, world.process->directory);
	assert_int_equal(world.thread->state, TN_THREAD_RUNNING);
	assert_int_equal(world.process->ceiling, 63);
	assert_null(world.process->root);
	assert_code(host_call(TN_CALL_DESTROY, TN_SLOT_PROCESS, 0, 0, 0, 0, 0), -TN_EBUSY);
	assert_code(host_call(TN_CALL_DESTROY, TN_SLOT_THREAD, 0, 0, 0, 0, 0), -TN_EBUSY);
	assert_code(host_call(TN_CALL_DESTROY, TN_SLOT_POOL, 0, 0, 0, 0, 0), -TN_EBUSY);
	assert_code(host_call(TN_CALL_POOL_REVOKE, TN_SLOT_POOL, 0, 0, 0, 0, 0), -TN_EBUSY);
	assert_world_holds();
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_are_filled_as_documented),
		cmocka_unit_test(the_root_pool_accounts_for_its_frames),
		cmocka_unit_test(the_smallest_root_has_five_frames),
		cmocka_unit_test(a_root_across_two_blocks_is_counted_in_both),
		cmocka_unit_test(the_thread_runs_in_its_process),
	};

	return cmocka_run_group_tests_name("boot_root", tests, NULL, NULL);
}
