/*
 * short.h - the short ways of two calls, and where they end, in the trap entry.
 */
#pragma once

#include <stdint.h>

struct thread;

/* call and reply_recv, their first argument in a0. They do not return. */
void short_call(uint64_t endpoint);
void short_reply_recv(uint64_t endpoint);

/* A page fault, all registers saved: a2 its kind, a3 the address, a4 the pc, a5 and a6 zero. */
void short_fault(void);

/* entry.S: the current thread's registers are kept and `to` goes on, the message in a1 to a7. */
void short_switch(struct thread *to);

/* The same, and `to` is loaded whole. */
void short_switch_whole(struct thread *to);

/* entry.S: `to` goes on, the message in a1 to a7; the current thread's registers have been kept. */
void short_enter(struct thread *to);

/* entry.S: the fault is handled in full. */
void short_fault_refused(void);

/* entry.S: the call is made in full, with its arguments as they were. */
void short_refused(uint64_t endpoint);
