/*
 * pools.c - frames between pools, what user space can learn about a pool, and the watch.
 */
#include <port/string.h>

#include "cap.h"
#include "syscall.h"

result_t call_pool_info(uint64_t pool)
{
	struct tn_pool_info *info = (struct tn_pool_info *)current->utcb->words;
	int error = 0;
	struct pool *p = cap_find(pool, TN_CAP_POOL, 0, &error);

	if (error != 0)
		return failure(error, 0);
	pool_note_peak(p);
	info->free = p->free;
	info->used = pool_used(p);
	memcpy(&info->peak, &p->peak,
	       offsetof(struct tn_pool_info, depth) - offsetof(struct tn_pool_info, peak));
	info->depth = p->depth;
	info->frame = p->self;
	info->parent = p->parent != NULL ? p->parent->self : TN_NONE;
	return success(p->free);
}

/* low 0 ends a watch. If the pool is below already, the signal goes at once. */
result_t call_pool_watch(uint64_t pool, uint64_t low, uint64_t thread, uint64_t bits)
{
	int error = 0;
	struct pool *p = cap_find(pool, TN_CAP_POOL, TN_RIGHT_OWN, &error);

	error = error ?: cap_refusal(thread, TN_CAP_THREAD, TN_THREAD_SIGNAL);
	if (error != 0 || p->dying)
		return failure(error ?: TN_EDYING, 0);
	p->watcher = *cap_slot(thread);
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
	int error = count == 0 || count > TN_BATCH ? TN_EINVAL : 0;
	struct pool *a = cap_find(from, TN_CAP_POOL, TN_POOL_RECLAIM, &error);
	struct pool *b = cap_find(to, TN_CAP_POOL, TN_POOL_GIVE, &error);
	result_t r;

	if (error == 0 && a == b)
		error = TN_EINVAL;
	if (error != 0 || a->dying || b->dying)
		return failure(error ?: TN_EDYING, 0);
	r = pool_take_check(a, count);
	if (result_code(r) != 0)
		return r;
	pool_pour(a, b, count);
	a->moved_out.calls++;
	b->moved_in.calls++;
	return success(0);
}
