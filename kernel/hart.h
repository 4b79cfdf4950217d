/*
 * hart.h - what each hart has of its own. Reached from the current thread, never through a
 * global name, so that more harts can come.
 */
#ifndef KERNEL_HART_H
#define KERNEL_HART_H

#include "types.h"

struct process;

typedef result_t (*call_handler)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
				 uint64_t, uint64_t);

/* Offsets of the first two are known to the trap entry, which keeps the kernel stack below. */
struct hart {
	const call_handler *calls; /* handler table: plain or checked */
	uint64_t asid_generation;  /* ASIDs of older generations may be held by others now */
	uint64_t asid_next;
	struct process *space; /* whose page tables the hart walks */
};

#endif
