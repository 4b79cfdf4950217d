/*
 * test_resolve.c - resolve, sync_code and cache_op.
 */
#include "aspace.h"
#include "cap.h"
#include "frame.h"
#include "snapshot.h"
#include "walk.h"

#define VA 0x40000000ul

static uint64_t frame(uint64_t i)
{
	return world.free_first + i;
}

static void levels_of_nothing(void)
{
	assert_answer(space_resolve(VA), -TN_ENOENT, paging_levels - 1);
	for (uint64_t level = paging_levels; level-- > 0;) {
		assert_code(space_attach(VA, level), 0);
		assert_answer(space_resolve(VA), -TN_ENOENT, level);
		assert_answer(space_resolve(VA + 123), -TN_ENOENT, level);
	}
}

static void the_level_that_is_missing_is_named(void **state)
{
	(void)state;
	aspace_each_mode(levels_of_nothing, 8);
}

static void leaves_of_all_sizes(void)
{
	const struct tn_resolved *r = space_resolved();
	uint64_t b = aspace.block;

	assert_code(space_map(VA, frame(3), 1, RX), 0);
	assert_answer(space_resolve(VA + 0x123), 0, frame(3) * PAGE + 0x123);
	assert_int_equal(r->address, frame(3) * PAGE + 0x123);
	assert_int_equal(r->size, PAGE);
	assert_int_equal(r->flags, RX);
	assert_int_equal(r->level, 0);
	assert_int_equal(FRAME_KIND(frame_get(pfn(r->table))), TN_KIND_TABLE);
	assert_code(space_map(VA + LARGE, b, 512, RW), 0);
	assert_answer(space_resolve(VA + LARGE + 0x12345), 0, b * PAGE + 0x12345);
	assert_int_equal(r->size, LARGE);
	assert_int_equal(r->level, 1);
	assert_code(space_map_device(VA + HUGE_PAGE, DEVICE_FIRST, 0x40000, RW), 0);
	assert_answer(space_resolve(VA + 2 * HUGE_PAGE - 1), 0,
		      DEVICE_FIRST * PAGE + HUGE_PAGE - 1);
	assert_int_equal(r->size, HUGE_PAGE);
	assert_int_equal(r->level, 2);
	assert_int_equal(r->accessed | r->dirty, 0);
	space_touch(VA, 0);
	assert_code(space_resolve(VA), 0);
	assert_int_equal(r->accessed, 1);
	assert_int_equal(r->dirty, 0);
	space_touch(VA + LARGE, 1);
	assert_code(space_resolve(VA + LARGE + 5), 0);
	assert_int_equal(r->dirty, 1);
}

static void a_leaf_is_described(void **state)
{
	(void)state;
	aspace_each_mode(leaves_of_all_sizes, 8);
}

static void resolve_refusals(void)
{
	uint64_t dying = space_dying();

	slot_copy(SLOT_SPACE, SLOT_SPARE, 0, 0, 0);
	slot_copy(SLOT_SPACE, SLOT_SPARE + 2, TN_RIGHT_OWN, 0, 0);
#define STEP(process, va, code)                                                                    \
	assert_code(checked_call(TN_CALL_RESOLVE, process, va, 0, 0, 0, 0), code)
	STEP(99999, user_top, -TN_EFAULT);
	STEP(99999, UINT64_MAX, -TN_EFAULT);
	STEP(99999, VA, -TN_ERANGE);
	STEP(SLOT_SPARE + 1, VA, -TN_ENOENT);
	STEP(SLOT_POOL, VA, -TN_EBADF);
	STEP(dying, VA, -TN_EDYING);
	STEP(SLOT_SPARE, VA, -TN_ENOENT); /* no right is needed; nothing is mapped */
	assert_code(host_call(TN_CALL_CAP_REVOKE, SLOT_SPARE + 2, 0, 0, 0, 0, 0), 0);
	STEP(SLOT_SPARE, VA, -TN_ESTALE);
	assert_code(host_call(TN_CALL_DESTROY, dying, 0, 0, 0, 0, 0), 0);
	STEP(dying, VA, -TN_ENOENT);
#undef STEP
}

static void resolve_refuses_in_order(void **state)
{
	(void)state;
	aspace_each_mode(resolve_refusals, 8);
}

