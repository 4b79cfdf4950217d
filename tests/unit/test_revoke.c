/*
 * test_revoke.c - pool_revoke and destroy: whole trees taken apart in steps, interrupted at each
 * of them, finished by others; what is dying meanwhile answers EDYING.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <port/current.h>
#include <tenure/abi.h>

#include "asid.h"
#include "cap.h"
#include "cast.h"
#include "object.h"
#include "snapshot.h"
#include "thread.h"
#include "walk.h"
#include "world_check.h"

#define REVOKE TN_CALL_POOL_REVOKE
#define DESTROY TN_CALL_DESTROY
#define CREATE TN_CALL_CREATE
#define STEP TN_FLAG_STEP
#define RW (TN_MAP_READ | TN_MAP_WRITE)

static const uint64_t bad_flags[] = {2, 3, (uint64_t)1 << 32, (uint64_t)1 << 63, ~(uint64_t)0};

static struct pool *pool_of(uint64_t slot)
{
	return host_memory(cast_frame(slot));
}

static void must(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
		 uint64_t a5)
{
	assert_int_equal(host_call(number, a0, a1, a2, a3, a4, a5).code, 0);
}

static void make(unsigned kind, uint64_t target, uint64_t slot)
{
	must(CREATE, kind, target, TN_ANY, TN_NONE, slot, 0);
}

/* --- a tree with everything in it -------------------------------------------------------- */

/*
 *   root - TOP - MID - LEAF, and SIDE below TOP. Each has two processes: capability pages full of
 *   slots, threads, endpoints, small and large mappings, implicit and explicit tables.
 */
enum { TOP = 130, MID, LEAF, SIDE, PROCESSES = 140, OUTSIDE = 160, SCRATCH = 200 };

#define POOL_FRAMES 64u
#define BLOCK (WORLD_FIRST + 4 * BLOCK_FRAMES)
#define SHARED (BLOCK + BLOCK_FRAMES) /* frames that all of them map */

static uint64_t next_frame;

static void give(uint64_t pool, uint64_t count)
{
	must(TN_CALL_FRAME_GIVE, TN_SLOT_FRAMES, pool, next_frame, count, 0, 0);
	next_frame += count;
}

static void fill_space(uint64_t process)
{
	must(TN_CALL_MAP, process, 0x10000, TN_SLOT_FRAMES, SHARED, 20, RW);
	must(TN_CALL_MAP, process, 0x40000000, TN_SLOT_FRAMES, BLOCK, 512, RW);
	must(TN_CALL_MAP, process, 0x80000000, TN_SLOT_FRAMES, SHARED + 20, 512, RW);
	must(TN_CALL_MAP, process, 0x80200000, TN_SLOT_FRAMES, SHARED, 512, TN_MAP_READ);
	must(TN_CALL_TABLE_ATTACH, process, 0xc0000000, 1, TN_ANY, TN_NONE, 0);
	must(TN_CALL_TABLE_ATTACH, process, 0xc0000000, 0, TN_ANY, TN_NONE, 0);
}

static void fill_process(uint64_t process)
{
	make(TN_KIND_CAPS, process, 0);
	make(TN_KIND_CAPS, process, 31);
	must(TN_CALL_CAP_COPY, process, process, 31 * 256 + 5, TN_RIGHTS_ALL, 0, 0);
	make(TN_KIND_THREAD, process, SCRATCH);
	thread_pin_utcb(host_memory(cast_frame(SCRATCH)), pfn(SHARED));
	must(TN_CALL_CAP_DELETE, TN_SELF, SCRATCH, 0, 0, 0, 0);
	make(TN_KIND_THREAD, process, SCRATCH);
	must(TN_CALL_CAP_DELETE, TN_SELF, SCRATCH, 0, 0, 0, 0);
	make(TN_KIND_ENDPOINT, process, SCRATCH);
	must(TN_CALL_CAP_DELETE, TN_SELF, SCRATCH, 0, 0, 0, 0);
	make(TN_KIND_ENDPOINT, process, SCRATCH);
	must(TN_CALL_CAP_DELETE, TN_SELF, SCRATCH, 0, 0, 0, 0);
	fill_space(process);
}

