/*
 * test_process.c - processes and what belongs to them: threads, endpoints, capability pages;
 * thread_info.
 */
#include "process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <port/current.h>
#include <tenure/abi.h>

#include "cap.h"
#include "cast.h"
#include "endpoint.h"
#include "object.h"
#include "snapshot.h"
#include "message.h"
#include "thread.h"

#define CREATE TN_CALL_CREATE
#define DESTROY TN_CALL_DESTROY

static const unsigned orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
				      {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

static struct process *process_of(uint64_t slot)
{
	return host_memory(cast_frame(slot));
}

static struct pool *pool_of(uint64_t slot)
{
	return host_memory(cast_frame(slot));
}

static void make(unsigned kind, uint64_t target, uint64_t slot)
{
	DONE(CREATE, {kind, target, TN_ANY, TN_NONE, slot, 0});
}

/* --- members ----------------------------------------------------------------------------- */

/* Three of a kind leave their list in every order; the two that stay are found by every walk. */
static void members_end_in_any_order(unsigned kind)
{
	uint64_t target = kind == TN_KIND_PROCESS ? CAST_POOL : CAST_PROCESS;

	for (unsigned o = 0; o < 6; o++) {
		uint64_t before;

		cast_make();
		before = pool_of(CAST_POOL)->kinds[kind];
		for (unsigned i = 0; i < 3; i++)
			make(kind, target, CAST_EMPTY + i);
		for (unsigned i = 0; i < 3; i++) {
			DONE(DESTROY, {CAST_EMPTY + orders[o][i], 0});
			assert_int_equal(pool_of(CAST_POOL)->kinds[kind], before + 2 - i);
			assert_true(slot_is_empty(cap_slot(CAST_EMPTY + orders[o][i])));
		}
		world_end();
	}
}

static void threads_end_in_any_order(void **state)
{
	(void)state;
	members_end_in_any_order(TN_KIND_THREAD);
}

static void endpoints_end_in_any_order(void **state)
{
	(void)state;
	members_end_in_any_order(TN_KIND_ENDPOINT);
}

static void processes_end_in_any_order(void **state)
{
	(void)state;
	members_end_in_any_order(TN_KIND_PROCESS);
}

/* All 32 capability pages; the process ends with each of them. */
static void a_process_ends_with_everything(void **state)
{
	struct pool *p;
	uint64_t free;

	(void)state;
	cast_make();
	DONE(TN_CALL_FRAME_GIVE, {TN_SLOT_FRAMES, CAST_POOL, CAST_LAST_USER, 64});
	p = pool_of(CAST_POOL);
	free = p->free;
	make(TN_KIND_PROCESS, CAST_POOL, CAST_EMPTY);
	for (uint64_t i = 0; i < TN_CAPS_PAGES; i++)
		make(TN_KIND_CAPS, CAST_EMPTY, i);
	make(TN_KIND_THREAD, CAST_EMPTY, CAST_EMPTY + 1);
	make(TN_KIND_ENDPOINT, CAST_EMPTY, CAST_EMPTY + 2);
	DONE(TN_CALL_MAP, {CAST_EMPTY, 0x1000, TN_SLOT_FRAMES, world.utcb, 1, TN_MAP_READ});
	assert_true(p->free < free - 34);
	DONE(DESTROY, {CAST_EMPTY, 0});
	assert_int_equal(p->free, free);
	REFUSED(TN_ESTALE, 0, DESTROY, {CAST_EMPTY + 1, 0});
	REFUSED(TN_ESTALE, 0, DESTROY, {CAST_EMPTY + 2, 0});
	assert_int_equal(FRAME_REFS(frame_get(pfn(world.utcb))), 1);
	world_end();
}

/* A capability page is scrubbed: its frame is clean, whatever stood in the slots. */
static void capability_pages_end_clean(void **state)
{
	uint64_t f = CAST_LAST_USER;

	(void)state;
	cast_make();
	make(TN_KIND_PROCESS, CAST_POOL, CAST_EMPTY);
	memset(host_memory(f), 0xa5, FRAME_BYTES);
	DONE(CREATE, {TN_KIND_CAPS, CAST_EMPTY, f, TN_SLOT_FRAMES, 0, 0});
	for (uint64_t slot = 0; slot < 256; slot += 5)
		DONE(TN_CALL_CAP_COPY, {CAST_ENDPOINT, CAST_EMPTY, slot, TN_RIGHTS_ALL, 9, 0});
	DONE(DESTROY, {CAST_EMPTY, 0});
	assert_true(FRAME_IS_CLEAN(frame_get(pfn(f))));
	DONE(TN_CALL_FRAME_RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, f, 1});
	for (unsigned i = 0; i < FRAME_BYTES; i++)
		assert_int_equal(((const unsigned char *)host_memory(f))[i], 0);
	world_end();
}

