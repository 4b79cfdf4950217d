/*
 * pools.c - pools at work: frames in and out, what is missing, sub-pools, watches, and the end of
 * a whole tree while interrupts come.
 *
 * The boot argument tick=MICROSECONDS makes interrupts frequent. At the end everything the guest
 * gave has come back, and the census is as at the start.
 */
#include <stdio.h>
#include <string.h>
#include <tenure/records.h>

#include "guest.h"
#include "tap.h"

#define PAGE ((uint64_t)TN_FRAME_SIZE)
#define DEPTH_MAX 15u /* of a pool; the root pool's is 0 */

static struct tn_pool_info read_pool(uint64_t pool)
{
	struct tn_pool_info info;

	if (tn_pool_read(pool, &info).code != 0)
		tap_bail("pool_info failed");
	return info;
}

static void drop(uint64_t slot)
{
	if (tn_cap_delete(TN_SELF, slot).code != 0)
		tap_bail("cap_delete failed");
}

/* free + used = boot + given + moved in - reclaimed - moved out (I3). */
static bool is_balanced(uint64_t pool)
{
	struct tn_pool_info i = read_pool(pool);

	return i.free + i.used ==
	       i.boot + i.give_frames + i.move_in_frames - i.reclaim_frames - i.move_out_frames;
}

/* --- frames in and out -------------------------------------------------------------------- */

static void try_flow(void)
{
	uint64_t pool = guest_create(TN_KIND_POOL, TN_SLOT_POOL, 0), first = guest_fill(pool, 40);
	uint64_t other = guest_create(TN_KIND_POOL, TN_SLOT_POOL, 0), frames = 0;
	struct tn_pool_info info;
	struct tn_result r;

	tap_done(tn_frame_reclaim(TN_SLOT_FRAMES, pool, first + 10, 5), "five named frames back");
	r = tn_frame_reclaim(TN_SLOT_FRAMES, pool, TN_ANY, 512);
	for (uint64_t i = 0; i < r.value >> 32; i++)
		frames += TN_RUN_COUNT(tn_utcb->words[i]);
	tap_same(r.value, 35 + (2ul << 32), "and all others, in two runs");
	tap_same(frames, 35, "the runs add up");
	r = tn_frame_reclaim(TN_SLOT_FRAMES, pool, TN_ANY, 1);
	tap_ok(r.code == 0 && r.value == 0, "there is no more");

	tn_frame_give(TN_SLOT_FRAMES, pool, first, 40);
	tap_done(tn_frame_move(pool, other, 30), "move 30 frames");
	tap_refused(tn_frame_move(pool, other, 11), TN_ENOMEM, 1, "one of 11 is missing");
	info = read_pool(other);
	tap_ok(info.free == 30 && info.move_in_frames == 30 && info.move_in_calls == 1,
	       "the other pool has 30");
	info = read_pool(pool);
	tap_ok(info.free == 10 && info.move_out_frames == 30 && info.enomem == 1 &&
		       info.give_frames == 80 && info.reclaim_frames == 40,
	       "the first counted it all");
	tap_ok(is_balanced(pool) && is_balanced(other), "both balance");
	tap_done(tn_destroy(other, 0), "destroy the other");
	tap_done(tn_destroy(pool, 0), "destroy the first");
	tap_ok(is_balanced(TN_SLOT_POOL), "the root pool balances");
}

/* A sparse FRAMES capability stops reclaim with ANY. */
static void try_any_uncovered(void)
{
	uint64_t pool = guest_create(TN_KIND_POOL, TN_SLOT_POOL, 0), first = guest_fill(pool, 8);
	uint64_t part = guest_slot();
	struct tn_result r;

	tn_cap_copy(TN_SLOT_FRAMES, TN_SELF, part, TN_RIGHTS_ALL, first, 3);
	r = tn_frame_reclaim(part, pool, TN_ANY, 8);
	tap_ok(r.code == 0 && (uint32_t)r.value == 3, "reclaim with ANY stops where FRAMES does");
	tap_refused(tn_frame_reclaim(part, pool, first + 2, 3), TN_EACCES, first + 3,
		    "a named frame there is refused");
	drop(part);
	tn_destroy(pool, 0);
}