static void fill_pool(uint64_t pool, uint64_t parent)
{
	make(TN_KIND_POOL, parent, pool);
	give(pool, POOL_FRAMES);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t process = PROCESSES + 2 * (pool - TOP) + i;

		make(TN_KIND_PROCESS, pool, process);
		fill_process(process);
	}
}

static void tree_make(unsigned levels)
{
	struct world_options o = {.levels = levels};

	world_make(&o);
	next_frame = world.free_first;
	frame_touch_range(pfn(SHARED), 2 * BLOCK_FRAMES);
	fill_pool(TOP, TN_SLOT_POOL);
	fill_pool(MID, TOP);
	fill_pool(LEAF, MID);
	fill_pool(SIDE, TOP);
	assert_world_holds();
}

/* No reference is left on what the tree mapped and pinned. */
static void nothing_is_mapped(void)
{
	for (uint64_t f = SHARED; f < SHARED + 2 * BLOCK_FRAMES; f++)
		assert_int_equal(frame_get(pfn(f)), 0);
	assert_int_equal(block_get(pfn(BLOCK)), 0);
	assert_int_equal(block_get(pfn(SHARED)), 0);
}

/* TOP is alive with all frames of the tree on its free list; all else below it is dead. */
static void top_has_everything(void)
{
	const struct pool *top = pool_of(TOP);

	assert_true(slot_is_live(cap_slot(TOP)));
	assert_int_equal(top->dying, 0);
	assert_int_equal(top->free, 4 * POOL_FRAMES);
	assert_int_equal(pool_used(top), 0);
	assert_null(top->children);
	assert_null(top->processes);
	for (uint64_t slot = MID; slot <= SIDE; slot++)
		REFUSED(TN_ESTALE, 0, TN_CALL_POOL_INFO, {slot});
	for (uint64_t slot = PROCESSES; slot < PROCESSES + 8; slot++)
		REFUSED(TN_ESTALE, 0, TN_CALL_SYNC_CODE, {slot});
	nothing_is_mapped();
	assert_world_holds();
}

static void top_is_gone(uint64_t root_frames)
{
	assert_true(slot_is_empty(cap_slot(TOP)));
	assert_int_equal(world.root->free, root_frames);
	assert_null(world.root->children);
	nothing_is_mapped();
	assert_world_holds();
}

static void revoking_gathers_all_frames(void **state)
{
	(void)state;
	for (unsigned levels = 3; levels <= 5; levels++) {
		tree_make(levels);
		assert_int_equal(DONE(REVOKE, {TOP, 0}), 0);
		assert_int_equal(host_restarts, 0);
		top_has_everything();
		world_end();
	}
}

static void destroying_hands_all_frames_up(void **state)
{
	uint64_t before;

	(void)state;
	for (unsigned levels = 3; levels <= 5; levels++) {
		tree_make(levels);
		before = world.root->free + 1; /* TOP's own */
		DONE(DESTROY, {TOP, 0});
		top_is_gone(before + 4 * POOL_FRAMES);
		world_end();
	}
}

static void revoking_an_empty_pool(void **state)
{
	(void)state;
	cast_make();
	make(TN_KIND_POOL, CAST_POOL, CAST_EMPTY);
	DONE(REVOKE, {CAST_EMPTY, STEP});
	DONE(REVOKE, {CAST_EMPTY, 0});
	DONE(DESTROY, {CAST_EMPTY, STEP});
	world_end();
}

/* The pool goes on under its id: every capability to it works as before. */
static void a_revoked_pool_lives_on(void **state)
{
	(void)state;
	tree_make(3);
	must(TN_CALL_CAP_COPY, TOP, TN_SELF, SCRATCH, TN_RIGHTS_ALL, 0, 0);
	must(TN_CALL_POOL_WATCH, TOP, 4 * POOL_FRAMES, TN_SLOT_THREAD, 2, 0, 0);
	DONE(REVOKE, {TOP, 0});
	DONE(TN_CALL_FRAME_GIVE, {TN_SLOT_FRAMES, SCRATCH, next_frame, 3});
	DONE(CREATE, {TN_KIND_POOL, SCRATCH, TN_ANY, TN_NONE, SCRATCH + 1, 0});
	DONE(TN_CALL_FRAME_MOVE, {TOP, SCRATCH + 1, 2});
	DONE(TN_CALL_FRAME_RECLAIM, {TN_SLOT_FRAMES, TOP, TN_ANY, 512});
	/* the watch was re-armed when the frames came together */
	assert_int_equal(world.thread->signals, 2);
	world_end();
}

