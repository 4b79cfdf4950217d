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

	uint64_t low;   /* the watch fires when free falls below; 0: no watch, or it has fired */
	uint64_t rearm; /* it has fired: becomes low again when free rises to it; else 0 */
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

/*
 * For the prover: `d` is by how many frames an account is ahead of the table while a call is under
 * way. A function that changes one pool says that the counts of all others stay; so do theirs.
 */
/*@
  @ logic integer built{L}(struct pool *p) = p->kinds[1] + p->kinds[2] + p->kinds[3] +
  @	p->kinds[4] + p->kinds[5] + p->kinds[6];
  @ predicate flows_hold(struct pool *p, integer d) = I3_FLOWS(p, built(p) - d);
  @ predicate length_holds(struct pool *p, integer d) = p->free == free_total(p->self) + d;
  @ // more than a machine's life adds up to
  @ predicate flows_small(struct pool *p) = p->boot < PROOF_FLOW_MAX &&
  @	p->given.frames < PROOF_FLOW_MAX && p->moved_in.frames < PROOF_FLOW_MAX &&
  @	p->reclaimed.frames < PROOF_FLOW_MAX && p->moved_out.frames < PROOF_FLOW_MAX;
  @ predicate pool_holds(struct pool *p) = p->self < PROOF_FRAMES && is_pool(p->self) &&
  @	length_holds(p, 0) && flows_hold(p, 0) && flows_small(p);
  @
  @ predicate census_holds(integer k, integer d) = \forall integer j;
  @	TN_KIND_POOL <= j <= TN_KIND_TABLE ==> ram.kinds[j] == kind_total(j) + (j == k ? d : 0);
  @ logic integer lent_total{L} = kind_total(1) + kind_total(2) + kind_total(3) + kind_total(4) +
  @	kind_total(5) + kind_total(6) + kind_total(TN_KIND_FREE);
  @ predicate table_holds = words_shadowed && lists_hold(0, 0) && totals_are_sizes &&
  @	census_holds(0, 0) && ram.lent == lent_total;
  @*/

/*@ requires \valid_read(p);
  @ assigns \nothing;
  @ ensures \result.n == p->self; */
inline_always pfn_t pool_frame(const struct pool *p)
{
	return pfn(p->self);
}

/* The free frame that is the first to leave; of an empty list, the pool's own. */
/*@ requires \valid_read(p) && p->self < PROOF_FRAMES;
  @ assigns \nothing;
  @ ensures \result.n == proof_next[p->self]; */
inline_always pfn_t pool_first(const struct pool *p)
{
	return pfn(ring_next(&p->ring, pool_frame(p)));
}

/* The word of a free frame of the pool; clean: FRAME_CLEAN or 0. */
/*@ requires \valid_read(p) && (clean == 0 || clean == FRAME_CLEAN);
  @ assigns \nothing;
  @ ensures \result == FRAME_WORD(TN_KIND_FREE, p->self) + clean;
  @ ensures I2_ON_LIST(\result, p->self); */
inline_always uint64_t pool_free_word(const struct pool *p, uint64_t clean)
{
	return FRAME_WORD(TN_KIND_FREE, p->self) + clean;
}

/* The watch's threshold was crossed: signals once, until the free count has risen again. */
/*@ requires \valid(p);
  @ assigns p->low, p->rearm;
  @ ensures p->low == 0 && p->rearm == \old(p->low); */
void pool_watch_fire(struct pool *p);

/* The free count rose; re-arms the watch. */
/*@ requires \valid(p);
  @ assigns p->low, p->rearm;
  @ behavior arms:
  @	assumes p->rearm != 0 && p->free >= p->rearm;
  @	ensures p->low == \old(p->rearm) && p->rearm == 0;
  @ behavior waits:
  @	assumes p->rearm == 0 || p->free < p->rearm;
  @	ensures p->low == \old(p->low) && p->rearm == \old(p->rearm); */
inline_always void pool_rose(struct pool *p)
{
	if (unlikely(p->rearm != 0) && p->free >= p->rearm) {
		p->low = p->rearm;
		p->rearm = 0;
	}
}

/*@ requires \valid_read(p) && flows_hold(p, 0) && flows_small(p);
  @ assigns \nothing;
  @ ensures \result == built(p); */
