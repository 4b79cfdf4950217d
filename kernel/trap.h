/*
 * trap.h - what the trap entry hands to the core: a user thread's fault.
 */
#ifndef KERNEL_TRAP_H
#define KERNEL_TRAP_H

#include "types.h"

enum fault_kind { FAULT_FETCH, FAULT_LOAD, FAULT_STORE, FAULT_ILLEGAL, FAULT_OTHER };

struct fault {
	enum fault_kind kind;
	const char *name; /* for people */
	uint64_t pc;
	uint64_t address;
};

/*
 * The current thread faulted; its registers are saved. Returns if the thread may go on: a page
 * fault whose entry already allows the access (a stale translation, or a hart that leaves
 * accessed and dirty to software). The boot thread has no handler: its fault ends the machine.
 */
void trap_fault(const struct fault *f);

#endif
