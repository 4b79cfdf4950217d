/*
 * test_object.c - create, and the ends of single objects: frames, ids, scrubbing (I10, I11, I12).
 */
#include "object.h"

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
#include "snapshot.h"
#include "world_check.h"

#define CREATE TN_CALL_CREATE
#define DESTROY TN_CALL_DESTROY
#define USER_FRAME (CAST_LAST_USER + 40)

static struct pool *pool_of(uint64_t slot)
{
	return host_memory(cast_frame(slot));
}

static uint64_t target_of(unsigned kind)
{
	return kind <= TN_KIND_PROCESS ? CAST_POOL : CAST_PROCESS;
}

/* A slot where a new object goes; of a capability page, its index. */
static uint64_t place_of(unsigned kind)
{
	return kind == TN_KIND_CAPS ? 3 : CAST_EMPTY;
}

static uint64_t first_free(const struct pool *p)
{
	return LINK_NEXT(link_get(pool_frame(p)));
}

static void make_any(unsigned kind)
{
	DONE(CREATE, {kind, target_of(kind), TN_ANY, TN_NONE, place_of(kind), 0});
}

/* --- errors ------------------------------------------------------------------------------ */

static void shape_comes_first(void **state)
{
	static const uint64_t kinds[] = {0,
					 TN_KIND_TABLE,
					 TN_KIND_FREE,
					 8,
					 255,
					 (uint64_t)1 << 32,
					 ((uint64_t)1 << 32) + 1,
					 (uint64_t)1 << 63,
					 ~(uint64_t)0};
	uint64_t missing = CAST_MISSING, bad = ~(uint64_t)0 - 1;

	(void)state;
	cast_make();
	for (unsigned i = 0; i < 9; i++)
		REFUSED(TN_EINVAL, 0, CREATE, {kinds[i], missing, bad, missing, bad, 0});
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_CAPS; kind++) {
		uint64_t arg = kind == TN_KIND_PROCESS ? 64 : 1;

		REFUSED(TN_EINVAL, 0, CREATE, {kind, missing, bad, missing, bad, arg});
		REFUSED(TN_EINVAL, 0, CREATE, {kind, missing, bad, missing, bad, ~(uint64_t)0});
		/* any frame, and yet a range to take it from */
		REFUSED(TN_EINVAL, 0, CREATE, {kind, missing, TN_ANY, TN_SLOT_FRAMES, bad, 0});
	}
	world_end();
}

static void targets_are_looked_up_next(void **state)
{
	uint64_t bad = ~(uint64_t)0 - 1;

	(void)state;
	cast_make();
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_CAPS; kind++) {
		uint64_t type = kind <= TN_KIND_PROCESS ? TN_CAP_POOL : TN_CAP_PROCESS;
		uint64_t dying = kind <= TN_KIND_PROCESS ? CAST_DYING_POOL : CAST_DYING_PROCESS;

		assert_slot_errors(&(struct call){CREATE, {kind, 0, bad, CAST_MISSING, bad, 0}}, 1,
				   type, true);
		assert_slot_errors(&(struct call){CREATE, {kind, dying, bad, 0, bad, 0}}, 3,
				   TN_CAP_FRAMES, true);
		REFUSED(TN_EDYING, 0, CREATE, {kind, dying, bad, TN_NONE, bad, 0});
		REFUSED(TN_EDYING, 0, CREATE, {kind, dying, bad, CAST_FRAMES_ONE, bad, 0});
		REFUSED(TN_EDYING, 0, CREATE, {kind, dying, TN_ANY, TN_NONE, place_of(kind), 0});
	}
	world_end();
}

