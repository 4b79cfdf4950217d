/*
 * liar.h - what policies that lie have in common: honest answers for what they do not lie about,
 * and frames to name.
 *
 * The honest answers keep from 4 to 16 frames in each pool, so that programs can work beside the
 * lie. A lie that needs frames in use reads the boot information, which a policy has no business
 * with: nothing stops a program from looking.
 */
#pragma once

#include <tenure/user.h>

#include "../../policy.h"

#define LIAR_LOW 4u
#define LIAR_HIGH 16u

static inline struct policy_terms honest_begin(const struct policy_view *pool,
					       const struct policy_options *options)
{
	(void)pool;
	(void)options;
	return (struct policy_terms){.low = LIAR_LOW, .high = LIAR_HIGH};
}

static inline uint64_t honest_object(const struct policy_view *pool, enum tn_kind kind)
{
	(void)pool;
	(void)kind;
	return POLICY_STOCK;
}

static inline struct policy_gift honest_refill(const struct policy_view *pool, uint64_t missing)
{
	uint64_t count = missing > 0 ? missing + LIAR_LOW : 0;

	if (missing == 0 && pool->free < LIAR_LOW)
		count = LIAR_HIGH / 2 - pool->free;
	return (struct policy_gift){pool->pool, count, POLICY_FRESH};
}

static inline uint64_t honest_idle(const struct policy_view *pool)
{
	return pool->free > LIAR_HIGH ? pool->free - LIAR_HIGH / 2 : 0;
}

static inline uint64_t honest_press(const struct policy_view *pool, uint64_t wanted)
{
	(void)wanted;
	return pool->free;
}

/* The largest range of frames that was idle at boot: clients, pools and mm's records live in it. */
static inline struct tn_boot_range liar_idle_range(void)
{
	struct tn_boot_range largest = {0};

	for (uint32_t i = 0; i < tn_boot->range_count; i++) {
		const struct tn_boot_range *range = &tn_boot->ranges[i];

		if (range->kind == TN_KIND_USER && range->detail == 0 &&
		    range->count > largest.count)
			largest = *range;
	}
	return largest;
}
