/*
 * test_cap.c - capabilities: lookup, copy, delete, revoke, info (I12).
 */
#include "cap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <tenure/abi.h>

#include "cast.h"
#include "object.h"
#include "snapshot.h"

#define COPY TN_CALL_CAP_COPY
#define DELETE TN_CALL_CAP_DELETE
#define REVOKE TN_CALL_CAP_REVOKE
#define INFO TN_CALL_CAP_INFO
#define CREATE TN_CALL_CREATE
#define ALL TN_RIGHTS_ALL

static const uint64_t bad_slots[] =
	{CAST_MISSING,    8191, 8192, (uint64_t)1 << 32, (uint64_t)1 << 60, (uint64_t)1 << 63,
	 ~(uint64_t)0 - 1};

static const uint64_t objects[] = {CAST_POOL, CAST_PROCESS, CAST_THREAD, CAST_ENDPOINT};

static struct process *process_of(uint64_t slot)
{
	return host_memory(cast_frame(slot));
}

static const struct tn_cap_info *info(uint64_t process, uint64_t slot)
{
	DONE(INFO, {process, slot});
	return (const struct tn_cap_info *)current->utcb->words;
}

/* --- lookup ------------------------------------------------------------------------------ */

/* The frame that slot_check finds uncovered. */
static uint64_t uncovered(const struct slot *s, uint64_t first, uint64_t count)
{
	result_t r = slot_check(s, first, count);

	assert_int_equal(result_code(r), -TN_EACCES);
	return result_value(r);
}

static void ranges_cover_without_wrapping(void **state)
{
	const struct slot s = {SLOT_WORD(TN_CAP_FRAMES, ALL, 0), 1000, 24};

	(void)state;
	assert_true(slot_covers(&s, 1000, 1));
	assert_true(slot_covers(&s, 1000, 24));
	assert_true(slot_covers(&s, 1023, 1));
	assert_false(slot_covers(&s, 999, 1));
	assert_false(slot_covers(&s, 1000, 25));
	assert_false(slot_covers(&s, 1024, 1));
	assert_false(slot_covers(&s, 1023, 2));
	assert_false(slot_covers(&s, 1001, ~(uint64_t)0));
	assert_false(slot_covers(&s, ~(uint64_t)0, 2));
	assert_false(slot_covers(&s, ((uint64_t)1 << 32) + 1000, 1));
	assert_int_equal(uncovered(&s, 999, 2), 999);
	assert_int_equal(uncovered(&s, 1020, 5), 1024);
	assert_int_equal(uncovered(&s, 1024, 1), 1024);
	assert_true(slot_check(&s, 1000, 24) == success(0));
}

/* A range that ends with the last frame that a number of 32 bits names. */
static void ranges_at_the_top(void **state)
{
	const struct slot s = {SLOT_WORD(TN_CAP_FRAMES, ALL, 0), 0xffffffff, 1};

	(void)state;
	assert_true(slot_covers(&s, 0xffffffff, 1));
	assert_false(slot_covers(&s, 0xffffffff, 2));
	assert_false(slot_covers(&s, (uint64_t)1 << 32, 1));
	assert_int_equal(uncovered(&s, 0xffffffff, 2), (uint64_t)1 << 32);
}

/* All subsets of rights that a slot has against all that a call may want. */
static void rights_must_all_be_there(void **state)
{
	(void)state;
	for (uint64_t have = 0; have <= ALL; have++)
		for (uint64_t want = 0; want <= ALL; want++) {
			struct slot s = {SLOT_WORD(TN_CAP_FRAMES, have, 0), 0, 0};

			assert_int_equal(slot_grants(&s, TN_CAP_FRAMES, want), (want & ~have) == 0);
			assert_false(slot_grants(&s, TN_CAP_DEVICE, want));
		}
}

