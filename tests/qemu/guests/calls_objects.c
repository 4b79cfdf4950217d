/*
 * calls_objects.c - errors of create, destroy, thread_info and the calls on capabilities.
 */
#include "calls.h"

#include "fixture.h"
#include "guest.h"
#include "ladder.h"
#include "tap.h"

/* --- create, destroy ---------------------------------------------------------------------- */

/* From the pool: any free frame, or a named one. */
static void try_create_pool(void)
{
	const struct fixture *f = &fixture;
	uint64_t words[6] = {TN_KIND_POOL, f->pool, TN_ANY, TN_NONE, f->slot_free, 0};
	const struct rung rungs[] = {
		{1, f->empty_pool, TN_ENOMEM, 1, "an empty pool"},
		{2, f->foreign, TN_EXDEV, f->foreign, "a frame free in another pool"},
		{2, f->object, TN_EBUSY, f->object, "an object's frame"},
		{2, f->idle, TN_EUSER, f->idle, "a user frame without FRAMES"},
		{2, f->hole, TN_ENXIO, f->hole, "firmware's memory"},
		{2, f->beyond, TN_ENXIO, f->beyond, "a frame behind all RAM"},
		{2, ~(uint64_t)1, TN_ENXIO, ~(uint64_t)1, "frame 2^64 - 2"},
		{4, TN_SLOT_POOL, TN_EEXIST, 0, "a slot in use"},
		{4, 256, TN_ERANGE, 0, "a slot of no page"},
		{4, ~(uint64_t)0, TN_ERANGE, 0, "slot 2^64 - 1"},
		{1, f->dying_pool, TN_EDYING, 0, "a dying pool"},
	};
	const struct rung shapes[] = {
		{5, 1, TN_EINVAL, 0, "an argument that a pool has not"},
		{0, TN_KIND_USER, TN_EINVAL, 0, "kind user"},
		{0, TN_KIND_TABLE, TN_EINVAL, 0, "kind table"},
		{0, TN_KIND_FREE, TN_EINVAL, 0, "kind free"},
		{0, (uint64_t)1 << 32 | TN_KIND_POOL, TN_EINVAL, 0, "kind pool plus 2^32"},
		{0, ~(uint64_t)0, TN_EINVAL, 0, "kind 2^64 - 1"},
	};

	LADDER(TN_CALL_CREATE, words, rungs);
	fixture_try_slot(TN_CALL_CREATE, words, 3, TN_CAP_FRAMES, TN_FRAMES_GIVE);
	words[3] = TN_NONE;
	fixture_try_slot(TN_CALL_CREATE, words, 1, TN_CAP_POOL, TN_POOL_CREATE);
	LADDER(TN_CALL_CREATE, words, shapes);
}

/* A user frame, given and used in one step. */
static void try_create_exact(void)
{
	const struct fixture *f = &fixture;
	uint64_t words[6] = {TN_KIND_POOL, f->pool, f->idle, TN_SLOT_FRAMES, f->slot_free, 0};
	const struct rung rungs[] = {
		{2, f->used, TN_EBUSY, f->used, "a mapped frame"},
		{2, f->free, TN_EKERNEL, f->free, "a frame that is free in the pool"},
		{2, f->image, TN_EKERNEL, f->image, "the kernel's image"},
		{2, f->boot, TN_EKERNEL, f->boot, "the boot image"},
		{2, f->hole, TN_ENXIO, f->hole, "firmware's memory"},
		{2, f->beyond, TN_EACCES, f->beyond, "a frame behind all RAM"},
	};
	const struct rung any = {2, TN_ANY, TN_EINVAL, 0, "any frame, but FRAMES"};

	LADDER(TN_CALL_CREATE, words, rungs);
	fixture_try_slot(TN_CALL_CREATE, words, 3, TN_CAP_FRAMES, TN_FRAMES_GIVE);
	fixture_try_slot(TN_CALL_CREATE, words, 1, TN_CAP_POOL, TN_POOL_GIVE);
	ladder_climb(TN_CALL_CREATE, words, &any, 1);
}

