/*
 * test_pool.c - pool_info, pool_watch, and the tree of pools (I3).
 */
#include "pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <port/current.h>
#include <tenure/abi.h>

#include "cast.h"
#include "snapshot.h"
#include "thread.h"

#define WATCH TN_CALL_POOL_WATCH
#define BITS 0x8000000000000001u

static struct pool *pool_of(uint64_t slot)
{
	return host_memory(cast_frame(slot));
}

/* The free frame of the pool that would be taken next. */
static uint64_t first_free(uint64_t slot)
{
	return LINK_NEXT(link_get(pfn(cast_frame(slot))));
}

static uint64_t take_signals(void)
{
	uint64_t signals = world.thread->signals;

	world.thread->signals = 0;
	return signals;
}

static void drain(uint64_t slot, uint64_t left)
{
	DONE(TN_CALL_FRAME_RECLAIM, {TN_SLOT_FRAMES, slot, TN_ANY, pool_of(slot)->free - left});
}

static void refill(uint64_t slot, uint64_t frames)
{
	DONE(TN_CALL_FRAME_GIVE, {TN_SLOT_FRAMES, slot, CAST_LAST_USER, frames});
}

/* --- info -------------------------------------------------------------------------------- */

static void info_errors_in_order(void **state)
{
	(void)state;
	cast_make();
	assert_slot_errors(&(struct call){TN_CALL_POOL_INFO, {0}}, 0, TN_CAP_POOL, false);
	/* a dying pool still tells, and so does a capability without any right */
	DONE(TN_CALL_POOL_INFO, {CAST_DYING_POOL});
	DONE(TN_CALL_CAP_COPY, {CAST_POOL, TN_SELF, CAST_EMPTY, 0, 0, 0});
	DONE(TN_CALL_POOL_INFO, {CAST_EMPTY});
	world_end();
}

static void info_of_the_root_pool(void **state)
{
	const struct tn_pool_info *info;

	(void)state;
	world_make(NULL);
	info = (const struct tn_pool_info *)current->utcb->words;
	assert_int_equal(DONE(TN_CALL_POOL_INFO, {TN_SLOT_POOL}), 60);
	assert_int_equal(info->free, 60);
	assert_int_equal(info->used, 4);
	assert_int_equal(info->peak, 4);
	assert_int_equal(info->boot, 64);
	assert_int_equal(info->kinds[TN_KIND_POOL], 1);
	assert_int_equal(info->kinds[TN_KIND_PROCESS], 1);
	assert_int_equal(info->kinds[TN_KIND_THREAD], 1);
	assert_int_equal(info->kinds[TN_KIND_CAPS], 1);
	assert_int_equal(info->kinds[TN_KIND_TABLE], 0);
	assert_int_equal(info->depth, 0);
	assert_int_equal(info->frame, world.root->self);
	assert_int_equal(info->parent, TN_NONE);
	world_end();
}

static void info_counts_the_flows(void **state)
{
	const struct tn_pool_info *info;

	(void)state;
	cast_make();
	info = (const struct tn_pool_info *)current->utcb->words;
	refill(CAST_POOL, 20);
	DONE(TN_CALL_FRAME_RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, CAST_LAST_USER + 3, 2});
	DONE(TN_CALL_FRAME_MOVE, {CAST_POOL, CAST_SIBLING, 5});
	DONE(TN_CALL_FRAME_MOVE, {CAST_SIBLING, CAST_POOL, 4});
	REFUSED(TN_ENOMEM, 512 - pool_of(CAST_POOL)->free, TN_CALL_FRAME_MOVE,
		{CAST_POOL, CAST_SIBLING, 512});
	DONE(TN_CALL_POOL_INFO, {CAST_POOL});
	assert_int_equal(info->give_calls, 2);
	assert_int_equal(info->give_frames, CAST_POOL_FRAMES + 20);
	assert_int_equal(info->reclaim_calls, 1);
	assert_int_equal(info->reclaim_frames, 2);
	assert_int_equal(info->move_out_calls, 1);
	assert_int_equal(info->move_out_frames, 5);
	assert_int_equal(info->move_in_calls, 2); /* the cast destroyed a sub-pool, too */
	assert_int_equal(info->move_in_frames, 4);
	assert_int_equal(info->enomem, 1);
	assert_int_equal(info->depth, 1);
	assert_int_equal(info->frame, cast_frame(CAST_POOL));
	assert_int_equal(info->parent, world.root->self);
	assert_int_equal(info->kinds[TN_KIND_ENDPOINT], 1);
	world_end();
}

