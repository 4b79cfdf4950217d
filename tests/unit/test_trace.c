/*
 * test_trace.c - the lab's trace: each point is the one with the most frames held of all that stood
 * during its step, however often the steps have grown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../servers/mm/server/trace.h"

#define SEED 20240613u
#define TICKS 40000u

static uint64_t random_state = SEED;

static uint64_t random_below(uint64_t bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % bound;
}

static struct trace_point point(uint32_t held, uint32_t used)
{
	return (struct trace_point){held, used, held + used};
}

static void assert_point(const struct trace *trace, unsigned i, struct trace_point wanted)
{
	assert_int_equal(trace->points[i].held, wanted.held);
	assert_int_equal(trace->points[i].used, wanted.used);
	assert_int_equal(trace->points[i].aside, wanted.aside);
}

static void what_stands_fills_the_steps_between(void **state)
{
	static struct trace trace;

	(void)state;
	trace_start(&trace, point(5, 3));
	trace_change(&trace, 4, point(9, 1));
	trace_change(&trace, 6, point(2, 2));
	trace_change(&trace, 8, point(2, 2));
	assert_int_equal(trace.step, 1);
	assert_int_equal(trace.count, 9);
	for (unsigned i = 0; i < 4; i++)
		assert_point(&trace, i, point(5, 3));
	assert_point(&trace, 4, point(9, 1));
	assert_point(&trace, 5, point(9, 1));
	/* It fell during this step: what stood when it began is more. */
	assert_point(&trace, 6, point(9, 1));
	assert_point(&trace, 7, point(2, 2));
}

/* The one with most held is kept whole; between equals, the one with more used. */
static void most_held_wins(void **state)
{
	static struct trace trace;

	(void)state;
	trace_start(&trace, point(5, 3));
	trace_change(&trace, 0, point(7, 1));
	trace_change(&trace, 0, point(6, 6));
	assert_point(&trace, 0, point(7, 1));
	trace_change(&trace, 0, point(7, 2));
	trace_change(&trace, 0, point(7, 0));
	assert_point(&trace, 0, point(7, 2));
	trace_change(&trace, 1, point(1, 1));
	assert_point(&trace, 1, point(7, 0));
}

static void steps_double_when_points_run_out(void **state)
{
	static struct trace trace;

	(void)state;
	trace_start(&trace, point(1, 1));
	for (uint32_t i = 0; i < TRACE_POINTS; i++)
		trace_change(&trace, i, point(i + 1, 1));
	assert_int_equal(trace.step, 1);
	assert_int_equal(trace.count, TRACE_POINTS);
	trace_change(&trace, TRACE_POINTS, point(3, 3));
	assert_int_equal(trace.step, 2);
	assert_int_equal(trace.count, TRACE_POINTS / 2 + 1);
	assert_point(&trace, 0, point(2, 1));
	assert_point(&trace, TRACE_POINTS / 2 - 1, point(TRACE_POINTS, 1));
	assert_point(&trace, TRACE_POINTS / 2, point(TRACE_POINTS, 1));
}

static void a_long_silence_is_no_matter(void **state)
{
	static struct trace trace;

	(void)state;
	trace_start(&trace, point(4, 4));
	trace_change(&trace, (uint64_t)1 << 40, point(8, 2));
	assert_true(trace.count <= TRACE_POINTS);
	for (unsigned i = 0; i + 1 < trace.count; i++)
		assert_point(&trace, i, point(4, 4));
	assert_point(&trace, trace.count - 1, point(8, 2));
}

/* Against the plain list of what stood at every tick. */
static void agrees_with_every_tick(void **state)
{
	static uint32_t most[TICKS]; /* held during each tick */
	static struct trace trace;
	uint64_t at = 0;
	uint32_t held = 10;

	(void)state;
	trace_start(&trace, point(held, 0));
	most[0] = held;
	while (at < TICKS - 100) {
		uint64_t next = at + random_below(60);

		for (uint64_t tick = at + 1; tick <= next; tick++)
			most[tick] = held;
		at = next;
		held = (uint32_t)random_below(1000);
		if (held > most[at])
			most[at] = held;
		trace_change(&trace, at, point(held, 0));
	}
	assert_true(trace.step > 1);
	for (uint64_t i = 0; i < trace.count; i++) {
		uint32_t wanted = 0;

		for (uint64_t tick = i * trace.step; tick < (i + 1) * trace.step && tick <= at;
		     tick++)
			wanted = most[tick] > wanted ? most[tick] : wanted;
		assert_int_equal(trace.points[i].held, wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stands_fills_the_steps_between),
		cmocka_unit_test(most_held_wins),
		cmocka_unit_test(steps_double_when_points_run_out),
		cmocka_unit_test(a_long_silence_is_no_matter),
		cmocka_unit_test(agrees_with_every_tick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