inline_always uint64_t pool_used(const struct pool *p)
{
	return p->boot + p->given.frames + p->moved_in.frames - p->reclaimed.frames -
	       p->moved_out.frames - p->free;
}

/* Brings `peak` up to date: before an object ends, and for who asks. */
/*@ requires \valid(p) && flows_hold(p, 0) && flows_small(p);
  @ assigns p->peak;
  @ ensures p->peak == \max(\old(p->peak), built(p)); */
inline_always void pool_note_peak(struct pool *p)
{
	uint64_t used = pool_used(p);

	if (used > p->peak)
		p->peak = used;
}

/* One object of `kind` more. */
/*@ requires \valid(p) && TN_KIND_POOL <= kind <= TN_KIND_TABLE;
  @ requires p->kinds[kind] < PROOF_FLOW_MAX && ram.kinds[kind] < PROOF_FLOW_MAX;
  @ assigns p->kinds[kind], ram.kinds[kind];
  @ ensures I3: \forall integer d; \old(flows_hold(p, d)) ==> flows_hold(p, d + 1);
  @ ensures p->kinds[kind] == \old(p->kinds[kind]) + 1;
  @ ensures ram.kinds[kind] == \old(ram.kinds[kind]) + 1; */
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
/*@ requires \valid(p) && pool_holds(p) && TN_KIND_POOL <= kind <= TN_KIND_TABLE;
  @ requires table_holds && p->kinds[kind] < PROOF_FLOW_MAX;
  @ requires p->free > 0;
  @ assigns proof_next[0 .. PROOF_FRAMES - 1], proof_back[0 .. PROOF_FRAMES - 1];
  @ assigns p->free, p->kinds[kind], p->low, p->rearm, ram.kinds[kind];
  @ ensures taken: frame_exists(\result.n) && is_free_of(\result.n, p->self) &&
  @	proof_next[\result.n] == 0 && proof_back[\result.n] == 0;
  @ ensures free: p->free == \old(p->free) - 1;
  @ ensures kind: p->kinds[kind] == \old(p->kinds[kind]) + 1;
  @ ensures I1: census_holds(kind, 1);
  @ ensures I2: lists_hold(\result.n, \result.n + 1);
  @ ensures I3: flows_hold(p, 0);
  @ ensures lengths: length_holds(p, -1); */
pfn_t pool_take(struct pool *p, unsigned kind);

/* As pool_take, of the named frame, which is FREE in this pool. */
/*@ requires \valid(p) && pool_holds(p) && TN_KIND_POOL <= kind <= TN_KIND_TABLE;
  @ requires table_holds && p->kinds[kind] < PROOF_FLOW_MAX;
  @ requires is_free_of(f.n, p->self) && frame_exists(f.n);
  @ assigns proof_next[0 .. PROOF_FRAMES - 1], proof_back[0 .. PROOF_FRAMES - 1];
  @ assigns p->free, p->kinds[kind], p->low, p->rearm, ram.kinds[kind];
  @ ensures taken: proof_next[f.n] == 0 && proof_back[f.n] == 0;
  @ ensures free: p->free == \old(p->free) - 1;
  @ ensures kind: p->kinds[kind] == \old(p->kinds[kind]) + 1;
  @ ensures I1: census_holds(kind, 1);
  @ ensures I2: lists_hold(f.n, f.n + 1);
  @ ensures I3: flows_hold(p, 0);
  @ ensures lengths: length_holds(p, -1); */
void pool_take_named(struct pool *p, unsigned kind, pfn_t f);

/* pool_take would neither find the list empty nor let the watch fire. */
inline_always bool pool_is_ample(const struct pool *p)
{
	return p->free > p->low;
}

/* As pool_take, of a pool that is ample. */
/*@ requires \valid(p) && pool_holds(p) && TN_KIND_POOL <= kind <= TN_KIND_TABLE;
  @ requires table_holds && p->kinds[kind] < PROOF_FLOW_MAX;
  @ requires p->free > p->low;
  @ assigns proof_next[0 .. PROOF_FRAMES - 1], proof_back[0 .. PROOF_FRAMES - 1];
  @ assigns p->free, p->kinds[kind], ram.kinds[kind];
  @ ensures taken: frame_exists(\result.n) && is_free_of(\result.n, p->self) &&
  @	proof_next[\result.n] == 0 && proof_back[\result.n] == 0;
  @ ensures free: p->free == \old(p->free) - 1;
  @ ensures kind: p->kinds[kind] == \old(p->kinds[kind]) + 1;
  @ ensures I1: census_holds(kind, 1);
  @ ensures I2: lists_hold(\result.n, \result.n + 1);
  @ ensures I3: flows_hold(p, 0);
  @ ensures lengths: length_holds(p, -1); */
