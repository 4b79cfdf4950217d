/*
 * pool.h - a pool: free frames lent by user space, and the account of what was built from them
 * (I2, I3, I10).
 *
 * Used are the frames of objects charged to the pool, its sub-pools' own frames among them. No
 * counter says how many: what came in, has not gone out and is not free, is used.
 */
#pragma once

#include "freelist.h"
#include "slot.h"

#ifndef POOL_DEPTH_MAX
#define POOL_DEPTH_MAX 16u
#endif

struct process;

/* Flow of frames across the pool's border: calls and frames. */
struct pool_flow {
	uint64_t calls, frames;
};

struct pool {
	struct link ring; /* closes the free list, see freelist.h */

	uint64_t free;

	/* as struct tn_pool_info has them */
	uint64_t peak; /* most that were used before the last object ended */
	uint64_t kinds[8];
	uint64_t boot;
	struct pool_flow given, reclaimed, moved_in, moved_out;
	uint64_t enomem;

	uint64_t low;    /* the watch fires when free falls below; 0: no watch, or it has fired */
	uint64_t rearm;  /* it has fired: becomes low again when free rises to it; else 0 */
	uint32_t self;  /* own frame */
	uint32_t depth; /* 0: the root pool */
	uint64_t dying; /* being revoked: nothing is created, given or moved in */
	struct pool *parent, *children, *next, *previous; /* the tree; siblings in a list */
	struct process *processes;

	struct slot watcher; /* weak: a thread, checked when the watch fires */
	uint64_t watch_bits;
	uint64_t spare[7];
};
_Static_assert(sizeof(struct pool) % 64 == 0, "zeroed by 64 bytes");
_Static_assert(offsetof(struct pool, enomem) - offsetof(struct pool, peak) ==
		       offsetof(struct tn_pool_info, enomem) - offsetof(struct tn_pool_info, peak),
	       "pool_info copies them");

inline_always pfn_t pool_frame(const struct pool *p)
{
	return pfn(p->self);
}

/* The word of a free frame of the pool; clean: FRAME_CLEAN or 0. */
inline_always uint64_t pool_free_word(const struct pool *p, uint64_t clean)
{
	return FRAME_WORD(TN_KIND_FREE, p->self) + clean;
}

/* The watch's threshold was crossed: signals once, until the free count has risen again. */
void pool_watch_fire(struct pool *p);

/* The free count rose; re-arms the watch. */
inline_always void pool_rose(struct pool *p)
{
	if (unlikely(p->rearm != 0) && p->free >= p->rearm) {
		p->low = p->rearm;
		p->rearm = 0;
	}
}

inline_always uint64_t pool_used(const struct pool *p)
{
	return p->boot + p->given.frames + p->moved_in.frames - p->reclaimed.frames -
	       p->moved_out.frames - p->free;
}

/* Brings `peak` up to date: before an object ends, and for who asks. */
inline_always void pool_note_peak(struct pool *p)
{
	uint64_t used = pool_used(p);

	if (used > p->peak)
		p->peak = used;
}

/* One object of `kind` more. */
inline_always void pool_count(struct pool *p, unsigned kind)
{
	p->kinds[kind]++;
	ram.kinds[kind]++;
}

/*
 * A frame leaves the free list for an object of `kind`. Only if free is not 0; a call checks that
 * before its first effect. The frame's word still says whether it is clean; to write the next one
 * is up to the caller.
 */
pfn_t pool_take(struct pool *p, unsigned kind);

/* As pool_take, of the named frame, which is FREE in this pool. */
void pool_take_named(struct pool *p, unsigned kind, pfn_t f);

/* pool_take would neither find the list empty nor let the watch fire. */
inline_always bool pool_is_ample(const struct pool *p)
{
	return p->free > p->low;
}

/* As pool_take, of a pool that is ample. */
inline_always pfn_t pool_take_ample(struct pool *p, unsigned kind)
{
	pfn_t f = pfn(p->ring.next);

	p->free--;
	pool_count(p, kind);
	freelist_remove(f);
	return f;
}

/* The frame of an object of `kind` that ended goes back to the free list of its pool. clean:
 * FRAME_CLEAN or 0. */
void pool_put(struct pool *p, unsigned kind, pfn_t f, uint64_t clean);

/* Whether `need` frames can be taken: else EDYING, or ENOMEM with how many are missing. */
result_t pool_take_check(struct pool *p, uint64_t need);

/* Fills a zeroed frame's worth of pool; the frame word is the caller's. */
void pool_init(struct pool *p, pfn_t self, struct pool *parent);

/* `inner` is `outer` or below it. At most POOL_DEPTH_MAX steps. */
bool pool_is_within(const struct pool *inner, const struct pool *outer);

/* At most `count` frames of from's free list become to's. Returns how many. The caller counts
 * the call in the flows' `calls`. */
uint64_t pool_pour(struct pool *from, struct pool *to, uint64_t count);
