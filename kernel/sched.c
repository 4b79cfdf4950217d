/*
 * sched.c - see sched.h.
 */
#include "sched.h"

#include <port/current.h>
#include <port/machine.h>

#include "asid.h"
#include "deadline.h"
#include "hart.h"
#include "process.h"

#define BIT(priority) ((uint64_t)1 << (priority))

static void ready_add(struct thread *t, void (*push)(struct queue *, struct thread *))
{
	push(&t->hart->queues[t->priority], t);
	t->hart->ready |= BIT(t->priority);
}

static void wake(struct thread *t, void (*push)(struct queue *, struct thread *))
{
	if (t->deadline != DEADLINE_NONE)
		deadline_cancel(t);
	t->direct = t->process;
	t->state = TN_THREAD_RUNNING;
	ready_add(t, push);
	if (t->priority > current->priority)
		port_preempt();
}

void sched_ready(struct thread *t)
{
	wake(t, queue_push);
}

void sched_ready_first(struct thread *t)
{
	wake(t, queue_push_first);
}

void sched_unready(struct thread *t)
{
	struct queue *q = &t->hart->queues[t->priority];

	queue_remove(q, t);
	if (q->first == NULL)
		t->hart->ready &= ~BIT(t->priority);
}

/* The most urgent ready thread becomes current. */
static void switch_on(struct hart *h)
{
	while (h->ready == 0)
		port_idle();
	current = h->queues[TN_PRIORITY_MAX - (unsigned)__builtin_clzll(h->ready)].first;
	sched_unready(current);
	port_float_off(h);
	asid_activate(h, current->process);
}

void sched_run(void)
{
	if (current->state != TN_THREAD_RUNNING)
		switch_on(current->hart);
}

static void current_requeue(void (*push)(struct queue *, struct thread *))
{
	ready_add(current, push);
	switch_on(current->hart);
}

void sched_tick(void)
{
	current_requeue(queue_push);
}

void sched_preempt(void)
{
	current_requeue(queue_push_first);
}
