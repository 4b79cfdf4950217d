/*
 * promised.c - a lie: frames that are set aside for one pool are another's.
 *
 * Each client's quota is set aside for it; then the frames at which that begins are named for
 * whoever asks. The kernel would take them: it knows of no promise. mm's ledger does, and refuses.
 * Programs notice nothing.
 */
#include "liar.h"

#define SWEPT 256u

static uint64_t promised_frame(void)
{
	static uint64_t turn;
	struct tn_boot_range idle = liar_idle_range();

	return idle.first + ++turn % SWEPT;
}

static struct policy_terms promised_begin(const struct policy_view *pool,
					  const struct policy_options *options)
{
	struct policy_terms terms = honest_begin(pool, options);

	terms.aside = pool->quota;
	return terms;
}

static uint64_t promised_object(const struct policy_view *pool, enum tn_kind kind)
{
	(void)pool;
	(void)kind;
	return promised_frame();
}

static struct policy_gift promised_refill(const struct policy_view *pool, uint64_t missing)
{
	if (missing > 0)
		return honest_refill(pool, missing);
	return (struct policy_gift){pool->pool, 1, promised_frame()};
}

const struct policy mm_policy = {
	.name = "promised",
	.about = "names frames that are set aside for somebody else",
	.begin = promised_begin,
	.object = promised_object,
	.refill = promised_refill,
	.idle = honest_idle,
	.press = honest_press,
};