static void a_new_process_has_nothing(void **state)
{
	const struct process *p;

	(void)state;
	cast_make();
	make(TN_KIND_PROCESS, CAST_POOL, CAST_EMPTY);
	p = process_of(CAST_EMPTY);
	assert_null(p->root);
	assert_null(p->threads);
	assert_null(p->endpoints);
	assert_ptr_equal(p->pool, pool_of(CAST_POOL));
	for (unsigned i = 0; i < TN_CAPS_PAGES; i++)
		assert_ptr_equal(p->directory[i], caps_none);
	world_end();
}

/* --- the caller is another process ------------------------------------------------------- */

/* Lets the thread in CAST_THREAD make the calls, until the end of the world. */
static void become_the_other(void)
{
	struct thread *t = host_memory(cast_frame(CAST_THREAD));
	uint64_t f = CAST_LAST_USER + 100;

	t->hart = current->hart;
	frame_touch(pfn(f));
	thread_pin_utcb(t, pfn(f));
	current = t;
}

static void each_process_has_its_own_slots(void **state)
{
	(void)state;
	cast_make();
	DONE(TN_CALL_CAP_COPY, {CAST_SIBLING, CAST_PROCESS, 7, TN_RIGHTS_ALL, 0, 0});
	become_the_other();
	REFUSED(TN_ENOENT, 0, TN_CALL_POOL_INFO, {TN_SLOT_POOL});
	REFUSED(TN_ENOENT, 0, TN_CALL_POOL_INFO, {CAST_SIBLING});
	DONE(TN_CALL_POOL_INFO, {7});
	DONE(TN_CALL_CAP_DELETE, {TN_SELF, 7});
	REFUSED(TN_ENOENT, 0, TN_CALL_POOL_INFO, {7});
	REFUSED(TN_ERANGE, 0, TN_CALL_POOL_INFO, {256});
	world_end();
}

/* What a process makes, is named in its own table, whoever pays. */
static void objects_are_named_by_their_maker(void **state)
{
	uint64_t used;

	(void)state;
	cast_make();
	DONE(TN_CALL_CAP_COPY, {CAST_SIBLING, CAST_PROCESS, 7, TN_POOL_CREATE, 0, 0});
	used = pool_used(pool_of(CAST_SIBLING));
	become_the_other();
	make(TN_KIND_PROCESS, 7, 8);
	assert_int_equal(cap_slot(8)->word / FRAME_KIND_UNIT % 16, TN_CAP_PROCESS);
	current = world.thread;
	assert_int_equal(pool_used(pool_of(CAST_SIBLING)), used + 1);
	world_end();
}

/* --- threads ----------------------------------------------------------------------------- */

static void thread_info_errors_in_order(void **state)
{
	(void)state;
	cast_make();
	assert_slot_errors(&(struct call){TN_CALL_THREAD_INFO, {0}}, 0, TN_CAP_THREAD, true);
	DONE(TN_CALL_CAP_COPY,
	     {CAST_THREAD, TN_SELF, CAST_EMPTY, TN_RIGHTS_ALL & ~TN_THREAD_CONTROL, 0, 0});
	REFUSED(TN_EPERM, 0, TN_CALL_THREAD_INFO, {CAST_EMPTY});
	REFUSED(TN_EDYING, 0, TN_CALL_THREAD_INFO, {CAST_DYING_THREAD});
	world_end();
}