inline_always pfn_t pool_take_ample(struct pool *p, unsigned kind)
{
	//@ ghost list_first(p->self);
	pfn_t f = pool_first(p);

	p->free--;
	//@ assert ahead: flows_hold(p, -1);
	pool_count(p, kind);
	//@ assert I3: flows_hold(p, 0);
	freelist_remove(f);
	return f;
}

/* The frame of an object of `kind` that ended goes back to the free list of its pool. clean:
 * FRAME_CLEAN or 0. */
/*@ requires \valid(p) && pool_holds(p) && TN_KIND_POOL < kind <= TN_KIND_TABLE;
  @ requires table_holds && p->kinds[kind] > 0 && list_clock < PROOF_CLOCK_MAX;
  @ requires frame_exists(f.n) && shadow_kind[f.n] == kind && (clean == 0 || clean == FRAME_CLEAN);
  @ assigns PORT_FRAME_TABLE[f.n], shadow_kind[f.n], shadow_low[f.n];
  @ assigns proof_next[0 .. PROOF_FRAMES - 1], proof_back[0 .. PROOF_FRAMES - 1];
  @ assigns list_rank[f.n], list_clock;
  @ assigns p->free, p->kinds[kind], p->peak, p->low, p->rearm, ram.kinds[kind];
  @ ensures word: PORT_FRAME_TABLE[f.n] == FRAME_WORD(TN_KIND_FREE, p->self) + clean;
  @ ensures listed: is_free_of(f.n, p->self) && proof_next[p->self] == f.n;
  @ ensures free: p->free == \old(p->free) + 1;
  @ ensures kind: p->kinds[kind] == \old(p->kinds[kind]) - 1;
  @ ensures peak: p->peak == \max(\old(p->peak), \old(built(p)));
  @ ensures others: \forall integer h; h != p->self ==> free_total(h) == \old(free_total(h));
  @ ensures I1: census_holds(0, 0) && ram.lent == lent_total && totals_are_sizes;
  @ ensures I2: lists_hold(0, 0) && words_shadowed;
  @ ensures I3: flows_hold(p, 0);
  @ ensures lengths: length_holds(p, 0); */
void pool_put(struct pool *p, unsigned kind, pfn_t f, uint64_t clean);

/* Whether `need` frames can be taken: else EDYING, or ENOMEM with how many are missing. */
/*@ requires \valid(p) && p->enomem < PROOF_FLOW_MAX && need < PROOF_VALUE_MAX;
  @ assigns p->enomem;
  @ behavior dying:
  @	assumes need > 0 && p->dying != 0;
  @	ensures result_code_of(\result) == -TN_EDYING && p->enomem == \old(p->enomem);
  @ behavior enough:
  @	assumes !(need > 0 && p->dying != 0) && need <= p->free;
  @	ensures \result == 0 && p->enomem == \old(p->enomem);
  @ behavior missing:
  @	assumes !(need > 0 && p->dying != 0) && need > p->free;
  @	ensures result_code_of(\result) == -TN_ENOMEM &&
  @		result_value_of(\result) == need - p->free && p->enomem == \old(p->enomem) + 1;
  @ complete behaviors; disjoint behaviors; */
result_t pool_take_check(struct pool *p, uint64_t need);

/* Fills a zeroed frame's worth of pool; the frame word is the caller's. */
void pool_init(struct pool *p, pfn_t self, struct pool *parent);

/* `inner` is `outer` or below it. At most POOL_DEPTH_MAX steps. */
bool pool_is_within(const struct pool *inner, const struct pool *outer);

/* At most `count` frames of from's free list become to's. Returns how many. The caller counts
 * the call in the flows' `calls`. */
uint64_t pool_pour(struct pool *from, struct pool *to, uint64_t count);