static void peak_stays_when_objects_end(void **state)
{
	uint64_t used;

	(void)state;
	cast_make();
	used = pool_used(pool_of(CAST_POOL));
	pool_of(CAST_POOL)->peak = used;
	for (unsigned i = 0; i < 3; i++)
		DONE(TN_CALL_CREATE,
		     {TN_KIND_ENDPOINT, CAST_PROCESS, TN_ANY, TN_NONE, CAST_EMPTY + i, 0});
	for (unsigned i = 0; i < 3; i++)
		DONE(TN_CALL_DESTROY, {CAST_EMPTY + i, 0});
	assert_int_equal(pool_used(pool_of(CAST_POOL)), used);
	assert_int_equal(pool_of(CAST_POOL)->peak, used + 3);
	world_end();
}

/* --- watch ------------------------------------------------------------------------------- */

static void watch_errors_in_order(void **state)
{
	(void)state;
	cast_make();
	assert_slot_errors(&(struct call){WATCH, {0, 1, CAST_MISSING, 1}}, 0, TN_CAP_POOL, true);
	assert_slot_errors(&(struct call){WATCH, {CAST_DYING_POOL, 1, 0, 1}}, 2, TN_CAP_THREAD,
			   true);
	REFUSED(TN_EDYING, 0, WATCH, {CAST_DYING_POOL, ~(uint64_t)0, TN_SLOT_THREAD, BITS});
	DONE(WATCH, {CAST_POOL, 1, CAST_THREAD, 1});
	world_end();
}

/* *own* guards the watch: the other rights together do not do. */
static void watch_needs_own_and_signal(void **state)
{
	uint64_t all = TN_RIGHTS_ALL;

	(void)state;
	cast_make();
	DONE(TN_CALL_CAP_COPY, {CAST_POOL, TN_SELF, CAST_EMPTY, all & ~TN_RIGHT_OWN, 0, 0});
	DONE(TN_CALL_CAP_COPY,
	     {CAST_THREAD, TN_SELF, CAST_EMPTY + 1, all & ~TN_THREAD_SIGNAL, 0, 0});
	REFUSED(TN_EPERM, 0, WATCH, {CAST_EMPTY, 1, TN_SLOT_THREAD, BITS});
	REFUSED(TN_EPERM, 0, WATCH, {CAST_POOL, 1, CAST_EMPTY + 1, BITS});
	world_end();
}

static void watch_fires_once_and_rearms(void **state)
{
	(void)state;
	cast_make();
	drain(CAST_POOL, 4);
	DONE(WATCH, {CAST_POOL, 3, TN_SLOT_THREAD, BITS});
	drain(CAST_POOL, 3);
	assert_int_equal(take_signals(), 0);
	drain(CAST_POOL, 2);
	assert_int_equal(take_signals(), BITS);
	drain(CAST_POOL, 0);
	assert_int_equal(take_signals(), 0);
	/* below the threshold: not yet armed again */
	refill(CAST_POOL, 2);
	drain(CAST_POOL, 1);
	assert_int_equal(take_signals(), 0);
	DONE(TN_CALL_FRAME_MOVE, {CAST_SIBLING, CAST_POOL, 2});
	assert_int_equal(take_signals(), 0);
	drain(CAST_POOL, 2);
	assert_int_equal(take_signals(), BITS);
	world_end();
}

/* Whatever makes the free count rise arms it again: a give of one, of many, an object's end. */
static void watch_rearms_however_it_rises(void **state)
{
	(void)state;
	cast_make();
	DONE(TN_CALL_CREATE, {TN_KIND_ENDPOINT, CAST_PROCESS, TN_ANY, TN_NONE, CAST_EMPTY, 0});
	DONE(WATCH, {CAST_POOL, 2, TN_SLOT_THREAD, 1});
	drain(CAST_POOL, 1);
	assert_int_equal(take_signals(), 1);
	DONE(TN_CALL_FRAME_GIVE, {TN_SLOT_FRAMES, CAST_POOL, CAST_LAST_USER, 1});
	drain(CAST_POOL, 0);
	assert_int_equal(take_signals(), 1);
	DONE(TN_CALL_FRAME_GIVE, {TN_SLOT_FRAMES, CAST_POOL, CAST_LAST_USER, 2});
	drain(CAST_POOL, 1);
	assert_int_equal(take_signals(), 1);
	DONE(TN_CALL_DESTROY, {CAST_EMPTY, 0});
	drain(CAST_POOL, 0);
	assert_int_equal(take_signals(), 1);
	world_end();
}

