/*
 * test_configure.c - thread_configure, thread_resume, thread_suspend: errors in their order, the
 * UTCB's mapping and pin; the registers that thread_info shows.
 */
#include "thread.h"

#include <string.h>

#include "cap.h"
#include "cast.h"
#include "crew.h"
#include "frame.h"
#include "snapshot.h"
#include "walk.h"
#include "world_check.h"

#define CONFIGURE TN_CALL_THREAD_CONFIGURE
#define RESUME TN_CALL_THREAD_RESUME
#define SUSPEND TN_CALL_THREAD_SUSPEND
#define ALL 15u
#define VA 0x40000000ul

static struct tn_thread_config *config(void)
{
	return (struct tn_thread_config *)current->utcb->words;
}

static struct thread *thread_of(uint64_t slot)
{
	return host_memory(cast_frame(slot));
}

static uint64_t refs(uint64_t frame)
{
	return FRAME_REFS(frame_get(pfn(frame)));
}

static int cast_setup(void **state)
{
	(void)state;
	cast_make();
	memset(config(), 0, sizeof(*config()));
	return 0;
}

static int cast_teardown(void **state)
{
	(void)state;
	world_end();
	return 0;
}

/* --- errors ----------------------------------------------------------------------------------- */

static void malformed(void **state)
{
	(void)state;
	REFUSED(TN_EINVAL, 0, CONFIGURE, {9999, 16, 9999, 0, 0, 9999});
	REFUSED(TN_EINVAL, 0, CONFIGURE, {9999, (uint64_t)1 << 63 | 1, 9999, 0, 0, 9999});
	REFUSED(TN_EINVAL, 0, CONFIGURE, {9999, ALL, 9999, 0, VA + 8, 9999});
	config()->priority = 64;
	REFUSED(TN_EINVAL, 0, CONFIGURE, {9999, 8, 9999, 0, VA, 9999});
	config()->priority = TN_ANY;
	REFUSED(TN_EINVAL, 0, CONFIGURE, {9999, 8, 9999, 0, VA, 9999});
	config()->priority = (uint64_t)1 << 32;
	REFUSED(TN_EINVAL, 0, CONFIGURE, {9999, 8, 9999, 0, VA, 9999});
	config()->priority = 0;
	REFUSED(TN_EFAULT, 0, CONFIGURE, {9999, ALL, 9999, 0, user_top, 9999});
	REFUSED(TN_EFAULT, 0, CONFIGURE, {9999, ALL, 9999, 0, 0xfffffffffffff000ul, 9999});
}

static void slots(void **state)
{
	struct call thread = {CONFIGURE, {0, ALL, 9999, CAST_GAP, VA, 9999}};
	struct call frames = {CONFIGURE, {CAST_THREAD, ALL, 0, CAST_GAP, VA, 9999}};
	struct call fault = {CONFIGURE, {CAST_THREAD, ALL, TN_SLOT_FRAMES, CAST_GAP, VA, 0}};

	(void)state;
	assert_slot_errors(&thread, 0, TN_CAP_THREAD, true);
	assert_slot_errors(&frames, 2, TN_CAP_FRAMES, true);
	assert_slot_errors(&fault, 5, TN_CAP_ENDPOINT, true);
	for (uint64_t rights = 0; rights < 16; rights++) {
		struct answer a;

		host_call(TN_CALL_CAP_COPY, TN_SLOT_FRAMES, TN_SELF, CAST_EMPTY, rights, 0, 0);
		a = checked_call(CONFIGURE, CAST_THREAD, 2, CAST_EMPTY, world.free_first, VA,
				 TN_NONE);
		assert_int_equal(a.code, (rights & 3) == 3 ? 0 : -TN_EPERM);
		host_call(TN_CALL_UNMAP, CAST_PROCESS, VA, 1, 0, 0, 0);
		host_call(TN_CALL_CAP_DELETE, TN_SELF, CAST_EMPTY, 0, 0, 0, 0);
	}
}

/* What is not asked for is not looked at. */
static void unused_slots(void **state)
{
	(void)state;
	DONE(CONFIGURE, {CAST_THREAD, 0, 9999, TN_ANY, 0, 9999});
	DONE(CONFIGURE, {CAST_THREAD, 1 + 8, 9999, TN_ANY, 0, 9999});
	DONE(CONFIGURE, {CAST_THREAD, 4, 9999, TN_ANY, 0, TN_NONE});
	DONE(CONFIGURE, {CAST_THREAD, 4, 9999, TN_ANY, 0, CAST_ENDPOINT});
}

