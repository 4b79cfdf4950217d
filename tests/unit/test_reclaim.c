/*
 * test_reclaim.c - frame_reclaim and frame_move: free frames leave a pool (I2, I3, I7).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <port/current.h>
#include <tenure/abi.h>

#include "cast.h"
#include "frame.h"
#include "pool.h"
#include "snapshot.h"
#include "thread.h"
#include "world_check.h"

#define GIVE TN_CALL_FRAME_GIVE
#define RECLAIM TN_CALL_FRAME_RECLAIM
#define MOVE TN_CALL_FRAME_MOVE
#define RUNS(frames, runs) ((frames) + ((uint64_t)(runs) << 32))

static const uint64_t bad_counts[] =
	{0, 513, (uint64_t)1 << 32, ((uint64_t)1 << 32) + 1, (uint64_t)1 << 63, ~(uint64_t)0};

static struct pool *pool_of(uint64_t slot)
{
	return host_memory(cast_frame(slot));
}

/* A pool of its own, empty, in slot CAST_EMPTY of the plain world. */
static struct pool *empty_pool(void)
{
	world_make(NULL);
	DONE(TN_CALL_CREATE, {TN_KIND_POOL, TN_SLOT_POOL, TN_ANY, TN_NONE, CAST_EMPTY, 0});
	return pool_of(CAST_EMPTY);
}

static void give_one(uint64_t f)
{
	assert_int_equal(host_call(GIVE, TN_SLOT_FRAMES, CAST_EMPTY, f, 1, 0, 0).code, 0);
}

/* --- named ------------------------------------------------------------------------------- */

static void named_run_comes_back(void **state)
{
	struct pool *p = empty_pool();
	uint64_t f = world.free_first, lent = ram.lent;

	(void)state;
	DONE(GIVE, {TN_SLOT_FRAMES, CAST_EMPTY, f, 40});
	assert_int_equal(DONE(RECLAIM, {TN_SLOT_FRAMES, CAST_EMPTY, f + 10, 5}), 0);
	for (uint64_t i = 0; i < 40; i++)
		assert_int_equal(FRAME_KIND(frame_get(pfn(f + i))),
				 i >= 10 && i < 15 ? TN_KIND_USER : TN_KIND_FREE);
	assert_int_equal(p->free, 35);
	assert_int_equal(p->reclaimed.calls, 1);
	assert_int_equal(p->reclaimed.frames, 5);
	assert_int_equal(ram.lent, lent + 35);
	world_end();
}

/* All orders in which four neighbours can stand in the ring, and all ranges of them. */
static void scattered_in_any_order(void **state)
{
	(void)state;
	for (unsigned order = 0; order < 256; order++) {
		unsigned at[4] = {order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6 & 3};

		if ((1u << at[0] | 1u << at[1] | 1u << at[2] | 1u << at[3]) != 15)
			continue;
		for (unsigned first = 0; first < 4; first++)
			for (unsigned count = 1; first + count <= 4; count++) {
				struct pool *p = empty_pool();

				for (unsigned i = 0; i < 4; i++)
					give_one(world.free_first + at[i]);
				DONE(RECLAIM,
				     {TN_SLOT_FRAMES, CAST_EMPTY, world.free_first + first, count});
				assert_int_equal(p->free, 4 - count);
				world_end();
			}
	}
}

static void blocks_count_what_comes_back(void **state)
{
	uint64_t border = WORLD_FIRST + 4 * BLOCK_FRAMES;

	(void)state;
	empty_pool();
	DONE(GIVE, {TN_SLOT_FRAMES, CAST_EMPTY, border - 256, 512});
	for (uint64_t n = 1; n <= 4; n++) {
		DONE(RECLAIM, {TN_SLOT_FRAMES, CAST_EMPTY, border - n * (n + 1) / 2, n});
		assert_int_equal(BLOCK_OTHERS(block_get(pfn(border - 1))), 256 - n * (n + 1) / 2);
	}
	DONE(RECLAIM, {TN_SLOT_FRAMES, CAST_EMPTY, border, 256});
	assert_int_equal(BLOCK_OTHERS(block_get(pfn(border))), 0);
	DONE(GIVE, {TN_SLOT_FRAMES, CAST_EMPTY, border - 3, 6});
	DONE(RECLAIM, {TN_SLOT_FRAMES, CAST_EMPTY, border - 3, 6});
	assert_int_equal(BLOCK_OTHERS(block_get(pfn(border))), 0);
	assert_int_equal(BLOCK_OTHERS(block_get(pfn(border - 1))), 256 - 10);
	world_end();
}