/* Frames that are given one by one from the top come back as so many runs as fit the UTCB. */
static void try_many_runs(void)
{
	uint64_t pool = guest_create(TN_KIND_POOL, TN_SLOT_POOL, 0), first = guest_frames(1024, 1);
	struct tn_result r;

	for (uint64_t i = 0; i < 1024; i += 2)
		tn_frame_give(TN_SLOT_FRAMES, pool, first + i, 1);
	r = tn_frame_reclaim(TN_SLOT_FRAMES, pool, TN_ANY, 512);
	tap_same(r.value, TN_UTCB_WORDS + ((uint64_t)TN_UTCB_WORDS << 32),
		 "504 runs fill the UTCB");
	r = tn_frame_reclaim(TN_SLOT_FRAMES, pool, TN_ANY, 512);
	tap_same(r.value, 8 + (8ul << 32), "the rest comes with the next call");
	tn_destroy(pool, 0);
}

static void try_exact(void)
{
	uint64_t pool = guest_create(TN_KIND_POOL, TN_SLOT_POOL, 0), first = guest_fill(pool, 8);
	uint64_t slot = guest_slot(), user = guest_frames(1, 1);
	struct tn_cap_info cap;

	tap_done(tn_create(TN_KIND_PROCESS, pool, first + 5, TN_NONE, slot, 0),
		 "create of a named free frame");
	tn_cap_read(TN_SELF, slot, &cap);
	tap_same(cap.frame, first + 5, "it is that frame");
	tn_destroy(slot, 0);
	tap_done(tn_create(TN_KIND_PROCESS, pool, user, TN_SLOT_FRAMES, slot, 0),
		 "create of a user frame, given and used in one step");
	tn_cap_read(TN_SELF, slot, &cap);
	tap_same(cap.frame, user, "it is that frame");
	tap_same(read_pool(pool).free, 8, "and none of the pool's");
	tn_destroy(slot, 0);
	tap_same(read_pool(pool).free, 9, "which has it afterwards");
	tn_destroy(pool, 0);
}

/* --- what is missing ---------------------------------------------------------------------- */

/* The call fails until exactly what it said was missing has been given. */
static void try_missing(uint64_t levels)
{
	uint64_t pool = guest_create(TN_KIND_POOL, TN_SLOT_POOL, 0), process, missing;
	uint64_t f = guest_frames(1, 1);
	struct tn_result r;

	guest_fill(pool, 1);
	process = guest_create(TN_KIND_PROCESS, pool, 0);
	for (uint64_t have = 0; have < levels; have++) {
		r = tn_map(process, GUEST_FREE, TN_SLOT_FRAMES, f, 1, TN_MAP_READ);
		tap_refused(r, TN_ENOMEM, levels - have, "map with %lu of %lu tables", have,
			    levels);
		if (have + 1 < levels)
			guest_fill(pool, 1);
	}
	r = tn_map(process, GUEST_FREE, TN_SLOT_FRAMES, f, 1, TN_MAP_READ);
	missing = r.value;
	guest_fill(pool, missing);
	tap_done(tn_map(process, GUEST_FREE, TN_SLOT_FRAMES, f, 1, TN_MAP_READ),
		 "map, once the missing frame is there");
	tap_same(read_pool(pool).free, 0, "and nothing is left over");
	tap_same(read_pool(pool).enomem, levels + 1, "every refusal was counted");
	tn_destroy(pool, 0);
}

/* --- the tree ----------------------------------------------------------------------------- */