static void dying(void **state)
{
	(void)state;
	config()->priority = 63;
	REFUSED(TN_EDYING, 0, CONFIGURE,
		{CAST_DYING_THREAD, ALL, TN_SLOT_FRAMES, CAST_GAP, VA, TN_NONE});
	REFUSED(TN_EDYING, 0, RESUME, {CAST_DYING_THREAD});
	REFUSED(TN_EDYING, 0, SUSPEND, {CAST_DYING_THREAD});
}

static void ceiling(void **state)
{
	(void)state;
	DONE(TN_CALL_CREATE, {TN_KIND_PROCESS, CAST_POOL, TN_ANY, TN_NONE, CAST_EMPTY, 5});
	DONE(TN_CALL_CREATE, {TN_KIND_THREAD, CAST_EMPTY, TN_ANY, TN_NONE, CAST_EMPTY + 1, 0});
	config()->priority = 6;
	REFUSED(TN_EPERM, 0, CONFIGURE,
		{CAST_EMPTY + 1, 8 + 2, TN_SLOT_FRAMES, CAST_GAP, VA, TN_NONE});
	config()->priority = 5;
	DONE(CONFIGURE, {CAST_EMPTY + 1, 8, 0, 0, 0, 0});
	assert_int_equal(thread_of(CAST_EMPTY + 1)->priority, 5);
}

static void utcb_frames(void **state)
{
	static const struct {
		uint64_t frame;
		int error;
	} bad[] = {
		{CAST_FIRMWARE, TN_ENXIO}, {CAST_IMAGE, TN_EKERNEL},        {CAST_BOOT, TN_EKERNEL},
		{CAST_GAP, TN_ENXIO},      {CAST_HIGH + 0x500, TN_ENOTSUP},
	};

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		REFUSED(bad[i].error,
			checked_call(CONFIGURE, CAST_THREAD, 2, TN_SLOT_FRAMES, bad[i].frame, VA,
				     TN_NONE)
				.value,
			CONFIGURE, {CAST_THREAD, 2, TN_SLOT_FRAMES, bad[i].frame, VA, TN_NONE});
	REFUSED(TN_EACCES, world.free_first, CONFIGURE,
		{CAST_THREAD, 2, CAST_FRAMES_ONE, world.free_first, VA, TN_NONE});
	REFUSED(TN_EKERNEL, cast_frame(CAST_THREAD), CONFIGURE,
		{CAST_THREAD, 2, TN_SLOT_FRAMES, cast_frame(CAST_THREAD), VA, TN_NONE});
}

/* The mapping and the pin are two references: there must be room for both. */
static void references_overflow(void **state)
{
	uint64_t f = world.free_first;

	(void)state;
	for (uint64_t left = 0; left < 2; left++) {
		struct answer a;

		frame_set(pfn(f), FRAME_REFS_MAX - left);
		a = host_call(CONFIGURE, CAST_THREAD, 2, TN_SLOT_FRAMES, f, VA, TN_NONE);
		assert_int_equal(a.code, -TN_EOVERFLOW);
		assert_int_equal(frame_get(pfn(f)), FRAME_REFS_MAX - left);
	}
	frame_set(pfn(f), FRAME_REFS_MAX - 2);
	assert_int_equal(host_call(CONFIGURE, CAST_THREAD, 2, TN_SLOT_FRAMES, f, VA, TN_NONE).code,
			 0);
	assert_int_equal(frame_get(pfn(f)), FRAME_REFS_MAX);
	frame_set(pfn(f), 2);
	assert_world_holds();
}

/* --- the UTCB --------------------------------------------------------------------------------- */

static void utcb_is_mapped_and_pinned(void **state)
{
	uint64_t f = world.free_first;
	struct place at;

	(void)state;
	DONE(CONFIGURE, {CAST_THREAD, 2, TN_SLOT_FRAMES, f, VA, TN_NONE});
	assert_int_equal(refs(f), 2);
	assert_ptr_equal(thread_of(CAST_THREAD)->utcb, host_memory(f));
	at = walk_down(thread_of(CAST_THREAD)->process, VA, 0);
	assert_int_equal(pte_frame(pte_read(place_entry(&at))).n, f);
	assert_int_equal(pte_rights(pte_read(place_entry(&at))), TN_MAP_READ | TN_MAP_WRITE);
	DONE(TN_CALL_UNMAP, {CAST_PROCESS, VA, 1});
	assert_int_equal(refs(f), 1);
	REFUSED(TN_EBUSY, f, TN_CALL_FRAME_GIVE, {TN_SLOT_FRAMES, CAST_SIBLING, f, 1});
	DONE(TN_CALL_DESTROY, {CAST_THREAD});
	assert_int_equal(refs(f), 0);
	DONE(TN_CALL_FRAME_GIVE, {TN_SLOT_FRAMES, CAST_SIBLING, f, 1});
}