/* A watch that has fired and is set anew, or ended, forgets the threshold it had. */
static void watch_set_anew_forgets_the_old(void **state)
{
	(void)state;
	cast_make();
	DONE(WATCH, {CAST_POOL, 5, TN_SLOT_THREAD, 1});
	drain(CAST_POOL, 4);
	assert_int_equal(take_signals(), 1);
	DONE(WATCH, {CAST_POOL, 2, TN_SLOT_THREAD, 1});
	refill(CAST_POOL, 4);
	drain(CAST_POOL, 3);
	assert_int_equal(take_signals(), 0);
	drain(CAST_POOL, 1);
	assert_int_equal(take_signals(), 1);
	DONE(WATCH, {CAST_POOL, 0, TN_SLOT_THREAD, 1});
	refill(CAST_POOL, 4);
	drain(CAST_POOL, 0);
	assert_int_equal(take_signals(), 0);
	world_end();
}

static void watch_fires_at_once_when_below(void **state)
{
	uint64_t free;

	(void)state;
	cast_make();
	free = pool_of(CAST_POOL)->free;
	DONE(WATCH, {CAST_POOL, free, TN_SLOT_THREAD, BITS});
	assert_int_equal(take_signals(), 0);
	DONE(WATCH, {CAST_POOL, free + 1, TN_SLOT_THREAD, BITS});
	assert_int_equal(take_signals(), BITS);
	DONE(WATCH, {CAST_POOL, ~(uint64_t)0, TN_SLOT_THREAD, 2});
	assert_int_equal(take_signals(), 2);
	world_end();
}

static void watch_sees_allocation_and_move(void **state)
{
	uint64_t free;

	(void)state;
	cast_make();
	free = pool_of(CAST_POOL)->free;
	DONE(WATCH, {CAST_POOL, free, TN_SLOT_THREAD, 1});
	DONE(TN_CALL_CREATE, {TN_KIND_ENDPOINT, CAST_PROCESS, TN_ANY, TN_NONE, CAST_EMPTY, 0});
	assert_int_equal(take_signals(), 1);
	DONE(TN_CALL_DESTROY, {CAST_EMPTY, 0}); /* re-arms */
	DONE(TN_CALL_FRAME_MOVE, {CAST_POOL, CAST_SIBLING, 1});
	assert_int_equal(take_signals(), 1);
	DONE(TN_CALL_FRAME_MOVE, {CAST_SIBLING, CAST_POOL, 1});
	DONE(TN_CALL_CREATE,
	     {TN_KIND_ENDPOINT, CAST_PROCESS, first_free(CAST_POOL), TN_NONE, CAST_EMPTY, 0});
	assert_int_equal(take_signals(), 1);
	DONE(TN_CALL_DESTROY, {CAST_EMPTY, 0});
	DONE(TN_CALL_MAP, {CAST_PROCESS, 0x1000, TN_SLOT_FRAMES, CAST_LAST_USER, 1, TN_MAP_READ});
	assert_int_equal(take_signals(), 1);
	world_end();
}

/* An exact user frame is given and used in one step: the free count does not move. */
static void watch_ignores_exact_user_frames(void **state)
{
	(void)state;
	cast_make();
	DONE(WATCH, {CAST_POOL, pool_of(CAST_POOL)->free, TN_SLOT_THREAD, 1});
	cast_place(TN_KIND_ENDPOINT, CAST_LAST_USER, CAST_EMPTY);
	assert_int_equal(take_signals(), 0);
	world_end();
}

static void watch_ends_with_low_zero(void **state)
{
	(void)state;
	cast_make();
	DONE(WATCH, {CAST_POOL, 3, TN_SLOT_THREAD, 1});
	DONE(WATCH, {CAST_POOL, 0, TN_SLOT_THREAD, 1});
	drain(CAST_POOL, 0);
	refill(CAST_POOL, 8);
	drain(CAST_POOL, 0);
	assert_int_equal(take_signals(), 0);
	world_end();
}

/* The watch names a thread weakly: once it is gone nobody is signalled, least of all whatever
 * stands in its frame. */
static void watch_of_a_dead_thread_is_silent(void **state)
{
	uint64_t frame;
	struct thread *next;

	(void)state;
	cast_make();
	frame = cast_frame(CAST_THREAD);
	DONE(WATCH, {CAST_POOL, 3, CAST_THREAD, BITS});
	DONE(TN_CALL_DESTROY, {CAST_THREAD, 0});
	DONE(TN_CALL_CREATE, {TN_KIND_THREAD, CAST_PROCESS, frame, TN_NONE, CAST_EMPTY, 0});
	next = host_memory(frame);
	drain(CAST_POOL, 0);
	assert_int_equal(next->signals, 0);
	world_end();
}

