/*
 * test_queue.c - queues of threads against an array that says the same.
 */
#include "queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "thread.h"

#define THREADS 7u

static struct thread threads[THREADS];

struct model {
	struct thread *order[THREADS];
	unsigned count;
};

static void model_insert(struct model *m, unsigned at, struct thread *t)
{
	memmove(&m->order[at + 1], &m->order[at], (m->count - at) * sizeof(m->order[0]));
	m->order[at] = t;
	m->count++;
}

static unsigned model_find(const struct model *m, const struct thread *t)
{
	unsigned at = 0;

	while (at < m->count && m->order[at] != t)
		at++;
	return at;
}

static void model_remove(struct model *m, unsigned at)
{
	m->count--;
	memmove(&m->order[at], &m->order[at + 1], (m->count - at) * sizeof(m->order[0]));
}

static void assert_same(const struct queue *q, const struct model *m)
{
	struct thread *t = q->first, *previous = NULL;

	for (unsigned i = 0; i < m->count; i++) {
		assert_ptr_equal(t, m->order[i]);
		if (previous != NULL)
			assert_ptr_equal(t->queue_previous, previous);
		previous = t;
		t = t->queue_next;
	}
	assert_null(t);
	if (previous != NULL)
		assert_ptr_equal(q->last, previous);
}

static void pops_nothing_of_an_empty_one(void **state)
{
	struct queue q = {NULL, NULL};

	(void)state;
	assert_null(queue_pop(&q));
}

static void is_first_in_first_out(void **state)
{
	struct queue q = {NULL, NULL};

	(void)state;
	for (unsigned i = 0; i < THREADS; i++)
		queue_push(&q, &threads[i]);
	for (unsigned i = 0; i < THREADS; i++)
		assert_ptr_equal(queue_pop(&q), &threads[i]);
	assert_null(q.first);
}

static void behaves_like_an_array(void **state)
{
	struct queue q = {NULL, NULL};
	struct model m = {.count = 0};
	uint64_t random = 1;

	(void)state;
	for (unsigned step = 0; step < 20000; step++) {
		struct thread *t;
		unsigned at;

		random = random * 6364136223846793005u + 1442695040888963407u;
		t = &threads[(random >> 33) % THREADS];
		at = model_find(&m, t);
		if (at < m.count) {
			queue_remove(&q, t);
			model_remove(&m, at);
		} else if (random >> 63 != 0) {
			queue_push(&q, t);
			model_insert(&m, m.count, t);
		} else {
			queue_push_first(&q, t);
			model_insert(&m, 0, t);
		}
		assert_same(&q, &m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pops_nothing_of_an_empty_one),
		cmocka_unit_test(is_first_in_first_out),
		cmocka_unit_test(behaves_like_an_array),
	};

	return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