static void try_depth(void)
{
	uint64_t pool = TN_SLOT_POOL, slots[DEPTH_MAX], slot = guest_slot();

	for (unsigned i = 0; i < DEPTH_MAX; i++) {
		pool = guest_create(TN_KIND_POOL, pool, 0);
		guest_fill(pool, 2);
		slots[i] = pool;
	}
	tap_same(read_pool(pool).depth, DEPTH_MAX, "15 pools below the root");
	tap_error(tn_create(TN_KIND_POOL, pool, TN_ANY, TN_NONE, slot, 0), TN_EOVERFLOW,
		  "none below the deepest");
	tap_same(read_pool(pool).parent, read_pool(slots[DEPTH_MAX - 2]).frame,
		 "each knows its parent");
	tap_done(tn_pool_revoke(slots[0], 0), "revoke the first");
	/* two for each of the 15: one of them became the next pool */
	tap_ok(read_pool(slots[0]).free == 2 * DEPTH_MAX && read_pool(slots[0]).used == 0,
	       "it has all frames of the others");
	tap_error(tn_pool_info(slots[7]), TN_ESTALE, "which are gone");
	tap_error(tn_pool_info(pool), TN_ESTALE, "down to the deepest");
	tap_ok(is_balanced(slots[0]), "it balances");
	tn_destroy(slots[0], 0);
	for (unsigned i = 1; i < DEPTH_MAX; i++)
		drop(slots[i]);
}

static uint64_t signals(uint64_t thread)
{
	struct tn_thread_info info;

	if (tn_thread_read(thread, &info).code != 0)
		tap_bail("thread_info failed");
	return info.signals;
}

static void try_watch(void)
{
	uint64_t pool = guest_create(TN_KIND_POOL, TN_SLOT_POOL, 0), process, thread, second, third;

	guest_fill(pool, 4);
	process = guest_create(TN_KIND_PROCESS, pool, 0);
	thread = guest_create(TN_KIND_THREAD, process, 0);
	tap_done(tn_pool_watch(pool, 2, thread, 1), "watch for less than two");
	tap_same(signals(thread), 0, "two are free: no signal");
	second = guest_create(TN_KIND_THREAD, process, 0);
	tap_same(signals(thread), 1, "one is free: the signal");
	tap_done(tn_pool_watch(pool, 1, second, 2), "another watch, for less than one");
	tap_same(signals(second), 0, "one is free: no signal");
	third = guest_create(TN_KIND_ENDPOINT, process, 0);
	tap_same(signals(second), 2, "none is free: the signal");
	tap_same(signals(thread), 1, "nothing for the first watcher");
	tap_done(tn_pool_watch(pool, 5, thread, 4), "watch when it is below already");
	tap_same(signals(thread), 5, "the signal comes at once");
	tap_done(tn_pool_watch(pool, 5, second, 0x100), "and for the other");
	guest_fill(pool, 4);
	tap_same(signals(second), 0x102, "once only");
	guest_fill(pool, 1); /* 5: armed again */
	tap_done(tn_pool_watch(pool, 5, second, 0x200), "watch for less than five");
	tn_frame_reclaim(TN_SLOT_FRAMES, pool, TN_ANY, 1);
	tap_same(signals(second), 0x302, "reclaim takes it below");
	guest_fill(pool, 1);
	tap_done(tn_destroy(second, 0), "the watcher ends");
	tap_done(tn_destroy(third, 0), "another object ends");
	tn_frame_reclaim(TN_SLOT_FRAMES, pool, TN_ANY, 5);
	tap_same(signals(thread), 5, "a watch for nobody is harmless");
	tn_destroy(pool, 0);
	drop(process);
	drop(thread);
}

/* --- revoke ------------------------------------------------------------------------------- */

#define PROCESSES 6u
#define BRANCHES 4u
#define PAGES 3000u

struct tree {
	uint64_t top, branches[BRANCHES];
	uint64_t processes[BRANCHES * PROCESSES], threads[BRANCHES * PROCESSES];
	uint64_t endpoints[BRANCHES * PROCESSES], frames, mapped;
};

