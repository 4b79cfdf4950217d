/*
 * trap.h - what the trap entry hands to the core: a user thread's fault; and how it, or the
 * thread's exit, becomes a call to the thread's fault endpoint.
 */
#pragma once

#include "thread.h"

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

/* The current thread faults or exits: a call to its fault endpoint, with three words. Without one
 * it stops. */
void trap_call(uint64_t label, uint64_t w0, uint64_t w1, uint64_t w2);

/* The answer to t's fault stands in the current thread's registers: t resumes, or stays stopped. */
void trap_answer(struct thread *t);
