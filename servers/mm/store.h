/*
 * store.h - all frames of the machine: the ledger that says whose they are and the buddy
 * allocator of those that are user space's and idle.
 *
 * Between the steps of mm a user frame is either free in the buddy allocator or in use (mapped or
 * pinned), so nothing is ever lost: store_put_idle makes it so when mappings end.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "buddy.h"
#include "ledger.h"
#include "space.h"

#define STORE_NONE UINT64_MAX

struct store {
	struct space space;
	struct ledger ledger;
	struct buddy buddy;
	uint64_t window_first, window_end; /* indices of the frames that may be lent */
	uint64_t lendable;                 /* free ones among these */
};

/* Bytes of memory for the ledger and the allocator of a space, a multiple of 8. */
uint64_t store_bytes(const struct space *space);

/*
 * Sets up ledger and allocator over store->space, which is complete: every frame a hole, nothing
 * free. `memory` holds store_bytes(&store->space), aligned to 8. The window is in frames.
 */
void store_init(struct store *store, void *memory, uint64_t window_first, uint64_t window_count);

/*
 * First frame of a block of 2^order free frames, now the caller's to map. Frames that could not
 * be lent are taken first. STORE_NONE if there is no such block.
 */
uint64_t store_take(struct store *store, unsigned order);

/* The same for frames that may be lent, and for those that could not. */
uint64_t store_take_lendable(struct store *store, unsigned order);
uint64_t store_take_far(struct store *store, unsigned order);

/* Takes exactly these frames. False, with no effect, unless all are free and may be lent. */
bool store_claim(struct store *store, uint64_t first, uint64_t count);

/* These frames of user space, none of them free yet and all idle, become free. */
bool store_put(struct store *store, uint64_t first, uint64_t count);

/* Those frames of the range, none of them free yet, that are user space's and idle become free. */
void store_put_idle(struct store *store, uint64_t first, uint64_t count);