/* Processes with threads, endpoints, slots and many mappings, paid by pools below pools. */
static void tree_grow(struct tree *t)
{
	unsigned n = 0;

	t->top = guest_create(TN_KIND_POOL, TN_SLOT_POOL, 0);
	t->frames = 1200;
	guest_fill(t->top, t->frames);
	if (t->mapped == 0)
		t->mapped = guest_frames(PAGES, 1);
	for (unsigned b = 0; b < BRANCHES; b++) {
		t->branches[b] = guest_create(TN_KIND_POOL, b == 0 ? t->top : t->branches[b / 2],
					      0);
		if (tn_frame_move(t->top, t->branches[b], 250).code != 0)
			tap_bail("frame_move failed");
		for (unsigned i = 0; i < PROCESSES; i++, n++) {
			uint64_t p = guest_create(TN_KIND_PROCESS, t->branches[b], 0);

			t->processes[n] = p;
			t->threads[n] = guest_create(TN_KIND_THREAD, p, 0);
			t->endpoints[n] = guest_create(TN_KIND_ENDPOINT, p, 0);
			tn_create(TN_KIND_CAPS, p, TN_ANY, TN_NONE, 0, 0);
			tn_create(TN_KIND_CAPS, p, TN_ANY, TN_NONE, 31, 0);
			if (tn_cap_copy(TN_SLOT_FRAMES, p, 0, TN_RIGHTS_ALL, 0, 0).code != 0)
				tap_bail("cap_copy failed");
			for (uint64_t done = 0; done < PAGES;) {
				struct tn_result r = tn_map(p, GUEST_FREE + done * PAGE,
							    TN_SLOT_FRAMES, t->mapped + done,
							    PAGES - done,
							    READ_WRITE | TN_MAP_SMALL);

				if (r.code != 0)
					tap_bail("map failed");
				done += r.value;
			}
		}
	}
}

static bool is_stale(uint64_t slot)
{
	return tn_destroy(slot, 0).code == -TN_ESTALE;
}

static void tree_drop(struct tree *t)
{
	bool stale = true;

	for (unsigned b = 0; b < BRANCHES; b++) {
		stale &= is_stale(t->branches[b]);
		drop(t->branches[b]);
	}
	for (unsigned n = 0; n < BRANCHES * PROCESSES; n++) {
		stale &= is_stale(t->processes[n]) && is_stale(t->threads[n]) &&
			 is_stale(t->endpoints[n]);
		drop(t->processes[n]);
		drop(t->threads[n]);
		drop(t->endpoints[n]);
	}
	tap_ok(stale, "all capabilities to what it had are dead");
}

static bool frames_are_idle(uint64_t first, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		if (tn_frame_info(TN_SLOT_FRAMES, first + i, 1).code != 0 || tn_utcb->words[0] != 0)
			return false;
	return true;
}

static void tree_check(struct tree *t)
{
	struct tn_pool_info info = read_pool(t->top);

	tap_same(info.free, t->frames, "the pool has every frame");
	tap_ok(info.used == 0 && is_balanced(t->top), "none in use, and it balances");
	tap_ok(frames_are_idle(t->mapped, PAGES), "what was mapped has no reference");
	tree_drop(t);
	tap_done(tn_destroy(guest_create(TN_KIND_PROCESS, t->top, 0), 0),
		 "it lives on: a process begins and ends");
	tap_done(tn_destroy(t->top, 0), "destroy the pool");
}

static void try_revoke_steps(struct tree *t)
{
	uint64_t steps = 0;

	tree_grow(t);
	while (tn_pool_revoke(t->top, TN_FLAG_STEP).code == -TN_EAGAIN) {
		if (steps++ == 0) {
			tap_error(tn_create(TN_KIND_POOL, t->top, TN_ANY, TN_NONE,
					    TN_CAPS_SLOTS - 1, 0),
				  TN_EDYING, "nothing is created in a dying pool");
			tap_error(tn_frame_give(TN_SLOT_FRAMES, t->top, t->mapped, 1), TN_EDYING,
				  "nor given");
			tap_error(tn_frame_reclaim(TN_SLOT_FRAMES, t->top, TN_ANY, 1), TN_EDYING,
				  "nor taken");
			tap_done(tn_pool_info(t->top), "but it can be looked at");
		}
		if (steps > 100000)
			tap_bail("revoke has no end");
	}
	printf("# %lu steps\n", steps);
	tap_ok(steps > 100, "revoke took more than 100 steps");
	tree_check(t);
}