/* What becomes part of a process. */
static void try_create_part(uint64_t kind)
{
	const struct fixture *f = &fixture;
	uint64_t words[6] = {kind, f->process, TN_ANY, TN_NONE, f->slot_free, 0};
	const struct rung slots[] = {
		{1, f->poor_process, TN_ENOMEM, 1, "a process of an empty pool"},
		{4, TN_SLOT_POOL, TN_EEXIST, 0, "a slot in use"},
		{4, (uint64_t)1 << 32, TN_ERANGE, 0, "slot 2^32"},
	};
	const struct rung pages[] = {
		{1, f->poor_process, TN_ENOMEM, 1, "a process of an empty pool"},
		{4, TN_CAPS_PAGES, TN_ERANGE, 0, "page 32"},
		{4, ~(uint64_t)0, TN_ERANGE, 0, "page 2^64 - 1"},
	};
	const struct rung dying = {1, f->dying_process, TN_EDYING, 0, "a dying process"};
	const struct rung argument = {5, 1, TN_EINVAL, 0, "an argument that the kind has not"};

	if (kind == TN_KIND_CAPS) {
		words[4] = 1;
		LADDER(TN_CALL_CREATE, words, pages);
	} else {
		LADDER(TN_CALL_CREATE, words, slots);
	}
	ladder_climb(TN_CALL_CREATE, words, &dying, 1);
	fixture_try_slot(TN_CALL_CREATE, words, 1, TN_CAP_PROCESS, TN_PROCESS_MANAGE);
	ladder_climb(TN_CALL_CREATE, words, &argument, 1);
}

static void try_destroy(void)
{
	const struct fixture *f = &fixture;
	uint64_t words[6] = {TN_SLOT_PROCESS, 0};
	const struct rung own[] = {
		{0, TN_SLOT_PROCESS, TN_EBUSY, 0, "the caller's process"},
		{0, TN_SLOT_THREAD, TN_EBUSY, 0, "the caller"},
		{0, TN_SLOT_POOL, TN_EBUSY, 0, "the pool that pays the caller"},
	};
	const struct rung types[] = {
		{0, TN_SLOT_FRAMES, TN_EBADF, 0, "FRAMES"},
		{0, TN_SLOT_SYSTEM, TN_EBADF, 0, "SYSTEM"},
		{0, TN_SLOT_DEVICES, TN_EBADF, 0, "DEVICE"},
		{0, f->slot_free, TN_ENOENT, 0, "an empty slot"},
		{0, 256, TN_ERANGE, 0, "a slot of no page"},
		{0, ~(uint64_t)0, TN_ERANGE, 0, "slot 2^64 - 1"},
		{1, 2, TN_EINVAL, 0, "flag 2"},
		{1, ~(uint64_t)0, TN_EINVAL, 0, "all flags"},
	};

	LADDER(TN_CALL_DESTROY, words, own);
	for (uint64_t type = TN_CAP_POOL; type <= TN_CAP_ENDPOINT; type++) {
		struct bad_slots bad = fixture_bad(type, TN_RIGHT_OWN);
		const struct rung rungs[] = {
			{0, bad.dead, TN_ESTALE, 0, "the object is gone"},
			{0, bad.weak, TN_EPERM, 0, "without own"},
		};

		LADDER(TN_CALL_DESTROY, words, rungs);
		LADDER(TN_CALL_CAP_REVOKE, words, rungs);
	}
	LADDER(TN_CALL_DESTROY, words, types);
}

void calls_try_objects(void)
{
	uint64_t info[6] = {fixture.thread};
	uint64_t ceiling[6] = {TN_KIND_PROCESS, fixture.pool,      TN_ANY,
			       TN_NONE,         fixture.slot_free, 64};
	const struct rung dying = {0, fixture.dying_thread, TN_EDYING, 0, "of a dying process"};
	const struct rung priority[] = {
		{5, 64, TN_EINVAL, 0, "priority 64"},
		{5, ~(uint64_t)0, TN_EINVAL, 0, "priority 2^64 - 1"},
	};

	try_create_pool();
	try_create_exact();
	LADDER(TN_CALL_CREATE, ceiling, priority);
	try_create_part(TN_KIND_THREAD);
	try_create_part(TN_KIND_ENDPOINT);
	try_create_part(TN_KIND_CAPS);
	tap_error(tn_create(TN_KIND_CAPS, TN_SLOT_PROCESS, TN_ANY, TN_NONE, 0, 0), TN_EEXIST,
		  "create: EEXIST (a page of slots that is there)");
	try_destroy();
	ladder_climb(TN_CALL_THREAD_INFO, info, &dying, 1);
	fixture_try_slot(TN_CALL_THREAD_INFO, info, 0, TN_CAP_THREAD, TN_THREAD_CONTROL);
}

/* --- capabilities ------------------------------------------------------------------------- */

/* Faults of the place that a capability goes to or stands in. */
static void try_place(uint64_t call, uint64_t words[6], unsigned process)
{
	const struct fixture *f = &fixture;
	const struct rung rungs[] = {
		{process + 1, 256, TN_ERANGE, 0, "a slot of no page"},
		{process + 1, (uint64_t)1 << 63, TN_ERANGE, 0, "slot 2^63"},
		{process, f->process, TN_ERANGE, 0, "a process without slots"},
		{process, f->dying_process, TN_EDYING, 0, "a dying process"},
	};

	LADDER(call, words, rungs);
	fixture_try_slot(call, words, process, TN_CAP_PROCESS, TN_PROCESS_MANAGE);
}