/* The process lives, but the pool that would pay is being revoked. */
static void a_dying_pool_pays_for_nothing(void **state)
{
	(void)state;
	cast_make();
	for (unsigned kind = TN_KIND_THREAD; kind <= TN_KIND_CAPS; kind++)
		REFUSED(TN_EDYING, 0, CREATE,
			{kind, CAST_DYING_HEIR, TN_ANY, TN_NONE, place_of(kind), 0});
	for (uint64_t f = world.free_first; f < world.free_first + 2; f++)
		REFUSED(TN_EDYING, 0, CREATE,
			{TN_KIND_CAPS, CAST_DYING_HEIR, f, TN_SLOT_FRAMES, 3, 0});
	world_end();
}

/* Each guard alone, where all else is right: no shorter way round passes one over. */
static void each_guard_alone(void **state)
{
	uint64_t f;

	(void)state;
	cast_make();
	f = world.free_first;
	DONE(TN_CALL_CAP_COPY,
	     {CAST_PROCESS, TN_SELF, CAST_EMPTY + 1, TN_RIGHTS_ALL & ~TN_PROCESS_MANAGE, 0, 0});
	DONE(TN_CALL_CAP_COPY,
	     {CAST_POOL, TN_SELF, CAST_EMPTY + 2, TN_RIGHTS_ALL & ~TN_POOL_CREATE, 0, 0});
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_CAPS; kind++)
		for (unsigned exact = 0; exact < 2; exact++) {
			uint64_t frame = exact ? f : TN_ANY,
				 frames = exact ? TN_SLOT_FRAMES : TN_NONE;
			uint64_t target = target_of(kind), place = place_of(kind);
			bool caps = kind == TN_KIND_CAPS, of_pool = kind <= TN_KIND_PROCESS;

			REFUSED(TN_EPERM, 0, CREATE,
				{kind, of_pool ? CAST_EMPTY + 2 : CAST_EMPTY + 1, frame, frames,
				 place, 0});
			REFUSED(TN_EDYING, 0, CREATE,
				{kind, of_pool ? CAST_DYING_POOL : CAST_DYING_PROCESS, frame,
				 frames, place, 0});
			REFUSED(TN_EINVAL, 0, CREATE, {kind, target, frame, frames, place, 64});
			REFUSED(TN_EBADF, 0, CREATE,
				{kind, TN_SLOT_THREAD, frame, frames, place, 0});
			REFUSED(TN_ESTALE, 0, CREATE,
				{kind, of_pool ? CAST_DEAD_POOL : CAST_DEAD_PROCESS, frame, frames,
				 place, 0});
			REFUSED(TN_ERANGE, 0, CREATE,
				{kind, target, frame, frames, caps ? 32 : CAST_MISSING, 0});
			REFUSED(TN_ERANGE, 0, CREATE, {kind, target, frame, frames, 8192, 0});
			REFUSED(TN_EEXIST, 0, CREATE,
				{kind, target, frame, frames, caps ? 0 : CAST_POOL, 0});
			if (exact)
				REFUSED(TN_EPERM, 0, CREATE,
					{kind, target, frame, CAST_FRAMES_NONE, place, 0});
		}
	world_end();
}

/* With FRAMES, the pool must allow *give* as well as *create*. */
static void exact_user_frames_need_give_on_both(void **state)
{
	(void)state;
	cast_make();
	DONE(TN_CALL_CAP_COPY, {CAST_POOL, TN_SELF, CAST_EMPTY + 1, TN_POOL_CREATE, 0, 0});
	DONE(TN_CALL_CAP_COPY, {TN_SLOT_FRAMES, TN_SELF, CAST_EMPTY + 2,
				TN_RIGHTS_ALL & ~TN_FRAMES_GIVE, USER_FRAME, 1});
	REFUSED(TN_EPERM, 0, CREATE,
		{TN_KIND_POOL, CAST_EMPTY + 1, USER_FRAME, TN_SLOT_FRAMES, CAST_EMPTY, 0});
	REFUSED(TN_EPERM, 0, CREATE,
		{TN_KIND_POOL, CAST_POOL, USER_FRAME, CAST_EMPTY + 2, CAST_EMPTY, 0});
	DONE(CREATE, {TN_KIND_POOL, CAST_EMPTY + 1, TN_ANY, TN_NONE, CAST_EMPTY, 0});
	world_end();
}