static void flows_of_a_revoke(void **state)
{
	const struct pool *top;

	(void)state;
	tree_make(3);
	top = pool_of(TOP);
	DONE(REVOKE, {TOP, 0});
	/* three sub-pools' worth; their own frames were TOP's or their parents' */
	assert_int_equal(top->moved_in.frames, 3 * POOL_FRAMES);
	assert_int_equal(top->moved_in.calls, 3);
	assert_int_equal(top->given.frames, POOL_FRAMES);
	world_end();
}

/* A sub-pool with more free frames than a step pours. */
static void many_frames_are_poured(void **state)
{
	uint64_t sum;

	(void)state;
	world_make(NULL);
	next_frame = world.free_first;
	make(TN_KIND_POOL, TN_SLOT_POOL, TOP);
	make(TN_KIND_POOL, TN_SLOT_POOL, MID);
	for (unsigned i = 0; i < 5; i++)
		give(MID, 300);
	sum = world.root->free + 1500 + 1;
	host_interrupt_every = 1;
	host_between = assert_world_holds;
	DONE(DESTROY, {MID, 0});
	assert_true(host_restarts >= 2);
	assert_int_equal(world.root->free, sum);
	world_end();
}

/* --- interrupted at each step ------------------------------------------------------------ */

/* Objects and their sum may only fall. */
static uint64_t objects_before;

static uint64_t objects_alive(void)
{
	uint64_t n = 0;

	for (unsigned kind = 0; kind < 8; kind++)
		n += ram.kinds[kind];
	return n;
}

static void between(void)
{
	assert_world_holds();
	assert_true(objects_alive() <= objects_before);
	objects_before = objects_alive();
}

static void interrupts_at_each_step(void)
{
	objects_before = objects_alive();
	host_interrupt_every = 1;
	host_between = between;
}

static void revoking_under_interrupts(void **state)
{
	(void)state;
	for (unsigned levels = 3; levels <= 5; levels++) {
		tree_make(levels);
		interrupts_at_each_step();
		DONE(REVOKE, {TOP, 0});
		/* at least one step an object that is no table of one page */
		assert_true(host_restarts > 8 * 7);
		top_has_everything();
		world_end();
	}
}

static void destroying_under_interrupts(void **state)
{
	uint64_t before;

	(void)state;
	for (unsigned levels = 3; levels <= 5; levels++) {
		tree_make(levels);
		before = world.root->free + 1;
		interrupts_at_each_step();
		DONE(DESTROY, {TOP, 0});
		assert_true(host_restarts > 8 * 7);
		top_is_gone(before + 4 * POOL_FRAMES);
		world_end();
	}
}

static void rare_interrupts_come_to_the_same(void **state)
{
	(void)state;
	for (unsigned every = 2; every < 9; every += 3) {
		tree_make(3);
		interrupts_at_each_step();
		host_interrupt_every = every;
		DONE(REVOKE, {TOP, 0});
		top_has_everything();
		world_end();
	}
}

static void detaching_under_interrupts(void **state)
{
	uint64_t free;

	(void)state;
	tree_make(3);
	free = pool_of(TOP)->free;
	interrupts_at_each_step();
	/* a table with a table of small pages and a large page */
	DONE(TN_CALL_TABLE_DETACH, {PROCESSES, 0x80000000, 1, 0});
	assert_true(host_restarts > 0);
	assert_int_equal(pool_of(TOP)->free, free + 2);
	REFUSED(TN_ENOENT, 0, TN_CALL_TABLE_DETACH, {PROCESSES, 0x80000000, 1, 0});
	world_end();
}

/* The fence of the dying process's ASID comes before the first entry of its tables goes. */
static uint64_t dying_asid;
static bool fenced;

static void fence_comes_first(const struct host_event *event)
{
	if ((event->kind == HOST_FENCE_SPACE && event->asid == dying_asid) ||
	    event->kind == HOST_FENCE_ALL)
		fenced = true;
	if (event->kind == HOST_PTE_WRITE)
		assert_true(fenced);
}