/* The link is the one word that the kernel wrote, and it is gone. */
static void no_kernel_bytes_come_back(void **state)
{
	unsigned char expected[FRAME_BYTES];
	uint64_t f;

	(void)state;
	empty_pool();
	f = world.free_first;
	memset(expected, 0xa5, sizeof(expected));
	memset(expected, 0, 8);
	for (unsigned i = 0; i < 4; i++)
		memset(host_memory(f + i), 0xa5, FRAME_BYTES);
	DONE(GIVE, {TN_SLOT_FRAMES, CAST_EMPTY, f, 4});
	DONE(RECLAIM, {TN_SLOT_FRAMES, CAST_EMPTY, f + 1, 2});
	DONE(RECLAIM, {TN_SLOT_FRAMES, CAST_EMPTY, TN_ANY, 512});
	for (unsigned i = 0; i < 4; i++)
		assert_memory_equal(host_memory(f + i), expected, FRAME_BYTES);
	world_end();
}

static void reclaim_errors_in_order(void **state)
{
	(void)state;
	cast_make();
	for (unsigned i = 0; i < 6; i++) {
		REFUSED(TN_EINVAL, 0, RECLAIM, {CAST_MISSING, CAST_MISSING, TN_ANY, bad_counts[i]});
		REFUSED(TN_EINVAL, 0, RECLAIM, {CAST_MISSING, CAST_MISSING, 1, bad_counts[i]});
	}
	assert_slot_errors(&(struct call){RECLAIM, {0, CAST_MISSING, 1, 2}}, 0, TN_CAP_FRAMES,
			   false);
	assert_slot_errors(&(struct call){RECLAIM, {CAST_FRAMES_NONE, 0, 1, 2}}, 1, TN_CAP_POOL,
			   true);
	assert_slot_errors(&(struct call){RECLAIM, {CAST_FRAMES_NONE, 0, TN_ANY, 2}}, 1,
			   TN_CAP_POOL, true);
	REFUSED(TN_EDYING, 0, RECLAIM, {CAST_FRAMES_ONE, CAST_DYING_POOL, CAST_FIRMWARE, 2});
	REFUSED(TN_EDYING, 0, RECLAIM, {CAST_FRAMES_ONE, CAST_DYING_POOL, TN_ANY, 2});
	REFUSED(TN_EACCES, CAST_FIRMWARE, RECLAIM, {CAST_FRAMES_ONE, CAST_POOL, CAST_FIRMWARE, 2});
	REFUSED(TN_EACCES, CAST_LAST_USER + 1, RECLAIM,
		{CAST_FRAMES_ONE, CAST_POOL, CAST_LAST_USER, 2});
	REFUSED(TN_EUSER, CAST_LAST_USER, RECLAIM, {CAST_FRAMES_ONE, CAST_POOL, CAST_LAST_USER, 1});
	world_end();
}

static void reclaim_of_frames_far_away(void **state)
{
	static const uint64_t firsts[] = {0,
					  CAST_FIRMWARE - 1,
					  CAST_END,
					  (uint64_t)1 << 32,
					  ((uint64_t)1 << 32) + CAST_USER,
					  (uint64_t)1 << 63,
					  ~(uint64_t)0 - 1,
					  0xffffffc000000000u};

	(void)state;
	cast_make();
	for (unsigned i = 0; i < 8; i++)
		for (unsigned count = 1; count <= 512; count *= 8)
			REFUSED(TN_EACCES, firsts[i], RECLAIM,
				{TN_SLOT_FRAMES, CAST_POOL, firsts[i], count});
	REFUSED(TN_EACCES, CAST_END, RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, CAST_END - 1, 512});
	world_end();
}

