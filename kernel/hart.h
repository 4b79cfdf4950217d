/*
 * hart.h - what each hart has of its own. Reached from the current thread, never through a
 * global name, so that more harts can come.
 */
#ifndef KERNEL_HART_H
#define KERNEL_HART_H

#include <tenure/abi.h>

#include "queue.h"
#include "types.h"

struct process;

typedef result_t (*call_handler)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
				 uint64_t, uint64_t);

/* The first offset is known to the trap entry, which keeps the kernel stack below. */
struct hart {
	const call_handler *calls; /* handler table: plain or checked */
	uint64_t asid_generation;  /* ASIDs of older generations may be held by others now */
	uint64_t asid_next;
	struct process *space;     /* whose page tables the hart walks */
	uint64_t ready;            /* bit p: some thread of priority p is ready */
	struct queue queues[TN_PRIORITY_MAX + 1]; /* ready threads; the running one is in none */
};

#endif
