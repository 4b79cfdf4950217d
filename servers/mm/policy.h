/*
 * policy.h - the decisions of mm, apart from its bookkeeping.
 *
 * A policy is one struct of functions in one file (policies/). It sees numbers of one pool and
 * answers a number of frames; supply.h carries it out. It never makes a call.
 */
#pragma once

#include <stdint.h>

/* One pool, as a policy sees it; frames. */
struct policy_view {
	uint64_t free, used;
	uint64_t low, high; /* the marks set when the pool was made; both 0: no stock at all */
	uint64_t depth;     /* 0: the root pool */
};

struct policy {
	const char *name;
	/*
	 * Frames to give now. `missing`: what the kernel said a call lacked, and then the answer
	 * must be at least that; 0 after any call that may have used frames.
	 */
	uint64_t (*refill)(const struct policy_view *pool, uint64_t missing);
	/* Free frames to take back now; asked after calls that may have freed some. */
	uint64_t (*idle)(const struct policy_view *pool);
};

/* The policy this program was linked with. */
extern const struct policy mm_policy;