/* Why a frame of this kind cannot be reclaimed from CAST_POOL. */
static int reclaim_refusal(unsigned kind)
{
	switch (kind) {
	case TN_KIND_USER:
		return TN_EUSER;
	case TN_KIND_FREE: /* in CAST_SIBLING */
		return TN_EXDEV;
	default:
		return TN_EBUSY;
	}
}

static void other_frames_at_both_ends(void **state)
{
	uint64_t f = CAST_LAST_USER + 8;

	(void)state;
	for (unsigned kind = TN_KIND_USER; kind <= TN_KIND_FREE; kind++) {
		int error = reclaim_refusal(kind);

		cast_make();
		DONE(GIVE, {TN_SLOT_FRAMES, CAST_POOL, f - 4, 4});
		DONE(GIVE, {TN_SLOT_FRAMES, CAST_POOL, f + 1, 4});
		if (kind != TN_KIND_USER)
			cast_place(kind, f, CAST_EMPTY);
		REFUSED(error, f, RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, f, 1});
		REFUSED(error, f, RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, f, 5});
		REFUSED(error, f, RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, f - 4, 5});
		REFUSED(error, f, RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, f - 4, 9});
		REFUSED(TN_EUSER, f - 5, RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, f - 5, 9});
		DONE(RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, f - 4, 4});
		DONE(RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, f + 1, 4});
		world_end();
	}
}

static void frames_of_boot_are_never_reclaimed(void **state)
{
	(void)state;
	cast_make();
	DONE(GIVE, {TN_SLOT_FRAMES, CAST_POOL, CAST_BOOT - 2, 2});
	DONE(GIVE, {TN_SLOT_FRAMES, CAST_POOL, CAST_GAP - 2, 2});
	REFUSED(TN_ENXIO, CAST_FIRMWARE, RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, CAST_FIRMWARE, 512});
	REFUSED(TN_EBUSY, CAST_IMAGE, RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, CAST_IMAGE, 1});
	REFUSED(TN_EBUSY, CAST_BOOT, RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, CAST_BOOT - 2, 3});
	REFUSED(TN_ENXIO, CAST_GAP, RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, CAST_GAP - 2, 3});
	REFUSED(TN_EUSER, CAST_END - 1, RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, CAST_END - 1, 1});
	REFUSED(TN_EUSER, world.utcb, RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, world.utcb, 1});
	world_end();
}

/* --- ANY --------------------------------------------------------------------------------- */

static void any_says_which_runs(void **state)
{
	uint64_t f, *words;

	(void)state;
	empty_pool();
	f = world.free_first;
	words = current->utcb->words;
	DONE(GIVE, {TN_SLOT_FRAMES, CAST_EMPTY, f, 4});
	DONE(GIVE, {TN_SLOT_FRAMES, CAST_EMPTY, f + 100, 3});
	assert_int_equal(DONE(RECLAIM, {TN_SLOT_FRAMES, CAST_EMPTY, TN_ANY, 512}), RUNS(7, 2));
	assert_int_equal(TN_RUN_FIRST(words[0]), f + 100);
	assert_int_equal(TN_RUN_COUNT(words[0]), 3);
	assert_int_equal(TN_RUN_FIRST(words[1]), f);
	assert_int_equal(TN_RUN_COUNT(words[1]), 4);
	world_end();
}

static void any_stops_at_the_count(void **state)
{
	struct pool *p = empty_pool();

	(void)state;
	DONE(GIVE, {TN_SLOT_FRAMES, CAST_EMPTY, world.free_first, 20});
	assert_int_equal(DONE(RECLAIM, {TN_SLOT_FRAMES, CAST_EMPTY, TN_ANY, 7}), RUNS(7, 1));
	assert_int_equal(p->free, 13);
	assert_int_equal(p->reclaimed.calls, 1);
	assert_int_equal(p->reclaimed.frames, 7);
	world_end();
}

