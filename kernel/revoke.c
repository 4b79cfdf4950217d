/*
 * revoke.c - the calls `pool_revoke` and `destroy`, restartable between steps.
 */
#include "revoke.h"

#include <port/current.h>
#include <port/machine.h>

#include "asid.h"
#include "assert.h"
#include "cap.h"
#include "endpoint.h"
#include "list.h"
#include "object.h"
#include "syscall.h"
#include "thread.h"

/* Free frames that one step hands on. */
#define POUR_FRAMES 512u

void process_kill(struct process *p)
{
	if (p->dying)
		return;
	p->dying = 1;
	asid_retire(current->hart, p);
}

static void process_step(struct process *p)
{
	process_kill(p);
	if (process_take_apart(p))
		process_end(p);
}

/* Its frames go to `heir`, in steps; its own goes back to the parent. True once it is gone. */
static bool pool_end_step(struct pool *p, struct pool *heir)
{
	KASSERT(p->used == 0, "I3: a pool ends with nothing charged to it");
	pool_pour(p, heir, POUR_FRAMES);
	if (p->free != 0)
		return false;
	heir->moved_in.calls++;
	LIST_REMOVE(p->parent->children, p);
	object_free(p->parent, TN_KIND_POOL, pool_frame(p), sizeof(*p));
	return true;
}

bool pool_revoke_step(struct pool *top)
{
	struct pool *p = top;

	p->dying = 1;
	while (p->children != NULL) {
		p = p->children;
		p->dying = 1;
	}
	if (p->processes != NULL)
		process_step(p->processes);
	else if (p == top)
		return true;
	else
		pool_end_step(p, top);
	return false;
}

bool pool_destroy_step(struct pool *p)
{
	return pool_revoke_step(p) && pool_end_step(p, p->parent);
}

result_t call_pool_revoke(uint64_t pool, uint64_t flags)
{
	struct pool *p;

	if ((flags & ~(uint64_t)TN_FLAG_STEP) != 0)
		return failure(TN_EINVAL, 0);
	p = cap_pool(pool, TN_RIGHT_OWN);
	if (p == NULL)
		return failure(cap_refusal(pool, TN_CAP_POOL, TN_RIGHT_OWN), 0);
	if (pool_is_within(current->process->pool, p))
		return failure(TN_EBUSY, 0);
	while (!pool_revoke_step(p)) {
		if (flags & TN_FLAG_STEP)
			return failure(TN_EAGAIN, 0);
		if (port_interrupt_pending())
			return port_restart(pool, flags, 0, 0, TN_CALL_POOL_REVOKE);
	}
	p->dying = 0;
	return success(0);
}

/* One step of the end of what `s` names. True once it is gone. */
static bool destroy_step(const struct slot *s)
{
	void *object = frame_memory(pfn(s->frame));

	switch (SLOT_TYPE(s->word)) {
	case TN_CAP_POOL:
		return pool_destroy_step(object);
	case TN_CAP_PROCESS:
		process_kill(object);
		if (!process_take_apart(object))
			return false;
		process_end(object);
		return true;
	case TN_CAP_THREAD:
		thread_end(object);
		return true;
	default:
		endpoint_end(object);
		return true;
	}
}

/* The caller would saw off the branch it sits on. */
static bool is_own(const struct slot *s)
{
	void *object = frame_memory(pfn(s->frame));

	switch (SLOT_TYPE(s->word)) {
	case TN_CAP_POOL:
		return pool_is_within(current->process->pool, object);
	case TN_CAP_PROCESS:
		return object == current->process;
	default:
		return object == current;
	}
}

result_t call_destroy(uint64_t slot, uint64_t flags)
{
	struct slot *s = cap_slot(slot);
	uint64_t type = SLOT_TYPE(s->word);
	int error;

	if ((flags & ~(uint64_t)TN_FLAG_STEP) != 0)
		return failure(TN_EINVAL, 0);
	if (type < TN_CAP_POOL || type > TN_CAP_ENDPOINT)
		type = TN_CAP_POOL;
	error = cap_refusal(slot, type, TN_RIGHT_OWN);
	if (error != 0)
		return failure(error, 0);
	if (is_own(s))
		return failure(TN_EBUSY, 0);
	while (!destroy_step(s)) {
		if (flags & TN_FLAG_STEP)
			return failure(TN_EAGAIN, 0);
		if (port_interrupt_pending())
			return port_restart(slot, flags, 0, 0, TN_CALL_DESTROY);
	}
	slot_set(s, 0, 0, 0);
	return success(0);
}
