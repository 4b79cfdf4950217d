/*
 * test_freelist.c - the ring of free frames against a plain array (I2).
 */
#include "freelist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host.h"

#define HEAD (world.free_first)
#define FRAMES 12u

/* What the ring should hold, first to leave first. */
static uint64_t model[FRAMES];
static unsigned model_count;

static void ring_make(void)
{
	world_make(NULL);
	link_set(pfn(HEAD), LINK(HEAD, HEAD));
	model_count = 0;
}

static void ring_is_model(void)
{
	uint64_t back = HEAD, f = LINK_NEXT(link_get(pfn(HEAD)));

	for (unsigned i = 0; i < model_count; i++) {
		assert_int_equal(f, model[i]);
		assert_int_equal(LINK_BACK(link_get(pfn(f))), back);
		back = f;
		f = LINK_NEXT(link_get(pfn(f)));
	}
	assert_int_equal(f, HEAD);
	assert_int_equal(LINK_BACK(link_get(pfn(HEAD))), back);
}

static void push(uint64_t first, unsigned count)
{
	memmove(&model[count], model, model_count * sizeof(model[0]));
	for (unsigned i = 0; i < count; i++)
		model[i] = first + i;
	model_count += count;
	if (count == 1)
		freelist_push(host_memory(HEAD), pfn(HEAD), pfn(first));
	else
		freelist_push_run(pfn(HEAD), pfn(first), count);
	ring_is_model();
}

static void remove_at(unsigned at)
{
	uint64_t f = model[at];

	model_count--;
	memmove(&model[at], &model[at + 1], (model_count - at) * sizeof(model[0]));
	freelist_remove(pfn(f));
	assert_int_equal(link_get(pfn(f)), 0);
	ring_is_model();
}

static void last_pushed_leaves_first(void **state)
{
	(void)state;
	ring_make();
	push(HEAD + 5, 1);
	push(HEAD + 3, 1);
	push(HEAD + 9, 1);
	assert_int_equal(LINK_NEXT(link_get(pfn(HEAD))), HEAD + 9);
	world_end();
}

static void runs_ascend(void **state)
{
	(void)state;
	ring_make();
	push(HEAD + 1, 2);
	push(HEAD + 3, 3);
	assert_int_equal(LINK_NEXT(link_get(pfn(HEAD))), HEAD + 3);
	world_end();
}

static void any_place_can_be_left(void **state)
{
	(void)state;
	for (unsigned size = 1; size <= 4; size++)
		for (unsigned at = 0; at < size; at++) {
			ring_make();
			for (unsigned i = 0; i < size; i++)
				push(HEAD + 1 + i, 1);
			remove_at(at);
			world_end();
		}
}

static void removing_clears_the_word_alone(void **state)
{
	unsigned char expected[FRAME_BYTES];

	(void)state;
	ring_make();
	memset(expected, 0x5a, sizeof(expected));
	memset(host_memory(HEAD + 1), 0x5a, FRAME_BYTES);
	push(HEAD + 1, 1);
	remove_at(0);
	memset(expected, 0, 8);
	assert_memory_equal(host_memory(HEAD + 1), expected, FRAME_BYTES);
	world_end();
}

/* 20,000 random pushes and removals. */
static void random_walk(void **state)
{
	bool listed[FRAMES + 1] = {false};

	(void)state;
	ring_make();
	srand(7);
	for (unsigned step = 0; step < 20000; step++) {
		unsigned n = 1 + (unsigned)rand() % FRAMES;

		if (listed[n]) {
			for (unsigned i = 0; i < model_count; i++)
				if (model[i] == HEAD + n) {
					remove_at(i);
					break;
				}
		} else {
			push(HEAD + n, 1);
		}
		listed[n] = !listed[n];
	}
	world_end();
}

/* The largest frame numbers fit the two halves of the word. */
static void words_hold_the_largest_numbers(void **state)
{
	uint64_t w = LINK((uint64_t)0xffffffff, (uint64_t)0xfffffffe);

	(void)state;
	assert_int_equal(LINK_NEXT(w), 0xffffffff);
	assert_int_equal(LINK_BACK(w), 0xfffffffe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_pushed_leaves_first),
		cmocka_unit_test(runs_ascend),
		cmocka_unit_test(any_place_can_be_left),
		cmocka_unit_test(removing_clears_the_word_alone),
		cmocka_unit_test(random_walk),
		cmocka_unit_test(words_hold_the_largest_numbers),
	};

	return cmocka_run_group_tests_name("freelist", tests, NULL, NULL);
}