static void utcb_is_replaced(void **state)
{
	uint64_t f = world.free_first;

	(void)state;
	DONE(CONFIGURE, {CAST_THREAD, 2, TN_SLOT_FRAMES, f, VA, TN_NONE});
	REFUSED(TN_EEXIST, VA, CONFIGURE, {CAST_THREAD, 2, TN_SLOT_FRAMES, f + 1, VA, TN_NONE});
	assert_int_equal(refs(f + 1), 0);
	DONE(CONFIGURE, {CAST_THREAD, 2, TN_SLOT_FRAMES, f + 1, VA + 0x1000, TN_NONE});
	assert_int_equal(refs(f), 1);
	assert_int_equal(refs(f + 1), 2);
	DONE(CONFIGURE, {CAST_THREAD, 2, TN_SLOT_FRAMES, f + 1, VA + 0x2000, TN_NONE});
	assert_int_equal(refs(f + 1), 3);
	DONE(TN_CALL_DESTROY, {CAST_PROCESS});
	assert_int_equal(refs(f), 0);
	assert_int_equal(refs(f + 1), 0);
}

/* Exactly as many frames as tables are missing; before that nothing changes. */
static void utcb_takes_tables(void **state)
{
	uint64_t f = world.free_first, slot = CAST_EMPTY, process = CAST_EMPTY + 1,
		 pool = CAST_EMPTY + 2;

	(void)state;
	DONE(TN_CALL_CREATE, {TN_KIND_POOL, TN_SLOT_POOL, TN_ANY, TN_NONE, pool});
	DONE(TN_CALL_FRAME_MOVE, {TN_SLOT_POOL, pool, 2});
	DONE(TN_CALL_CREATE, {TN_KIND_PROCESS, pool, TN_ANY, TN_NONE, process, 9});
	DONE(TN_CALL_CREATE, {TN_KIND_THREAD, process, TN_ANY, TN_NONE, slot});
	config()->pc = 0x7777;
	for (uint64_t missing = paging_levels; missing > 0; missing--) {
		REFUSED(TN_ENOMEM, missing, CONFIGURE, {slot, 3, TN_SLOT_FRAMES, f, VA, TN_NONE});
		assert_int_equal(thread_of(slot)->registers[REGISTER_PC], 0);
		DONE(TN_CALL_FRAME_MOVE, {TN_SLOT_POOL, pool, 1});
	}
	DONE(CONFIGURE, {slot, 3, TN_SLOT_FRAMES, f, VA, TN_NONE});
	assert_int_equal(thread_of(slot)->registers[REGISTER_PC], 0x7777);
	assert_int_equal(refs(f), 2);
}

static void registers_are_set(void **state)
{
	(void)state;
	config()->pc = 100;
	for (unsigned i = 0; i < 31; i++)
		config()->registers[i] = 101 + i;
	DONE(CONFIGURE, {CAST_THREAD, 1, 0, 0, 0, 0});
	for (unsigned i = 0; i < 32; i++)
		assert_int_equal(thread_of(CAST_THREAD)->registers[i], 100 + i);
	assert_int_equal(thread_of(CAST_THREAD)->priority, 0);
}

/* --- resume and suspend ----------------------------------------------------------------------- */

static void resume_errors(void **state)
{
	struct call resume = {RESUME, {0}}, suspend = {SUSPEND, {0}};

	(void)state;
	assert_slot_errors(&resume, 0, TN_CAP_THREAD, true);
	assert_slot_errors(&suspend, 0, TN_CAP_THREAD, true);
	REFUSED(TN_EINVAL, 0, RESUME, {CAST_THREAD});
	DONE(SUSPEND, {CAST_THREAD});
	DONE(CONFIGURE, {CAST_THREAD, 2, TN_SLOT_FRAMES, world.free_first, VA, TN_NONE});
	DONE(RESUME, {CAST_THREAD});
	DONE(RESUME, {CAST_THREAD});
	assert_int_equal(thread_of(CAST_THREAD)->state, TN_THREAD_RUNNING);
	DONE(SUSPEND, {CAST_THREAD});
	DONE(SUSPEND, {CAST_THREAD});
	assert_int_equal(thread_of(CAST_THREAD)->state, TN_THREAD_STOPPED);
}

