/*
 * supply.c - carries out what the policy decides.
 */
#include "supply.h"

#include <stddef.h>
#include <tenure/loops.h>

#include "aside.h"
#include "payment.h"
#include "require.h"

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The largest block that the kernel takes in one call and that does not exceed `count`. */
static unsigned order_within(uint64_t count)
{
	unsigned order = 0;

	while (order < BUDDY_ORDER_LARGE && (uint64_t)2 << order <= count)
		order++;
	return order;
}

/* A block of at most `count` frames; *order: its size. STORE_NONE if there is none at all. */
static uint64_t take_block(struct mm *mm, uint64_t count, unsigned *order)
{
	uint64_t first;

	*order = order_within(count);
	first = store_take_lendable(&mm->store, *order);
	while (first == STORE_NONE && *order > 0)
		first = store_take_lendable(&mm->store, --*order);
	return first;
}

/* Frames that were taken out of the store for it go to the pool. */
static void lend(struct mm *mm, struct pool *pool, uint64_t first, uint64_t count)
{
	require_done(tn_frame_give(TN_SLOT_FRAMES, pool->slot, first, count), "frame_give");
	require(ledger_lend(&mm->store.ledger, first, count, pool->index),
		"given frames were idle");
	mm->frames_given += count;
	aside_cut(mm, pool);
}

uint64_t supply_give(struct mm *mm, struct pool *pool, uint64_t count)
{
	uint64_t given = 0;

	while (given < count) {
		unsigned order;
		uint64_t first = take_block(mm, count - given, &order);
		uint64_t size = (uint64_t)1 << order;

		if (first == STORE_NONE)
			break;
		lend(mm, pool, first, size);
		given += size;
	}
	return given;
}

static uint64_t give_aside(struct mm *mm, struct pool *pool, uint64_t count)
{
	uint64_t given = 0;

	while (given < count) {
		struct run run = aside_take(mm, pool, least(count - given, TN_BATCH));

		if (run.count == 0)
			break;
		lend(mm, pool, run.first, run.count);
		given += run.count;
	}
	return given;
}

/* Exactly the frames that the policy named, or none. */
static uint64_t give_named(struct mm *mm, struct pool *pool, uint64_t first, uint64_t count)
{
	bool allowed = count <= TN_BATCH && supply_allowed(mm, pool, count) == count;
	struct tn_result result;

	if (allowed && store_claim(&mm->store, first, count)) {
		lend(mm, pool, first, count);
		return count;
	}
	mm->refusals++;
	if (!allowed || payment_has_claims(mm, first, count))
		return 0;
	/* Not idle, says the ledger: so must the kernel. */
	result = tn_frame_give(TN_SLOT_FRAMES, pool->slot, first, count);
	require(result.code < 0, "the kernel refuses frames that are not idle");
	return 0;
}

struct taking {
	struct mm *mm;
	struct pool *pool;
	bool good;
};

static void take_run(void *context, uint64_t first, uint64_t count)
{
	struct taking *taking = context;
	struct store *store = &taking->mm->store;

	taking->good = taking->good &&
		       ledger_return(&store->ledger, first, count, taking->pool->index);
	if (taking->good)
		store_put_idle(store, first, count);
}

uint64_t supply_reclaim(struct mm *mm, struct pool *pool, uint64_t count)
{
	struct taking taking = {mm, pool, true};
	uint64_t done = 0;

	require_done(tn_reclaim_any(TN_SLOT_FRAMES, pool->slot, count, take_run, &taking, &done),
		     "frame_reclaim");
	require(taking.good, "reclaimed frames were lent to that pool");
	mm->frames_taken += done;
	return done;
}

struct policy_view supply_view(const struct mm *mm, const struct pool *pool)
{
	return (struct policy_view){
		.pool = pool->index,
		.depth = pool->depth,
		.free = pool_free(mm, pool),
		.used = pool_used(pool),
		.quota = pool->quota,
		.aside = pool->aside,
		.low = pool->low,
		.high = pool->high,
		.idle = mm->store.lendable,
	};
}

bool supply_begin(struct mm *mm, struct pool *pool)
{
	struct policy_view view = supply_view(mm, pool);
	struct policy_terms terms = mm_policy.begin(&view, &mm->options);

	pool->low = terms.low;
	pool->high = terms.high;
	pool->promise = pool->quota > 0 ? terms.aside : 0;
	return aside_renew(mm, pool);
}

static uint64_t quota_left(const struct mm *mm, const struct pool *pool)
{
	uint64_t frames = pool_frames(mm, pool);

	if (pool->quota == 0)
		return UINT64_MAX;
	return pool->quota > frames ? pool->quota - frames : 0;
}