static void places_come_next(void **state)
{
	static const uint64_t slots[] =
		{CAST_MISSING,      8191,        8192, (uint64_t)1 << 32, (uint64_t)1 << 60,
		 (uint64_t)1 << 63, ~(uint64_t)0};

	(void)state;
	cast_make();
	object_next_id = FRAME_ID_LIMIT;
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_ENDPOINT; kind++) {
		for (unsigned i = 0; i < 7; i++)
			REFUSED(TN_ERANGE, 0, CREATE,
				{kind, target_of(kind), CAST_IMAGE, TN_SLOT_FRAMES, slots[i], 0});
		REFUSED(TN_EEXIST, 0, CREATE,
			{kind, target_of(kind), CAST_IMAGE, TN_SLOT_FRAMES, CAST_FRAMES_ONE, 0});
		REFUSED(TN_EOVERFLOW, 0, CREATE,
			{kind, target_of(kind), CAST_IMAGE, TN_SLOT_FRAMES, CAST_EMPTY, 0});
	}
	for (unsigned i = 0; i < 7; i++)
		REFUSED(TN_ERANGE, 0, CREATE,
			{TN_KIND_CAPS, CAST_PROCESS, CAST_IMAGE, TN_SLOT_FRAMES, slots[i], 0});
	REFUSED(TN_ERANGE, 0, CREATE,
		{TN_KIND_CAPS, CAST_PROCESS, CAST_IMAGE, TN_SLOT_FRAMES, TN_CAPS_PAGES, 0});
	REFUSED(TN_EEXIST, 0, CREATE,
		{TN_KIND_CAPS, CAST_PROCESS, CAST_IMAGE, TN_SLOT_FRAMES, 0, 0});
	world_end();
}

/* The last guards of every kind: the exact frame, of every kind at that, then the pool. */
static void exact_user_frames_refused(void **state)
{
	static const struct {
		uint64_t frame;
		int error;
	} cases[] = {
		{0, TN_EACCES},
		{CAST_FIRMWARE - 1, TN_EACCES},
		{CAST_END, TN_EACCES},
		{(uint64_t)1 << 32, TN_EACCES},
		{((uint64_t)1 << 32) + USER_FRAME, TN_EACCES},
		{~(uint64_t)0 - 1, TN_EACCES},
		{CAST_FIRMWARE, TN_ENXIO},
		{CAST_GAP, TN_ENXIO},
		{CAST_IMAGE, TN_EKERNEL},
		{CAST_BOOT, TN_EKERNEL},
		{CAST_USER, TN_EKERNEL},
		{CAST_WINDOW_END, TN_ENOTSUP}, /* the last: it depends on the window */
	};
	unsigned count = sizeof(cases) / sizeof(cases[0]) - cast_window_open;

	(void)state;
	cast_make();
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_CAPS; kind++) {
		for (unsigned i = 0; i < count; i++)
			REFUSED(cases[i].error, cases[i].frame, CREATE,
				{kind, target_of(kind), cases[i].frame, TN_SLOT_FRAMES,
				 place_of(kind), 0});
		REFUSED(TN_EBUSY, world.utcb, CREATE,
			{kind, target_of(kind), world.utcb, TN_SLOT_FRAMES, place_of(kind), 0});
		REFUSED(TN_EACCES, USER_FRAME, CREATE,
			{kind, target_of(kind), USER_FRAME, CAST_FRAMES_ONE, place_of(kind), 0});
	}
	world_end();
}

