/*
 * object.c - frames for objects, and the general path of the call `create`.
 */
#include "object.h"

#include "cap.h"
#include "endpoint.h"
#include "process.h"
#include "syscall.h"
#include "thread.h"
#include "words.h"

uint64_t object_next_id = 1;

static int give_refusal(pfn_t f, uint64_t d)
{
	if (FRAME_KIND(d) != TN_KIND_USER)
		return TN_EKERNEL;
	if (d != 0 || frame_is_covered(f))
		return TN_EBUSY;
	return frame_in_window(f) ? 0 : TN_ENOTSUP;
}

static int free_refusal(const struct pool *pool, uint64_t d)
{
	if (FRAME_KIND(d) == TN_KIND_USER)
		return TN_EUSER;
	if (FRAME_KIND(d) != TN_KIND_FREE)
		return TN_EBUSY;
	return FRAME_POOL(d) == pool->self ? 0 : TN_EXDEV;
}

result_t range_check(const struct pool *pool, uint64_t first, uint64_t count)
{
	for (uint64_t f = first; f < first + count; f++) {
		uint64_t d;
		int error;

		if (!frame_is_known(f))
			return failure(TN_ENXIO, f);
		if (f == first || f % BLOCK_FRAMES == 0)
			frame_touch(pfn(f));
		d = frame_get(pfn(f));
		if (FRAME_KIND(d) == TN_KIND_HOLE)
			return failure(TN_ENXIO, f);
		error = pool == NULL ? give_refusal(pfn(f), d) : free_refusal(pool, d);
		if (error != 0)
			return failure(error, f);
	}
	return success(0);
}

struct supply supply_find(uint64_t frame, uint64_t frames, int *error)
{
	struct supply s = {NULL, frame, NULL};

	if (frames != TN_NONE)
		s.frames = cap_find_slot(frames, TN_CAP_FRAMES, TN_FRAMES_GIVE, error);
	return s;
}

result_t supply_check(const struct supply *s)
{
	if (s->frame == TN_ANY)
		return pool_take_check(s->pool, 1);
	if (s->frames == NULL)
		return range_check(s->pool, s->frame, 1);
	return slot_check(s->frames, s->frame, 1) ?: range_check(NULL, s->frame, 1);
}

pfn_t supply_take(const struct supply *s, unsigned kind)
{
	pfn_t f = pfn(s->frame == TN_ANY ? s->pool->ring.next : s->frame);

	if (s->frames == NULL)
		pool_take_named(s->pool, kind, f);
	else
		frame_give_used(s->pool, kind, f);
	return f;
}

void object_free(struct pool *pool, unsigned kind, pfn_t f, size_t bytes)
{
	zero_lines(frame_memory(f), bytes);
	pool_put(pool, kind, f, frame_clean(f));
}

/* --- create ------------------------------------------------------------------------------ */

struct birth {
	uint64_t kind, slot, argument;
	struct process *process; /* that a thread, endpoint or capability page becomes part of */
	struct supply supply;    /* its pool pays */
};

/* Who pays, with what, and whose part the new object becomes. */
static void parents_find(struct birth *b, uint64_t target, uint64_t frame, uint64_t frames,
			 int *error)
{
	uint64_t rights = TN_POOL_CREATE | (frames != TN_NONE ? TN_POOL_GIVE : 0);
	struct pool *pool = NULL;

	if (b->kind == TN_KIND_POOL || b->kind == TN_KIND_PROCESS)
		pool = cap_find(target, TN_CAP_POOL, rights, error);
	else
		b->process = cap_find(target, TN_CAP_PROCESS, TN_PROCESS_MANAGE, error);
	b->supply = supply_find(frame, frames, error);
	if (*error != 0)
		return;
	b->supply.pool = pool ?: b->process->pool;
	if (b->supply.pool->dying || (pool == NULL && b->process->dying))
		*error = TN_EDYING;
}

/* The place that names the new object: a directory entry for capability pages, else a slot. */
static int name_refusal(const struct birth *b)
{
	int error = 0;

	if (b->kind != TN_KIND_CAPS)
		cap_place(TN_SELF, b->slot, false, &error);
	else if (b->slot >= TN_CAPS_PAGES)
		error = TN_ERANGE;
	else if (b->process->directory[b->slot] != caps_none)
		error = TN_EEXIST;
	return error;
}

static int argument_refusal(const struct birth *b)
{
	uint64_t most = b->kind == TN_KIND_PROCESS ? TN_PRIORITY_MAX : 0;

	return b->kind < TN_KIND_POOL || b->kind > TN_KIND_CAPS || b->argument > most ? TN_EINVAL : 0;
}

static int limit_refusal(const struct birth *b)
{
	if (b->kind == TN_KIND_PROCESS && b->argument > current->process->ceiling)
		return TN_EPERM;
	if (b->kind == TN_KIND_POOL && b->supply.pool->depth + 1 >= POOL_DEPTH_MAX)
		return TN_EOVERFLOW;
	return b->kind == TN_KIND_CAPS || object_next_id < FRAME_ID_LIMIT ? 0 : TN_EOVERFLOW;
}

/* Bytes of an object that begin as zero; of a capability page all of them. */
static const uint16_t birth_bytes[] = {
	[TN_KIND_POOL] = sizeof(struct pool),
	[TN_KIND_PROCESS] = offsetof(struct process, directory),
	[TN_KIND_THREAD] = sizeof(struct thread),
	[TN_KIND_ENDPOINT] = sizeof(struct endpoint),
};

static void object_init(const struct birth *b, pfn_t f)
{
	void *memory = frame_memory(f);

	if (b->kind == TN_KIND_POOL)
		pool_init(memory, f, b->supply.pool);
	else if (b->kind == TN_KIND_PROCESS)
		process_init(memory, f, b->supply.pool, (uint32_t)b->argument);
	else if (b->kind == TN_KIND_THREAD)
		thread_init(memory, f, b->process);
	else if (b->kind == TN_KIND_ENDPOINT)
		endpoint_init(memory, f, b->process);
	else
		b->process->directory[b->slot] = memory;
}

/* A capability page is named by its place alone, and its word tells whose it is. */
static void object_make(const struct birth *b, pfn_t f)
{
	uint64_t clean = frame_clean(f), id;

	if (!clean && b->kind == TN_KIND_CAPS)
		zero_page(frame_memory(f));
	else if (!clean)
		zero_lines(frame_memory(f), birth_bytes[b->kind]);
	object_init(b, f);
	if (b->kind == TN_KIND_CAPS) {
		frame_set(f, FRAME_WORD(TN_KIND_CAPS, b->supply.pool->self));
		return;
	}
	id = object_next_id++;
	frame_set(f, FRAME_WORD(b->kind, id) + clean);
	slot_set(cap_slot(b->slot), SLOT_WORD(b->kind, TN_RIGHTS_ALL, id), f.n, 0);
}

result_t create_general(uint64_t kind, uint64_t target, uint64_t frame, uint64_t frames,
			uint64_t slot, uint64_t argument)
{
	struct birth b = {.kind = kind, .slot = slot, .argument = argument};
	int error = argument_refusal(&b);
	result_t r;

	if (frame == TN_ANY && frames != TN_NONE)
		error = TN_EINVAL;
	parents_find(&b, target, frame, frames, &error);
	error = error ?: name_refusal(&b) ?: limit_refusal(&b);
	r = error != 0 ? failure(error, 0) : supply_check(&b.supply);
	if (unlikely(result_code(r) != 0))
		return r;
	object_make(&b, supply_take(&b.supply, (unsigned)kind));
	return success(0);
}
