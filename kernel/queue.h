/*
 * queue.h - queues of threads, first in first out: ready ones of a priority, those that wait at an
 * endpoint. A thread is in at most one.
 */
#ifndef KERNEL_QUEUE_H
#define KERNEL_QUEUE_H

#include "types.h"

struct thread;

/* `last` counts only while there is a first, and so does the link back from the first: taking the
 * first out is two steps. */
struct queue {
	struct thread *first, *last;
};

/* t becomes the last. */
void queue_push(struct queue *q, struct thread *t);

/* t becomes the first. */
void queue_push_first(struct queue *q, struct thread *t);

/* Takes t, which is in q, out. */
void queue_remove(struct queue *q, struct thread *t);

/* Takes the first out; NULL if there is none. */
struct thread *queue_pop(struct queue *q);

#endif
