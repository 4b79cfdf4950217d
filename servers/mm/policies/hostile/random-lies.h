/*
 * random-lies.h - each answer is one of all lies, at random; now and then it is honest. The boot
 * argument low=N is the seed.
 *
 * Programs may fail at any time for lack of memory; nothing else may happen. Two programs are made
 * of this, with and without page tables by name: `explicit_tables` is no answer to a question.
 */
#pragma once

#include "liar.h"

static uint64_t random_state;

static uint64_t random_below(uint64_t bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % bound;
}

/* Small as a rule, and sometimes as large as can be. */
static uint64_t random_count(void)
{
	const uint64_t counts[] = {0, 1, TN_BATCH, TN_BATCH + 1, 1ul << 40, ~(uint64_t)0};

	return random_below(2) ? random_below(24) : counts[random_below(6)];
}

static uint64_t random_frame(void)
{
	const struct tn_boot_range *range = &tn_boot->ranges[random_below(tn_boot->range_count)];
	struct tn_boot_range idle = liar_idle_range();
	const uint64_t frames[] = {
		POLICY_STOCK,
		POLICY_FRESH,
		POLICY_ASIDE,
		idle.first + random_below(4096),
		idle.first + random_below(64),
		range->first + random_below(range->count),
		tn_boot->window_first + tn_boot->window_count - 1 + random_below(3),
		~(uint64_t)0 - random_below(600),
	};

	return frames[random_below(8)];
}

static struct policy_terms random_begin(const struct policy_view *pool,
					const struct policy_options *options)
{
	if (pool->depth == 0)
		random_state = options->low;
	return (struct policy_terms){random_count(), random_count(), random_count()};
}

static uint64_t random_object(const struct policy_view *pool, enum tn_kind kind)
{
	return random_below(2) ? honest_object(pool, kind) : random_frame();
}

static struct policy_gift random_refill(const struct policy_view *pool, uint64_t missing)
{
	if (random_below(16) > 0)
		return honest_refill(pool, missing);
	return (struct policy_gift){random_below(2) ? pool->pool : random_below(66), random_count(),
				    random_frame()};
}

static uint64_t random_idle(const struct policy_view *pool)
{
	return random_below(2) ? honest_idle(pool) : random_count();
}

static uint64_t random_press(const struct policy_view *pool, uint64_t wanted)
{
	return random_below(2) ? honest_press(pool, wanted) : random_count();
}
