/*
 * calls_frames.c - errors of the calls on frames.
 */
#include "calls.h"

#include <string.h>

#include "fixture.h"
#include "guest.h"
#include "ladder.h"
#include "tap.h"

static const struct rung bad_batches[] = {
	{3, 0, TN_EINVAL, 0, "no frame"},
	{3, TN_BATCH + 1, TN_EINVAL, 0, "513 frames"},
	{3, (uint64_t)1 << 32, TN_EINVAL, 0, "2^32 frames"},
	{3, ~(uint64_t)0, TN_EINVAL, 0, "2^64 - 1 frames"},
};

/* Frames that no FRAMES capability covers; the second result is the first such frame. */
static void try_uncovered(uint64_t call, uint64_t arguments[6], unsigned first)
{
	const struct fixture *f = &fixture;
	const struct rung rungs[] = {
		{first, f->beyond, TN_EACCES, f->beyond, "a frame behind all RAM"},
		{first, 0, TN_EACCES, 0, "frame 0"},
		{first, f->idle + ((uint64_t)1 << 32), TN_EACCES, f->idle + ((uint64_t)1 << 32),
		 "a good frame plus 2^32"},
		{first, ~(uint64_t)1, TN_EACCES, ~(uint64_t)1, "frame 2^64 - 2"},
	};

	LADDER(call, arguments, rungs);
}

static void try_give(void)
{
	const struct fixture *f = &fixture;
	uint64_t words[6] = {TN_SLOT_FRAMES, f->pool, f->idle, 1};
	const struct rung frames[] = {
		{2, f->used, TN_EBUSY, f->used, "a mapped frame"},
		{2, tn_boot->utcb, TN_EBUSY, tn_boot->utcb, "the UTCB"},
		{2, f->free, TN_EKERNEL, f->free, "a frame that is free in the pool"},
		{2, f->object, TN_EKERNEL, f->object, "an object's frame"},
		{2, f->image, TN_EKERNEL, f->image, "the kernel's image"},
		{2, f->boot, TN_EKERNEL, f->boot, "the boot image"},
		{2, f->hole, TN_ENXIO, f->hole, "firmware's memory"},
	};
	const struct rung dying = {1, f->dying_pool, TN_EDYING, 0, "a dying pool"};

	LADDER(TN_CALL_FRAME_GIVE, words, frames);
	try_uncovered(TN_CALL_FRAME_GIVE, words, 2);
	ladder_climb(TN_CALL_FRAME_GIVE, words, &dying, 1);
	fixture_try_slot(TN_CALL_FRAME_GIVE, words, 1, TN_CAP_POOL, TN_POOL_GIVE);
	fixture_try_slot(TN_CALL_FRAME_GIVE, words, 0, TN_CAP_FRAMES, TN_FRAMES_GIVE);
	LADDER(TN_CALL_FRAME_GIVE, words, bad_batches);
}

static void try_reclaim(void)
{
	const struct fixture *f = &fixture;
	uint64_t words[6] = {TN_SLOT_FRAMES, f->pool, f->free, 1};
	const struct rung frames[] = {
		{2, f->foreign, TN_EXDEV, f->foreign, "a frame free in another pool"},
		{2, f->object, TN_EBUSY, f->object, "an object's frame"},
		{2, f->image, TN_EBUSY, f->image, "the kernel's image"},
		{2, f->boot, TN_EBUSY, f->boot, "the boot image"},
		{2, f->used, TN_EUSER, f->used, "a mapped frame"},
		{2, f->idle, TN_EUSER, f->idle, "an idle user frame"},
		{2, f->hole, TN_ENXIO, f->hole, "firmware's memory"},
	};
	const struct rung dying = {1, f->dying_pool, TN_EDYING, 0, "a dying pool"};

	LADDER(TN_CALL_FRAME_RECLAIM, words, frames);
	try_uncovered(TN_CALL_FRAME_RECLAIM, words, 2);
	ladder_climb(TN_CALL_FRAME_RECLAIM, words, &dying, 1);
	fixture_try_slot(TN_CALL_FRAME_RECLAIM, words, 1, TN_CAP_POOL, TN_POOL_RECLAIM);
	fixture_try_slot(TN_CALL_FRAME_RECLAIM, words, 0, TN_CAP_FRAMES, 0);
	LADDER(TN_CALL_FRAME_RECLAIM, words, bad_batches);
}