static void refusals_in_order(void **state)
{
	(void)state;
	cast_make();
	for (unsigned i = 0; i < 7; i++)
		assert_int_equal(cap_refusal(bad_slots[i], TN_CAP_POOL, 0), TN_ERANGE);
	assert_int_equal(cap_refusal(CAST_EMPTY, TN_CAP_POOL, 1), TN_ENOENT);
	assert_int_equal(cap_refusal(CAST_WEAK_THREAD, TN_CAP_POOL, 1), TN_EBADF);
	assert_int_equal(cap_refusal(CAST_WEAK_POOL, TN_CAP_POOL, 1), TN_EPERM);
	assert_int_equal(cap_refusal(CAST_WEAK_POOL, TN_CAP_POOL, 0), TN_ESTALE);
	assert_int_equal(cap_refusal(CAST_POOL, TN_CAP_POOL, ALL), 0);
	assert_int_equal(cap_refusal(CAST_FRAMES_NONE, TN_CAP_FRAMES, 0), 0);
	assert_null(cap_object(CAST_DEAD_POOL, TN_CAP_POOL, 0));
	assert_null(cap_object(~(uint64_t)0, TN_CAP_POOL, 0));
	assert_ptr_equal(cap_object(CAST_POOL, TN_CAP_POOL, ALL),
			 host_memory(cast_frame(CAST_POOL)));
	world_end();
}

/* --- copy -------------------------------------------------------------------------------- */

static void copy_errors_in_order(void **state)
{
	(void)state;
	cast_make();
	/* source: there, not empty, alive; nothing else is right */
	for (unsigned i = 0; i < 7; i++)
		REFUSED(TN_ERANGE, 0, COPY, {bad_slots[i], CAST_MISSING, 8192, 99, 7, 7});
	REFUSED(TN_ENOENT, 0, COPY, {CAST_EMPTY, CAST_MISSING, 8192, 99, 7, 7});
	for (uint64_t i = 0; i < 4; i++) {
		REFUSED(TN_ESTALE, 0, COPY, {CAST_DEAD_POOL + i, CAST_MISSING, 8192, 99, 7, 7});
		REFUSED(TN_ESTALE, 0, COPY, {CAST_WEAK_POOL + i, CAST_MISSING, 8192, 99, 7, 7});
	}
	assert_slot_errors(&(struct call){COPY, {CAST_FRAMES_NONE, 0, 8192, 99, 7, 7}}, 1,
			   TN_CAP_PROCESS, true);
	REFUSED(TN_EDYING, 0, COPY, {CAST_FRAMES_NONE, CAST_DYING_PROCESS, 8192, 99, 7, 7});
	for (unsigned i = 0; i < 7; i++) {
		REFUSED(TN_ERANGE, 0, COPY,
			{CAST_FRAMES_NONE, CAST_PROCESS, bad_slots[i], 99, 7, 7});
		REFUSED(TN_ERANGE, 0, COPY, {CAST_FRAMES_NONE, TN_SELF, bad_slots[i], 99, 7, 7});
	}
	REFUSED(TN_EEXIST, 0, COPY, {CAST_FRAMES_NONE, TN_SELF, CAST_POOL, 99, 7, 7});
	/* dead or not, what stands there is not overwritten */
	REFUSED(TN_EEXIST, 0, COPY, {CAST_FRAMES_NONE, TN_SELF, CAST_DEAD_POOL, 99, 7, 7});
	REFUSED(TN_EPERM, 0, COPY, {CAST_FRAMES_NONE, TN_SELF, CAST_EMPTY, 1, 7, 7});
	REFUSED(TN_EPERM, 0, COPY, {CAST_FRAMES_NONE, TN_SELF, CAST_EMPTY, 16, 7, 7});
	REFUSED(TN_EPERM, 0, COPY, {TN_SLOT_FRAMES, TN_SELF, CAST_EMPTY, ~(uint64_t)0, 7, 7});
	REFUSED(TN_EACCES, 0, COPY, {CAST_FRAMES_NONE, TN_SELF, CAST_EMPTY, 0, 7, 7});
	world_end();
}

/* The slot is forged: what matters is its type. */
static void replies_are_never_copied(void **state)
{
	(void)state;
	cast_make();
	slot_set(cap_slot(CAST_EMPTY), SLOT_WORD(TN_CAP_REPLY, 0, 0), 5, 0);
	REFUSED(TN_ENOTSUP, 0, COPY, {CAST_EMPTY, TN_SELF, CAST_EMPTY + 1, 99, 7, 7});
	world_end();
}

