/*
 * create.c - the call `create`: a path of its own for each of the objects that are made most
 * often. What does not fit one goes to create_general, which begins again.
 */
#include "cap.h"
#include "endpoint.h"
#include "object.h"
#include "process.h"
#include "syscall.h"
#include "words.h"

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
	endpoint_init(frame_memory(f), f, p);
	slot_set(name, SLOT_WORD(TN_CAP_ENDPOINT, TN_RIGHTS_ALL, id), f.n, 0);
	return success(0);
general:
	return create_general(kind, target, frame, frames, slot, argument);
}

/* A capability page of an exact user frame, given and used in one step. */
static apart result_t create_caps(uint64_t kind, uint64_t target, uint64_t frame, uint64_t frames,
				  uint64_t slot, uint64_t argument)
{
	struct process *p = cap_object(target, TN_CAP_PROCESS, TN_PROCESS_MANAGE);
	const struct slot *range;
	struct pool *pool;
	void *page;

	if (unlikely(p == NULL) || unlikely(argument != 0))
		goto general;
	range = cap_slot(frames);
	if (unlikely(!slot_grants(range, TN_CAP_FRAMES, TN_FRAMES_GIVE)))
		goto general;
	pool = p->pool;
	if (unlikely((p->dying | pool->dying) != 0) || unlikely(slot >= TN_CAPS_PAGES) ||
	    unlikely(p->directory[slot] != caps_none) ||
	    unlikely(frame - range->frame >= range->badge))
		goto general;
	if (unlikely(frame_get(pfn(frame)) != 0) || unlikely(!frame_is_plain(pfn(frame))))
		goto general;

	page = frame_memory(pfn(frame));
	frame_give_used(pool, TN_KIND_CAPS, pfn(frame));
	frame_set(pfn(frame), FRAME_WORD(TN_KIND_CAPS, pool->self));
	p->directory[slot] = page;
	return zero_page(page);
general:
	return create_general(kind, target, frame, frames, slot, argument);
}

result_t call_create(uint64_t kind, uint64_t target, uint64_t frame, uint64_t frames,
		     uint64_t slot, uint64_t argument)
{
	if (kind == TN_KIND_CAPS && frames != TN_NONE)
		return create_caps(kind, target, frame, frames, slot, argument);
	if (kind == TN_KIND_ENDPOINT)
		return create_endpoint(kind, target, frame, frames, slot, argument);
	return create_general(kind, target, frame, frames, slot, argument);
}