static void exact_free_frames_refused(void **state)
{
	static const struct {
		uint64_t frame;
		int error;
	} cases[] = {
		{0, TN_ENXIO},
		{CAST_FIRMWARE - 1, TN_ENXIO},
		{CAST_END, TN_ENXIO},
		{(uint64_t)1 << 32, TN_ENXIO},
		{((uint64_t)1 << 32) + USER_FRAME, TN_ENXIO},
		{~(uint64_t)0 - 1, TN_ENXIO},
		{CAST_FIRMWARE, TN_ENXIO},
		{CAST_GAP, TN_ENXIO},
		{USER_FRAME, TN_EUSER},
		{CAST_IMAGE, TN_EBUSY},
		{CAST_BOOT, TN_EBUSY},
		{CAST_USER, TN_EBUSY},
	};

	(void)state;
	cast_make();
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_CAPS; kind++) {
		uint64_t other = first_free(pool_of(CAST_SIBLING));

		for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
			REFUSED(cases[i].error, cases[i].frame, CREATE,
				{kind, target_of(kind), cases[i].frame, TN_NONE, place_of(kind),
				 0});
		REFUSED(TN_EXDEV, other, CREATE,
			{kind, target_of(kind), other, TN_NONE, place_of(kind), 0});
	}
	world_end();
}

static void empty_pool_is_the_last_error(void **state)
{
	(void)state;
	cast_make();
	DONE(TN_CALL_FRAME_RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, TN_ANY, 512});
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_CAPS; kind++)
		REFUSED(TN_ENOMEM, 1, CREATE,
			{kind, target_of(kind), TN_ANY, TN_NONE, place_of(kind), 0});
	assert_int_equal(pool_of(CAST_POOL)->enomem, 5);
	/* an exact user frame needs nothing from the pool */
	DONE(CREATE, {TN_KIND_POOL, CAST_POOL, USER_FRAME, TN_SLOT_FRAMES, CAST_EMPTY, 0});
	world_end();
}

/* A process may not run its threads above its maker's ceiling. */
static void ceilings_only_fall(void **state)
{
	struct process *p;

	(void)state;
	cast_make();
	DONE(CREATE, {TN_KIND_PROCESS, CAST_POOL, TN_ANY, TN_NONE, CAST_EMPTY, 63});
	p = host_memory(cast_frame(CAST_EMPTY));
	assert_int_equal(p->ceiling, 63);
	world.process->ceiling = 10;
	REFUSED(TN_EPERM, 0, CREATE,
		{TN_KIND_PROCESS, CAST_POOL, TN_ANY, TN_NONE, CAST_EMPTY + 1, 11});
	DONE(CREATE, {TN_KIND_PROCESS, CAST_POOL, TN_ANY, TN_NONE, CAST_EMPTY + 1, 10});
	world_end();
}

/* --- frames ------------------------------------------------------------------------------ */

static void each_kind_from_any_frame(void **state)
{
	(void)state;
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_CAPS; kind++) {
		struct pool *p;
		uint64_t f, free, used, of_kind;

		cast_make();
		p = pool_of(CAST_POOL);
		f = first_free(p);
		free = p->free;
		used = pool_used(p);
		of_kind = p->kinds[kind];
		make_any(kind);
		assert_int_equal(FRAME_KIND(frame_get(pfn(f))), kind);
		assert_int_equal(p->free, free - 1);
		assert_int_equal(pool_used(p), used + 1);
		assert_int_equal(p->kinds[kind], of_kind + 1);
		world_end();
	}
}

/* Of a pool's free frames every one can be named. */
static void each_kind_from_a_named_free_frame(void **state)
{
	(void)state;
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_CAPS; kind++)
		for (unsigned i = 0; i < 6; i++) {
			uint64_t free;

			cast_make();
			DONE(TN_CALL_FRAME_GIVE, {TN_SLOT_FRAMES, CAST_POOL, USER_FRAME, 6});
			free = pool_of(CAST_POOL)->free;
			DONE(CREATE,
			     {kind, target_of(kind), USER_FRAME + i, TN_NONE, place_of(kind), 0});
			assert_int_equal(FRAME_KIND(frame_get(pfn(USER_FRAME + i))), kind);
			assert_int_equal(pool_of(CAST_POOL)->free, free - 1);
			world_end();
		}
}

