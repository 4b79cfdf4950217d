/*
 * short.h - the short ways of two calls, and where they end, in the trap entry.
 */
#ifndef ARCH_SHORT_H
#define ARCH_SHORT_H

#include <stdint.h>

struct thread;

/* call and reply_recv, their first argument in a0. They do not return. */
void short_call(uint64_t endpoint);
void short_reply_recv(uint64_t endpoint);

/* entry.S: the current thread's registers are kept and `to` goes on, the message in a1 to a7. */
void short_switch(struct thread *to);

/* entry.S: the call is made in full, with its arguments as they were. */
void short_refused(uint64_t endpoint);

#endif
