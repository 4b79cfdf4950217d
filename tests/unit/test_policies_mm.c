/*
 * test_policies_mm.c - the three policies as functions: numbers in, numbers out.
 *
 * Each policy is compiled here under a name of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define mm_policy watermarks_policy
#include "../../servers/mm/policies/watermarks.c"
#undef mm_policy
#define mm_policy exact_policy
#include "../../servers/mm/policies/exact.c"
#undef mm_policy
#define mm_policy untyped_policy
#include "../../servers/mm/policies/untyped.c"
#undef mm_policy

#define MOST UINT64_MAX

static const struct policy *const policies[] = {&watermarks_policy, &exact_policy, &untyped_policy};
static const struct policy_options no_options = {POLICY_DEFAULT, POLICY_DEFAULT};

static struct policy_view client(uint64_t free, uint64_t low, uint64_t high)
{
	return (struct policy_view){.pool = 5,
				    .depth = 1,
				    .free = free,
				    .quota = 96,
				    .low = low,
				    .high = high};
}

static struct policy_terms begin(const struct policy *policy, uint64_t depth, uint64_t low,
				 uint64_t high)
{
	struct policy_view pool = client(0, 0, 0);
	struct policy_options options = {low, high};

	pool.depth = depth;
	return policy->begin(&pool, &options);
}

static void each_policy_is_complete(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_non_null(policies[i]->name);
		assert_non_null(policies[i]->about);
		assert_non_null(policies[i]->begin);
		assert_non_null(policies[i]->object);
		assert_non_null(policies[i]->refill);
		assert_non_null(policies[i]->idle);
		assert_non_null(policies[i]->press);
	}
}

/* What no honest policy does, whatever the numbers are. */
static void answers_stay_in_bounds(void **state)
{
	const uint64_t numbers[] = {0, 1, 4, 16, 96, 1ul << 40, MOST};
	enum { N = 7 };

	(void)state;
	for (unsigned i = 0; i < 3 * N * N * N; i++) {
		const struct policy *policy = policies[i % 3];
		struct policy_view pool = client(numbers[i / 3 % N], numbers[i / 3 / N % N],
						 numbers[i / 3 / N / N]);
		struct policy_gift unasked = policy->refill(&pool, 0);

		assert_int_equal(policy->refill(&pool, 1).pool, pool.pool);
		assert_int_equal(unasked.pool, pool.pool);
		assert_true(policy->idle(&pool) <= pool.free || pool.low > pool.high);
		assert_true(policy->press(&pool, MOST) <= pool.free);
		if (pool.low == 0 || pool.free >= pool.low)
			assert_int_equal(unasked.count, 0);
	}
}

/* --- watermarks ------------------------------------------------------------------------------ */

static void marks_come_from_the_options(void **state)
{
	struct policy_terms terms = begin(&watermarks_policy, 1, POLICY_DEFAULT, POLICY_DEFAULT);

	(void)state;
	assert_int_equal(terms.low, 4);
	assert_int_equal(terms.high, 16);
	assert_int_equal(terms.aside, 0);
	terms = begin(&watermarks_policy, 1, 2, 9);
	assert_int_equal(terms.low, 2);
	assert_int_equal(terms.high, 9);
	terms = begin(&watermarks_policy, 1, 50, 9); /* the higher one is the lower one */
	assert_int_equal(terms.low, 50);
	assert_int_equal(terms.high, 50);
	terms = begin(&watermarks_policy, 1, 0, 0);
	assert_int_equal(terms.high, 0);
	terms = begin(&watermarks_policy, 0, 2, 9); /* mm's own pool has its own */
	assert_int_equal(terms.low, 8);
	assert_int_equal(terms.high, 32);
}

static void pools_go_to_the_middle(void **state)
{
	const struct {
		uint64_t free, low, high, missing, given, taken;
	} rows[] = {
		{3, 4, 16, 0, 7, 0},
		{4, 4, 16, 0, 0, 0},
		{0, 4, 16, 2, 12, 0},
		{16, 4, 16, 0, 0, 0},
		{17, 4, 16, 0, 0, 7},
		{0, 0, 0, 0, 0, 0},
		{0, 0, 0, 3, 3, 0},
		{5, 0, 0, 0, 0, 5},
		{9, 10, 10, 0, 1, 0},
		{11, 10, 10, 0, 0, 1},
		{0, MOST / 2, MOST / 2, 0, MOST / 2, 0},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct policy_view pool = client(rows[i].free, rows[i].low, rows[i].high);
		struct policy_gift gift = watermarks_policy.refill(&pool, rows[i].missing);

		assert_int_equal(gift.count, rows[i].given);
		assert_true(gift.first == POLICY_FRESH);
		assert_int_equal(watermarks_policy.idle(&pool), rows[i].taken);
		assert_int_equal(watermarks_policy.press(&pool, 1), rows[i].free);
		assert_true(watermarks_policy.object(&pool, TN_KIND_THREAD) == POLICY_STOCK);
	}
}

