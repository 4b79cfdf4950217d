/*
 * ipc_check.c - see ipc_check.h.
 */
#include "ipc_check.h"

#include <port/current.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "endpoint.h"
#include "frame.h"
#include "hart.h"
#include "host.h"
#include "pool.h"
#include "process.h"
#include "sched.h"
#include "thread.h"

static unsigned ready_seen; /* threads in ready queues */

#define HOLDS(condition, t)                                                                        \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail_msg("thread 0x%x, state %u: %s", (t)->self, (unsigned)(t)->state,     \
				 #condition);                                                      \
	} while (0)

static bool is_thread(const struct thread *t)
{
	return FRAME_KIND(frame_get(pfn(t->self))) == TN_KIND_THREAD &&
	       host_memory(t->self) == (const void *)t;
}

/* Well linked; how often t is in it. */
static unsigned queue_count(const struct queue *q, const struct thread *t, unsigned *length)
{
	const struct thread *previous = NULL;
	unsigned found = 0;

	*length = 0;
	for (const struct thread *at = q->first; at != NULL; at = at->queue_next) {
		HOLDS(is_thread(at), at);
		HOLDS(previous == NULL || at->queue_previous == previous, at);
		previous = at;
		found += at == t;
		assert_true(++*length < 10000);
	}
	if (previous != NULL)
		assert_ptr_equal(q->last, previous);
	return found;
}

static unsigned queue_holds(const struct queue *q, const struct thread *t)
{
	unsigned length;

	return queue_count(q, t, &length);
}

static void partners_check(const struct thread *t)
{
	bool calls = t->state == TN_THREAD_CALLS || t->state == TN_THREAD_AWAITS ||
		     t->state == TN_THREAD_FAULTED;
	const struct thread *p = t->partner, *c = t->caller;

	if (p != NULL) {
		HOLDS(is_thread(p) && p->caller == t, t);
		HOLDS(t->state == TN_THREAD_AWAITS || t->state == TN_THREAD_FAULTED, t);
		HOLDS(t->call_id == 0 && t->endpoint == NULL, t);
	}
	if (c != NULL) {
		HOLDS(is_thread(c) && c->partner == t, t);
		HOLDS(t->state != TN_THREAD_RECEIVES, t);
	}
	if (!calls)
		HOLDS(p == NULL && t->call_id == 0, t);
	if (t->state == TN_THREAD_AWAITS)
		HOLDS((p != NULL) != (t->call_id != 0), t);
	if (t->state == TN_THREAD_FAULTED)
		HOLDS((p != NULL) + (t->call_id != 0) + (t->endpoint != NULL) == 1, t);
}

static const struct queue *queue_of_priority(unsigned p)
{
	return sched_queue(current->hart, (uint64_t)1 << (TN_PRIORITY_MAX - p));
}

static void place_check(const struct thread *t)
{
	bool ready = t->state == TN_THREAD_RUNNING && t != current;

	if (t->hart != NULL)
		for (unsigned p = 0; p <= TN_PRIORITY_MAX; p++)
			HOLDS(queue_holds(queue_of_priority(p), t) == (ready && t->priority == p),
			      t);
	ready_seen += ready;
	HOLDS(t->state != TN_THREAD_CALLS || t->endpoint != NULL, t);
	if (t->endpoint != NULL) {
		bool receives = t->state == TN_THREAD_RECEIVES;

		HOLDS(receives || t->state == TN_THREAD_CALLS || t->state == TN_THREAD_FAULTED, t);
		HOLDS(FRAME_KIND(frame_get(frame_of(t->endpoint))) == TN_KIND_ENDPOINT, t);
		HOLDS(queue_holds(&t->endpoint->receivers, t) == receives, t);
		HOLDS(queue_holds(&t->endpoint->senders, t) == !receives, t);
	}
	HOLDS(t->priority <= t->process->ceiling, t);
}

/* What the ways into and out of the kernel look at instead of all the rest. */
static void short_ways_check(const struct thread *t)
{
	bool long_only = t->state == TN_THREAD_FAULTED || t->deadline != DEADLINE_NONE || t->late;

	if (t->state != TN_THREAD_STOPPED) /* is about to become what it will be */
		HOLDS(t->direct == (long_only ? &process_none : t->process), t);
	HOLDS(t->directory == t->process->directory, t);
	HOLDS(t->above == ((uint64_t)1 << (TN_PRIORITY_MAX - t->priority)) - 1, t);
	HOLDS(t->line == queue_of_priority(t->priority), t);
}

/* By way of its number, past others who are no later, t is found in the hart's tree. */
static bool is_in_tree(const struct thread *t)
{
	const struct thread *at = t->hart->deadlines;

	for (unsigned depth = 0; at != t; depth++) {
		if (at == NULL || depth == 32 || at->deadline > t->deadline)
			return false;
		at = at->later[t->self >> depth & 1];
	}
	return true;
}

/* Who has a deadline is in the tree, and nobody else: who stands below one of those has one. */
static void deadline_check(const struct thread *t)
{
	if (t->deadline == DEADLINE_NONE)
		return;
	HOLDS(t->state == TN_THREAD_RECEIVES, t);
	HOLDS(t->deadline != TN_ANY && is_in_tree(t), t);
	for (unsigned side = 0; side < 2; side++)
		if (t->later[side] != NULL)
			HOLDS(is_thread(t->later[side]) &&
				      t->later[side]->deadline != DEADLINE_NONE,
			      t);
}

static void endpoint_check(const struct endpoint *e)
{
	unsigned receivers, senders;

	queue_count(&e->receivers, NULL, &receivers);
	queue_count(&e->senders, NULL, &senders);
	assert_true(receivers == 0 || senders == 0);
	for (const struct thread *t = e->receivers.first; t != NULL; t = t->queue_next)
		HOLDS(t->endpoint == e, t);
	for (const struct thread *t = e->senders.first; t != NULL; t = t->queue_next)
		HOLDS(t->endpoint == e, t);
}

static void process_check(const struct process *p)
{
	for (const struct thread *t = p->threads; t != NULL; t = t->next) {
		partners_check(t);
		place_check(t);
		short_ways_check(t);
		deadline_check(t);
	}
	for (const struct endpoint *e = p->endpoints; e != NULL; e = e->next)
		endpoint_check(e);
}

/* Depth first, without recursion. */
static const struct pool *pool_after(const struct pool *p)
{
	if (p->children != NULL)
		return p->children;
	while (p != world.root && p->next == NULL)
		p = p->parent;
	return p == world.root ? NULL : p->next;
}

void assert_ipc_holds(void)
{
	const struct hart *h = current->hart;
	unsigned ready = 0, length;

	ready_seen = 0;
	for (const struct pool *p = world.root; p != NULL; p = pool_after(p))
		for (const struct process *q = p->processes; q != NULL; q = q->next)
			process_check(q);
	for (unsigned p = 0; p <= TN_PRIORITY_MAX; p++) {
		queue_count(queue_of_priority(p), NULL, &length);
		assert_int_equal(length != 0, h->ready >> (TN_PRIORITY_MAX - p) & 1);
		ready += length;
	}
	assert_int_equal(ready, ready_seen);
	if (h->deadlines != NULL) {
		HOLDS(is_thread(h->deadlines) && h->deadlines->deadline != DEADLINE_NONE,
		      h->deadlines);
		HOLDS(host_timer <= h->deadlines->deadline, h->deadlines);
	}
	assert_int_equal(host_space, current->process->satp);
}
