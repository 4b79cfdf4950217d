/*
 * message.h - messages between threads, calls and their answers, signals.
 *
 * A call binds two threads: caller->partner is who has to answer, partner->caller whom. Whoever
 * of the two ends first frees the other: nobody hangs.
 */
#ifndef KERNEL_MESSAGE_H
#define KERNEL_MESSAGE_H

#include "endpoint.h"
#include "slot.h"
#include "thread.h"
#include "types.h"

/* Ends what t waits for, if anything, with this error; and what waits for t, with EPEER. t is
 * then in no queue and not ready. */
void message_abandon(struct thread *t, int error);

/* The call that a REPLY slot names still waits for it. */
bool message_reply_is_live(const struct slot *s);

/* A REPLY slot is about to be emptied unused: who waits for it is told EPEER. */
void message_forget(struct slot *reply);

/* Ors `bits` into what is pending; a thread that waits for any of them receives them. */
void thread_signal(struct thread *t, uint64_t bits);

/* The current thread faults or exits: a call to its fault endpoint. Without one it stops. */
void message_fault(uint64_t label, uint64_t w0, uint64_t w1, uint64_t w2);

#endif
