/*
 * sched.c - see sched.h.
 */
#include "sched.h"

#include "asid.h"
#include "process.h"

void sched_unready(struct thread *t)
{
	struct queue *q = sched_queue(t->hart, sched_rank(t));

	queue_remove(q, t);
	if (q->first == NULL)
		t->hart->ready -= sched_rank(t);
}

/* The most urgent ready thread becomes current. */
static void switch_on(struct hart *h)
{
	uint64_t rank;
	struct queue *q;

	while (h->ready == 0)
		port_idle();
	rank = h->ready & -h->ready;
	q = sched_queue(h, rank);
	current = queue_pop(q);
	if (q->first == NULL)
		h->ready -= rank;
	port_float_off(h);
	asid_activate(h, current->process);
}

void sched_run(void)
{
	if (current->state != TN_THREAD_RUNNING)
		switch_on(current->hart);
}

void sched_tick(void)
{
	sched_ready(current);
	switch_on(current->hart);
}

void sched_preempt(void)
{
	sched_ready_first(current);
	switch_on(current->hart);
}