/* Every subset of the rights of every type, and nothing more. */
static void copies_have_fewer_rights(void **state)
{
	(void)state;
	cast_make();
	for (uint64_t rights = 0; rights <= ALL; rights++)
		for (unsigned i = 0; i < 4; i++) {
			DONE(COPY, {objects[i], TN_SELF, CAST_EMPTY, rights, 0, 0});
			assert_int_equal(SLOT_RIGHTS(cap_slot(CAST_EMPTY)->word), rights);
			assert_int_equal(cap_slot(CAST_EMPTY)->frame, cast_frame(objects[i]));
			assert_true(slot_is_live(cap_slot(CAST_EMPTY)));
			for (uint64_t more = 1; more <= TN_RIGHT_OWN; more *= 2)
				if ((rights & more) == 0)
					REFUSED(TN_EPERM, 0, COPY,
						{CAST_EMPTY, TN_SELF, CAST_EMPTY + 1, rights | more,
						 0, 0});
			DONE(DELETE, {TN_SELF, CAST_EMPTY});
		}
	world_end();
}

static void copies_of_ranges_are_sub_ranges(void **state)
{
	const struct slot *s;

	(void)state;
	cast_make();
	s = cap_slot(CAST_EMPTY);
	DONE(COPY, {TN_SLOT_FRAMES, TN_SELF, CAST_EMPTY, ALL, CAST_LAST_USER, 16});
	assert_int_equal(s->frame, CAST_LAST_USER);
	assert_int_equal(s->badge, 16);
	/* no wider, on either side, than what it is copied from */
	REFUSED(TN_EACCES, 0, COPY,
		{CAST_EMPTY, TN_SELF, CAST_EMPTY + 1, ALL, CAST_LAST_USER - 1, 2});
	REFUSED(TN_EACCES, 0, COPY,
		{CAST_EMPTY, TN_SELF, CAST_EMPTY + 1, ALL, CAST_LAST_USER + 15, 2});
	REFUSED(TN_EACCES, 0, COPY, {CAST_EMPTY, TN_SELF, CAST_EMPTY + 1, ALL, CAST_LAST_USER, 17});
	REFUSED(TN_EACCES, 0, COPY,
		{CAST_EMPTY, TN_SELF, CAST_EMPTY + 1, ALL, CAST_LAST_USER + 1, ~(uint64_t)0});
	REFUSED(TN_EACCES, 0, COPY,
		{CAST_EMPTY, TN_SELF, CAST_EMPTY + 1, ALL, CAST_LAST_USER + 16, 1});
	REFUSED(TN_EACCES, 0, COPY,
		{CAST_EMPTY, TN_SELF, CAST_EMPTY + 1, ALL, ((uint64_t)1 << 32) + CAST_LAST_USER,
		 1});
	/* count 0: all of it */
	DONE(COPY, {CAST_EMPTY, TN_SELF, CAST_EMPTY + 1, TN_FRAMES_READ, 0, 0});
	s = cap_slot(CAST_EMPTY + 1);
	assert_int_equal(s->frame, CAST_LAST_USER);
	assert_int_equal(s->badge, 16);
	assert_int_equal(SLOT_RIGHTS(s->word), TN_FRAMES_READ);
	DONE(COPY, {CAST_EMPTY, TN_SELF, CAST_EMPTY + 2, ALL, CAST_LAST_USER + 15, 1});
	world_end();
}

static void devices_are_ranges_too(void **state)
{
	(void)state;
	cast_make();
	slot_set(cap_slot(CAST_EMPTY), SLOT_WORD(TN_CAP_DEVICE, 3, 0), 0x10000, 4);
	DONE(COPY, {CAST_EMPTY, TN_SELF, CAST_EMPTY + 1, 1, 0x10002, 2});
	assert_int_equal(cap_slot(CAST_EMPTY + 1)->frame, 0x10002);
	REFUSED(TN_EACCES, 0, COPY, {CAST_EMPTY, TN_SELF, CAST_EMPTY + 2, 1, 0x10003, 2});
	REFUSED(TN_EPERM, 0, COPY, {CAST_EMPTY, TN_SELF, CAST_EMPTY + 2, 4, 0x10000, 1});
	world_end();
}