static void try_copy(void)
{
	const struct fixture *f = &fixture;
	struct bad_slots bad = fixture_bad(TN_CAP_POOL, 0);
	struct bad_slots weak = fixture_bad(TN_CAP_FRAMES, TN_FRAMES_WRITE);
	uint64_t words[6] = {weak.weak, TN_SELF, f->slot_free, TN_FRAMES_READ, f->idle, 1};
	const struct rung rungs[] = {
		{5, ~(uint64_t)0, TN_EACCES, ANY_VALUE, "2^64 - 1 frames"},
		{4, f->beyond, TN_EACCES, ANY_VALUE, "frames behind all RAM"},
		{4, f->idle + ((uint64_t)1 << 32), TN_EACCES, ANY_VALUE, "frames plus 2^32"},
		{3, TN_RIGHTS_ALL, TN_EPERM, 0, "a right that the source lacks"},
		{3, TN_RIGHTS_ALL + 1, TN_EPERM, 0, "a right that no type has"},
		{3, (uint64_t)1 << 63, TN_EPERM, 0, "right 2^63"},
		{2, TN_SLOT_POOL, TN_EEXIST, 0, "a slot in use"},
	};
	const struct rung sources[] = {
		{0, bad.dead, TN_ESTALE, 0, "the source is dead"},
		{0, bad.empty, TN_ENOENT, 0, "an empty source"},
		{0, bad.no_page, TN_ERANGE, 0, "a source of no page"},
		{0, bad.beyond, TN_ERANGE, 0, "a source behind the last page"},
		{0, ~(uint64_t)0, TN_ERANGE, 0, "source 2^64 - 1"},
	};

	LADDER(TN_CALL_CAP_COPY, words, rungs);
	try_place(TN_CALL_CAP_COPY, words, 1);
	LADDER(TN_CALL_CAP_COPY, words, sources);
	tap_error(tn_cap_copy(f->badged, TN_SELF, f->slot_free, TN_RIGHTS_ALL, 8, 0), TN_EPERM,
		  "cap_copy: EPERM (a badge is set once)");
	tap_error(tn_cap_copy(f->badged, TN_SELF, f->slot_free, 16, 8, 0), TN_EPERM,
		  "cap_copy: EPERM (a badge and a right too many)");
	tap_error(tn_cap_copy(f->endpoint, TN_SELF, f->slot_free, 0, (uint64_t)1 << 32, 0),
		  TN_EINVAL, "cap_copy: EINVAL (a badge of 33 bits)");
	tap_error(tn_cap_copy(f->pool, TN_SELF, f->slot_free, 0, 1, 0), TN_EINVAL,
		  "cap_copy: EINVAL (a badge for a pool)");
	tap_error(tn_cap_copy(TN_SLOT_SYSTEM, TN_SELF, f->slot_free, 0, 0, 1), TN_EINVAL,
		  "cap_copy: EINVAL (a count for SYSTEM)");
}

void calls_try_caps(void)
{
	const struct fixture *f = &fixture;
	uint64_t delete[6] = {TN_SELF, f->slot_free}, info[6] = {TN_SELF, f->slot_free};
	uint64_t revoke[6] = {f->pool};
	const struct rung empty = {1, f->slot_free, TN_ENOENT, 0, "an empty slot"};
	const struct rung dying[] = {
		{0, f->dying_pool, TN_EDYING, 0, "a dying pool"},
		{0, f->dying_process, TN_EDYING, 0, "a dying process"},
		{0, TN_SLOT_FRAMES, TN_EBADF, 0, "FRAMES"},
		{0, TN_SLOT_SYSTEM, TN_EBADF, 0, "SYSTEM"},
		{0, f->slot_free, TN_ENOENT, 0, "an empty slot"},
		{0, 256, TN_ERANGE, 0, "a slot of no page"},
		{0, ~(uint64_t)0, TN_ERANGE, 0, "slot 2^64 - 1"},
	};

	try_copy();
	ladder_climb(TN_CALL_CAP_DELETE, delete, &empty, 1);
	try_place(TN_CALL_CAP_DELETE, delete, 0);
	ladder_climb(TN_CALL_CAP_INFO, info, &empty, 1);
	try_place(TN_CALL_CAP_INFO, info, 0);
	LADDER(TN_CALL_CAP_REVOKE, revoke, dying);
}