static void translations_end_first(void **state)
{
	struct process *p;

	(void)state;
	tree_make(3);
	p = host_memory(cast_frame(PROCESSES));
	asid_activate(current->hart, p);
	asid_activate(current->hart, host_memory(cast_frame(PROCESSES + 1)));
	dying_asid = p->asid;
	fenced = false;
	host_observer = fence_comes_first;
	interrupts_at_each_step();
	DONE(DESTROY, {PROCESSES, 0});
	assert_true(fenced);
	world_end();
}

/* --- in steps ---------------------------------------------------------------------------- */

/* Calls the number with STEP until it is done; returns how often. */
static unsigned step_through(uint64_t number, uint64_t slot)
{
	unsigned steps = 0;

	for (;;) {
		struct answer a = checked_call(number, slot, STEP, 0, 0, 0, 0);

		steps++;
		if (a.code == 0)
			return steps;
		assert_int_equal(a.code, -TN_EAGAIN);
		assert_true(steps < 1000);
	}
}

static void stepping_through_a_revoke(void **state)
{
	(void)state;
	tree_make(3);
	assert_true(step_through(REVOKE, TOP) > 8 * 7);
	top_has_everything();
	world_end();
}

static void stepping_through_an_end(void **state)
{
	uint64_t before;

	(void)state;
	tree_make(3);
	before = world.root->free + 1;
	assert_true(step_through(DESTROY, TOP) > 8 * 7);
	top_is_gone(before + 4 * POOL_FRAMES);
	world_end();
}

/* With STEP an interrupt changes nothing: the answer is EAGAIN, not a restart. */
static void steps_are_not_restarted(void **state)
{
	(void)state;
	tree_make(3);
	host_interrupt_every = 1;
	assert_int_equal(host_call(REVOKE, TOP, STEP, 0, 0, 0, 0).code, -TN_EAGAIN);
	assert_int_equal(host_restarts, 0);
	world_end();
}

/* A step is small: one object, or a table and those above that are thereby emptied, up to the
 * root and the process that has nothing else left. */
static void steps_are_small(void **state)
{
	struct answer a;

	(void)state;
	tree_make(5);
	do {
		uint64_t before = objects_alive();

		a = checked_call(REVOKE, TOP, STEP, 0, 0, 0, 0);
		assert_int_equal(a.value, 0);
		assert_true(before - objects_alive() <= paging_levels + 1);
	} while (a.code == -TN_EAGAIN);
	assert_int_equal(a.code, 0);
	world_end();
}

/* One may go on with what the other began: revoke with destroy, step with whole. */
static void ways_to_end_mix(void **state)
{
	uint64_t before;

	(void)state;
	for (unsigned steps = 1; steps < 60; steps += 7) {
		tree_make(3);
		before = world.root->free + 1;
		for (unsigned i = 0; i < steps; i++)
			checked_call(i % 2 == 0 ? REVOKE : DESTROY, i % 3 == 0 ? TOP : MID, STEP, 0,
				     0, 0, 0);
		DONE(DESTROY, {TOP, 0});
		top_is_gone(before + 4 * POOL_FRAMES);
		world_end();
	}
}

/* --- another holder ---------------------------------------------------------------------- */

/* A process in the root pool, with TOP in its slot 1 and a thread that can make calls. */
static struct thread *outsider_make(uint64_t pool)
{
	struct thread *t;
	uint64_t utcb = SHARED + 2 * BLOCK_FRAMES;

	make(TN_KIND_PROCESS, pool, OUTSIDE);
	make(TN_KIND_CAPS, OUTSIDE, 0);
	make(TN_KIND_THREAD, OUTSIDE, OUTSIDE + 1);
	for (uint64_t i = 0; i < 4; i++)
		must(TN_CALL_CAP_COPY, TOP + i, OUTSIDE, 1 + i, TN_RIGHTS_ALL, 0, 0);
	must(TN_CALL_CAP_COPY, OUTSIDE, OUTSIDE, 5, TN_RIGHTS_ALL, 0, 0);
	must(TN_CALL_CAP_COPY, OUTSIDE + 1, OUTSIDE, 6, TN_RIGHTS_ALL, 0, 0);
	must(TN_CALL_CAP_COPY, TN_SLOT_POOL, OUTSIDE, 7, TN_RIGHTS_ALL, 0, 0);
	t = host_memory(cast_frame(OUTSIDE + 1));
	t->hart = current->hart;
	frame_touch(pfn(utcb));
	thread_pin_utcb(t, pfn(utcb));
	return t;
}