static void interrupts_are_ranges_too(void **state)
{
	const struct tn_cap_info *info;

	(void)state;
	cast_make();
	info = (const struct tn_cap_info *)world.thread->utcb->words;
	slot_set(cap_slot(CAST_EMPTY), SLOT_WORD(TN_CAP_IRQ, TN_IRQ_BIND, 0), 1, 95);
	DONE(COPY, {CAST_EMPTY, TN_SELF, CAST_EMPTY + 1, TN_IRQ_BIND, 95, 1});
	DONE(INFO, {TN_SELF, CAST_EMPTY + 1});
	assert_int_equal(info->first, 95);
	assert_int_equal(info->count, 1);
	REFUSED(TN_EACCES, 0, COPY, {CAST_EMPTY, TN_SELF, CAST_EMPTY + 2, TN_IRQ_BIND, 0, 1});
	REFUSED(TN_EACCES, 0, COPY, {CAST_EMPTY, TN_SELF, CAST_EMPTY + 2, TN_IRQ_BIND, 96, 1});
	REFUSED(TN_EACCES, 0, COPY, {CAST_EMPTY + 1, TN_SELF, CAST_EMPTY + 2, TN_IRQ_BIND, 94, 2});
	REFUSED(TN_EPERM, 0, COPY, {CAST_EMPTY, TN_SELF, CAST_EMPTY + 2, 2, 1, 1});
	world_end();
}

/* A badge is set once, on an unbadged copy, and copies keep it. */
static void badges_are_set_once(void **state)
{
	uint64_t e = CAST_EMPTY;

	(void)state;
	cast_make();
	DONE(COPY, {CAST_ENDPOINT, TN_SELF, e, ALL, 0xffffffff, 0});
	assert_int_equal(cap_slot(e)->badge, 0xffffffff);
	REFUSED(TN_EPERM, 0, COPY, {e, TN_SELF, e + 1, ALL, 7, 0});
	DONE(COPY, {e, TN_SELF, e + 1, TN_ENDPOINT_SEND, 0, 0});
	assert_int_equal(cap_slot(e + 1)->badge, 0xffffffff);
	assert_int_equal(cap_slot(CAST_ENDPOINT)->badge, 0);
	world_end();
}

/* A badge that no slot holds, a badge or a count for what has none. */
static void what_has_no_badge_takes_none(void **state)
{
	(void)state;
	cast_make();
	REFUSED(TN_EINVAL, 0, COPY,
		{CAST_ENDPOINT, TN_SELF, CAST_EMPTY, ALL, (uint64_t)1 << 32, 0});
	REFUSED(TN_EINVAL, 0, COPY, {CAST_ENDPOINT, TN_SELF, CAST_EMPTY, ALL, 1, 1});
	for (unsigned i = 0; i < 3; i++) {
		REFUSED(TN_EINVAL, 0, COPY, {objects[i], TN_SELF, CAST_EMPTY, ALL, 1, 0});
		REFUSED(TN_EINVAL, 0, COPY, {objects[i], TN_SELF, CAST_EMPTY, ALL, 0, 1});
	}
	REFUSED(TN_EINVAL, 0, COPY, {TN_SLOT_SYSTEM, TN_SELF, CAST_EMPTY, ALL, 1, 0});
	world_end();
}

static void copies_go_into_a_managed_process(void **state)
{
	const struct slot *there;

	(void)state;
	cast_make();
	there = &process_of(CAST_PROCESS)->directory[0][9];
	DONE(COPY, {CAST_ENDPOINT, CAST_PROCESS, 9, TN_ENDPOINT_SEND, 5, 0});
	assert_int_equal(there->frame, cast_frame(CAST_ENDPOINT));
	assert_int_equal(there->badge, 5);
	REFUSED(TN_EEXIST, 0, COPY, {CAST_ENDPOINT, CAST_PROCESS, 9, 99, 5, 0});
	REFUSED(TN_ERANGE, 0, COPY, {CAST_ENDPOINT, CAST_PROCESS, 256, 99, 5, 0});
	DONE(COPY, {CAST_PROCESS, TN_SELF, CAST_EMPTY, ALL & ~TN_PROCESS_MANAGE, 0, 0});
	REFUSED(TN_EPERM, 0, COPY, {CAST_ENDPOINT, CAST_EMPTY, 10, ALL, 0, 0});
	/* by its name, one's own process is a process like any other */
	DONE(COPY, {CAST_ENDPOINT, TN_SLOT_PROCESS, CAST_EMPTY + 1, ALL, 0, 0});
	world_end();
}

/* --- delete ------------------------------------------------------------------------------ */

