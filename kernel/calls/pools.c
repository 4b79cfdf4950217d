/*
 * pools.c - frames between pools, what user space can learn about a pool, and the watch.
 */
#include "cap.h"
#include "syscall.h"
#include "thread.h"

result_t call_pool_info(uint64_t pool)
{
	const struct pool *p = cap_pool(pool, 0);
	struct tn_pool_info *info = (struct tn_pool_info *)current->utcb->words;

	if (p == NULL)
		return failure(cap_refusal(pool, TN_CAP_POOL, 0), 0);
	*info = (struct tn_pool_info){
		.free = p->free,
		.used = p->used,
		.peak = p->peak,
		.boot = p->boot,
		.give_calls = p->given.calls,
		.give_frames = p->given.frames,
		.reclaim_calls = p->reclaimed.calls,
		.reclaim_frames = p->reclaimed.frames,
		.move_in_calls = p->moved_in.calls,
		.move_in_frames = p->moved_in.frames,
		.move_out_calls = p->moved_out.calls,
		.move_out_frames = p->moved_out.frames,
		.enomem = p->enomem,
		.depth = p->depth,
		.frame = p->self,
		.parent = p->parent != NULL ? p->parent->self : TN_NONE,
	};
	for (unsigned kind = 0; kind < 8; kind++)
		info->kinds[kind] = p->kinds[kind];
	return success(p->free);
}

/* low 0 ends a watch. If the pool is below already, the signal goes at once. */
result_t call_pool_watch(uint64_t pool, uint64_t low, uint64_t thread, uint64_t bits)
{
	struct pool *p = cap_pool(pool, TN_RIGHT_OWN);
	struct slot *watcher = cap_slot(thread);

	if (p == NULL)
		return failure(cap_refusal(pool, TN_CAP_POOL, TN_RIGHT_OWN), 0);
	if (cap_object(thread, TN_CAP_THREAD, TN_THREAD_SIGNAL) == NULL)
		return failure(cap_refusal(thread, TN_CAP_THREAD, TN_THREAD_SIGNAL), 0);
	if (p->dying)
		return failure(TN_EDYING, 0);
	p->watcher = *watcher;
	p->watch_bits = bits;
	p->low = low;
	p->rearm = 0;
	if (p->free < low)
		pool_watch_fire(p);
	return success(0);
}

/* Free frames stay clean as they change hands. */
result_t call_frame_move(uint64_t from, uint64_t to, uint64_t count)
{
	struct pool *a, *b;

	if (count == 0 || count > TN_BATCH)
		return failure(TN_EINVAL, 0);
	a = cap_pool(from, TN_POOL_RECLAIM);
	if (a == NULL)
		return failure(cap_refusal(from, TN_CAP_POOL, TN_POOL_RECLAIM), 0);
	b = cap_pool(to, TN_POOL_GIVE);
	if (b == NULL)
		return failure(cap_refusal(to, TN_CAP_POOL, TN_POOL_GIVE), 0);
	if (a == b)
		return failure(TN_EINVAL, 0);
	if (a->dying || b->dying)
		return failure(TN_EDYING, 0);
	if (a->free < count)
		return pool_short(a, count);
	pool_pour(a, b, count);
	a->moved_out.calls++;
	b->moved_in.calls++;
	return success(0);
}
