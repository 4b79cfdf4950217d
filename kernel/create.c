/*
 * create.c - the call `create`. What is made of any free frame has a path of its own, and so have
 * an endpoint and a page of slots given by name. What does not fit one goes to create_general,
 * which begins again.
 */
#include "cap.h"
#include "endpoint.h"
#include "object.h"
#include "syscall.h"
#include "words.h"

/* Bytes of an object that begin as zero; of a capability page all of them. */
static const uint16_t birth_bytes[] = {
	[TN_KIND_POOL] = sizeof(struct pool),
	[TN_KIND_PROCESS] = offsetof(struct process, directory),
	[TN_KIND_THREAD] = sizeof(struct thread),
	[TN_KIND_ENDPOINT] = sizeof(struct endpoint),
};

/*
 * Makes an object of frame f, which `pool` has just paid, as a part of `p` if it becomes one, and
 * names it: by a slot or, a capability page, by its place in the directory alone, while its word
 * tells whose it is.
 */
static apart result_t object_make(uint64_t kind, pfn_t f, struct pool *pool, struct process *p,
				  uint64_t slot, uint64_t argument)
{
	uint64_t clean = frame_clean(f), id;
	void *memory = frame_memory(f);

	if (kind == TN_KIND_CAPS) {
		frame_set(f, FRAME_WORD(TN_KIND_CAPS, pool->self));
		p->directory[slot] = memory;
		return clean ? success(0) : zero_page(memory);
	}
	if (!clean)
		zero_lines(memory, birth_bytes[kind]);
	if (kind == TN_KIND_THREAD)
		thread_init(memory, f, p);
	else if (kind == TN_KIND_PROCESS)
		process_init(memory, f, pool, (uint32_t)argument);
	else if (kind == TN_KIND_ENDPOINT)
		endpoint_init(memory, p);
	else
		pool_init(memory, f, pool);
	id = object_next_id++;
	frame_set(f, FRAME_WORD(kind, id) + clean);
	cap_note(current->process, slot);
	slot_set(cap_slot(slot), SLOT_WORD(kind, TN_RIGHTS_ALL, id), f.n, 0);
	return success(0);
}

/* --- with all guards ---------------------------------------------------------------------- */

/* EINVAL. */
static int argument_refusal(uint64_t kind, uint64_t frame, uint64_t frames, uint64_t argument)
{
	uint64_t most = kind == TN_KIND_PROCESS ? TN_PRIORITY_MAX : 0;

	if (kind < TN_KIND_POOL || kind > TN_KIND_CAPS || argument > most)
		return TN_EINVAL;
	return frame == TN_ANY && frames != TN_NONE ? TN_EINVAL : 0;
}

/* The place that names the new object: a directory entry for capability pages, else a slot. */
static int name_refusal(uint64_t kind, const struct process *p, uint64_t slot)
{
	bool none = kind == TN_KIND_CAPS ? slot >= TN_CAPS_PAGES
					 : cap_slot(slot)->word == SLOT_NOWHERE;

	if (none)
		return TN_ERANGE;
	if (kind == TN_KIND_CAPS)
		return p->directory[slot] != caps_none ? TN_EEXIST : 0;
	return slot_is_empty(cap_slot(slot)) ? 0 : TN_EEXIST;
}

static int limit_refusal(uint64_t kind, const struct pool *pool, uint64_t argument)
{
	if (kind == TN_KIND_PROCESS && argument > current->process->ceiling)
		return TN_EPERM;
	if (kind == TN_KIND_POOL && pool->depth + 1 >= POOL_DEPTH_MAX)
		return TN_EOVERFLOW;
	return kind == TN_KIND_CAPS || object_next_id < FRAME_ID_LIMIT ? 0 : TN_EOVERFLOW;
}

static cold result_t create_general(uint64_t kind, uint64_t target, uint64_t frame, uint64_t frames,
				    uint64_t slot, uint64_t argument)
{
	uint64_t rights = TN_POOL_CREATE | (frames != TN_NONE ? TN_POOL_GIVE : 0);
	int error = argument_refusal(kind, frame, frames, argument);
	struct process *p = NULL;
	struct pool *pool = NULL;
	struct supply supply;
	result_t r;

	if (kind <= TN_KIND_PROCESS)
		pool = cap_find(target, TN_CAP_POOL, rights, &error);
	else
		p = cap_find(target, TN_CAP_PROCESS, TN_PROCESS_MANAGE, &error);
	supply = supply_find(frame, frames, &error);
	if (error == 0 && p != NULL)
		pool = p->pool;
	if (error == 0 && (pool->dying || (p != NULL && p->dying)))
		error = TN_EDYING;
	error = error ?: name_refusal(kind, p, slot) ?: limit_refusal(kind, pool, argument);
	supply.pool = pool;
	r = error != 0 ? failure(error, 0) : supply_check(&supply);
	if (result_code(r) != 0)
		return r;
	return object_make(kind, supply_take(&supply, (unsigned)kind), pool, p, slot, argument);
}