uint64_t supply_allowed(const struct mm *mm, const struct pool *pool, uint64_t count)
{
	uint64_t idle = mm->store.lendable;

	if (pool->index == 0) {
		uint64_t free = pool_free(mm, pool);

		return least(count, free < SUPPLY_ROOT_MOST ? SUPPLY_ROOT_MOST - free : 0);
	}
	count = least(count, quota_left(mm, pool));
	return least(count, idle > mm->reserve ? idle - mm->reserve : 0);
}

static uint64_t press_pool(struct mm *mm, struct pool *pool, uint64_t wanted)
{
	struct policy_view view = supply_view(mm, pool);
	uint64_t count = least(mm_policy.press(&view, wanted), view.free);

	if (count == 0)
		return 0;
	count = supply_reclaim(mm, pool, count);
	pool->trims++;
	pool->returned += count;
	return count;
}

void supply_press(struct mm *mm, const struct pool *except, uint64_t wanted)
{
	for (unsigned i = 1; i < MM_POOLS && wanted > 0; i++) {
		struct pool *pool = &mm->pools[i];

		if (pool->live && !pool->delegated && pool != except)
			wanted -= least(wanted, press_pool(mm, pool, wanted));
	}
}

/*
 * Fresh frames; short of memory, what other pools keep free comes first. As many as are missing,
 * or none.
 */
static uint64_t give_fresh(struct mm *mm, struct pool *pool, uint64_t count, uint64_t missing)
{
	uint64_t needed = mm->reserve + missing, idle = mm->store.lendable;

	if (mm->reserve > 0 && idle < needed)
		supply_press(mm, pool, needed - idle);
	count = supply_allowed(mm, pool, count);
	return count < missing ? 0 : supply_give(mm, pool, count);
}

/* The kernel has it: a record is live before its object is made. */
static bool is_ready(const struct pool *pool)
{
	return pool->live && pool->slot != 0;
}

/* Carries the policy's answer out, as far as it can be. Returns how many frames went. */
static uint64_t carry_out(struct mm *mm, const struct policy_gift *gift, uint64_t missing)
{
	struct pool *pool = gift->pool < MM_POOLS ? &mm->pools[gift->pool] : NULL;

	if (gift->count == 0)
		return 0;
	if (!pool || !is_ready(pool) || pool->delegated) {
		mm->refusals++;
		return 0;
	}
	if (gift->first == POLICY_FRESH)
		return give_fresh(mm, pool, gift->count, missing);
	if (gift->first == POLICY_ASIDE)
		return give_aside(mm, pool, least(gift->count, quota_left(mm, pool)));
	return give_named(mm, pool, gift->first, gift->count);
}

/* The policy has left mm's own pool short of `wanted` free frames. */
static void take_own(struct mm *mm, struct pool *root, uint64_t wanted)
{
	uint64_t free = pool_free(mm, root);

	if (free < wanted && supply_give(mm, root, wanted - free) > 0)
		mm->refusals++;
}

bool supply_answer(struct mm *mm, struct pool *pool, struct tn_result result)
{
	struct policy_view view = supply_view(mm, pool);
	struct policy_gift gift;

	if (result.code != -TN_ENOMEM)
		return false;
	gift = mm_policy.refill(&view, result.value);
	pool->shortages++;
	pool->paid += carry_out(mm, &gift, result.value);
	if (pool->index == 0)
		take_own(mm, pool, view.free + result.value);
	if (pool_free(mm, pool) >= view.free + result.value)
		return true;
	supply_trim(mm, pool);
	return false;
}

static void top_up(struct mm *mm, struct pool *pool)
{
	struct policy_view view = supply_view(mm, pool);
	struct policy_gift gift = mm_policy.refill(&view, 0);
	uint64_t given = carry_out(mm, &gift, 0);

	if (given == 0)
		return;
	pool->top_ups++;
	pool->stocked += given;
}

void supply_top_up(struct mm *mm, struct pool *pool)
{
	if (!pool->watched)
		top_up(mm, pool);
}

void supply_watch(struct pool *pool)
{
	if (pool->low == 0)
		return;
	require_done(tn_pool_watch(pool->slot, pool->low, TN_SLOT_THREAD,
				   (uint64_t)1 << pool->index),
		     "pool_watch");
	pool->watched = true;
}

void supply_signalled(struct mm *mm, uint64_t bits)
{
	for (unsigned i = 0; i < MM_POOLS_SUPPLIED; i++)
		if (bits >> i & 1 && mm->pools[i].live)
			top_up(mm, &mm->pools[i]);
}

void supply_trim(struct mm *mm, struct pool *pool)
{
	struct policy_view view = supply_view(mm, pool);
	uint64_t count = least(mm_policy.idle(&view), view.free);

	if (count == 0)
		return;
	pool->trims++;
	pool->returned += supply_reclaim(mm, pool, count);
	(void)aside_renew(mm, pool); /* a promise covers what it has given back, too */
}
