/*
 * nonsense-marks.c - a lie: terms that no pool can have.
 *
 * The low mark is beyond all memory and above the high one, and so many frames are to be set aside.
 * The kernel signals once, for a pool that is below its mark for ever; what is set aside is cut to
 * the quota, and shrinks when fresh frames are lent in its place. Programs notice nothing.
 */
#include "liar.h"

static struct policy_terms nonsense_begin(const struct policy_view *pool,
					  const struct policy_options *options)
{
	(void)pool;
	(void)options;
	return (struct policy_terms){.low = ~(uint64_t)0, .high = 0, .aside = ~(uint64_t)0};
}

/* Half way to a mark that cannot be reached; what is set aside serves now and then. */
static struct policy_gift nonsense_refill(const struct policy_view *pool, uint64_t missing)
{
	uint64_t frames = pool->aside % 2 ? POLICY_ASIDE : POLICY_FRESH;

	if (missing > 0)
		return (struct policy_gift){pool->pool, missing, frames};
	return (struct policy_gift){pool->pool, (pool->low - pool->high) / 2, frames};
}

const struct policy mm_policy = {
	.name = "nonsense-marks",
	.about = "wants marks and promises that no memory can keep",
	.begin = nonsense_begin,
	.object = honest_object,
	.refill = nonsense_refill,
	.idle = honest_idle,
	.press = honest_press,
};
