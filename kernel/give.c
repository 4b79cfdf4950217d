/*
 * give.c - the call `frame_give`: user frames become a pool's free frames (I2, I3, I7).
 *
 * Neither zeroes nor allocates. A named range is taken whole or not at all.
 */
#include "cap.h"
#include "object.h"
#include "syscall.h"
#include "words.h"

/* All frames of the range are USER, idle, under no large mapping and inside the window. Blocks
 * never touched are not: their words are no zeros. */
static result_t give_check(uint64_t first, uint64_t count)
{
	while (words_or(frame_words(pfn(first)), count) != 0 || !frame_is_plain(pfn(first)) ||
	       !frame_is_plain(pfn(first + count - 1)))
		if (!frame_touch_range(pfn(first), count))
			return range_check(NULL, first, count);
	return success(0);
}

static void give_account(struct pool *p, uint64_t count)
{
	p->free += count;
	p->given.calls++;
	p->given.frames += count;
	ram.lent += count;
	pool_rose(p);
}

static apart result_t give_general(uint64_t frames, uint64_t pool, uint64_t first, uint64_t count)
{
	int error = count == 0 || count > TN_BATCH ? TN_EINVAL : 0;
	const struct slot *range = cap_find_slot(frames, TN_CAP_FRAMES, TN_FRAMES_GIVE, &error);
	struct pool *p = cap_find(pool, TN_CAP_POOL, TN_POOL_GIVE, &error);
	result_t r;

	if (error != 0 || p->dying)
		return failure(error ?: TN_EDYING, 0);
	r = slot_check(range, first, count) ?: give_check(first, count);
	if (result_code(r) != 0)
		return r;
	block_add_range(pfn(first), count, 1);
	words_fill(frame_words(pfn(first)), count, pool_free_word(p, 0));
	freelist_push_run(pool_frame(p), pfn(first), count);
	give_account(p, count);
	return success(0);
}

/* One frame. */
result_t call_frame_give(uint64_t frames, uint64_t pool, uint64_t first, uint64_t count)
{
	const struct slot *range;
	struct pool *p;

	if (unlikely(count != 1))
		goto general;
	range = cap_slot(frames);
	if (unlikely(!slot_grants(range, TN_CAP_FRAMES, TN_FRAMES_GIVE)) ||
	    unlikely(first - range->frame >= range->badge))
		goto general;
	p = cap_object(pool, TN_CAP_POOL, TN_POOL_GIVE);
	if (unlikely(p == NULL) || unlikely(p->dying != 0))
		goto general;
	if (unlikely(frame_get(pfn(first)) != 0) || unlikely(!frame_is_plain(pfn(first))))
		goto general;

	block_add(pfn(first), 1);
	frame_set(pfn(first), pool_free_word(p, 0));
	freelist_push(&p->ring, pool_frame(p), pfn(first));
	give_account(p, 1);
	return success(0);
general:
	return give_general(frames, pool, first, count);
}