static void delete_errors_in_order(void **state)
{
	(void)state;
	cast_make();
	assert_slot_errors(&(struct call){DELETE, {0, 8192}}, 0, TN_CAP_PROCESS, true);
	REFUSED(TN_EDYING, 0, DELETE, {CAST_DYING_PROCESS, 8192});
	for (unsigned i = 0; i < 7; i++) {
		REFUSED(TN_ERANGE, 0, DELETE, {TN_SELF, bad_slots[i]});
		REFUSED(TN_ERANGE, 0, DELETE, {CAST_PROCESS, bad_slots[i]});
	}
	REFUSED(TN_ERANGE, 0, DELETE, {TN_SELF, ~(uint64_t)0});
	REFUSED(TN_ENOENT, 0, DELETE, {TN_SELF, CAST_EMPTY});
	REFUSED(TN_ENOENT, 0, DELETE, {CAST_PROCESS, CAST_POOL});
	world_end();
}

static void deleting_ends_one_capability_alone(void **state)
{
	(void)state;
	cast_make();
	DONE(COPY, {CAST_POOL, TN_SELF, CAST_EMPTY, ALL, 0, 0});
	DONE(DELETE, {TN_SELF, CAST_POOL});
	REFUSED(TN_ENOENT, 0, TN_CALL_POOL_INFO, {CAST_POOL});
	DONE(TN_CALL_POOL_INFO, {CAST_EMPTY});
	DONE(COPY, {CAST_EMPTY, CAST_PROCESS, 255, ALL, 0, 0});
	DONE(DELETE, {CAST_PROCESS, 255});
	REFUSED(TN_ENOENT, 0, DELETE, {CAST_PROCESS, 255});
	/* dead ones, too: the slot is free again */
	DONE(DELETE, {TN_SELF, CAST_DEAD_THREAD});
	DONE(COPY, {CAST_EMPTY, TN_SELF, CAST_DEAD_THREAD, ALL, 0, 0});
	world_end();
}

/* --- revoke ------------------------------------------------------------------------------ */

static void revoke_errors_in_order(void **state)
{
	static const uint64_t dying[] = {CAST_DYING_POOL, CAST_DYING_PROCESS};

	(void)state;
	cast_make();
	object_next_id = FRAME_ID_LIMIT;
	for (unsigned i = 0; i < 7; i++)
		REFUSED(TN_ERANGE, 0, REVOKE, {bad_slots[i]});
	REFUSED(TN_ERANGE, 0, REVOKE, {~(uint64_t)0});
	REFUSED(TN_ENOENT, 0, REVOKE, {CAST_EMPTY});
	REFUSED(TN_EBADF, 0, REVOKE, {TN_SLOT_FRAMES});
	REFUSED(TN_EBADF, 0, REVOKE, {TN_SLOT_SYSTEM});
	for (uint64_t i = 0; i < 4; i++) {
		REFUSED(TN_EPERM, 0, REVOKE, {CAST_WEAK_POOL + i});
		REFUSED(TN_ESTALE, 0, REVOKE, {CAST_DEAD_POOL + i});
	}
	for (unsigned i = 0; i < 2; i++)
		REFUSED(TN_EDYING, 0, REVOKE, {dying[i]});
	for (unsigned i = 0; i < 4; i++) {
		REFUSED(TN_EOVERFLOW, 0, REVOKE, {objects[i]});
		DONE(COPY, {objects[i], TN_SELF, CAST_EMPTY, ALL & ~TN_RIGHT_OWN, 0, 0});
		REFUSED(TN_EPERM, 0, REVOKE, {CAST_EMPTY});
		DONE(DELETE, {TN_SELF, CAST_EMPTY});
	}
	world_end();
}

/* Of all capabilities the caller's alone lives, with the rights and the badge it had. */
static void revoking_leaves_one_capability(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		const struct slot *there;

		cast_make();
		there = &process_of(CAST_PROCESS)->directory[0][1];
		DONE(COPY, {objects[i], TN_SELF, CAST_EMPTY, ALL, 0, 0});
		DONE(COPY, {objects[i], TN_SELF, CAST_EMPTY + 1, TN_RIGHT_OWN, 0, 0});
		DONE(COPY, {objects[i], CAST_PROCESS, 1, ALL, 0, 0});
		DONE(REVOKE, {CAST_EMPTY + 1});
		assert_false(slot_is_live(cap_slot(objects[i])));
		assert_false(slot_is_live(cap_slot(CAST_EMPTY)));
		assert_false(slot_is_live(there));
		assert_true(slot_is_live(cap_slot(CAST_EMPTY + 1)));
		assert_int_equal(SLOT_RIGHTS(cap_slot(CAST_EMPTY + 1)->word), TN_RIGHT_OWN);
		REFUSED(TN_ESTALE, 0, REVOKE, {CAST_EMPTY});
		REFUSED(TN_ESTALE, 0, TN_CALL_DESTROY, {CAST_EMPTY, 0});
		DONE(TN_CALL_DESTROY, {CAST_EMPTY + 1, 0});
		world_end();
	}
}