static void another_holder_finishes(void **state)
{
	(void)state;
	for (unsigned steps = 1; steps < 60; steps += 11) {
		struct thread *other;

		tree_make(3);
		other = outsider_make(TN_SLOT_POOL);
		for (unsigned i = 0; i < steps; i++)
			assert_int_equal(checked_call(REVOKE, TOP, STEP, 0, 0, 0, 0).code,
					 -TN_EAGAIN);
		current = other;
		DONE(REVOKE, {1, 0});
		current = world.thread;
		top_has_everything();
		world_end();
	}
}

/* The one who began it dies in the middle; nothing is orphaned. */
static void a_caller_that_dies_orphans_nothing(void **state)
{
	struct thread *other;

	(void)state;
	tree_make(3);
	other = outsider_make(TN_SLOT_POOL);
	current = other;
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(checked_call(REVOKE, 1, STEP, 0, 0, 0, 0).code, -TN_EAGAIN);
	current = world.thread;
	DONE(DESTROY, {OUTSIDE, 0});
	REFUSED(TN_EDYING, 0, CREATE, {TN_KIND_POOL, TOP, TN_ANY, TN_NONE, SCRATCH, 0});
	DONE(REVOKE, {TOP, 0});
	top_has_everything();
	world_end();
}

/* --- the branch one sits on -------------------------------------------------------------- */

static void ones_own_is_busy(void **state)
{
	(void)state;
	tree_make(3);
	REFUSED(TN_EBUSY, 0, REVOKE, {TN_SLOT_POOL, 0});
	REFUSED(TN_EBUSY, 0, REVOKE, {TN_SLOT_POOL, STEP});
	REFUSED(TN_EBUSY, 0, DESTROY, {TN_SLOT_POOL, 0});
	REFUSED(TN_EBUSY, 0, DESTROY, {TN_SLOT_PROCESS, STEP});
	REFUSED(TN_EBUSY, 0, DESTROY, {TN_SLOT_THREAD, 0});
	world_end();
}

/* From inside MID: MID and what is above it is busy, beside and below it is not. */
static void pools_above_the_caller_are_busy(void **state)
{
	(void)state;
	tree_make(3);
	give(MID, 8);
	current = outsider_make(MID);
	REFUSED(TN_EBUSY, 0, REVOKE, {1, 0});
	REFUSED(TN_EBUSY, 0, REVOKE, {2, 0});
	REFUSED(TN_EBUSY, 0, REVOKE, {7, 0});
	REFUSED(TN_EBUSY, 0, DESTROY, {1, 0});
	REFUSED(TN_EBUSY, 0, DESTROY, {2, 0});
	REFUSED(TN_EBUSY, 0, DESTROY, {5, 0});
	REFUSED(TN_EBUSY, 0, DESTROY, {6, 0});
	DONE(REVOKE, {3, 0});
	DONE(DESTROY, {3, 0});
	DONE(DESTROY, {4, 0});
	world_end();
}

/* --- errors ------------------------------------------------------------------------------ */

static void revoke_errors_in_order(void **state)
{
	(void)state;
	cast_make();
	for (unsigned i = 0; i < 5; i++)
		REFUSED(TN_EINVAL, 0, REVOKE, {CAST_MISSING, bad_flags[i]});
	for (uint64_t flags = 0; flags <= STEP; flags++)
		assert_slot_errors(&(struct call){REVOKE, {0, flags}}, 0, TN_CAP_POOL, true);
	must(TN_CALL_CAP_COPY, CAST_POOL, TN_SELF, CAST_EMPTY, TN_RIGHTS_ALL & ~TN_RIGHT_OWN, 0, 0);
	REFUSED(TN_EPERM, 0, REVOKE, {CAST_EMPTY, 0});
	REFUSED(TN_EBUSY, 0, REVOKE, {TN_SLOT_POOL, 0});
	world_end();
}

