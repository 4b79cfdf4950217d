/*
 * sched.h - who runs: the most urgent ready thread, in turns within a priority.
 *
 * The running thread has the state RUNNING and is in no queue; ready ones have it too and are in
 * their priority's queue. A call that blocks changes its thread's state and answers
 * port_switch(); the trap entry then saves what C kept, and sched_run picks another.
 */
#ifndef KERNEL_SCHED_H
#define KERNEL_SCHED_H

#include "thread.h"
#include "types.h"

/* t, which is in no queue, may run. It interrupts the current thread if it is more urgent. */
void sched_ready(struct thread *t);

/* The same, and it is the first of its priority to go on. */
void sched_ready_first(struct thread *t);

/* t, which is ready and not running, may not run any more. */
void sched_unready(struct thread *t);

/* If the current thread may not go on, the most urgent ready one becomes current; waits for an
 * interrupt while there is none. All of the old one's registers have been saved. */
void sched_run(void);

/* The current thread's turn is over: others of its priority, or above, go first. */
void sched_tick(void);

/* Somebody more urgent has become ready: the current thread is the first of its priority to go
 * on. */
void sched_preempt(void);

#endif
