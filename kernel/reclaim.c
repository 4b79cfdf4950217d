/*
 * reclaim.c - the call `frame_reclaim`: free frames leave a pool (I2, I3, I7).
 *
 * Neither zeroes nor allocates.
 */
#include "cap.h"
#include "object.h"
#include "syscall.h"
#include "words.h"

/* All frames of the range are free ones of p, whose words differ only in whether they are clean. */
static result_t reclaim_check(const struct pool *p, uint64_t first, uint64_t count)
{
	uint64_t raw = pool_free_word(p, 0), differ = 0;

#pragma GCC unroll 4
	for (const uint64_t *word = frame_words(pfn(first)), *end = word + count; word < end;
	     word++)
		differ |= *word ^ raw;
	return (differ & ~FRAME_CLEAN) == 0 ? success(0) : range_check(p, first, count);
}

/*
 * Takes the named frames out of the ring. Where frame f + 1 follows f in the ring, as after a
 * give, nothing need be unlinked between them: only the ends of each such stretch are.
 */
static void range_take(uint64_t first, uint64_t count)
{
	for (uint64_t f = first, end = first + count; f < end;) {
		uint64_t back = LINK_BACK(link_get(pfn(f))), next;

		do {
			next = opaque(link_next(f));
			link_set(pfn(f++), 0);
		} while (next == f && f < end);
		link_set_next(back, next);
		link_set_previous(next, back);
	}
	words_fill(frame_words(pfn(first)), count, 0);
}

static void reclaim_account(struct pool *p, uint64_t count)
{
	p->free -= count;
	p->reclaimed.calls++;
	p->reclaimed.frames += count;
	ram.lent -= count;
	if (p->free < p->low)
		pool_watch_fire(p);
}

/* The runs of ascending frames that it found go to the UTCB, as long as there is room. */
static result_t reclaim_any(const struct slot *range, struct pool *p, uint64_t count)
{
	uint64_t *words = current->utcb->words, runs = 0, frames = 0, next = TN_NONE;

	for (; frames < count && p->free > frames; frames++) {
		pfn_t f = pool_first(p);

		if (f.n - range->frame >= range->badge || (f.n != next && runs == TN_UTCB_WORDS))
			break;
		if (f.n != next)
			words[runs++] = f.n;
		words[runs - 1] += (uint64_t)1 << 32;
		next = f.n + 1;
		freelist_remove(f);
		frame_set(f, 0);
		block_add(f, -1);
	}
	reclaim_account(p, frames);
	return success(frames + (runs << 32));
}

result_t call_frame_reclaim(uint64_t frames, uint64_t pool, uint64_t first, uint64_t count)
{
	int error = count == 0 || count > TN_BATCH ? TN_EINVAL : 0;
	const struct slot *range = cap_find_slot(frames, TN_CAP_FRAMES, 0, &error);
	struct pool *p = cap_find(pool, TN_CAP_POOL, TN_POOL_RECLAIM, &error);
	result_t r;

	if (error != 0 || p->dying)
		return failure(error ?: TN_EDYING, 0);
	if (first == TN_ANY)
		return reclaim_any(range, p, count);
	r = slot_check(range, first, count) ?: reclaim_check(p, first, count);
	if (result_code(r) != 0)
		return r;
	range_take(first, count);
	block_add_range(pfn(first), count, -1);
	reclaim_account(p, count);
	return success(0);
}
