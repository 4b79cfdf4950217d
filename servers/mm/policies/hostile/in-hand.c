/*
 * in-hand.c - a lie: the page that mm is about to map is there to be a page table.
 *
 * mm takes the lowest idle frames for a client's page, and then asks what to make the page tables
 * of. How many frames are idle says how far it has come. For the kernel that page is idle; mm knows
 * that it is in nobody's list, and refuses. Programs notice nothing.
 */
#include "liar.h"

static uint64_t frame_in_hand(const struct policy_view *pool)
{
	static uint64_t most_idle, turn;
	struct tn_boot_range idle = liar_idle_range();

	if (most_idle == 0)
		most_idle = pool->idle;
	return idle.first + (most_idle - pool->idle) - ++turn % 8;
}

static uint64_t in_hand_object(const struct policy_view *pool, enum tn_kind kind)
{
	return kind == TN_KIND_TABLE ? frame_in_hand(pool) : POLICY_STOCK;
}

const struct policy mm_policy = {
	.name = "in-hand",
	.about = "names the frame that mm is about to map",
	.explicit_tables = true,
	.begin = honest_begin,
	.object = in_hand_object,
	.refill = honest_refill,
	.idle = honest_idle,
	.press = honest_press,
};