static void thread_info_shows_the_registers(void **state)
{
	const struct tn_thread_info *info;
	struct thread *t;

	(void)state;
	cast_make();
	t = host_memory(cast_frame(CAST_THREAD));
	for (unsigned i = 0; i < 32; i++)
		t->registers[i] = 1000 + i;
	t->whole = 1;
	t->signals = 0x55;
	info = (const struct tn_thread_info *)current->utcb->words;
	assert_int_equal(DONE(TN_CALL_THREAD_INFO, {CAST_THREAD}), TN_THREAD_STOPPED);
	assert_int_equal(info->state, TN_THREAD_STOPPED);
	assert_int_equal(info->signals, 0x55);
	assert_int_equal(info->pc, 1000);
	for (unsigned i = 0; i < 31; i++)
		assert_int_equal(info->registers[i], 1001 + i);
	assert_int_equal(DONE(TN_CALL_THREAD_INFO, {TN_SLOT_THREAD}), TN_THREAD_RUNNING);
	world_end();
}

/* The pin ends with the thread; until then the frame is in use. */
static void a_pin_ends_with_its_thread(void **state)
{
	uint64_t f = CAST_LAST_USER + 100;

	(void)state;
	cast_make();
	frame_touch(pfn(f));
	thread_pin_utcb(host_memory(cast_frame(CAST_THREAD)), pfn(f));
	REFUSED(TN_EBUSY, f, TN_CALL_FRAME_GIVE, {TN_SLOT_FRAMES, CAST_POOL, f, 1});
	DONE(TN_CALL_MAP, {CAST_PROCESS, 0x5000, TN_SLOT_FRAMES, f, 1, TN_MAP_READ});
	assert_int_equal(FRAME_REFS(frame_get(pfn(f))), 2);
	DONE(DESTROY, {CAST_THREAD, 0});
	assert_int_equal(FRAME_REFS(frame_get(pfn(f))), 1);
	DONE(TN_CALL_UNMAP, {CAST_PROCESS, 0x5000, 1});
	DONE(TN_CALL_FRAME_GIVE, {TN_SLOT_FRAMES, CAST_POOL, f, 1});
	world_end();
}

static void signals_accumulate(void **state)
{
	struct thread *t;

	(void)state;
	cast_make();
	t = host_memory(cast_frame(CAST_THREAD));
	thread_signal(t, 1);
	thread_signal(t, (uint64_t)1 << 63);
	thread_signal(t, 1);
	assert_int_equal(t->signals, ((uint64_t)1 << 63) + 1);
	assert_ptr_equal(thread_of_slot(cap_slot(CAST_THREAD)), t);
	assert_null(thread_of_slot(cap_slot(CAST_DEAD_THREAD)));
	assert_null(thread_of_slot(cap_slot(CAST_POOL)));
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_end_in_any_order),
		cmocka_unit_test(endpoints_end_in_any_order),
		cmocka_unit_test(processes_end_in_any_order),
		cmocka_unit_test(a_process_ends_with_everything),
		IN_OPEN_WINDOW(a_process_ends_with_everything),
		cmocka_unit_test(capability_pages_end_clean),
		IN_OPEN_WINDOW(capability_pages_end_clean),
		cmocka_unit_test(a_new_process_has_nothing),
		cmocka_unit_test(each_process_has_its_own_slots),
		cmocka_unit_test(objects_are_named_by_their_maker),
		cmocka_unit_test(thread_info_errors_in_order),
		cmocka_unit_test(thread_info_shows_the_registers),
		cmocka_unit_test(a_pin_ends_with_its_thread),
		cmocka_unit_test(signals_accumulate),
	};

	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