static void destroy_errors_in_order(void **state)
{
	static const uint64_t objects[] = {CAST_POOL, CAST_PROCESS, CAST_THREAD, CAST_ENDPOINT};
	static const uint64_t missing[] = {CAST_MISSING, 8192, (uint64_t)1 << 32, ~(uint64_t)0};

	(void)state;
	cast_make();
	for (unsigned i = 0; i < 5; i++)
		REFUSED(TN_EINVAL, 0, DESTROY, {CAST_MISSING, bad_flags[i]});
	for (unsigned i = 0; i < 4; i++)
		REFUSED(TN_ERANGE, 0, DESTROY, {missing[i], 0});
	REFUSED(TN_ENOENT, 0, DESTROY, {CAST_EMPTY, 0});
	REFUSED(TN_EBADF, 0, DESTROY, {CAST_FRAMES_NONE, 0});
	REFUSED(TN_EBADF, 0, DESTROY, {CAST_SYSTEM_NONE, 0});
	for (uint64_t i = 0; i < 4; i++) {
		REFUSED(TN_EPERM, 0, DESTROY, {CAST_WEAK_POOL + i, 0});
		REFUSED(TN_ESTALE, 0, DESTROY, {CAST_DEAD_POOL + i, 0});
		must(TN_CALL_CAP_COPY, objects[i], TN_SELF, CAST_EMPTY,
		     TN_RIGHTS_ALL & ~TN_RIGHT_OWN, 0, 0);
		REFUSED(TN_EPERM, 0, DESTROY, {CAST_EMPTY, 0});
		must(TN_CALL_CAP_DELETE, TN_SELF, CAST_EMPTY, 0, 0, 0, 0);
	}
	REFUSED(TN_EBUSY, 0, DESTROY, {TN_SLOT_THREAD, 0});
	world_end();
}

/* --- dying ------------------------------------------------------------------------------- */

static void calls_on_a_dying_pool(void **state)
{
	uint64_t f = CAST_LAST_USER;

	(void)state;
	cast_make();
	REFUSED(TN_EDYING, 0, TN_CALL_FRAME_GIVE, {TN_SLOT_FRAMES, CAST_DYING_POOL, f, 1});
	REFUSED(TN_EDYING, 0, TN_CALL_FRAME_GIVE, {TN_SLOT_FRAMES, CAST_DYING_POOL, f, 2});
	REFUSED(TN_EDYING, 0, TN_CALL_FRAME_RECLAIM, {TN_SLOT_FRAMES, CAST_DYING_POOL, TN_ANY, 1});
	REFUSED(TN_EDYING, 0, TN_CALL_FRAME_MOVE, {CAST_DYING_POOL, CAST_POOL, 1});
	REFUSED(TN_EDYING, 0, TN_CALL_FRAME_MOVE, {CAST_POOL, CAST_DYING_POOL, 1});
	REFUSED(TN_EDYING, 0, TN_CALL_POOL_WATCH, {CAST_DYING_POOL, 1, TN_SLOT_THREAD, 1});
	REFUSED(TN_EDYING, 0, CREATE,
		{TN_KIND_POOL, CAST_DYING_POOL, TN_ANY, TN_NONE, CAST_EMPTY, 0});
	REFUSED(TN_EDYING, 0, CREATE,
		{TN_KIND_PROCESS, CAST_DYING_POOL, f, TN_SLOT_FRAMES, CAST_EMPTY, 0});
	REFUSED(TN_EDYING, 0, TN_CALL_CAP_REVOKE, {CAST_DYING_POOL});
	DONE(TN_CALL_POOL_INFO, {CAST_DYING_POOL});
	DONE(REVOKE, {CAST_DYING_POOL, 0});
	DONE(TN_CALL_FRAME_GIVE, {TN_SLOT_FRAMES, CAST_DYING_POOL, f, 1});
	world_end();
}