static void revoking_the_thread_ends_the_watch(void **state)
{
	struct thread *t;

	(void)state;
	cast_make();
	t = host_memory(cast_frame(CAST_THREAD));
	DONE(WATCH, {CAST_POOL, 3, CAST_THREAD, BITS});
	DONE(TN_CALL_CAP_REVOKE, {CAST_THREAD});
	drain(CAST_POOL, 0);
	assert_int_equal(t->signals, 0);
	world_end();
}

static void signals_are_ored(void **state)
{
	(void)state;
	cast_make();
	DONE(WATCH, {CAST_POOL, 1000, TN_SLOT_THREAD, 0x10});
	DONE(WATCH, {CAST_SIBLING, 1000, TN_SLOT_THREAD, 0x02});
	assert_int_equal(take_signals(), 0x12);
	world_end();
}

/* --- the tree ---------------------------------------------------------------------------- */

static void within_follows_the_tree(void **state)
{
	struct pool *inner;

	(void)state;
	cast_make();
	DONE(TN_CALL_CREATE, {TN_KIND_POOL, CAST_POOL, TN_ANY, TN_NONE, CAST_EMPTY, 0});
	inner = pool_of(CAST_EMPTY);
	assert_true(pool_is_within(inner, inner));
	assert_true(pool_is_within(inner, pool_of(CAST_POOL)));
	assert_true(pool_is_within(inner, world.root));
	assert_false(pool_is_within(inner, pool_of(CAST_SIBLING)));
	assert_false(pool_is_within(world.root, inner));
	world_end();
}

/* Siblings leave the tree in every order. */
static void siblings_end_in_any_order(void **state)
{
	static const unsigned orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
					      {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

	(void)state;
	for (unsigned o = 0; o < 6; o++) {
		cast_make();
		for (unsigned i = 0; i < 3; i++)
			DONE(TN_CALL_CREATE,
			     {TN_KIND_POOL, CAST_POOL, TN_ANY, TN_NONE, CAST_EMPTY + i, 0});
		for (unsigned i = 0; i < 3; i++)
			DONE(TN_CALL_DESTROY, {CAST_EMPTY + orders[o][i], 0});
		assert_null(pool_of(CAST_POOL)->children);
		world_end();
	}
}

/* As long as the pool has as many frames as the mark the watch is silent, also to one by name. */
static void watch_is_silent_at_its_mark(void **state)
{
	(void)state;
	cast_make();
	DONE(WATCH, {CAST_POOL, pool_of(CAST_POOL)->free - 1, TN_SLOT_THREAD, 1});
	DONE(TN_CALL_CREATE,
	     {TN_KIND_ENDPOINT, CAST_PROCESS, first_free(CAST_POOL), TN_NONE, CAST_EMPTY, 0});
	assert_int_equal(take_signals(), 0);
	DONE(TN_CALL_CREATE,
	     {TN_KIND_ENDPOINT, CAST_PROCESS, first_free(CAST_POOL), TN_NONE, CAST_EMPTY + 1, 0});
	assert_int_equal(take_signals(), 1);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(info_errors_in_order),
		cmocka_unit_test(info_of_the_root_pool),
		cmocka_unit_test(info_counts_the_flows),
		cmocka_unit_test(peak_stays_when_objects_end),
		cmocka_unit_test(watch_errors_in_order),
		cmocka_unit_test(watch_needs_own_and_signal),
		cmocka_unit_test(watch_fires_once_and_rearms),
		cmocka_unit_test(watch_rearms_however_it_rises),
		cmocka_unit_test(watch_set_anew_forgets_the_old),
		cmocka_unit_test(watch_fires_at_once_when_below),
		cmocka_unit_test(watch_sees_allocation_and_move),
		cmocka_unit_test(watch_ignores_exact_user_frames),
		cmocka_unit_test(watch_ends_with_low_zero),
		cmocka_unit_test(watch_of_a_dead_thread_is_silent),
		cmocka_unit_test(revoking_the_thread_ends_the_watch),
		cmocka_unit_test(signals_are_ored),
		cmocka_unit_test(within_follows_the_tree),
		cmocka_unit_test(siblings_end_in_any_order),
		cmocka_unit_test(watch_is_silent_at_its_mark),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