static void each_kind_from_a_user_frame(void **state)
{
	(void)state;
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_CAPS; kind++) {
		struct pool *p;
		uint64_t free, given, lent, others;

		cast_make();
		p = pool_of(CAST_POOL);
		free = p->free;
		given = p->given.frames;
		lent = ram.lent;
		others = BLOCK_OTHERS(block_get(pfn(USER_FRAME)));
		DONE(CREATE,
		     {kind, target_of(kind), USER_FRAME, TN_SLOT_FRAMES, place_of(kind), 0});
		assert_int_equal(FRAME_KIND(frame_get(pfn(USER_FRAME))), kind);
		assert_int_equal(p->free, free);
		assert_int_equal(p->given.frames, given + 1);
		assert_int_equal(ram.lent, lent + 1);
		assert_int_equal(BLOCK_OTHERS(block_get(pfn(USER_FRAME))), others + 1);
		world_end();
	}
}

static void user_frames_of_untouched_blocks(void **state)
{
	uint64_t f = WORLD_FIRST + 5 * BLOCK_FRAMES;

	(void)state;
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_CAPS; kind++) {
		uint64_t target = kind <= TN_KIND_PROCESS ? TN_SLOT_POOL : TN_SLOT_PROCESS;

		world_make(NULL);
		assert_int_equal(FRAME_KIND(frame_get(pfn(f + 9))), KIND_UNTOUCHED);
		DONE(CREATE, {kind, target, f + 9, TN_SLOT_FRAMES, place_of(kind), 0});
		assert_int_equal(FRAME_KIND(frame_get(pfn(f + 9))), kind);
		world_end();
	}
}

/* Mapped, large-mapped: in use, so no object's. */
static void user_frames_in_use(void **state)
{
	uint64_t block = WORLD_FIRST + 2 * BLOCK_FRAMES;

	(void)state;
	world_make(NULL);
	DONE(TN_CALL_MAP, {TN_SLOT_PROCESS, 0x400000, TN_SLOT_FRAMES, block, 512, TN_MAP_READ});
	DONE(TN_CALL_MAP, {TN_SLOT_PROCESS, 0x1000, TN_SLOT_FRAMES, block + 512, 1, TN_MAP_READ});
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_CAPS; kind++) {
		uint64_t target = kind <= TN_KIND_PROCESS ? TN_SLOT_POOL : TN_SLOT_PROCESS;

		for (uint64_t f = block; f <= block + 512; f += 256)
			REFUSED(TN_EBUSY, f, CREATE,
				{kind, target, f, TN_SLOT_FRAMES, place_of(kind), 0});
	}
	world_end();
}

/* --- capability -------------------------------------------------------------------------- */

static void the_slot_names_the_object(void **state)
{
	(void)state;
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_ENDPOINT; kind++) {
		const struct slot *s;
		uint64_t id, f;

		cast_make();
		id = object_next_id;
		f = first_free(pool_of(CAST_POOL));
		make_any(kind);
		s = cap_slot(CAST_EMPTY);
		assert_int_equal(s->word, SLOT_WORD(kind, TN_RIGHTS_ALL, id));
		assert_int_equal(s->frame, f);
		assert_int_equal(s->badge, 0);
		assert_true(slot_is_live(s));
		assert_int_equal(object_next_id, id + 1);
		world_end();
	}
}