static void any_of_an_empty_pool_takes_nothing(void **state)
{
	struct pool *p = empty_pool();

	(void)state;
	assert_int_equal(DONE(RECLAIM, {TN_SLOT_FRAMES, CAST_EMPTY, TN_ANY, 512}), 0);
	assert_int_equal(p->reclaimed.frames, 0);
	world_end();
}

static void any_stops_at_what_is_not_covered(void **state)
{
	struct pool *p = empty_pool();
	uint64_t f = world.free_first;

	(void)state;
	DONE(GIVE, {TN_SLOT_FRAMES, CAST_EMPTY, f, 10});
	DONE(TN_CALL_CAP_COPY, {TN_SLOT_FRAMES, TN_SELF, CAST_EMPTY + 1, 0, f, 6});
	assert_int_equal(DONE(RECLAIM, {CAST_EMPTY + 1, CAST_EMPTY, TN_ANY, 10}), RUNS(6, 1));
	assert_int_equal(p->free, 4);
	assert_int_equal(DONE(RECLAIM, {CAST_EMPTY + 1, CAST_EMPTY, TN_ANY, 10}), 0);
	assert_int_equal(p->free, 4);
	world_end();
}

/* Frames that stand in the ring as far neighbours: each is a run of its own. */
static void any_stops_when_the_utcb_is_full(void **state)
{
	struct pool *p = empty_pool();
	uint64_t f = world.free_first;

	(void)state;
	for (uint64_t i = 0; i < 512; i++)
		give_one(f + 2 * i);
	assert_int_equal(DONE(RECLAIM, {TN_SLOT_FRAMES, CAST_EMPTY, TN_ANY, 512}), RUNS(504, 504));
	for (uint64_t i = 0; i < TN_UTCB_WORDS; i++)
		assert_int_equal(current->utcb->words[i], RUNS(f + 2 * (511 - i), 1));
	assert_int_equal(p->free, 8);
	world_end();
}

/* The last run may grow when no further run finds room. */
static void any_lets_the_last_run_grow(void **state)
{
	struct pool *p = empty_pool();
	uint64_t f = world.free_first;

	(void)state;
	give_one(f + 3000);
	DONE(GIVE, {TN_SLOT_FRAMES, CAST_EMPTY, f + 2000, 5});
	for (uint64_t i = 0; i < 503; i++)
		give_one(f + 2 * i);
	assert_int_equal(DONE(RECLAIM, {TN_SLOT_FRAMES, CAST_EMPTY, TN_ANY, 512}), RUNS(508, 504));
	assert_int_equal(current->utcb->words[503], RUNS(f + 2000, 5));
	assert_int_equal(p->free, 1);
	world_end();
}

static void any_counts_blocks(void **state)
{
	uint64_t border = WORLD_FIRST + 4 * BLOCK_FRAMES;

	(void)state;
	empty_pool();
	DONE(GIVE, {TN_SLOT_FRAMES, CAST_EMPTY, border - 100, 300});
	DONE(RECLAIM, {TN_SLOT_FRAMES, CAST_EMPTY, TN_ANY, 150});
	assert_int_equal(BLOCK_OTHERS(block_get(pfn(border - 1))), 0);
	assert_int_equal(BLOCK_OTHERS(block_get(pfn(border))), 150);
	world_end();
}

/* --- move -------------------------------------------------------------------------------- */

