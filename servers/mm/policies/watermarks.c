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

#define ROOT_LOW 8u /* mm's own pool; it is filled again by mm itself, after its calls */
#define ROOT_HIGH 32u
#define LOW 4u
#define HIGH 16u

static struct policy_terms watermarks_begin(const struct policy_view *pool,
					    const struct policy_options *options)
{
	uint64_t low = pool->depth == 0 ? ROOT_LOW : LOW;
	uint64_t high = pool->depth == 0 ? ROOT_HIGH : HIGH;

	if (pool->depth > 0 && options->low != POLICY_DEFAULT)
		low = options->low;
	if (pool->depth > 0 && options->high != POLICY_DEFAULT)
		high = options->high;
	return (struct policy_terms){.low = low, .high = high > low ? high : low};
}

/* Where the stock is empty, by quota, pressure or marks of 0, ENOMEM says what is missing. */
static uint64_t watermarks_object(const struct policy_view *pool, enum tn_kind kind)
{
	(void)pool;
	(void)kind;
	return POLICY_STOCK;
}

static uint64_t middle(const struct policy_view *pool)
{
	return pool->low + (pool->high - pool->low) / 2;
}

/* A call that lacks frames gets them and leaves the pool at its middle. */
static struct policy_gift watermarks_refill(const struct policy_view *pool, uint64_t missing)
{
	uint64_t count = 0;

	if (missing > 0)
		count = missing + middle(pool);
	else if (pool->free < pool->low)
		count = middle(pool) - pool->free;
	return (struct policy_gift){pool->pool, count, POLICY_FRESH};
}

static uint64_t watermarks_idle(const struct policy_view *pool)
{
	return pool->free > pool->high ? pool->free - middle(pool) : 0;
}

/* What is free in a pool is there for whoever needs it first. */
static uint64_t watermarks_press(const struct policy_view *pool, uint64_t wanted)
{
	(void)wanted;
	return pool->free;
}

const struct policy mm_policy = {
	.name = "watermarks",
	.about = "each pool keeps from low to high frames free",
	.begin = watermarks_begin,
	.object = watermarks_object,
	.refill = watermarks_refill,
	.idle = watermarks_idle,
	.press = watermarks_press,
};
