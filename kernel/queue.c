/*
 * queue.c - see queue.h.
 */
#include "queue.h"

#include "thread.h"

void queue_push(struct queue *q, struct thread *t)
{
	t->queue_next = NULL;
	t->queue_previous = q->last;
	if (q->last != NULL)
		q->last->queue_next = t;
	else
		q->first = t;
	q->last = t;
}

void queue_push_first(struct queue *q, struct thread *t)
{
	t->queue_previous = NULL;
	t->queue_next = q->first;
	if (q->first != NULL)
		q->first->queue_previous = t;
	else
		q->last = t;
	q->first = t;
}

void queue_remove(struct queue *q, struct thread *t)
{
	if (t->queue_next != NULL)
		t->queue_next->queue_previous = t->queue_previous;
	else
		q->last = t->queue_previous;
	if (t->queue_previous != NULL)
		t->queue_previous->queue_next = t->queue_next;
	else
		q->first = t->queue_next;
}

struct thread *queue_pop(struct queue *q)
{
	struct thread *t = q->first;

	if (t != NULL)
		queue_remove(q, t);
	return t;
}
