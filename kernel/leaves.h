/*
 * leaves.h - the end of leaf mappings (I4, I8): entry, fence, reference, in this order.
 */
#pragma once

#include "walk.h"

struct leaves_found {
	uint64_t count, dirty; /* entries */
};

/*
 * Ends the leaves among n entries from `at` on; holes and tables stay. No leaf's translation
 * outlives the call, and each has dropped its reference. The table's count is brought up to date.
 */
struct leaves_found leaves_clear(struct process *p, const struct place *at, uint64_t n);
