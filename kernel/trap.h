/*
 * trap.h - what the trap entry hands to the core: a user thread's fault.
 */
#ifndef KERNEL_TRAP_H
#define KERNEL_TRAP_H

#include <tenure/abi.h>

#include "types.h"

struct fault {
	enum tn_fault kind;
	const char *name; /* for people */
	uint64_t pc;
	uint64_t address;
};

/*
 * The current thread faulted; its registers are saved. It may go on if an entry already allows
 * what it tried (a stale translation, or a hart that leaves accessed and dirty to software); else
 * its fault endpoint is called. The boot thread has none: its fault ends the machine.
 */
void trap_fault(const struct fault *f);

#endif