static void revoking_keeps_the_object(void **state)
{
	uint64_t id;

	(void)state;
	cast_make();
	id = object_next_id;
	DONE(COPY, {CAST_ENDPOINT, TN_SELF, CAST_EMPTY, ALL, 77, 0});
	DONE(REVOKE, {CAST_EMPTY});
	assert_int_equal(cap_slot(CAST_EMPTY)->badge, 77);
	assert_int_equal(FRAME_ID(frame_get(pfn(cast_frame(CAST_EMPTY)))), id);
	DONE(REVOKE, {CAST_PROCESS});
	DONE(COPY, {CAST_EMPTY, CAST_PROCESS, 4, ALL, 0, 0});
	DONE(CREATE, {TN_KIND_THREAD, CAST_PROCESS, TN_ANY, TN_NONE, CAST_EMPTY + 1, 0});
	world_end();
}

/* --- dead capabilities ------------------------------------------------------------------- */

/* Whatever becomes of the frame: user memory with any bytes, free, or any object again. */
static void dead_capabilities_stay_dead(void **state)
{
	uint64_t f = CAST_LAST_USER;

	(void)state;
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_ENDPOINT; kind++) {
		cast_make();
		cast_place(kind, f, CAST_EMPTY);
		DONE(COPY, {CAST_EMPTY, TN_SELF, CAST_EMPTY + 1, ALL, 0, 0});
		DONE(TN_CALL_DESTROY, {CAST_EMPTY, 0});
		REFUSED(TN_ESTALE, 0, REVOKE, {CAST_EMPTY + 1});
		DONE(TN_CALL_FRAME_RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, f, 1});
		REFUSED(TN_ESTALE, 0, REVOKE, {CAST_EMPTY + 1});
		/* user space forges what stood in the frame, or in the slot */
		for (unsigned i = 0; i < 512; i++)
			((uint64_t *)host_memory(f))[i] = cap_slot(CAST_EMPTY + 1)->word;
		REFUSED(TN_ESTALE, 0, REVOKE, {CAST_EMPTY + 1});
		for (unsigned again = TN_KIND_POOL; again <= TN_KIND_FREE; again++) {
			if (again == TN_KIND_TABLE || again == TN_KIND_FREE ||
			    again == TN_KIND_CAPS)
				continue;
			cast_place(again, f, CAST_EMPTY);
			REFUSED(TN_ESTALE, 0, REVOKE, {CAST_EMPTY + 1});
			REFUSED(TN_ESTALE, 0, TN_CALL_DESTROY, {CAST_EMPTY + 1, 0});
			REFUSED(TN_ESTALE, 0, COPY,
				{CAST_EMPTY + 1, TN_SELF, CAST_EMPTY + 2, 0, 0, 0});
			DONE(TN_CALL_DESTROY, {CAST_EMPTY, 0});
			DONE(TN_CALL_FRAME_RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, f, 1});
		}
		world_end();
	}
}

/* --- info -------------------------------------------------------------------------------- */

static void info_errors_in_order(void **state)
{
	(void)state;
	cast_make();
	assert_slot_errors(&(struct call){INFO, {0, 8192}}, 0, TN_CAP_PROCESS, true);
	REFUSED(TN_EDYING, 0, INFO, {CAST_DYING_PROCESS, 8192});
	for (unsigned i = 0; i < 7; i++)
		REFUSED(TN_ERANGE, 0, INFO, {TN_SELF, bad_slots[i]});
	REFUSED(TN_ENOENT, 0, INFO, {TN_SELF, CAST_EMPTY});
	REFUSED(TN_ENOENT, 0, INFO, {CAST_PROCESS, 0});
	world_end();
}