static void sync_code_orders(void **state)
{
	uint64_t before, dying;

	(void)state;
	aspace_make(3, 8);
	dying = space_dying();
	slot_copy(SLOT_SPACE, SLOT_SPARE, TN_PROCESS_MANAGE, 0, 0);
	before = host_sync_count;
#define STEP(process, code)                                                                        \
	assert_code(checked_call(TN_CALL_SYNC_CODE, process, 0, 0, 0, 0, 0), code)
	STEP(99999, -TN_ERANGE);
	STEP(SLOT_SPARE + 1, -TN_ENOENT);
	STEP(SLOT_POOL, -TN_EBADF);
	STEP(SLOT_SPARE, -TN_EPERM);
	STEP(dying, -TN_EDYING);
	assert_int_equal(host_sync_count, before);
	STEP(SLOT_SPACE, 0);
	assert_int_equal(host_sync_count, before + 1);
#undef STEP
	world_end();
}

#define STEP(frames, first, count, op, code, value)                                                \
	assert_answer(checked_call(TN_CALL_CACHE_OP, frames, first, count, op, 0, 0), code, value)

static void cache_op_works_on_user_frames(void **state)
{
	uint64_t before;

	(void)state;
	aspace_make(3, 8);
	host_cache_ops = true;
	before = host_cache_op_count;
	for (uint64_t op = TN_CACHE_CLEAN; op <= TN_CACHE_FLUSH; op++)
		STEP(TN_SLOT_FRAMES, frame(0), 16, op, 0, 0);
	assert_int_equal(host_cache_op_count, before + 48);
	assert_code(space_map(VA, frame(0), 1, RW), 0);
	STEP(TN_SLOT_FRAMES, frame(0), 1, TN_CACHE_FLUSH, 0, 0); /* in use or not */
	slot_copy(TN_SLOT_FRAMES, SLOT_SPARE, TN_FRAMES_READ, 0, 0);
	STEP(SLOT_SPARE, frame(0), 1, TN_CACHE_CLEAN, 0, 0);
	STEP(SLOT_SPARE, frame(0), 1, TN_CACHE_INVALIDATE, -TN_EPERM, 0);
	STEP(SLOT_SPARE, frame(0), 1, TN_CACHE_FLUSH, -TN_EPERM, 0);
	world_end();
}

static void cache_op_refuses_in_order(void **state)
{
	uint64_t kernel;

	(void)state;
	aspace_make_mixed(3, 8);
	kernel = aspace.pool->self;
	slot_copy(TN_SLOT_FRAMES, SLOT_SPARE, RW, frame(0), 2);
	STEP(99999, 0, 1, 3, -TN_EINVAL, 0);
	STEP(99999, 0, 0, 0, -TN_EINVAL, 0);
	STEP(99999, 0, 17, 0, -TN_EINVAL, 0);
	STEP(99999, 0, UINT64_MAX, 0, -TN_EINVAL, 0);
	STEP(99999, 0, 1, 0, -TN_ERANGE, 0);
	STEP(SLOT_SPACE, 0, 1, 0, -TN_EBADF, 0);
	STEP(SLOT_SPARE, frame(1), 2, 0, -TN_EACCES, frame(2));
	STEP(SLOT_SPARE, UINT64_MAX, 1, 0, -TN_EACCES, UINT64_MAX);
	STEP(TN_SLOT_FRAMES, MIXED_HOLE, 1, 0, -TN_ENXIO, MIXED_HOLE);
	STEP(TN_SLOT_FRAMES, kernel, 1, 0, -TN_EKERNEL, kernel);
	STEP(TN_SLOT_FRAMES, MIXED_BOOT, 1, TN_CACHE_FLUSH, -TN_EKERNEL, MIXED_BOOT);
	STEP(TN_SLOT_FRAMES, MIXED_IMAGE + 15, 2, 0, -TN_EKERNEL, MIXED_IMAGE + 15);
	STEP(TN_SLOT_FRAMES, frame(0), 1, 0, -TN_ENOTSUP, frame(0));
	host_cache_ops = true;
	STEP(TN_SLOT_FRAMES, MIXED_OUTSIDE - 1, 2, 0, -TN_ENOTSUP, MIXED_OUTSIDE);
	STEP(TN_SLOT_FRAMES, frame(0), 1, 0, 0, 0);
	world_end();
}
#undef STEP

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_level_that_is_missing_is_named),
		cmocka_unit_test(a_leaf_is_described),
		cmocka_unit_test(resolve_refuses_in_order),
		cmocka_unit_test(sync_code_orders),
		cmocka_unit_test(cache_op_works_on_user_frames),
		cmocka_unit_test(cache_op_refuses_in_order),
	};

	return cmocka_run_group_tests_name("resolve", tests, NULL, NULL);
}
