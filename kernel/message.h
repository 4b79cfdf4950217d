/*
 * message.h - messages between threads, calls and their answers, signals.
 *
 * A call binds two threads: caller->partner is who has to answer, partner->caller whom. Whoever
 * of the two ends first frees the other: nobody hangs. Registers go through the threads' saved
 * ones.
 */
#pragma once

#include "endpoint.h"
#include "sched.h"

/* The message in t's registers. */
inline_always struct message *message_of(struct thread *t)
{
	return (struct message *)&t->registers[REGISTER_INFO];
}

/* The call that t makes, its message in its registers (or, if it has faulted, in fault_message),
 * its badge set: meets a receiver, who goes on first of its priority, or waits for one. */
void message_offer(struct thread *t, struct endpoint *e);

/* r, which runs, takes the call of t, which has left its queue. */
void message_receive(struct thread *r, struct thread *t);

/* `to`, which runs or waits for nothing but what is done here, gets the message of `from`. */
void message_copy(struct thread *from, struct thread *to, uint64_t badge);

/* The first who receives at e leaves its queue; NULL if nobody does. */
struct thread *message_receiver(struct endpoint *e);

/* What t waits for, or is called by, is no longer so: only t's side. */
void message_settle(struct thread *t);

/* Whom t has to answer, if anybody, is told EPEER. */
void message_drop_caller(struct thread *t);

/* Ends what t waits for, if anything, with this error; and what waits for t, with EPEER. t is
 * then in no queue and not ready. */
void message_abandon(struct thread *t, int error);

/* t, which receives, is told ETIMEDOUT. */
void message_time_out(struct thread *t);

/* The call that a REPLY slot names still waits for it. */
bool message_reply_is_live(const struct slot *s);

/* A REPLY slot is about to be emptied unused: who waits for it is told EPEER. */
void message_forget(struct slot *reply);

/* t, which receives, leaves the queue that it stands in, if any. */
void receiver_remove(struct thread *t);

/* t receives the signals `taken`, which are pending. */
inline_always void signals_deliver(struct thread *t, uint64_t taken)
{
	t->signals -= taken;
	thread_succeed(t);
	message_of(t)->info = TN_INFO(TN_LABEL_SIGNALS, 1);
	message_of(t)->words[0] = taken;
}

/* Gives t, which received nothing, the signals that it waits for. False if there are none. */
bool signals_receive(struct thread *t);

/* Ors `bits` into what is pending; a thread that waits for any of them receives them. */
inline_always void signals_add(struct thread *t, uint64_t bits)
{
	uint64_t taken;

	t->signals |= bits;
	if (t->state != TN_THREAD_RECEIVES)
		return;
	taken = t->signals & t->utcb->signal_mask;
	if (taken == 0)
		return;
	signals_deliver(t, taken);
	if (unlikely(t->endpoint != NULL))
		receiver_remove(t);
	sched_ready(t);
}

/* The same, for those who are in no hurry: one copy of it. */
void thread_signal(struct thread *t, uint64_t bits);