static void calls_on_a_dying_process(void **state)
{
	uint64_t p = CAST_DYING_PROCESS, f = CAST_LAST_USER;

	(void)state;
	cast_make();
	for (unsigned kind = TN_KIND_THREAD; kind <= TN_KIND_CAPS; kind++)
		REFUSED(TN_EDYING, 0, CREATE, {kind, p, TN_ANY, TN_NONE, CAST_EMPTY, 0});
	REFUSED(TN_EDYING, 0, TN_CALL_CAP_COPY, {CAST_POOL, p, 0, 0, 0, 0});
	REFUSED(TN_EDYING, 0, TN_CALL_CAP_DELETE, {p, 0});
	REFUSED(TN_EDYING, 0, TN_CALL_CAP_INFO, {p, 0});
	REFUSED(TN_EDYING, 0, TN_CALL_CAP_REVOKE, {p});
	REFUSED(TN_EDYING, 0, TN_CALL_MAP, {p, 0x1000, TN_SLOT_FRAMES, f, 1, RW});
	REFUSED(TN_EDYING, 0, TN_CALL_MAP, {p, 0x1000, TN_SLOT_FRAMES, f, 2, RW});
	REFUSED(TN_EDYING, 0, TN_CALL_UNMAP, {p, 0x1000, 1});
	REFUSED(TN_EDYING, 0, TN_CALL_PROTECT, {p, 0x1000, 1, TN_MAP_READ, TN_NONE});
	REFUSED(TN_EDYING, 0, TN_CALL_TABLE_ATTACH, {p, 0, 2, TN_ANY, TN_NONE});
	REFUSED(TN_EDYING, 0, TN_CALL_TABLE_DETACH, {p, 0, 0, 0});
	REFUSED(TN_EDYING, 0, TN_CALL_RESOLVE, {p, 0x1000});
	REFUSED(TN_EDYING, 0, TN_CALL_SYNC_CODE, {p});
	REFUSED(TN_EDYING, 0, TN_CALL_THREAD_INFO, {CAST_DYING_THREAD});
	DONE(DESTROY, {p, 0});
	REFUSED(TN_ESTALE, 0, DESTROY, {CAST_DYING_THREAD, 0});
	REFUSED(TN_ESTALE, 0, DESTROY, {CAST_DYING_ENDPOINT, 0});
	world_end();
}

/* The members of a dying process may be ended one by one, too. */
static void members_of_the_dying_can_be_ended(void **state)
{
	(void)state;
	cast_make();
	DONE(DESTROY, {CAST_DYING_THREAD, 0});
	DONE(DESTROY, {CAST_DYING_ENDPOINT, 0});
	DONE(DESTROY, {CAST_DYING_PROCESS, 0});
	world_end();
}

/* A dying process is ended by whoever revokes the pool that pays for it. */
static void a_revoke_meets_the_dying(void **state)
{
	(void)state;
	cast_make();
	DONE(REVOKE, {CAST_SIBLING, 0});
	REFUSED(TN_ESTALE, 0, DESTROY, {CAST_DYING_PROCESS, 0});
	DONE(DESTROY, {CAST_DYING_POOL, 0});
	REFUSED(TN_ESTALE, 0, DESTROY, {CAST_DYING_HEIR, 0});
	world_end();
}

static void sixteen_pools_deep(void **state)
{
	uint64_t parent = TN_SLOT_POOL, free;

	(void)state;
	world_make(NULL);
	next_frame = world.free_first;
	free = world.root->free;
	for (uint64_t slot = 130; slot < 145; slot++) {
		make(TN_KIND_POOL, parent, slot);
		give(slot, 8);
		parent = slot;
	}
	interrupts_at_each_step();
	DONE(DESTROY, {130, 0});
	assert_int_equal(world.root->free, free + 15 * 8);
	world_end();
}

/* --- a broken rule ------------------------------------------------------------------------ */

/* A pool that would end with something charged to it: the kernel ends the machine instead, before
 * any frame has changed hands. */
static void a_pool_never_ends_in_use(void **state)
{
	jmp_buf out;

	(void)state;
	cast_make();
	make(TN_KIND_POOL, CAST_POOL, CAST_EMPTY);
	must(TN_CALL_FRAME_MOVE, CAST_POOL, CAST_EMPTY, 2, 0, 0, 0);
	pool_of(CAST_EMPTY)->free--; /* so one is used */
	host_panic_rule = NULL;
	host_exit = &out;
	if (setjmp(out) == 0) {
		host_call(DESTROY, CAST_EMPTY, 0, 0, 0, 0, 0);
		fail_msg("the pool has ended");
	}
	assert_non_null(host_panic_rule);
	assert_int_equal(strncmp(host_panic_rule, "I3:", 3), 0);
	assert_true(slot_is_live(cap_slot(CAST_EMPTY)));
	pool_of(CAST_EMPTY)->free++;
	DONE(DESTROY, {CAST_EMPTY, 0});
	world_end();
}

