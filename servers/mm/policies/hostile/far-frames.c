/*
 * far-frames.c - a lie: frames outside the kernel's window can be lent (boot with kernel_window=).
 *
 * They are RAM, user space's and idle, so only mm's store knows better; for ranges that it refuses,
 * the kernel says ENOTSUP. Also names ranges across the window's end. Programs notice nothing.
 */
#include "liar.h"

static uint64_t far_frame(uint64_t before)
{
	static uint64_t turn;
	uint64_t end = tn_boot->window_first + tn_boot->window_count;

	return end + (++turn % 2 ? turn % 1024 : -before);
}

static uint64_t far_object(const struct policy_view *pool, enum tn_kind kind)
{
	(void)pool;
	(void)kind;
	return far_frame(0);
}

static struct policy_gift far_refill(const struct policy_view *pool, uint64_t missing)
{
	if (missing > 0)
		return honest_refill(pool, missing);
	return (struct policy_gift){pool->pool, 2, far_frame(1)};
}

const struct policy mm_policy = {
	.name = "far-frames",
	.about = "names idle frames outside the kernel's window",
	.begin = honest_begin,
	.object = far_object,
	.refill = far_refill,
	.idle = honest_idle,
	.press = honest_press,
};