static void move_errors_in_order(void **state)
{
	uint64_t free;

	(void)state;
	cast_make();
	for (unsigned i = 0; i < 6; i++)
		REFUSED(TN_EINVAL, 0, MOVE, {CAST_MISSING, CAST_MISSING, bad_counts[i]});
	assert_slot_errors(&(struct call){MOVE, {0, CAST_MISSING, 512}}, 0, TN_CAP_POOL, true);
	assert_slot_errors(&(struct call){MOVE, {CAST_DYING_POOL, 0, 512}}, 1, TN_CAP_POOL, true);
	REFUSED(TN_EINVAL, 0, MOVE, {CAST_DYING_POOL, CAST_DYING_POOL, 512});
	REFUSED(TN_EDYING, 0, MOVE, {CAST_DYING_POOL, CAST_SIBLING, 512});
	REFUSED(TN_EDYING, 0, MOVE, {CAST_POOL, CAST_DYING_POOL, 512});
	free = pool_of(CAST_POOL)->free;
	REFUSED(TN_ENOMEM, 512 - free, MOVE, {CAST_POOL, CAST_SIBLING, 512});
	REFUSED(TN_ENOMEM, 1, MOVE, {CAST_POOL, CAST_SIBLING, free + 1});
	assert_int_equal(pool_of(CAST_POOL)->enomem, 2);
	DONE(MOVE, {CAST_POOL, CAST_SIBLING, free});
	world_end();
}

static void moved_frames_are_counted_on_both_sides(void **state)
{
	struct pool *a, *b;
	uint64_t lent;

	(void)state;
	cast_make();
	a = pool_of(CAST_POOL);
	b = pool_of(CAST_SIBLING);
	lent = ram.lent;
	uint64_t a_free = a->free, b_free = b->free;

	DONE(MOVE, {CAST_POOL, CAST_SIBLING, 3});
	DONE(MOVE, {CAST_POOL, CAST_SIBLING, 2});
	assert_int_equal(a->free, a_free - 5);
	assert_int_equal(b->free, b_free + 5);
	assert_int_equal(a->moved_out.calls, 2);
	assert_int_equal(a->moved_out.frames, 5);
	assert_int_equal(b->moved_in.calls, 2);
	assert_int_equal(b->moved_in.frames, 5);
	assert_int_equal(ram.lent, lent);
	world_end();
}

/* A table's frame ends clean; moving it does not forget that. */
static void moved_frames_stay_clean(void **state)
{
	uint64_t f;

	(void)state;
	cast_make();
	DONE(TN_CALL_CREATE, {TN_KIND_CAPS, CAST_PROCESS, TN_ANY, TN_NONE, 5, 0});
	f = LINK_NEXT(link_get(pool_frame(pool_of(CAST_POOL))));
	DONE(TN_CALL_DESTROY, {CAST_PROCESS, 0});
	DONE(MOVE, {CAST_POOL, CAST_SIBLING, pool_of(CAST_POOL)->free});
	for (uint64_t clean = 0, at = pool_of(CAST_SIBLING)->self;;) {
		at = LINK_NEXT(link_get(pfn(at)));
		if (at == pool_of(CAST_SIBLING)->self) {
			assert_true(clean >= 2);
			break;
		}
		clean += FRAME_IS_CLEAN(frame_get(pfn(at)));
	}
	assert_int_equal(FRAME_POOL(frame_get(pfn(f))), pool_of(CAST_SIBLING)->self);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(named_run_comes_back),
		cmocka_unit_test(scattered_in_any_order),
		cmocka_unit_test(blocks_count_what_comes_back),
		cmocka_unit_test(no_kernel_bytes_come_back),
		cmocka_unit_test(reclaim_errors_in_order),
		cmocka_unit_test(reclaim_of_frames_far_away),
		cmocka_unit_test(other_frames_at_both_ends),
		cmocka_unit_test(frames_of_boot_are_never_reclaimed),
		cmocka_unit_test(any_says_which_runs),
		cmocka_unit_test(any_stops_at_the_count),
		cmocka_unit_test(any_of_an_empty_pool_takes_nothing),
		cmocka_unit_test(any_stops_at_what_is_not_covered),
		cmocka_unit_test(any_stops_when_the_utcb_is_full),
		cmocka_unit_test(any_lets_the_last_run_grow),
		cmocka_unit_test(any_counts_blocks),
		cmocka_unit_test(move_errors_in_order),
		cmocka_unit_test(moved_frames_are_counted_on_both_sides),
		cmocka_unit_test(moved_frames_stay_clean),
	};

	return cmocka_run_group_tests_name("reclaim", tests, NULL, NULL);
}
