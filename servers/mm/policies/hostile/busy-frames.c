/*
 * busy-frames.c - a lie: frames that are in use are idle.
 *
 * Names mm's own image, stack and records, and frame by frame what clients have mapped and pools
 * have built objects of. The kernel says EBUSY or EKERNEL, mm pays out of the stock; programs notice
 * nothing. Now and then the frame is idle after all, and taken.
 */
#include "liar.h"

#define SWEPT 4096u /* frames, of those that clients get first */

static uint64_t busy_frame(void)
{
	static uint32_t turn;
	struct tn_boot_range idle = liar_idle_range();

	turn++;
	if (turn % 4 == 0) /* mm's records: the end of the range */
		return idle.first + idle.count - 1 - turn % 8;
	for (uint32_t i = 0; turn % 4 == 1 && i < tn_boot->range_count; i++)
		if (tn_boot->ranges[i].kind == TN_KIND_USER && tn_boot->ranges[i].detail > 0)
			return tn_boot->ranges[i].first + turn / 4 % tn_boot->ranges[i].count;
	return idle.first + turn % SWEPT;
}

static uint64_t busy_object(const struct policy_view *pool, enum tn_kind kind)
{
	(void)pool;
	(void)kind;
	return busy_frame();
}

static struct policy_gift busy_refill(const struct policy_view *pool, uint64_t missing)
{
	if (missing > 0)
		return honest_refill(pool, missing);
	return (struct policy_gift){pool->pool, 1 + pool->used % 3, busy_frame()};
}

const struct policy mm_policy = {
	.name = "busy-frames",
	.about = "names frames that are in use",
	.begin = honest_begin,
	.object = busy_object,
	.refill = busy_refill,
	.idle = honest_idle,
	.press = honest_press,
};