static void info_describes_each_type(void **state)
{
	const struct tn_cap_info *i;

	(void)state;
	cast_make();
	for (uint64_t kind = TN_KIND_POOL; kind <= TN_KIND_ENDPOINT; kind++) {
		i = info(TN_SELF, objects[kind - 1]);
		assert_int_equal(i->type, kind);
		assert_int_equal(i->rights, ALL);
		assert_int_equal(i->live, 1);
		assert_int_equal(i->frame, cast_frame(objects[kind - 1]));
		assert_int_equal(i->badge, 0);
		assert_int_equal(info(TN_SELF, CAST_DEAD_POOL + kind - 1)->live, 0);
	}
	i = info(TN_SELF, CAST_FRAMES_ONE);
	assert_int_equal(i->type, TN_CAP_FRAMES);
	assert_int_equal(i->first, CAST_LAST_USER);
	assert_int_equal(i->count, 1);
	assert_int_equal(i->live, 1);
	world_end();
}

static void info_answers_in_one_word(void **state)
{
	(void)state;
	cast_make();
	assert_int_equal(DONE(INFO, {TN_SELF, CAST_POOL}), TN_CAP_POOL + (ALL << 8) + (1 << 16));
	assert_int_equal(DONE(INFO, {TN_SELF, CAST_WEAK_POOL}), TN_CAP_POOL);
	assert_int_equal(DONE(INFO, {TN_SELF, TN_SLOT_SYSTEM}),
			 TN_CAP_SYSTEM + (ALL << 8) + (1 << 16));
	DONE(COPY, {CAST_ENDPOINT, CAST_PROCESS, 3, TN_ENDPOINT_SEND, 9, 0});
	assert_int_equal(DONE(INFO, {CAST_PROCESS, 3}),
			 TN_CAP_ENDPOINT + (TN_ENDPOINT_SEND << 8) + (1 << 16));
	assert_int_equal(info(CAST_PROCESS, 3)->badge, 9);
	world_end();
}

/* The word of a user frame is its references, where an object has its id. */
static void references_are_no_id(void **state)
{
	uint64_t f = CAST_LAST_USER, id;

	(void)state;
	cast_make();
	cast_place(TN_KIND_ENDPOINT, f, CAST_EMPTY);
	DONE(COPY, {CAST_EMPTY, TN_SELF, CAST_EMPTY + 1, ALL, 0, 0});
	id = FRAME_ID(cap_slot(CAST_EMPTY)->word);
	DONE(TN_CALL_DESTROY, {CAST_EMPTY, 0});
	DONE(TN_CALL_FRAME_RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, f, 1});
	assert_true(id < 512); /* one table holds as many pages */
	for (uint64_t i = 0; i < id; i++)
		DONE(TN_CALL_MAP,
		     {TN_SLOT_PROCESS, (512 + i) * FRAME_BYTES, TN_SLOT_FRAMES, f, 1, TN_MAP_READ});
	assert_int_equal(frame_get(pfn(f)), id);
	REFUSED(TN_ESTALE, 0, REVOKE, {CAST_EMPTY + 1});
	REFUSED(TN_ESTALE, 0, TN_CALL_DESTROY, {CAST_EMPTY + 1, 0});
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_cover_without_wrapping),
		cmocka_unit_test(ranges_at_the_top),
		cmocka_unit_test(rights_must_all_be_there),
		cmocka_unit_test(refusals_in_order),
		cmocka_unit_test(copy_errors_in_order),
		cmocka_unit_test(replies_are_never_copied),
		cmocka_unit_test(copies_have_fewer_rights),
		cmocka_unit_test(copies_of_ranges_are_sub_ranges),
		cmocka_unit_test(devices_are_ranges_too),
		cmocka_unit_test(interrupts_are_ranges_too),
		cmocka_unit_test(badges_are_set_once),
		cmocka_unit_test(what_has_no_badge_takes_none),
		cmocka_unit_test(copies_go_into_a_managed_process),
		cmocka_unit_test(delete_errors_in_order),
		cmocka_unit_test(deleting_ends_one_capability_alone),
		cmocka_unit_test(revoke_errors_in_order),
		cmocka_unit_test(revoking_leaves_one_capability),
		cmocka_unit_test(revoking_keeps_the_object),
		cmocka_unit_test(dead_capabilities_stay_dead),
		cmocka_unit_test(info_errors_in_order),
		cmocka_unit_test(info_describes_each_type),
		cmocka_unit_test(info_answers_in_one_word),
		cmocka_unit_test(references_are_no_id),
	};

	return cmocka_run_group_tests_name("cap", tests, NULL, NULL);
}
