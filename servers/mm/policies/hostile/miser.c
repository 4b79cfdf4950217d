/*
 * miser.c - a lie: nothing is ever missing.
 *
 * Every object is to come out of the stock, page tables by name among them, and nothing fills it.
 * mm takes what it needs itself. No program can be started: ENOMEM, and a line that says so.
 */
#include "liar.h"

static struct policy_terms miser_begin(const struct policy_view *pool,
				       const struct policy_options *options)
{
	(void)pool;
	(void)options;
	return (struct policy_terms){.low = 1, .high = 1};
}

static struct policy_gift miser_refill(const struct policy_view *pool, uint64_t missing)
{
	(void)missing;
	return (struct policy_gift){pool->pool, 0, POLICY_FRESH};
}

static uint64_t miser_idle(const struct policy_view *pool)
{
	return pool->free;
}

const struct policy mm_policy = {
	.name = "miser",
	.about = "gives nothing, and has all built out of it",
	.explicit_tables = true,
	.begin = miser_begin,
	.object = honest_object,
	.refill = miser_refill,
	.idle = miser_idle,
	.press = honest_press,
};
