/*
 * template.c - a policy to begin one's own with: the least that works.
 *
 * A call that lacks frames gets exactly these; what falls free is left to the pool until a few
 * frames are idle. docs/policy-guide.md goes through it hook by hook.
 *
 * What holds in every hook:
 *  - The view is exact: mm predicts what the kernel does, and audits compare.
 *  - Only one hook runs at a time, while mm serves one message. It must return soon, and may not
 *    make calls: mm is in the midst of its work.
 *  - The answer is a wish. mm cuts it to the pool's quota and to the memory there is.
 */
#include "../policy.h"

#define IDLE_MOST 8u /* frames that a pool may keep for nothing */

/*
 * A pool has been made, for a program that starts, with its quota; nothing is lent to it yet. Or it
 * is mm's own, with no quota (depth 0) and what the boot lent it. Frames set aside here are nobody
 * else's until the pool ends.
 */
static struct policy_terms template_begin(const struct policy_view *pool,
					  const struct policy_options *options)
{
	(void)pool;
	(void)options;
	return (struct policy_terms){
		.low = 0,   /* no signal: `refill` is asked after mm's calls */
		.high = 0,  /* ours to use; we do not */
		.aside = 0, /* shares all memory with the others */
	};
}

/*
 * mm is about to make an object, or a page table if explicit_tables. From the stock the kernel
 * takes any free frame, and answers ENOMEM if there is none, which leads to `refill`. An exact
 * frame is given and used in one call.
 */
static uint64_t template_object(const struct policy_view *pool, enum tn_kind kind)
{
	(void)pool;
	(void)kind;
	return POLICY_STOCK;
}

/*
 * missing > 0: a call was refused before it had any effect, for so many frames. It is repeated if
 * they are there now; else the program's request fails. missing = 0: nobody waits.
 */
static struct policy_gift template_refill(const struct policy_view *pool, uint64_t missing)
{
	return (struct policy_gift){
		.pool = pool->pool,
		.count = missing,
		.first = POLICY_FRESH,
	};
}

/*
 * Something has ended in the pool. Free frames hold nothing: the kernel hands them back at once,
 * whichever mm asks for.
 */
static uint64_t template_idle(const struct policy_view *pool)
{
	return pool->free > IDLE_MOST ? pool->free - IDLE_MOST : 0;
}

/*
 * Somebody else needs `wanted` frames, and the machine has no idle one. Pools are asked one after
 * the other until they have come together.
 */
static uint64_t template_press(const struct policy_view *pool, uint64_t wanted)
{
	return pool->free < wanted ? pool->free : wanted;
}

const struct policy mm_policy = {
	.name = "template",
	.about = "pays what is missing, keeps a few idle frames",
	.begin = template_begin,
	.object = template_object,
	.refill = template_refill,
	.idle = template_idle,
	.press = template_press,
};
