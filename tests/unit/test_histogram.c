/*
 * test_histogram.c - the lab's histogram: every value has a step of its size, and a quantile is the
 * one that sorting gives, or at most 1/64 above it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../servers/mm/server/histogram.h"

#define SEED 20240611u
#define GREATEST (((uint64_t)1 << HISTOGRAM_BITS) - 1)

static uint64_t random_state = SEED;

/* Numbers of all sizes up to 2^35. */
static uint64_t random_value(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return random_state >> 29 >> (random_state >> 8) % 35;
}

static void steps_follow_each_other(void **state)
{
	uint64_t value = 0;

	(void)state;
	for (unsigned step = 0; step < HISTOGRAM_STEPS; step++) {
		uint64_t top = histogram_top(step);

		assert_true(top >= value);
		assert_int_equal(histogram_step(value), step);
		assert_int_equal(histogram_step(top), step);
		assert_true((top - value) * HISTOGRAM_FINE <= value);
		value = top + 1;
	}
	assert_true(value == GREATEST + 1);
}

static void what_is_too_great_counts_last(void **state)
{
	static struct histogram histogram;

	(void)state;
	assert_int_equal(histogram_step(GREATEST), HISTOGRAM_STEPS - 1);
	assert_int_equal(histogram_step(GREATEST + 1), HISTOGRAM_STEPS - 1);
	assert_int_equal(histogram_step(UINT64_MAX), HISTOGRAM_STEPS - 1);
	histogram_add(&histogram, GREATEST + 5);
	assert_true(histogram_quantile(&histogram, 500) == GREATEST + 5);
	assert_true(histogram.worst == GREATEST + 5);
}

static void small_values_are_exact(void **state)
{
	static struct histogram histogram;

	(void)state;
	assert_int_equal(histogram_quantile(&histogram, 500), 0);
	for (uint64_t value = 1; value <= 50; value++)
		histogram_add(&histogram, value);
	assert_int_equal(histogram.count, 50);
	assert_int_equal(histogram.sum, 1275);
	assert_int_equal(histogram.worst, 50);
	assert_int_equal(histogram_quantile(&histogram, 0), 1);
	assert_int_equal(histogram_quantile(&histogram, 500), 25);
	assert_int_equal(histogram_quantile(&histogram, 980), 49);
	assert_int_equal(histogram_quantile(&histogram, 981), 50);
	assert_int_equal(histogram_quantile(&histogram, 1000), 50);
}

/* One sample: the step's top is above it, and nothing was ever so much. */
static void no_quantile_exceeds_the_worst(void **state)
{
	static struct histogram histogram;

	(void)state;
	histogram_add(&histogram, 1000);
	assert_true(histogram_top(histogram_step(1000)) > 1000);
	assert_int_equal(histogram_quantile(&histogram, 500), 1000);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void quantiles_are_those_of_sorting(void **state)
{
	enum { SAMPLES = 5000 };
	static const unsigned permille[] = {1, 10, 250, 500, 900, 990, 999, 1000};
	static uint64_t values[SAMPLES];
	static struct histogram histogram;

	(void)state;
	for (unsigned i = 0; i < SAMPLES; i++) {
		values[i] = random_value();
		histogram_add(&histogram, values[i]);
	}
	qsort(values, SAMPLES, sizeof(values[0]), compare);
	for (unsigned i = 0; i < sizeof(permille) / sizeof(permille[0]); i++) {
		uint64_t rank = (permille[i] * SAMPLES + 999) / 1000;
		uint64_t exact = values[rank - 1];
		uint64_t found = histogram_quantile(&histogram, permille[i]);

		assert_true(found >= exact && found - exact <= exact / HISTOGRAM_FINE);
	}
	assert_true(histogram.worst == values[SAMPLES - 1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_follow_each_other),
		cmocka_unit_test(what_is_too_great_counts_last),
		cmocka_unit_test(small_values_are_exact),
		cmocka_unit_test(no_quantile_exceeds_the_worst),
		cmocka_unit_test(quantiles_are_those_of_sorting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
