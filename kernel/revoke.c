/*
 * revoke.c - the calls `pool_revoke` and `destroy`, in steps that an interrupt can come between.
 *
 * Progress is kept in the objects themselves: they shrink. A dying one goes on being taken apart
 * by whoever holds *own* and asks.
 */

#include "assert.h"
#include "cap.h"
#include "endpoint.h"
#include "object.h"
#include "syscall.h"

/* Free frames that one step hands on. */
#define POUR_FRAMES TN_BATCH

/* Its frames go to `heir`, in steps; its own goes back to the parent. True once it is gone. */
static cold bool pool_end_step(struct pool *p, struct pool *heir)
{
	KASSERT(pool_used(p) == 0, "I3: a pool ends with nothing charged to it");
	pool_pour(p, heir, POUR_FRAMES);
	if (p->free != 0)
		return false;
	heir->moved_in.calls++;
	LIST_REMOVE(p->parent->children, p);
	object_free(p->parent, TN_KIND_POOL, pool_frame(p), sizeof(*p));
	return true;
}

/* One bounded step. True once nothing but free frames is charged
 * to `top`; frames of its sub-pools have become its own. */
static cold bool pool_revoke_step(struct pool *top)
{
	struct pool *p = top;

	p->dying = 1;
	while (p->children != NULL) {
		p = p->children;
		p->dying = 1;
	}
	if (p->processes != NULL)
		process_end_step(p->processes);
	else if (p == top)
		return true;
	else
		pool_end_step(p, top);
	return false;
}

cold result_t call_pool_revoke(uint64_t pool, uint64_t flags)
{
	int error = flags > TN_FLAG_STEP ? TN_EINVAL : 0;
	struct pool *p = cap_find(pool, TN_CAP_POOL, TN_RIGHT_OWN, &error);

	if (error != 0 || pool_is_within(current->process->pool, p))
		return failure(error ?: TN_EBUSY, 0);
	while (!pool_revoke_step(p)) {
		if (flags & TN_FLAG_STEP)
			return failure(TN_EAGAIN, 0);
		if (port_interrupt_pending())
			return port_restart(pool, flags, 0, 0, TN_CALL_POOL_REVOKE);
	}
	p->dying = p->parent->dying; /* not the root: its caller is in there */
	return success(0);
}

/* One step of the end of what `s` names. True once it is gone. */
static bool destroy_step(const struct slot *s)
{
	void *object = frame_memory(pfn(s->frame));
	uint64_t type = SLOT_TYPE(s->word);

	if (type == TN_CAP_PROCESS)
		return process_end_step(object);
	if (type == TN_CAP_POOL)
		return pool_revoke_step(object) &&
		       pool_end_step(object, ((struct pool *)object)->parent);
	if (type == TN_CAP_ENDPOINT)
		return endpoint_end(object);
	thread_end(object);
	return true;
}

/* The caller would saw off the branch it sits on. */
static bool is_own(const struct slot *s)
{
	const void *object = frame_memory(pfn(s->frame));

	if (SLOT_TYPE(s->word) == TN_CAP_POOL)
		return pool_is_within(current->process->pool, object);
	return object == current->process || object == current;
}

result_t call_destroy(uint64_t slot, uint64_t flags)
{
	struct slot *s = cap_slot(slot);
	int error = flags > TN_FLAG_STEP ? TN_EINVAL : cap_own_refusal(slot);

	if (error != 0 || is_own(s))
		return failure(error ?: TN_EBUSY, 0);
	while (!destroy_step(s)) {
		if (flags & TN_FLAG_STEP)
			return failure(TN_EAGAIN, 0);
		if (port_interrupt_pending())
			return port_restart(slot, flags, 0, 0, TN_CALL_DESTROY);
	}
	slot_set(s, 0, 0, 0);
	return success(0);
}