/* Within a pool that is dying, one that was revoked to the end stays so: nothing new is built. */
static void a_revoke_within_the_dying(void **state)
{
	(void)state;
	cast_make();
	make(TN_KIND_POOL, CAST_POOL, CAST_EMPTY);
	must(TN_CALL_FRAME_MOVE, CAST_POOL, CAST_EMPTY, 2, 0, 0, 0);
	DONE(REVOKE, {CAST_EMPTY, 0});
	make(TN_KIND_PROCESS, CAST_EMPTY, CAST_EMPTY + 1); /* its parent is not dying */
	REFUSED(TN_EAGAIN, 0, REVOKE, {CAST_POOL, STEP});
	DONE(REVOKE, {CAST_EMPTY, 0});
	REFUSED(TN_EDYING, 0, CREATE,
		{TN_KIND_PROCESS, CAST_EMPTY, TN_ANY, TN_NONE, CAST_EMPTY + 2, 0});
	DONE(REVOKE, {CAST_POOL, 0});
}

static void one_step(void)
{
	assert_int_equal(host_call(REVOKE, TOP, STEP, 0, 0, 0, 0).code, -TN_EAGAIN);
}

/* Else whoever holds a pool below goes on building what the next steps take apart. */
static void pools_below_are_dying_while_it_lasts(void **state)
{
	(void)state;
	tree_make(3);
	for (one_step(); cap_object(SIDE, TN_CAP_POOL, 0) != NULL; one_step())
		REFUSED(TN_EDYING, 0, CREATE, {TN_KIND_POOL, SIDE, TN_ANY, TN_NONE, SCRATCH, 0});
	for (one_step(); cap_object(LEAF, TN_CAP_POOL, 0) != NULL; one_step())
		for (unsigned pool = MID; pool <= LEAF; pool++)
			REFUSED(TN_EDYING, 0, CREATE,
				{TN_KIND_POOL, pool, TN_ANY, TN_NONE, SCRATCH, 0});
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(revoking_gathers_all_frames),
		cmocka_unit_test(destroying_hands_all_frames_up),
		cmocka_unit_test(revoking_an_empty_pool),
		cmocka_unit_test(a_revoked_pool_lives_on),
		cmocka_unit_test(flows_of_a_revoke),
		cmocka_unit_test(many_frames_are_poured),
		cmocka_unit_test(revoking_under_interrupts),
		cmocka_unit_test(destroying_under_interrupts),
		cmocka_unit_test(rare_interrupts_come_to_the_same),
		cmocka_unit_test(detaching_under_interrupts),
		cmocka_unit_test(translations_end_first),
		cmocka_unit_test(stepping_through_a_revoke),
		cmocka_unit_test(stepping_through_an_end),
		cmocka_unit_test(steps_are_not_restarted),
		cmocka_unit_test(steps_are_small),
		cmocka_unit_test(ways_to_end_mix),
		cmocka_unit_test(another_holder_finishes),
		cmocka_unit_test(a_caller_that_dies_orphans_nothing),
		cmocka_unit_test(ones_own_is_busy),
		cmocka_unit_test(pools_above_the_caller_are_busy),
		cmocka_unit_test(revoke_errors_in_order),
		cmocka_unit_test(destroy_errors_in_order),
		cmocka_unit_test(calls_on_a_dying_pool),
		cmocka_unit_test(calls_on_a_dying_process),
		cmocka_unit_test(members_of_the_dying_can_be_ended),
		cmocka_unit_test(a_revoke_meets_the_dying),
		cmocka_unit_test(sixteen_pools_deep),
		cmocka_unit_test(a_pool_never_ends_in_use),
		cmocka_unit_test(a_revoke_within_the_dying),
		cmocka_unit_test(pools_below_are_dying_while_it_lasts),
	};

	return cmocka_run_group_tests_name("revoke", tests, NULL, NULL);
}