/* The clock says that interrupts must have come. */
static void try_revoke_interrupted(struct tree *t)
{
	uint64_t start, ticks, microseconds;

	tree_grow(t);
	start = tn_clock();
	tap_done(tn_pool_revoke(t->top, 0), "revoke");
	ticks = tn_clock() - start;
	microseconds = ticks * 1000000 / tn_boot->timebase;
	printf("# %lu microseconds\n", microseconds);
	tap_ok(microseconds > 200, "it took longer than four ticks");
	tree_check(t);
}

/* What is begun on one pool another call may finish, and the pool itself too. */
static void try_revoke_half(struct tree *t)
{
	tree_grow(t);
	for (unsigned i = 0; i < 50; i++)
		if (tn_pool_revoke(t->top, TN_FLAG_STEP).code != -TN_EAGAIN)
			tap_bail("revoke ended too soon");
	tap_done(tn_destroy(t->top, 0), "destroy goes on with a revoke");
	tap_error(tn_pool_info(t->top), TN_ENOENT, "and frees the slot");
	tree_drop(t);
	tap_ok(frames_are_idle(t->mapped, PAGES), "what was mapped has no reference");
}

static void try_cap_revoke(void)
{
	uint64_t pool = guest_create(TN_KIND_POOL, TN_SLOT_POOL, 0), copy, thread, process;

	guest_fill(pool, 4);
	process = guest_create(TN_KIND_PROCESS, pool, 0);
	thread = guest_create(TN_KIND_THREAD, process, 0);
	copy = guest_copy(pool, TN_RIGHTS_ALL);
	tn_pool_watch(pool, 1, thread, 1);
	tap_done(tn_cap_revoke(pool), "cap_revoke of a pool");
	tap_error(tn_pool_info(copy), TN_ESTALE, "copies are dead");
	tap_done(tn_pool_info(pool), "the caller's lives");
	drop(copy);
	tap_done(tn_cap_revoke(thread), "cap_revoke of the watcher");
	guest_create(TN_KIND_ENDPOINT, process, 0);
	guest_create(TN_KIND_ENDPOINT, process, 0);
	tap_same(signals(thread), 0, "ends the watch");
	tap_done(tn_destroy(thread, 0), "the thread can be ended");
	copy = guest_copy(TN_SLOT_PROCESS, TN_RIGHTS_ALL);
	tap_done(tn_cap_revoke(TN_SLOT_PROCESS), "cap_revoke of the caller's own process");
	tap_error(tn_resolve(copy, TN_BOOT_UTCB), TN_ESTALE, "the copy is dead");
	tap_done(tn_resolve(TN_SLOT_PROCESS, TN_BOOT_UTCB), "its own is not");
	drop(copy);
	tn_destroy(pool, 0);
}

/* --- all ---------------------------------------------------------------------------------- */

/* Everything free leaves the root pool until it has what it was born with. */
static void give_back(uint64_t used)
{
	struct tn_pool_info info = read_pool(TN_SLOT_POOL);

	while (info.free + info.used > info.boot) {
		uint64_t count = info.free + info.used - info.boot;

		if (tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, TN_ANY,
				     count < TN_BATCH ? count : TN_BATCH)
			    .code != 0)
			tap_bail("reclaim failed");
		info = read_pool(TN_SLOT_POOL);
	}
	tap_same(info.used, used, "the root pool uses what it did");
	tap_ok(is_balanced(TN_SLOT_POOL), "and balances");
}

int main(void)
{
	static struct tree tree;
	struct guest_totals before, after;

	guest_totals_read(&before);
	guest_fill(TN_SLOT_POOL, 40);
	try_flow();
	try_any_uncovered();
	try_many_runs();
	try_exact();
	try_missing(tn_boot->paging_levels);
	try_depth();
	try_watch();
	try_revoke_steps(&tree);
	try_revoke_interrupted(&tree);
	try_revoke_half(&tree);
	try_cap_revoke();
	give_back(before.pool.used);
	guest_totals_read(&after);
	tap_ok(memcmp(&before.census, &after.census, sizeof(before.census)) == 0,
	       "the census is as at the start");
	return tap_end();
}
