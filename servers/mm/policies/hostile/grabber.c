/*
 * grabber.c - a lie: every pool needs all memory, and none.
 *
 * Gives as many frames as there are numbers, and takes back as many at every chance. mm cuts the one
 * to the quota, to what its reserve leaves, and for its own pool to what it needs; the other to what
 * is free. Programs run, slowly.
 */
#include "liar.h"

static struct policy_gift grabber_refill(const struct policy_view *pool, uint64_t missing)
{
	(void)missing;
	return (struct policy_gift){pool->pool, ~(uint64_t)0, POLICY_FRESH};
}

static uint64_t grabber_idle(const struct policy_view *pool)
{
	(void)pool;
	return ~(uint64_t)0;
}

static uint64_t grabber_press(const struct policy_view *pool, uint64_t wanted)
{
	(void)pool;
	(void)wanted;
	return ~(uint64_t)0;
}

const struct policy mm_policy = {
	.name = "grabber",
	.about = "gives everything and takes everything back, all the time",
	.begin = honest_begin,
	.object = honest_object,
	.refill = grabber_refill,
	.idle = grabber_idle,
	.press = grabber_press,
};
