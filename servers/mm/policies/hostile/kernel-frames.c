/*
 * kernel-frames.c - a lie: what is the kernel's, or no memory at all, is an idle user frame.
 *
 * Names frames of every range of the boot that is not user space's (the kernel's image and tables,
 * firmware, mm's own process and page tables), frames below and beyond RAM, and numbers that no
 * frame can have. The kernel says EKERNEL, ENXIO or EACCES; programs notice nothing.
 */
#include "liar.h"

static uint64_t wrong_frame(void)
{
	static const uint64_t beyond[] = {0,         1,         0xffffffff, 0x100000000,
					  1ul << 52, 1ul << 63, ~0ul - 5,   ~0ul - 3};
	static uint64_t turn;
	const struct tn_boot_range *range = &tn_boot->ranges[++turn / 2 % tn_boot->range_count];

	if (turn % 2 == 0 || range->kind == TN_KIND_USER)
		return beyond[turn / 2 % (sizeof(beyond) / sizeof(beyond[0]))];
	return range->first + turn % range->count;
}

static uint64_t kernel_object(const struct policy_view *pool, enum tn_kind kind)
{
	(void)pool;
	(void)kind;
	return wrong_frame();
}

static struct policy_gift kernel_refill(const struct policy_view *pool, uint64_t missing)
{
	if (missing > 0)
		return honest_refill(pool, missing);
	return (struct policy_gift){pool->pool, pool->used % 2 ? 1 : TN_BATCH, wrong_frame()};
}

const struct policy mm_policy = {
	.name = "kernel-frames",
	.about = "names the kernel's own frames, and numbers that are no frames",
	.begin = honest_begin,
	.object = kernel_object,
	.refill = kernel_refill,
	.idle = honest_idle,
	.press = honest_press,
};
