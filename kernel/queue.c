/*
 * queue.c - see queue.h.
 */
#include "queue.h"

void queue_push_first(struct queue *q, struct thread *t)
{
	t->queue_next = q->first;
	if (q->first == NULL)
		q->last = t;
	else
		q->first->queue_previous = t;
	q->first = t;
}

void queue_remove(struct queue *q, struct thread *t)
{
	if (q->first == t) {
		q->first = t->queue_next;
		return;
	}
	t->queue_previous->queue_next = t->queue_next;
	if (q->last == t)
		q->last = t->queue_previous;
	else
		t->queue_next->queue_previous = t->queue_previous;
}