static void a_capability_page_makes_slots(void **state)
{
	(void)state;
	world_make(NULL);
	REFUSED(TN_ERANGE, 0, TN_CALL_CAP_COPY,
		{TN_SLOT_POOL, TN_SELF, 31 * 256, TN_RIGHTS_ALL, 0, 0});
	DONE(CREATE, {TN_KIND_CAPS, TN_SLOT_PROCESS, TN_ANY, TN_NONE, 31, 0});
	for (uint64_t slot = 31 * 256; slot < 8192; slot += 255)
		DONE(TN_CALL_CAP_COPY, {TN_SLOT_POOL, TN_SELF, slot, TN_RIGHTS_ALL, 0, 0});
	REFUSED(TN_ERANGE, 0, TN_CALL_CAP_COPY, {TN_SLOT_POOL, TN_SELF, 8192, TN_RIGHTS_ALL, 0, 0});
	assert_int_equal(DONE(TN_CALL_POOL_INFO, {8191}), world.root->free);
	world_end();
}

static void ids_never_repeat(void **state)
{
	uint64_t last = 0;

	(void)state;
	cast_make();
	for (unsigned round = 0; round < 8; round++)
		for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_ENDPOINT; kind++) {
			uint64_t id;

			make_any(kind);
			id = FRAME_ID(frame_get(pfn(cast_frame(CAST_EMPTY))));
			assert_true(id > last);
			last = id;
			DONE(DESTROY, {CAST_EMPTY, 0});
		}
	world_end();
}

/* The last id is used; then every call that needs one says so, and no other. */
static void ids_run_out(void **state)
{
	(void)state;
	cast_make();
	object_next_id = FRAME_ID_LIMIT - 1;
	make_any(TN_KIND_ENDPOINT);
	assert_true(slot_is_live(cap_slot(CAST_EMPTY)));
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_ENDPOINT; kind++)
		REFUSED(TN_EOVERFLOW, 0, CREATE,
			{kind, target_of(kind), TN_ANY, TN_NONE, CAST_EMPTY + 1, 0});
	REFUSED(TN_EOVERFLOW, 0, TN_CALL_CAP_REVOKE, {CAST_EMPTY});
	DONE(DESTROY, {CAST_EMPTY, 0});
	make_any(TN_KIND_CAPS);
	world_end();
}

static void pools_nest_sixteen_deep(void **state)
{
	uint64_t parent = TN_SLOT_POOL;

	(void)state;
	world_make(NULL);
	for (uint64_t slot = 140; slot < 140 + POOL_DEPTH_MAX - 1; slot++) {
		DONE(CREATE, {TN_KIND_POOL, parent, TN_ANY, TN_NONE, slot, 0});
		DONE(TN_CALL_FRAME_MOVE, {parent, slot, 30 - (slot - 140)});
		parent = slot;
	}
	assert_int_equal(pool_of(parent)->depth, POOL_DEPTH_MAX - 1);
	REFUSED(TN_EOVERFLOW, 0, CREATE,
		{TN_KIND_POOL, parent, CAST_IMAGE, TN_SLOT_FRAMES, 200, 0});
	DONE(CREATE, {TN_KIND_PROCESS, parent, TN_ANY, TN_NONE, 200, 0});
	/* whoever ends a pool makes room for one as deep */
	DONE(DESTROY, {parent, 0});
	DONE(CREATE, {TN_KIND_POOL, parent - 1, TN_ANY, TN_NONE, parent, 0});
	world_end();
}

/* --- scrubbing --------------------------------------------------------------------------- */

static const size_t object_bytes[] = {
	[TN_KIND_POOL] = sizeof(struct pool),
	[TN_KIND_PROCESS] = sizeof(struct process),
	[TN_KIND_THREAD] = sizeof(struct thread),
	[TN_KIND_ENDPOINT] = sizeof(struct endpoint),
	[TN_KIND_CAPS] = FRAME_BYTES,
};

static void fill(uint64_t f)
{
	memset(host_memory(f), 0xa5, FRAME_BYTES);
}

