/*
 * thread.h - a thread: registers, and a UTCB frame that it pins.
 */
#ifndef KERNEL_THREAD_H
#define KERNEL_THREAD_H

#include <port/current.h>
#include <tenure/abi.h>

#include "hart.h"
#include "slot.h"
#include "types.h"

struct process;

/* Offsets of the first fields are known to the trap entry (arch asserts them). */
struct thread {
	uint64_t registers[32]; /* [0]: pc; [i]: x_i, as far as saved (see entry.S) */
	struct hart *hart;
	struct slot **directory; /* of its process: one load less at each lookup */
	struct process *process;
	struct tn_utcb *utcb; /* through the direct map; NULL: none pinned */
	uint64_t state;       /* enum tn_thread_state */
	uint64_t signals;     /* pending */
	uint32_t self;
	uint32_t priority;
	struct thread *next, *previous; /* in the process */
	uint64_t spare[7];
};
_Static_assert(sizeof(struct thread) % 64 == 0, "zeroed by 64 bytes");

void thread_init(struct thread *t, pfn_t self, struct process *p);

/* Unpins its UTCB, unlinks it and gives its frame back. */
void thread_end(struct thread *t);

/* The frame becomes its UTCB: a USER frame inside the window with a reference to spare. */
void thread_pin_utcb(struct thread *t, pfn_t f);

/* The thread that a weak reference names, or NULL if it is gone. */
struct thread *thread_of_slot(const struct slot *s);

/* Ors `bits` into what is pending. */
void thread_signal(struct thread *t, uint64_t bits);

#endif
