/*
 * payment.c - the frame that one object is made of.
 */
#include "payment.h"

#include "aside.h"
#include "require.h"
#include "supply.h"

static bool has_claim(const struct store *store, uint64_t frame)
{
	struct ledger_frame what = ledger_frame(&store->ledger, frame);

	if (what.owner == LEDGER_ASIDE || what.owner == LEDGER_DELEGATED)
		return true;
	return what.owner == LEDGER_USER && !ledger_in_use(&store->ledger, frame) &&
	       !buddy_has(&store->buddy, space_index(&store->space, frame), 1);
}

bool payment_has_claims(const struct mm *mm, uint64_t first, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		if (has_claim(&mm->store, first + i))
			return true;
	return false;
}

static struct payment exact(uint64_t frame, bool claimed)
{
	return (struct payment){frame, TN_SLOT_FRAMES, claimed, false};
}

static struct payment fresh(struct mm *mm, const struct pool *pool)
{
	uint64_t idle = mm->store.lendable, frame;

	if (mm->reserve > 0 && idle <= mm->reserve)
		supply_press(mm, pool, mm->reserve + 1 - idle);
	if (supply_allowed(mm, pool, 1) == 0)
		return PAYMENT_NONE;
	frame = store_take_lendable(&mm->store, 0);
	return frame == STORE_NONE ? PAYMENT_NONE : exact(frame, true);
}

static struct payment from_aside(struct mm *mm, struct pool *pool)
{
	struct run run = aside_take(mm, pool, 1);

	return run.count == 1 ? exact(run.first, true) : PAYMENT_NONE;
}

/*
 * A frame that the ledger calls idle is taken. One that is promised to somebody is refused here; of
 * any other the kernel is to say itself that it cannot be had.
 */
static struct payment named(struct mm *mm, const struct pool *pool, uint64_t frame)
{
	if (supply_allowed(mm, pool, 1) > 0 && store_claim(&mm->store, frame, 1))
		return exact(frame, true);
	mm->refusals++;
	if (payment_has_claims(mm, frame, 1) || supply_allowed(mm, pool, 1) == 0)
		return PAYMENT_NONE;
	return exact(frame, false);
}

struct payment payment_choose(struct mm *mm, struct pool *pool, enum tn_kind kind,
			      const struct payment *last)
{
	struct policy_view view = supply_view(mm, pool);
	uint64_t frame = last->refused ? POLICY_STOCK : mm_policy.object(&view, kind);

	if (frame == POLICY_STOCK)
		return (struct payment){TN_ANY, TN_NONE, false, last->refused};
	if (frame == POLICY_FRESH)
		return fresh(mm, pool);
	if (frame == POLICY_ASIDE)
		return from_aside(mm, pool);
	return named(mm, pool, frame);
}

bool payment_settle(struct mm *mm, struct pool *pool, struct payment *payment,
		    struct tn_result result)
{
	if (payment->frames == TN_NONE)
		return supply_answer(mm, pool, result);
	if (!payment->claimed) {
		require(result.code < 0, "the kernel refuses a frame that is not idle");
		payment->refused = true;
		return true;
	}
	if (result.code != 0) {
		store_put_idle(&mm->store, payment->frame, 1);
		return false;
	}
	require(ledger_lend(&mm->store.ledger, payment->frame, 1, pool->index),
		"a frame that an object was made of was idle");
	mm->frames_given++;
	aside_cut(mm, pool);
	return false;
}
