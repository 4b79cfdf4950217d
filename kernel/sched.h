/*
 * sched.h - who runs: the most urgent ready thread, in turns within a priority.
 *
 * The running thread has the state RUNNING and is in no queue; ready ones have it too and are in
 * their priority's queue. A call that blocks changes its thread's state and answers
 * port_switch(); the trap entry then saves what C kept, and sched_run picks another.
 */
#pragma once

#include <port/machine.h>

#include "deadline.h"

/* The bit of a hart's `ready` that stands for t's priority. */
inline_always uint64_t sched_rank(const struct thread *t)
{
	return t->above + 1;
}

/* Times a power of two, its upper six bits differ for each (a de Bruijn sequence): where the queue
 * of a rank stands, found without asking which priority it is. */
#define SCHED_SPREAD 0x03f79d71b4cb0a89u

inline_always struct queue *sched_queue(struct hart *h, uint64_t rank)
{
	return &h->queues[rank * SCHED_SPREAD >> 58];
}

/* t, which is not ready, gets this hart and priority. */
void sched_place(struct thread *t, struct hart *h, uint32_t priority);

/* t waits no longer: to be followed by one of the two below. */
inline_always void sched_wake(struct thread *t)
{
	if (unlikely(t->deadline != DEADLINE_NONE))
		deadline_cancel(t);
	t->direct = t->process;
	t->late = 0;
	t->state = TN_THREAD_RUNNING;
	t->hart->ready |= sched_rank(t);
	if (unlikely(t->above < current->above))
		port_preempt();
}

/* t, which is in no queue, may run. It interrupts the current thread if it is more urgent. */
inline_always void sched_ready(struct thread *t)
{
	sched_wake(t);
	t->turn = 0;
	queue_push(t->line, t);
}

/* The same, and it is the first of its priority to go on, in this turn. */
inline_always void sched_ready_first(struct thread *t)
{
	sched_wake(t);
	t->turn = t->hart->turn;
	queue_push_first(t->line, t);
}

/* t, which waited for an answer, has it: it goes on first, unless a tick has ended its turn
 * meanwhile. */
inline_always void sched_ready_answered(struct thread *t)
{
	if (unlikely(t->late))
		sched_ready(t);
	else
		sched_ready_first(t);
}

/* t, which is ready and not running, may not run any more. */
void sched_unready(struct thread *t);

/* If the current thread may not go on, the most urgent ready one becomes current; waits for an
 * interrupt while there is none. All of the old one's registers have been saved. */
void sched_run(void);

/* The current thread lets others of its priority, or above, go first. */
void sched_give_way(void);

/* The same, because its turn is over. So is the turn of those for whom it works (who wait for its
 * answer), and of those who were to go on first in this turn. */
void sched_tick(void);

/* Somebody more urgent has become ready: the current thread is the first of its priority to go
 * on. */
void sched_preempt(void);
