/*
 * delegation.h - what the kernel may say of a frame that the ledger has as delegated. Pure.
 *
 * Delegated to pool X, a frame is user space's, in X, or in a pool below X. Such a pool is built of
 * a frame that is delegated to X itself: X gets its frames from the client's ranges alone. Words of
 * objects have an id in the pool's place; they count by where they are.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ledger.h"

/* Which pool holds a delegated frame. */
enum delegation {
	DELEGATION_USER,   /* none: user space's, with any references, under large pages or not */
	DELEGATION_OWN,    /* X: free in it, or a capability page or page table of it */
	DELEGATION_BELOW,  /* the same for a pool below X */
	DELEGATION_OBJECT, /* an object's, of X or below */
	DELEGATION_WRONG   /* something else: ledger and kernel disagree */
};

/* The kernel's word of any frame. */
typedef uint64_t delegation_look(void *context, uint64_t frame);

/*
 * `word`: the kernel's, of a frame that `ledger` has as delegated to pool `pool`, whose own frame
 * is `own`. `look` is asked where the word names another pool.
 */
enum delegation delegation_judge(const struct ledger *ledger, uint16_t pool, uint64_t own,
				 uint64_t word, delegation_look *look, void *context);
