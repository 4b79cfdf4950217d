/*
 * watermarks.c - a policy: every pool keeps between `low` and `high` frames free.
 *
 *   0 ......... low ......... middle ......... high .........
 *     give up to             <  left  >              take back
 *     the middle               alone              to the middle
 *
 * The way from either mark to the middle is the hysteresis: after a move, at least half the
 * distance between the marks has to be used or freed before the next one. A pool with both marks
 * at 0 keeps nothing: it gets exactly what a call lacked, and what falls free goes back.
 */
#include "../policy.h"

static uint64_t middle(const struct policy_view *pool)
{
	return pool->low + (pool->high - pool->low) / 2;
}

/* A call that lacks frames gets them and leaves the pool at its middle. */
static uint64_t watermarks_refill(const struct policy_view *pool, uint64_t missing)
{
	if (missing > 0)
		return missing + middle(pool);
	return pool->free < pool->low ? middle(pool) - pool->free : 0;
}

static uint64_t watermarks_idle(const struct policy_view *pool)
{
	return pool->free > pool->high ? pool->free - middle(pool) : 0;
}

const struct policy mm_policy = {
	.name = "watermarks",
	.refill = watermarks_refill,
	.idle = watermarks_idle,
};