/* A batch with one bad frame in it is refused whole, and the frame is named. */
static void try_batches(void)
{
	uint64_t first = guest_frames(TN_BATCH, 1), end = fixture.beyond;
	struct guest_totals before, after;

	guest_totals_read(&before);
	guest_map(GUEST_FREE, first + 300, 1, TN_MAP_READ);
	tap_refused(tn_frame_give(TN_SLOT_FRAMES, fixture.pool, first, TN_BATCH), TN_EBUSY,
		    first + 300, "frame_give names the one frame of 512 that is mapped");
	tn_unmap(TN_SLOT_PROCESS, GUEST_FREE, 1);
	tn_frame_give(TN_SLOT_FRAMES, fixture.pool, first, TN_BATCH);
	tn_frame_reclaim(TN_SLOT_FRAMES, fixture.pool, first + 77, 1);
	tap_refused(tn_frame_reclaim(TN_SLOT_FRAMES, fixture.pool, first, TN_BATCH), TN_EUSER,
		    first + 77, "frame_reclaim names the one frame of 512 that is not free");
	tap_refused(tn_frame_give(TN_SLOT_FRAMES, fixture.pool, first, TN_BATCH), TN_EKERNEL, first,
		    "frame_give names the first of many");
	tn_frame_reclaim(TN_SLOT_FRAMES, fixture.pool, first, 77);
	tn_frame_reclaim(TN_SLOT_FRAMES, fixture.pool, first + 78, TN_BATCH - 78);
	tap_refused(tn_frame_give(TN_SLOT_FRAMES, fixture.pool, end - 2, 3), TN_EACCES, end,
		    "frame_give names the first frame behind the capability's range");
	guest_totals_read(&after);
	tap_ok(before.pool.free == after.pool.free &&
		       memcmp(&before.census, &after.census, sizeof(before.census)) == 0,
	       "all frames are back");
}

static void try_describe(void)
{
	const struct fixture *f = &fixture;
	uint64_t info[6] = {TN_SLOT_FRAMES, f->idle, 1};
	uint64_t cache[6] = {TN_SLOT_FRAMES, f->idle, 1, TN_CACHE_FLUSH};
	const struct rung counts[] = {
		{2, 0, TN_EINVAL, 0, "no frame"},
		{2, TN_UTCB_WORDS + 1, TN_EINVAL, 0, "505 frames"},
		{2, ~(uint64_t)0, TN_EINVAL, 0, "2^64 - 1 frames"},
	};
	const struct rung cache_frames[] = {
		{1, f->idle, TN_ENOTSUP, f->idle, "a hart without Zicbom"},
		{1, f->object, TN_EKERNEL, f->object, "an object's frame"},
		{1, f->boot, TN_EKERNEL, f->boot, "the boot image"},
		{1, f->hole, TN_ENXIO, f->hole, "firmware's memory"},
	};
	const struct rung cache_shape[] = {
		{2, 17, TN_EINVAL, 0, "17 frames"},
		{2, 0, TN_EINVAL, 0, "no frame"},
		{3, 3, TN_EINVAL, 0, "an unknown operation"},
		{3, ~(uint64_t)0, TN_EINVAL, 0, "operation 2^64 - 1"},
	};

	try_uncovered(TN_CALL_FRAME_INFO, info, 1);
	fixture_try_slot(TN_CALL_FRAME_INFO, info, 0, TN_CAP_FRAMES, 0);
	LADDER(TN_CALL_FRAME_INFO, info, counts);
	LADDER(TN_CALL_CACHE_OP, cache, cache_frames);
	try_uncovered(TN_CALL_CACHE_OP, cache, 1);
	fixture_try_slot(TN_CALL_CACHE_OP, cache, 0, TN_CAP_FRAMES, TN_FRAMES_WRITE);
	LADDER(TN_CALL_CACHE_OP, cache, cache_shape);
}

void calls_try_frames(void)
{
	try_give();
	try_reclaim();
	try_batches();
	try_describe();
}
