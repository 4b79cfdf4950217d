/*
 * freelist.h - the ring of a pool's free frames (I2).
 *
 *        +--------+      +---------+      +---------+
 *   +--> |  pool  | <--> | frame 7 | <--> | frame 3 | <--+     the first 8 bytes of each hold
 *   |    +--------+      +---------+      +---------+    |     next (low) and previous (high)
 *   +----------------------------------------------------+     frame number
 *
 * The pool's own frame closes the ring, so that no end is special. The word is the only one that
 * the kernel writes in a free frame, and it is cleared when the frame leaves the ring.
 */
#pragma once

#include "frame.h"

#define LINK_PREVIOUS ((uint64_t)1 << 32)
#define LINK(next, previous) ((next) + LINK_PREVIOUS * (uint64_t)(previous))
#define LINK_NEXT(w) ((w) % LINK_PREVIOUS)
#define LINK_BACK(w) ((w) / LINK_PREVIOUS)

struct link {
	uint32_t next, previous;
};

#include <port/links.h>

/* Puts f behind the ring's head, so that it is the first to leave. ring: the head's own link. */
/*@ requires frame_exists(f.n) && frame_exists(head.n) && is_pool(head.n) && is_free_of(f.n, head.n);
  @ requires lists_hold(f.n, f.n + 1) && list_clock < PROOF_CLOCK_MAX;
  @ assigns proof_next[0 .. PROOF_FRAMES - 1], proof_back[0 .. PROOF_FRAMES - 1];
  @ assigns list_rank[f.n], list_clock;
  @ ensures I2: lists_hold(0, 0);
  @ ensures clock: list_clock == \old(list_clock) + 1;
  @ ensures first: proof_next[head.n] == f.n; */
inline_always void freelist_push(struct link *ring, pfn_t head, pfn_t f)
{
	//@ ghost lists_open(f.n, f.n + 1);
	uint64_t first = ring_next(ring, head);

	link_set(f, LINK(first, head.n));
	link_set_previous(first, f.n);
	ring_set_next(ring, head, f.n);
	//@ ghost list_rank[f.n] = list_clock;
	//@ ghost list_clock++;
	//@ ghost lists_open(0, 0);
}

/* Takes f, which is in a ring, out of it, and clears its word. */
/*@ requires frame_exists(f.n) && is_free(f.n);
  @ requires lists_hold(0, 0);
  @ assigns proof_next[0 .. PROOF_FRAMES - 1], proof_back[0 .. PROOF_FRAMES - 1];
  @ ensures I2: lists_hold(f.n, f.n + 1);
  @ ensures cleared: proof_next[f.n] == 0 && proof_back[f.n] == 0; */
inline_always void freelist_remove(pfn_t f)
{
	//@ ghost lists_open(0, 0);
	uint64_t w = link_get(f);

	link_set_next(LINK_BACK(w), LINK_NEXT(w));
	link_set_previous(LINK_NEXT(w), LINK_BACK(w));
	link_set(f, 0);
	//@ ghost lists_open(f.n, f.n + 1);
}

/* Puts first .. first + count - 1 behind the head in ascending order, in one go. */
inline_always void freelist_push_run(pfn_t head, pfn_t first, uint64_t count)
{
	uint64_t old = LINK_NEXT(link_get(head)), last = first.n + count - 1;
	uint64_t w = LINK(first.n + 1, first.n - 1);

#pragma GCC unroll 4
	for (uint64_t f = first.n; f <= last; f++, w += LINK(1, 1))
		link_set(pfn(f), w);
	link_set_previous(first.n, head.n);
	link_set_next(last, old);
	link_set_previous(old, last);
	link_set_next(head.n, first.n);
}
