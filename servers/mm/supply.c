/*
 * supply.c - carries out what the policy decides.
 */
#include "supply.h"

#include <tenure/loops.h>

#include "policy.h"
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

uint64_t supply_give(struct mm *mm, struct pool *pool, uint64_t count)
{
	uint64_t given = 0;

	while (given < count) {
		unsigned order;
		uint64_t first = take_block(mm, count - given, &order);
		uint64_t size = (uint64_t)1 << order;

		if (first == STORE_NONE)
			break;
		require_done(tn_frame_give(TN_SLOT_FRAMES, pool->slot, first, size), "frame_give");
		require(ledger_lend(&mm->store.ledger, first, size, pool->index),
			"given frames were idle");
		given += size;
		mm->frames_given += size;
	}
	return given;
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

static struct policy_view view_of(const struct mm *mm, const struct pool *pool)
{
	return (struct policy_view){
		.pool = pool->index,
		.depth = pool->depth,
		.free = pool_free(mm, pool),
		.used = pool_used(pool),
		.quota = pool->quota,
		.low = pool->low,
		.high = pool->high,
		.idle = mm->store.buddy.free,
	};
}

/* Of `count` frames wanted, those that the pool's quota and mm's reserve allow. */
static uint64_t allowed(const struct mm *mm, const struct pool *pool, uint64_t count)
{
	uint64_t idle = mm->store.buddy.free, frames = pool_frames(mm, pool);

	if (pool->index == 0)
		return count;
	if (pool->quota > 0)
		count = least(count, pool->quota > frames ? pool->quota - frames : 0);
	return least(count, idle > mm->reserve ? idle - mm->reserve : 0);
}

void supply_press(struct mm *mm, const struct pool *except)
{
	for (unsigned i = 1; i < MM_POOLS; i++) {
		struct pool *pool = &mm->pools[i];
		uint64_t free = pool->live && pool != except ? pool_free(mm, pool) : 0;

		if (free == 0)
			continue;
		pool->trims++;
		pool->returned += supply_reclaim(mm, pool, free);
	}
}

/* Short of memory, what other pools keep free comes first; without a reserve nobody is pressed. */
static uint64_t pay(struct mm *mm, struct pool *pool, uint64_t wanted, uint64_t missing)
{
	if (mm->reserve > 0 && mm->store.buddy.free < mm->reserve + missing)
		supply_press(mm, pool);
	wanted = allowed(mm, pool, wanted);
	return wanted < missing ? 0 : supply_give(mm, pool, wanted);
}

bool supply_answer(struct mm *mm, struct pool *pool, struct tn_result result)
{
	struct policy_view view = view_of(mm, pool);
	uint64_t given;

	if (result.code != -TN_ENOMEM)
		return false;
	given = pay(mm, pool, mm_policy.refill(&view, result.value).count, result.value);
	pool->shortages++;
	pool->paid += given;
	return given >= result.value;
}

static void top_up(struct mm *mm, struct pool *pool)
{
	struct policy_view view = view_of(mm, pool);
	uint64_t count = allowed(mm, pool, mm_policy.refill(&view, 0).count);

	if (count == 0)
		return;
	pool->top_ups++;
	pool->stocked += supply_give(mm, pool, count);
}

void supply_top_up(struct mm *mm, struct pool *pool)
{
	if (!pool->watched)
		top_up(mm, pool);
}

void supply_watch(struct pool *pool)
{
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
	struct policy_view view = view_of(mm, pool);
	uint64_t count = mm_policy.idle(&view);

	if (count == 0)
		return;
	pool->trims++;
	pool->returned += supply_reclaim(mm, pool, count);
}
