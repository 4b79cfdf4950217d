/*
 * moody.c - a lie, once: nothing is missing.
 *
 * Keeps no stock, so that each call of a client that needs kernel memory asks; the one whose number
 * the boot argument low= says gets nothing. That call fails with ENOMEM at a place of our choice, in
 * the middle of whatever mm was about. The program ends, or says what was refused.
 */
#include "liar.h"

static uint64_t refused;

static struct policy_terms moody_begin(const struct policy_view *pool,
				       const struct policy_options *options)
{
	(void)pool;
	refused = options->low;
	return (struct policy_terms){0};
}

static struct policy_gift moody_refill(const struct policy_view *pool, uint64_t missing)
{
	static uint64_t asked;

	if (pool->depth > 0 && missing > 0 && ++asked == refused)
		missing = 0;
	return (struct policy_gift){pool->pool, missing, POLICY_FRESH};
}

static uint64_t moody_idle(const struct policy_view *pool)
{
	return pool->free;
}

const struct policy mm_policy = {
	.name = "moody",
	.about = "gives what is missing, but for one time",
	.begin = moody_begin,
	.object = honest_object,
	.refill = moody_refill,
	.idle = moody_idle,
	.press = honest_press,
};
