/*
 * aside.c - frames set aside for pools.
 */
#include "aside.h"

#include "require.h"

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t aside_sum(const struct mm *mm)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < MM_POOLS; i++)
		if (mm->pools[i].live)
			sum += mm->pools[i].aside;
	return sum;
}

static unsigned order_around(uint64_t count)
{
	unsigned order = 0;

	while ((uint64_t)1 << order < count && order < BUDDY_ORDER_HUGE)
		order++;
	return order;
}

/*
 * Up to `count` idle frames in a row: the first of a block that is large enough, whose rest is free
 * again, or else the largest block there is.
 */
static struct run take_run(struct mm *mm, uint64_t count)
{
	unsigned order = order_around(count);
	uint64_t first = store_take_lendable(&mm->store, order), size;

	while (first == STORE_NONE && order > 0)
		first = store_take_lendable(&mm->store, --order);
	if (first == STORE_NONE)
		return (struct run){0, 0};
	size = (uint64_t)1 << order;
	if (size > count)
		store_put_idle(&mm->store, first + count, size - count);
	return (struct run){first, least(count, size)};
}

/* False: not all of them, but what there was. */
static bool set_aside(struct mm *mm, struct pool *pool, uint64_t asked)
{
	uint64_t idle = mm->store.lendable;
	uint64_t count = least(asked, idle > mm->reserve ? idle - mm->reserve : 0);
	bool enough = count == asked;

	while (count > 0 && pool->run_count < POOL_RUNS) {
		struct run run = take_run(mm, count);

		if (run.count == 0)
			return false;
		require(ledger_set_aside(&mm->store.ledger, run.first, run.count, pool->index),
			"frames to be set aside were idle");
		pool->runs[pool->run_count++] = run;
		pool->aside += run.count;
		count -= run.count;
	}
	return enough && count == 0;
}

static struct run take(struct mm *mm, struct pool *pool, uint64_t count)
{
	struct run *run, taken = {0, 0};

	if (pool->run_count == 0 || count == 0)
		return taken;
	run = &pool->runs[pool->run_count - 1];
	taken = (struct run){run->first, least(count, run->count)};
	require(ledger_release(&mm->store.ledger, taken.first, taken.count, pool->index),
		"frames of a pool were set aside for it");
	run->first += taken.count;
	run->count -= taken.count;
	pool->aside -= taken.count;
	if (run->count == 0)
		pool->run_count--;
	return taken;
}

static void release(struct mm *mm, struct pool *pool, uint64_t count)
{
	while (count > 0) {
		struct run taken = take(mm, pool, count);

		store_put_idle(&mm->store, taken.first, taken.count);
		count -= taken.count;
	}
}

void aside_release(struct mm *mm, struct pool *pool)
{
	release(mm, pool, pool->aside);
}

/* So many frames are to be set aside for the pool now. */
static uint64_t wanted(const struct mm *mm, const struct pool *pool)
{
	uint64_t limit = pool->quota > 0 ? least(pool->promise, pool->quota) : pool->promise;
	uint64_t lent = pool_frames(mm, pool);

	return limit > lent ? limit - lent : 0;
}

void aside_cut(struct mm *mm, struct pool *pool)
{
	if (pool->aside > 0 && pool->aside > wanted(mm, pool))
		release(mm, pool, pool->aside - wanted(mm, pool));
}

bool aside_renew(struct mm *mm, struct pool *pool)
{
	uint64_t count;

	aside_cut(mm, pool);
	count = wanted(mm, pool) - pool->aside;
	return count == 0 || set_aside(mm, pool, count);
}

struct run aside_take(struct mm *mm, struct pool *pool, uint64_t count)
{
	if (pool->aside == 0)
		(void)aside_renew(mm, pool);
	return take(mm, pool, count);
}
