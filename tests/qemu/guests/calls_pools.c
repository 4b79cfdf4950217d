/*
 * calls_pools.c - errors of the calls on pools and of the system's own.
 */
#include "calls.h"

#include "fixture.h"
#include "guest.h"
#include "ladder.h"
#include "tap.h"

/* --- system ------------------------------------------------------------------------------- */

static void try_numbers(void)
{
	const uint64_t numbers[] =
		{TN_CALL_COUNT,     TN_CALL_COUNT + 1, 255,          256,
		 0x7fffffff,        0x80000000,        0xffffffff,   (uint64_t)1 << 32,
		 (uint64_t)1 << 61, (uint64_t)1 << 63, (uint64_t)-3, (uint64_t)-4};
	const uint64_t arguments[6] = {TN_SLOT_SYSTEM, 1, 2, 3, 4, 5};

	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		tap_refused(tn_call_number(numbers[i], arguments), TN_ENOSYS, 0,
			    "no call has the number 0x%lx", numbers[i]);
}

void calls_try_system(void)
{
	uint64_t write[6] = {TN_SLOT_SYSTEM, 0}, shutdown[6] = {TN_SLOT_SYSTEM, 0};
	uint64_t census[6] = {TN_SLOT_SYSTEM};
	const struct rung long_text[] = {
		{1, TN_WRITE_MAX + 1, TN_EINVAL, 0, "257 bytes"},
		{1, ~(uint64_t)0, TN_EINVAL, 0, "2^64 - 1 bytes"},
	};

	try_numbers();
	tap_done(tn_yield(), "yield");
	tap_done(tn_debug_write(TN_SLOT_SYSTEM, 0), "debug_write of nothing");
	fixture_try_slot(TN_CALL_DEBUG_WRITE, write, 0, TN_CAP_SYSTEM, TN_SYSTEM_LOG);
	LADDER(TN_CALL_DEBUG_WRITE, write, long_text);
	fixture_try_slot(TN_CALL_SHUTDOWN, shutdown, 0, TN_CAP_SYSTEM, TN_SYSTEM_SHUTDOWN);
	fixture_try_slot(TN_CALL_CENSUS, census, 0, TN_CAP_SYSTEM, TN_SYSTEM_CENSUS);
}

/* --- pools -------------------------------------------------------------------------------- */

static void try_move(void)
{
	const struct fixture *f = &fixture;
	uint64_t words[6] = {f->other_pool, f->pool, 1};
	uint64_t missing = TN_BATCH - tn_pool_info(f->other_pool).value;
	const struct rung pools[] = {
		{2, TN_BATCH, TN_ENOMEM, missing, "more than the pool has"},
		{0, f->dying_pool, TN_EDYING, 0, "from a dying pool"},
		{1, f->dying_pool, TN_EINVAL, 0, "to the same pool"},
	};
	const struct rung counts[] = {
		{2, 0, TN_EINVAL, 0, "no frame"},
		{2, TN_BATCH + 1, TN_EINVAL, 0, "513 frames"},
		{2, ~(uint64_t)0, TN_EINVAL, 0, "2^64 - 1 frames"},
	};

	LADDER(TN_CALL_FRAME_MOVE, words, pools);
	fixture_try_slot(TN_CALL_FRAME_MOVE, words, 1, TN_CAP_POOL, TN_POOL_GIVE);
	fixture_try_slot(TN_CALL_FRAME_MOVE, words, 0, TN_CAP_POOL, TN_POOL_RECLAIM);
	LADDER(TN_CALL_FRAME_MOVE, words, counts);
	tap_error(tn_frame_move(f->pool, f->dying_pool, 1), TN_EDYING,
		  "frame_move into a dying pool");
}

void calls_try_pools(void)
{
	const struct fixture *f = &fixture;
	uint64_t watch[6] = {f->pool, 1, TN_SLOT_THREAD, 1}, info[6] = {f->pool};
	uint64_t revoke[6] = {f->pool, 0};
	const struct rung dying = {0, f->dying_pool, TN_EDYING, 0, "a dying pool"};
	const struct rung own = {0, TN_SLOT_POOL, TN_EBUSY, 0, "the pool that pays the caller"};
	const struct rung flags[] = {
		{1, 2, TN_EINVAL, 0, "flag 2"},
		{1, (uint64_t)1 << 63 | TN_FLAG_STEP, TN_EINVAL, 0, "flag 2^63"},
	};

	try_move();
	ladder_climb(TN_CALL_POOL_WATCH, watch, &dying, 1);
	fixture_try_slot(TN_CALL_POOL_WATCH, watch, 2, TN_CAP_THREAD, TN_THREAD_SIGNAL);
	fixture_try_slot(TN_CALL_POOL_WATCH, watch, 0, TN_CAP_POOL, TN_RIGHT_OWN);
	fixture_try_slot(TN_CALL_POOL_INFO, info, 0, TN_CAP_POOL, 0);
	ladder_climb(TN_CALL_POOL_REVOKE, revoke, &own, 1);
	fixture_try_slot(TN_CALL_POOL_REVOKE, revoke, 0, TN_CAP_POOL, TN_RIGHT_OWN);
	LADDER(TN_CALL_POOL_REVOKE, revoke, flags);
}
