/*
 * sched.c - see sched.h.
 */
#include "sched.h"

#include "asid.h"

#define LATE_MAX 8u

void sched_place(struct thread *t, struct hart *h, uint32_t priority)
{
	t->hart = h;
	t->priority = priority;
	t->above = ((uint64_t)1 << (TN_PRIORITY_MAX - priority)) - 1;
	t->line = sched_queue(h, sched_rank(t));
}

void sched_unready(struct thread *t)
{
	queue_remove(t->line, t);
	if (t->line->first == NULL)
		t->hart->ready -= sched_rank(t);
}

/* The most urgent ready thread, which there is, becomes current. */
inline_always void switch_on(struct hart *h)
{
	uint64_t rank = h->ready & -h->ready;
	struct queue *q = sched_queue(h, rank);

	current = queue_pop(q);
	if (unlikely(current->turn != 0) && current->turn != h->turn && q->first != NULL) {
		current->turn = 0; /* it was to be the first in a turn that is over */
		queue_push(q, current);
		current = queue_pop(q);
	}
	if (q->first == NULL)
		h->ready -= rank;
	port_switched();
	h->direct_generation = h->asid_generation;
	asid_activate(h, current->process);
}

static apart void switch_from_idle(struct hart *h)
{
	while (h->ready == 0)
		port_idle();
	switch_on(h);
}

void sched_run(void)
{
	struct hart *h = current->hart;

	if (current->state == TN_THREAD_RUNNING)
		return;
	if (likely(h->ready != 0))
		switch_on(h);
	else
		switch_from_idle(h);
}

void sched_give_way(void)
{
	sched_ready(current);
	switch_on(current->hart);
}

/* Whoever waits for the current thread's answer, or for the answer of one that does, has had its
 * turn as well: no short way lets it go on first. */
void sched_tick(void)
{
	struct thread *t = current->caller;

	for (unsigned left = LATE_MAX; t != NULL && left > 0; left--, t = t->caller) {
		t->late = 1;
		t->direct = &process_none;
	}
	current->hart->turn++;
	sched_give_way();
}

void sched_preempt(void)
{
	sched_ready_first(current);
	switch_on(current->hart);
}