/* --- without a doubt ---------------------------------------------------------------------- */

/* A process, thread or capability page from any free frame. */
static apart result_t create_plain(uint64_t kind, uint64_t target, uint64_t frame, uint64_t frames,
				   uint64_t slot, uint64_t argument)
{
	struct process *p = NULL;
	struct pool *pool;

	if (kind == TN_KIND_PROCESS) {
		pool = cap_object(target, TN_CAP_POOL, TN_POOL_CREATE);
		if (unlikely(pool == NULL) || unlikely(argument > current->process->ceiling))
			goto general;
	} else {
		if (kind != TN_KIND_THREAD && kind != TN_KIND_CAPS)
			goto general;
		p = cap_object(target, TN_CAP_PROCESS, TN_PROCESS_MANAGE);
		if (unlikely(p == NULL) || unlikely((argument | p->dying) != 0))
			goto general;
		pool = p->pool;
	}
	if (kind != TN_KIND_CAPS ? !slot_is_empty(cap_slot(slot))
				 : slot >= TN_CAPS_PAGES || p->directory[slot] != caps_none)
		goto general;
	if (unlikely((frame & frames) != TN_ANY) || unlikely(pool->dying != 0) ||
	    unlikely(!pool_is_ample(pool)) || unlikely(object_next_id >= FRAME_ID_LIMIT))
		goto general;

	return object_make(kind, pool_take_ample(pool, (unsigned)kind), pool, p, slot, argument);
general:
	return create_general(kind, target, frame, frames, slot, argument);
}

/* An endpoint from any free frame. */
static apart result_t create_endpoint(uint64_t kind, uint64_t target, uint64_t frame,
				      uint64_t frames, uint64_t slot, uint64_t argument)
{
	struct process *p = cap_object(target, TN_CAP_PROCESS, TN_PROCESS_MANAGE);
	uint64_t clean, id = object_next_id;
	struct slot *name;
	struct pool *pool;
	pfn_t f;

	if (unlikely(p == NULL) || unlikely((frame & frames) != TN_ANY) || unlikely(argument != 0))
		goto general;
	name = cap_slot(slot);
	pool = p->pool;
	if (unlikely((p->dying | pool->dying) != 0) || unlikely(!slot_is_empty(name)) ||
	    unlikely(!pool_is_ample(pool)) || unlikely(id >= FRAME_ID_LIMIT))
		goto general;

	cap_note(current->process, slot);
	object_next_id = id + 1;
	f = pool_take_ample(pool, TN_KIND_ENDPOINT);
	clean = frame_clean(f);
	frame_set(f, FRAME_WORD(TN_KIND_ENDPOINT, id) + clean);
	endpoint_init(frame_memory(f), p);
	slot_set(name, SLOT_WORD(TN_CAP_ENDPOINT, TN_RIGHTS_ALL, id), f.n, 0);
	return success(0);
general:
	return create_general(kind, target, frame, frames, slot, argument);
}

/* A capability page of an exact user frame, given and used in one step. */
static apart result_t create_caps(uint64_t kind, uint64_t target, uint64_t frame, uint64_t frames,
				  uint64_t slot, uint64_t argument)
{
	const struct slot *range;
	struct process *p;
	struct pool *pool;
	void *page;

	if (frames == TN_NONE)
		goto plain;
	p = cap_object(target, TN_CAP_PROCESS, TN_PROCESS_MANAGE);
	if (unlikely(p == NULL) || unlikely(argument != 0))
		goto plain;
	range = cap_slot(frames);
	if (unlikely(!slot_grants(range, TN_CAP_FRAMES, TN_FRAMES_GIVE)))
		goto plain;
	pool = p->pool;
	if (unlikely((p->dying | pool->dying) != 0) || unlikely(slot >= TN_CAPS_PAGES) ||
	    unlikely(p->directory[slot] != caps_none) ||
	    unlikely(frame - range->frame >= range->badge))
		goto plain;
	if (unlikely(frame_get(pfn(frame)) != 0) || unlikely(!frame_is_plain(pfn(frame))))
		goto plain;

	page = frame_memory(pfn(frame));
	frame_give_used(pool, TN_KIND_CAPS, pfn(frame));
	frame_set(pfn(frame), FRAME_WORD(TN_KIND_CAPS, pool->self));
	p->directory[slot] = page;
	return zero_page(page);
plain:
	return create_plain(kind, target, frame, frames, slot, argument);
}

result_t call_create(uint64_t kind, uint64_t target, uint64_t frame, uint64_t frames, uint64_t slot,
		     uint64_t argument)
{
	if (kind == TN_KIND_CAPS)
		return create_caps(kind, target, frame, frames, slot, argument);
	if (kind == TN_KIND_ENDPOINT)
		return create_endpoint(kind, target, frame, frames, slot, argument);
	return create_plain(kind, target, frame, frames, slot, argument);
}