/* No byte of the object is what the giver left; what is not the object's stays untouched. */
static void object_begins_without_old_bytes(unsigned kind, uint64_t f)
{
	const unsigned char *bytes = host_memory(f);
	const uint32_t *halves = host_memory(f);
	unsigned old = 0;

	/* by halves of a word: one byte of a pointer may well be 0xa5 */
	for (size_t i = 0; i < object_bytes[kind] / 4; i++)
		old += halves[i] == 0xa5a5a5a5;
	assert_int_equal(old, 0);
	for (size_t i = object_bytes[kind]; i < FRAME_BYTES; i++)
		assert_int_equal(bytes[i], 0xa5);
	assert_false(FRAME_IS_CLEAN(frame_get(pfn(f))));
}

static void objects_begin_without_old_bytes(void **state)
{
	(void)state;
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_CAPS; kind++)
		for (unsigned way = 0; way < 3; way++) {
			uint64_t frame = way == 0 ? TN_ANY : USER_FRAME;

			cast_make();
			fill(USER_FRAME);
			if (way < 2)
				DONE(TN_CALL_FRAME_GIVE,
				     {TN_SLOT_FRAMES, CAST_POOL, USER_FRAME, 1});
			DONE(CREATE, {kind, target_of(kind), frame,
				      way < 2 ? TN_NONE : TN_SLOT_FRAMES, place_of(kind), 0});
			object_begins_without_old_bytes(kind, USER_FRAME);
			world_end();
		}
}

/* Kernel bytes of a life do not survive it: what was the object's is zero, the rest the giver's. */
static void ends_leave_no_kernel_bytes(void **state)
{
	(void)state;
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_ENDPOINT; kind++) {
		const unsigned char *bytes;

		cast_make();
		bytes = host_memory(USER_FRAME);
		fill(USER_FRAME);
		DONE(CREATE, {kind, target_of(kind), USER_FRAME, TN_SLOT_FRAMES, CAST_EMPTY, 0});
		if (kind == TN_KIND_THREAD)
			memset(((struct thread *)host_memory(USER_FRAME))->registers, 0x77, 256);
		DONE(DESTROY, {CAST_EMPTY, 0});
		assert_int_equal(FRAME_KIND(frame_get(pfn(USER_FRAME))), TN_KIND_FREE);
		DONE(TN_CALL_FRAME_RECLAIM, {TN_SLOT_FRAMES, CAST_POOL, USER_FRAME, 1});
		for (size_t i = 0; i < FRAME_BYTES; i++)
			assert_int_equal(bytes[i], i < object_bytes[kind] ? 0 : 0xa5);
		world_end();
	}
}

/* A clean frame is handed on without being zeroed again, and is clean again afterwards. */
static void clean_frames_stay_clean(void **state)
{
	(void)state;
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_ENDPOINT; kind++) {
		uint64_t f;

		cast_make();
		/* a capability page's end leaves its frame clean and first in the ring */
		DONE(CREATE,
		     {TN_KIND_PROCESS, CAST_POOL, USER_FRAME, TN_SLOT_FRAMES, CAST_EMPTY, 0});
		DONE(CREATE, {TN_KIND_CAPS, CAST_EMPTY, USER_FRAME + 1, TN_SLOT_FRAMES, 0, 0});
		DONE(DESTROY, {CAST_EMPTY, 0});
		f = USER_FRAME + 1;
		assert_true(FRAME_IS_CLEAN(frame_get(pfn(f))));
		DONE(CREATE, {kind, target_of(kind), f, TN_NONE, CAST_EMPTY, 0});
		assert_true(FRAME_IS_CLEAN(frame_get(pfn(f))));
		if (kind == TN_KIND_THREAD)
			memset(((struct thread *)host_memory(f))->registers, 0x77, 256);
		DONE(TN_CALL_CAP_REVOKE, {CAST_EMPTY});
		assert_true(FRAME_IS_CLEAN(frame_get(pfn(f))));
		DONE(DESTROY, {CAST_EMPTY, 0});
		assert_true(FRAME_IS_CLEAN(frame_get(pfn(f)))); /* the check proves that it is */
		world_end();
	}
}

