/*
 * queue.h - queues of threads, first in first out: ready ones of a priority, those that wait at an
 * endpoint. A thread is in at most one.
 */
#pragma once

#include "thread.h"

/* `last` counts only while there is a first, and so does the link back from the first: taking the
 * first out is two steps. */
struct queue {
	struct thread *first, *last;
};

/* t becomes the last. */
inline_always void queue_push(struct queue *q, struct thread *t)
{
	t->queue_next = NULL;
	if (q->first == NULL) {
		q->first = t;
	} else {
		q->last->queue_next = t;
		t->queue_previous = q->last;
	}
	q->last = t;
}

/* Takes the first out; NULL if there is none. */
inline_always struct thread *queue_pop(struct queue *q)
{
	struct thread *t = q->first;

	if (t != NULL)
		q->first = t->queue_next;
	return t;
}

/* t becomes the first. */
void queue_push_first(struct queue *q, struct thread *t);

/* Takes t, which is in q, out. */
void queue_remove(struct queue *q, struct thread *t);
