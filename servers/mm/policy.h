/*
 * policy.h - the decisions of mm, apart from its bookkeeping.
 *
 * A policy is one struct of functions in one file (policies/). It sees numbers of one pool and
 * answers numbers: how many frames, which, for whom. It makes no call and keeps no frame; the rest
 * of mm carries the answers out (supply.h) and writes them down.
 *
 * No answer is believed. Counts are cut to what there is and what a quota allows; a frame or a pool
 * that is not to be had is refused, by mm's ledger or by the kernel, and counted as a refusal. What
 * mm's own pool lacks, mm takes itself if it is not given. So a policy can starve programs. It cannot
 * lose a frame, nor harm the kernel, nor stop mm, unless it says `keeps_nothing` and lies.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/abi.h>

/* Which frames: the number of one, or one of these. */
#define POLICY_STOCK (~(uint64_t)0) /* a free frame of the pool */
#define POLICY_FRESH (~(uint64_t)1) /* idle user frames that nobody has a claim to; mm picks */
#define POLICY_ASIDE (~(uint64_t)2) /* frames set aside for the pool, in their order */

/* One pool, as a policy sees it; all counts are frames. */
struct policy_view {
	uint64_t pool;       /* its number in mm's records; 0 is the root pool, mm's own */
	uint64_t depth;      /* 0: the root pool, 1: a client's */
	uint64_t free, used; /* lent to it: on its free list, and in objects */
	uint64_t quota;      /* most that may be lent to it; 0: no limit */
	uint64_t aside;      /* idle user frames set aside for it */
	uint64_t low, high;  /* its marks, as `begin` chose them */
	uint64_t idle;       /* idle user frames that the kernel would take, claimed by nobody */
};

/* What a pool begins with. */
struct policy_terms {
	/*
	 * The kernel tells mm when the free frames fall below `low`, and then `refill` is asked. 0: it
	 * does not, and `refill` is asked after mm's calls, as always for mm's own pool.
	 */
	uint64_t low;
	uint64_t high; /* for the policy's own use */
	/* User frames to set aside for the pool alone, as far as its quota reaches; 0 if it has none. */
	uint64_t aside;
};

/* Frames for a pool. */
struct policy_gift {
	uint64_t pool; /* number of the pool that gets them: as a rule the one that was asked for */
	uint64_t count;
	uint64_t first; /* POLICY_FRESH, POLICY_ASIDE, or the first of `count` frames in a row */
};

/* Boot arguments that are for the policy; POLICY_DEFAULT where one is not there. */
#define POLICY_DEFAULT (~(uint64_t)0)
struct policy_options {
	uint64_t low, high; /* low=, high= */
};

struct policy {
	const char *name;
	const char *about; /* one line for people */
	/*
	 * Page tables are made by table_attach, each from a frame that `object` names, and detached
	 * when nothing is mapped below them. Otherwise the kernel makes them out of the stock.
	 */
	bool explicit_tables;
	/*
	 * Whenever mm waits for a message, no pool has a free frame: mm ends if one has. A refill
	 * that a client asks for (TN_MM_REFILL) shows that the frames are to be had, and is taken back.
	 */
	bool keeps_nothing;
	/* Clients may ask for ranges of frames to build objects from themselves (TN_MM_UNTYPED). */
	bool delegates;
	/* A pool has been made, empty; or mm's own, which the boot has filled, is asked about. */
	struct policy_terms (*begin)(const struct policy_view *pool,
				     const struct policy_options *options);
	/*
	 * mm is about to make an object in the pool: out of which frame? Where the one named is not to
	 * be had, the stock pays.
	 */
	uint64_t (*object)(const struct policy_view *pool, enum tn_kind kind);
	/*
	 * Frames to give now. `missing`: so many more than are free a call needed, and it is repeated
	 * if they are there afterwards (or a client asked for them, TN_MM_REFILL); 0: a call may have
	 * used frames, or the free ones fell below `low`, and nobody waits.
	 */
	struct policy_gift (*refill)(const struct policy_view *pool, uint64_t missing);
	/* Free frames to take back now; asked after calls that may have freed some. */
	uint64_t (*idle)(const struct policy_view *pool);
	/* `wanted` user frames are missing elsewhere: how many free ones this pool can do without. */
	uint64_t (*press)(const struct policy_view *pool, uint64_t wanted);
};

/* The policy this program was linked with. */
extern const struct policy mm_policy;
