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

inline_always uint64_t link_get(pfn_t f)
{
	return *(const uint64_t *)frame_memory(f);
}

inline_always void link_set(pfn_t f, uint64_t word)
{
	*(uint64_t *)frame_memory(f) = word;
}

/* One of the two alone. */
inline_always struct link *link_of(uint64_t f)
{
	return frame_memory(pfn(f));
}

/* Puts f behind the ring's head, so that it is the first to leave. ring: the head's own link. */
inline_always void freelist_push(struct link *ring, pfn_t head, pfn_t f)
{
	uint64_t first = ring->next;

	link_set(f, LINK(first, head.n));
	link_of(first)->previous = (uint32_t)f.n;
	ring->next = (uint32_t)f.n;
}

/* Takes f, which is in a ring, out of it, and clears its word. */
inline_always void freelist_remove(pfn_t f)
{
	uint64_t w = link_get(f);

	link_of(LINK_BACK(w))->next = (uint32_t)LINK_NEXT(w);
	link_of(LINK_NEXT(w))->previous = (uint32_t)LINK_BACK(w);
	link_set(f, 0);
}

/* Puts first .. first + count - 1 behind the head in ascending order, in one go. */
inline_always void freelist_push_run(pfn_t head, pfn_t first, uint64_t count)
{
	uint64_t old = LINK_NEXT(link_get(head)), last = first.n + count - 1;
	uint64_t w = LINK(first.n + 1, first.n - 1);

#pragma GCC unroll 4
	for (uint64_t f = first.n; f <= last; f++, w += LINK(1, 1))
		link_set(pfn(f), w);
	link_of(first.n)->previous = (uint32_t)head.n;
	link_of(last)->next = (uint32_t)old;
	link_of(old)->previous = (uint32_t)last;
	link_of(head.n)->next = (uint32_t)first.n;
}