static void busy_while_not_stopped(void **state)
{
	struct thread *s, *c;
	uint64_t slot = CREW_THREAD, f;

	crew_make(state);
	s = crew.server[0];
	c = crew.client[0];
	f = world.free_first;
	crew_become(crew.boss);
	config()->priority = 63;
	REFUSED(TN_EBUSY, 0, CONFIGURE, {slot, 1 + 8, 0, 0, 0, 0});
	REFUSED(TN_EBUSY, 0, CONFIGURE, {slot, 2, TN_SLOT_FRAMES, f, VA, TN_NONE});
	REFUSED(TN_EBUSY, 0, CONFIGURE, {TN_SLOT_THREAD, 1, 0, 0, 0, 0});
	crew_recv(s);
	REFUSED(TN_EBUSY, 0, CONFIGURE, {slot, 1, 0, 0, 0, 0});
	crew_call(c, 0, 0);
	REFUSED(TN_EBUSY, 0, CONFIGURE, {slot + CREW_SERVERS, 1, 0, 0, 0, 0});
	crew_fault(crew.client[1], TN_FAULT_LOAD, 0);
	REFUSED(TN_EBUSY, 0, CONFIGURE, {slot + CREW_SERVERS + 1, 1, 0, 0, 0, 0});
	config()->priority = 40;
	DONE(CONFIGURE, {slot + CREW_SERVERS, 8 + 4, 0, 0, 0, TN_NONE});
	config()->priority = 41;
	REFUSED(TN_EPERM, 0, CONFIGURE, {slot + CREW_SERVERS, 8, 0, 0, 0, 0});
	crew_end(state);
}

static void the_first_thread_has_no_handler(void **state)
{
	(void)state;
	REFUSED(TN_EPERM, 0, CONFIGURE, {TN_SLOT_THREAD, TN_CONFIGURE_FAULT, 0, 0, 0, TN_NONE});
	REFUSED(TN_EPERM, 0, CONFIGURE,
		{TN_SLOT_THREAD, TN_CONFIGURE_FAULT, 0, 0, 0, CAST_ENDPOINT});
}

/* --- thread_info ------------------------------------------------------------------------------ */

/* All that it had: it was interrupted. */
static void info_of_an_interrupted_one(void **state)
{
	const struct tn_thread_info *info = (const void *)current->utcb->words;
	struct thread *t = thread_of(CAST_THREAD);

	(void)state;
	for (unsigned i = 0; i < 32; i++)
		t->registers[i] = 500 + i;
	t->whole = 1;
	DONE(TN_CALL_THREAD_INFO, {CAST_THREAD});
	assert_int_equal(info->pc, 500);
	for (unsigned i = 1; i < 32; i++)
		assert_int_equal(info->registers[i - 1], 500 + i);
}

/* Where it waits inside a call it gave its temporaries up: what stands in their places is older, and
 * it will find zeros. */
static void info_of_one_inside_a_call(void **state)
{
	const struct tn_thread_info *info = (const void *)current->utcb->words;
	struct thread *t = thread_of(CAST_THREAD);

	(void)state;
	for (unsigned i = 0; i < 32; i++)
		t->registers[i] = 500 + i;
	t->whole = 0;
	DONE(TN_CALL_THREAD_INFO, {CAST_THREAD});
	assert_int_equal(info->pc, 500);
	for (unsigned i = 1; i < 32; i++) {
		bool temporary = (i >= 5 && i <= 7) || i >= 28; /* t0 to t2, t3 to t6 */

		assert_int_equal(info->registers[i - 1], temporary ? 0 : 500 + i);
	}
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, cast_setup, cast_teardown)
	const struct CMUnitTest tests[] = {
		T(malformed),
		T(slots),
		T(unused_slots),
		T(dying),
		T(ceiling),
		T(utcb_frames),
		T(references_overflow),
		T(utcb_is_mapped_and_pinned),
		T(utcb_is_replaced),
		T(utcb_takes_tables),
		T(registers_are_set),
		T(resume_errors),
		cmocka_unit_test(busy_while_not_stopped),
		T(the_first_thread_has_no_handler),
		T(info_of_an_interrupted_one),
		T(info_of_one_inside_a_call),
	};
#undef T

	return cmocka_run_group_tests_name("configure", tests, NULL, NULL);
}
