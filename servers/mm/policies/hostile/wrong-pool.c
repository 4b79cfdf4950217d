/*
 * wrong-pool.c - a lie: what one pool asks for goes to another.
 *
 * To a neighbour that lives, one that has ended or is just being made, mm's own, or one that no
 * number can mean. mm refuses those that are not there; the others get at most what their quotas
 * allow, mm's own what it needs. A client's ENOMEM is answered honestly, mm's own never: mm takes
 * that itself. Programs notice nothing.
 */
#include "liar.h"

static uint64_t wrong_pool(const struct policy_view *pool)
{
	static uint64_t turn;
	const uint64_t pools[] = {0,  1,  pool->pool + 1, pool->pool + 2, pool->pool + 3,
				  63, 64, ~(uint64_t)0};

	return pools[++turn % (sizeof(pools) / sizeof(pools[0]))];
}

static struct policy_gift wrong_refill(const struct policy_view *pool, uint64_t missing)
{
	if (missing > 0 && pool->depth > 0)
		return honest_refill(pool, missing);
	return (struct policy_gift){wrong_pool(pool), 16, POLICY_FRESH};
}

const struct policy mm_policy = {
	.name = "wrong-pool",
	.about = "gives to pools that did not ask, or are not there",
	.begin = honest_begin,
	.object = honest_object,
	.refill = wrong_refill,
	.idle = honest_idle,
	.press = honest_press,
};
