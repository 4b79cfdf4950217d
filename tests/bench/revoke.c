/*
 * revoke.c - the end of a pool with a process in it that maps 256 frames. Owns no state.
 */
#include "measures.h"

#include "bench.h"
#include "stock.h"

#define RIGHTS (TN_MAP_READ | TN_MAP_WRITE | TN_MAP_SMALL)
#define CHILD_FRAMES 8u /* a process and its tables, in any paging mode */

static void map_run(uint64_t first)
{
	BENCH_DO(tn_map(SLOT_CHILD, STOCK_VA, TN_SLOT_FRAMES, first, BENCH_BATCH, RIGHTS));
}

static void map_scattered(uint64_t first)
{
	for (unsigned i = 0; i < BENCH_BATCH; i++)
		BENCH_DO(tn_map(SLOT_CHILD, STOCK_VA + i * TN_FRAME_SIZE, TN_SLOT_FRAMES,
				first + BENCH_SCATTER(i), 1, RIGHTS));
}

static void measure_revoke_mapped(const char *name, void (*map)(uint64_t first), uint64_t first)
{
	bench_begin(name, BENCH_BATCH);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		BENCH_DO(tn_create(TN_KIND_PROCESS, SLOT_POOL, TN_ANY, TN_NONE, SLOT_CHILD, 0));
		map(first);
		bench_add(BENCH_COST(tn_pool_revoke(SLOT_POOL, 0)));
		BENCH_DO(tn_cap_delete(TN_SELF, SLOT_CHILD));
	}
	bench_end();
}

void measure_revoke(void)
{
	uint64_t first = stock_take_warm(BENCH_BATCH + CHILD_FRAMES, STOCK_BLOCK);
	uint64_t own = first + BENCH_BATCH;

	BENCH_DO(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, own, CHILD_FRAMES));
	measure_revoke_mapped("revoke 256 mapped frames per frame", map_run, first);
	measure_revoke_mapped("revoke 256 scattered mapped frames per frame", map_scattered, first);
	BENCH_DO(tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, own, CHILD_FRAMES));
}
