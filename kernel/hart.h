/*
 * hart.h - what each hart has of its own. Reached from the current thread, never through a
 * global name, so that more harts can come.
 */
#pragma once

#include "queue.h"

struct thread;

#define NO_GENERATION (~(uint64_t)0)

typedef result_t (*call_handler)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
				 uint64_t, uint64_t);

/* The first offset is known to the trap entry, which keeps the kernel stack below. */
struct hart {
	const call_handler *calls; /* handler table: plain or checked */
	uint64_t asid_generation;  /* ASIDs of older generations may be held by others now */
	uint64_t asid_next;
	/* The same, or NO_GENERATION while the floating-point unit is on: the short ways switch to
	 * processes of this generation alone, and so leave the unit to others. */
	uint64_t direct_generation;
	uint64_t direct_map; /* PORT_DMAP_OFFSET, for the short ways */
	/* Ready threads, the running one not among them: a bit for each priority that has any, the
	 * more urgent the lower, and a queue each, in the order of sched_queue(). */
	uint64_t ready;
	struct queue queues[TN_PRIORITY_MAX + 1];
	uint32_t turn;              /* ticks, from 1 on */
	struct thread *deadlines;   /* the earliest; see deadline.h */
	struct thread *float_owner; /* whose registers the floating-point unit has */
};
