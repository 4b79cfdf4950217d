/*
 * fixture.h - objects in every state that a call may meet, made once at the start of the guest.
 */
#pragma once

#include <stdint.h>

#include "ladder.h"

/* Capabilities by slot, frames by number. */
struct fixture {
	uint64_t pool, other_pool;          /* supplied, and not the root */
	uint64_t empty_pool;                /* no free frame */
	uint64_t process, thread, endpoint; /* paid by `pool` */
	uint64_t poor_process;              /* paid by `empty_pool`, without a root table */
	uint64_t large_process; /* paid by a pool without free frames; 2 MiB read-only at
					* GUEST_FREE */
	uint64_t dying_pool, dying_process, dying_thread;
	uint64_t badged;    /* a copy of `endpoint` */
	uint64_t no_frames; /* FRAMES with all rights over one frame that no test uses */

	uint64_t idle;          /* an idle user frame */
	uint64_t used;          /* a mapped one */
	uint64_t free, foreign; /* free in `pool`, in `other_pool` */
	uint64_t object;        /* an object's */
	uint64_t image, boot, hole;
	uint64_t beyond; /* the first behind all RAM */

	uint64_t slot_free; /* empty */
	uint64_t page;      /* address of a mapped page of the guest's own */
	uint64_t user_top;
};

extern struct fixture fixture;

void fixture_make(void);

/* Climbs the rungs of one slot argument that must be of `type` with `rights`. */
void fixture_try_slot(uint64_t call, uint64_t arguments[6], unsigned argument, uint64_t type,
		      uint64_t rights);

/* The bad slots where a capability of this type is wanted with `rights`. */
struct bad_slots fixture_bad(uint64_t type, uint64_t rights);