/* Between two moves at least half the distance between the marks is used or freed. */
static void middle_is_far_from_both_marks(void **state)
{
	(void)state;
	for (uint64_t low = 0; low < 40; low++)
		for (uint64_t high = low; high < 80; high++) {
			struct policy_view pool = client(low > 0 ? low - 1 : 0, low, high);
			uint64_t full = pool.free + watermarks_policy.refill(&pool, 0).count;

			assert_in_range(full, low > 0 ? low : 0, high);
			pool.free = high + 1;
			assert_int_equal(pool.free - watermarks_policy.idle(&pool),
					 low + (high - low) / 2);
		}
}

/* --- exact ---------------------------------------------------------------------------------- */

static void exact_keeps_nothing(void **state)
{
	struct policy_terms terms = begin(&exact_policy, 1, 7, 70);
	const uint64_t numbers[] = {0, 1, 96, MOST};

	(void)state;
	assert_true(exact_policy.keeps_nothing && exact_policy.explicit_tables);
	assert_int_equal(terms.low | terms.high | terms.aside, 0);
	for (unsigned i = 0; i < 4; i++) {
		struct policy_view pool = client(numbers[i], 0, 0);
		struct policy_gift gift = exact_policy.refill(&pool, numbers[3 - i]);

		assert_int_equal(gift.count, numbers[3 - i]);
		assert_true(gift.first == POLICY_FRESH);
		assert_int_equal(exact_policy.idle(&pool), pool.free);
		assert_int_equal(exact_policy.press(&pool, 1), pool.free);
		assert_true(exact_policy.object(&pool, TN_KIND_TABLE) == POLICY_FRESH);
	}
}

/* --- untyped -------------------------------------------------------------------------------- */

static void untyped_promises_the_quota(void **state)
{
	struct policy_view pool = client(0, 0, 0), root = {.free = 9};

	(void)state;
	assert_true(untyped_policy.delegates);
	assert_int_equal(begin(&untyped_policy, 1, 7, 70).aside, 96);
	assert_int_equal(begin(&untyped_policy, 1, 7, 70).low, 0);
	assert_int_equal(begin(&untyped_policy, 0, 7, 70).aside, 0);
	pool.quota = 0; /* without a limit nothing can be promised */
	assert_int_equal(untyped_policy.begin(&pool, &no_options).aside, 0);
	pool.quota = MOST;
	assert_true(untyped_policy.begin(&pool, &no_options).aside == MOST);
	assert_true(untyped_policy.object(&pool, TN_KIND_THREAD) == POLICY_ASIDE);
	assert_true(untyped_policy.refill(&pool, 3).first == POLICY_ASIDE);
	assert_int_equal(untyped_policy.refill(&pool, 3).count, 3);
	pool.free = 1; /* what fell free serves again */
	assert_true(untyped_policy.object(&pool, TN_KIND_THREAD) == POLICY_STOCK);
	assert_int_equal(untyped_policy.idle(&pool), 0);
	assert_int_equal(untyped_policy.press(&pool, MOST), 0);
	assert_int_equal(untyped_policy.idle(&root), 9);
	root.free = 0;
	assert_true(untyped_policy.object(&root, TN_KIND_THREAD) == POLICY_FRESH);
	assert_true(untyped_policy.refill(&root, 3).first == POLICY_FRESH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_policy_is_complete),
		cmocka_unit_test(answers_stay_in_bounds),
		cmocka_unit_test(marks_come_from_the_options),
		cmocka_unit_test(pools_go_to_the_middle),
		cmocka_unit_test(middle_is_far_from_both_marks),
		cmocka_unit_test(exact_keeps_nothing),
		cmocka_unit_test(untyped_promises_the_quota),
	};

	return cmocka_run_group_tests_name("policies_mm", tests, NULL, NULL);
}
