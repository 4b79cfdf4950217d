/*
 * invariants.h - facts about one frame, one entry or one pool, each an expression that the
 * checker's loops, the tests and the proofs read alike. d: a frame's word (descriptor.h); the number
 * is the invariant's in docs/invariants.md.
 */
#pragma once

#include <port/pte.h>

#include "descriptor.h"

/* I1: every frame of RAM has one of the kinds there are, or its block was never touched. */
#define I1_KIND_EXISTS(d) (FRAME_KIND(d) < TN_KIND_COUNT || FRAME_KIND(d) == KIND_UNTOUCHED)

/* I2: a frame on the free list of the pool at frame p. */
#define I2_ON_LIST(d, p) (FRAME_KIND(d) == TN_KIND_FREE && FRAME_POOL(d) == (p))

/* I3: the flows across a pool's border explain what it holds. */
#define I3_FLOWS(p, used)                                                                          \
	((p)->free + (used) == (p)->boot + (p)->given.frames + (p)->moved_in.frames -              \
				       (p)->reclaimed.frames - (p)->moved_out.frames)

/* I4: a USER frame has as many references as were counted; never more than the maximum. */
#define I4_REFERENCES(d, counted) (FRAME_REFS(d) == (counted) && FRAME_REFS(d) <= FRAME_REFS_MAX)

/* I4: the lower half of a block's word counts its frames that are not USER; of a gigabyte's, too. */
#define I4_OTHERS(w, counted) (BLOCK_OTHERS(w) == (counted))

/* I5, I6: what a leaf with the user bit may map. d: word of its frame; known: it is RAM. */
#define I5_COUNTED_LEAF(d) (FRAME_KIND(d) == TN_KIND_USER)
#define I5_UNCOUNTED_LEAF(e, d, known)                                                             \
	(!(known) || FRAME_KIND(d) == TN_KIND_HOLE ||                                              \
	 (FRAME_KIND(d) == TN_KIND_BOOT && pte_rights(e) == TN_MAP_READ))
#define I6_NOT_WRITE_EXECUTE(e)                                                                    \
	((pte_rights(e) & (TN_MAP_WRITE | TN_MAP_EXECUTE)) != (TN_MAP_WRITE | TN_MAP_EXECUTE))
#define I6_LARGE_IS_USER(w) (BLOCK_MAPPINGS(w) == 0 || BLOCK_OTHERS(w) == 0)

/* I12: ids in use were handed out, and none is the id of an empty slot. */
#define I12_ID_BORN(id) ((id) != 0 && (id) < object_next_id)

/* I13: a table's word tells its entries; one that may be emptied by itself is never empty. */
#define I13_COUNT(d, counted) (FRAME_ENTRIES(d) == (counted))
#define I13_NOT_EMPTY(d, root) (FRAME_ENTRIES(d) != 0 || FRAME_IS_EXPLICIT(d) || (root))