/* The frames beside a range, which are as idle as those in it. */
static void exact_frames_beside_the_range(void **state)
{
	(void)state;
	cast_make();
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_CAPS; kind++)
		for (uint64_t f = CAST_LAST_USER - 1; f <= CAST_LAST_USER + 1; f += 2)
			REFUSED(TN_EACCES, f, CREATE,
				{kind, target_of(kind), f, CAST_FRAMES_ONE, place_of(kind), 0});
	world_end();
}

/* Where RAM ends with a gigabyte, no word of the frame table stands behind the last one. */
static void the_frame_behind_all_ram_is_none(void **state)
{
	static const struct region to_the_border = {2 * GIGA_FRAMES - WORLD_FRAMES, WORLD_FRAMES,
						    TN_KIND_USER};

	(void)state;
	world_make(&(struct world_options){.regions = &to_the_border, .region_count = 1});
	REFUSED(TN_EUSER, 2 * GIGA_FRAMES - 1, CREATE,
		{TN_KIND_POOL, TN_SLOT_POOL, 2 * GIGA_FRAMES - 1, TN_NONE, 130, 0});
	REFUSED(TN_ENXIO, 2 * GIGA_FRAMES, CREATE,
		{TN_KIND_POOL, TN_SLOT_POOL, 2 * GIGA_FRAMES, TN_NONE, 130, 0});
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shape_comes_first),
		IN_OPEN_WINDOW(shape_comes_first),
		cmocka_unit_test(targets_are_looked_up_next),
		IN_OPEN_WINDOW(targets_are_looked_up_next),
		cmocka_unit_test(a_dying_pool_pays_for_nothing),
		IN_OPEN_WINDOW(a_dying_pool_pays_for_nothing),
		cmocka_unit_test(each_guard_alone),
		IN_OPEN_WINDOW(each_guard_alone),
		cmocka_unit_test(exact_user_frames_need_give_on_both),
		IN_OPEN_WINDOW(exact_user_frames_need_give_on_both),
		cmocka_unit_test(places_come_next),
		IN_OPEN_WINDOW(places_come_next),
		cmocka_unit_test(exact_user_frames_refused),
		IN_OPEN_WINDOW(exact_user_frames_refused),
		cmocka_unit_test(exact_free_frames_refused),
		cmocka_unit_test(empty_pool_is_the_last_error),
		cmocka_unit_test(ceilings_only_fall),
		cmocka_unit_test(each_kind_from_any_frame),
		cmocka_unit_test(each_kind_from_a_named_free_frame),
		cmocka_unit_test(each_kind_from_a_user_frame),
		IN_OPEN_WINDOW(each_kind_from_a_user_frame),
		cmocka_unit_test(user_frames_of_untouched_blocks),
		cmocka_unit_test(user_frames_in_use),
		cmocka_unit_test(the_slot_names_the_object),
		cmocka_unit_test(a_capability_page_makes_slots),
		cmocka_unit_test(ids_never_repeat),
		cmocka_unit_test(ids_run_out),
		cmocka_unit_test(pools_nest_sixteen_deep),
		cmocka_unit_test(objects_begin_without_old_bytes),
		IN_OPEN_WINDOW(objects_begin_without_old_bytes),
		cmocka_unit_test(ends_leave_no_kernel_bytes),
		IN_OPEN_WINDOW(ends_leave_no_kernel_bytes),
		cmocka_unit_test(clean_frames_stay_clean),
		IN_OPEN_WINDOW(clean_frames_stay_clean),
		cmocka_unit_test(the_frame_behind_all_ram_is_none),
		cmocka_unit_test(exact_frames_beside_the_range),
		IN_OPEN_WINDOW(exact_frames_beside_the_range),
	};

	return cmocka_run_group_tests_name("object", tests, NULL, NULL);
}
