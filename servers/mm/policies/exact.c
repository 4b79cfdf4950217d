/*
 * exact.c - a policy: nothing in advance.
 *
 * Each object is made of one idle user frame, given in the same call that uses it; page tables are
 * attached by name. What a destroyed object leaves is taken back at once. So the kernel never holds
 * a frame that it does not use.
 */
#include "../policy.h"

static struct policy_terms exact_begin(const struct policy_view *pool,
				       const struct policy_options *options)
{
	(void)pool;
	(void)options;
	return (struct policy_terms){0};
}

static uint64_t exact_object(const struct policy_view *pool, enum tn_kind kind)
{
	(void)pool;
	(void)kind;
	return POLICY_FRESH;
}

/* What is left to the kernel: tables below a large page that is split. */
static struct policy_gift exact_refill(const struct policy_view *pool, uint64_t missing)
{
	return (struct policy_gift){pool->pool, missing, POLICY_FRESH};
}

static uint64_t exact_idle(const struct policy_view *pool)
{
	return pool->free;
}

static uint64_t exact_press(const struct policy_view *pool, uint64_t wanted)
{
	(void)wanted;
	return pool->free;
}

const struct policy mm_policy = {
	.name = "exact",
	.about = "one frame for each object, when it is made",
	.explicit_tables = true,
	.keeps_nothing = true,
	.begin = exact_begin,
	.object = exact_object,
	.refill = exact_refill,
	.idle = exact_idle,
	.press = exact_press,
};
