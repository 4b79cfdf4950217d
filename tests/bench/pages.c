/*
 * pages.c - map and unmap in the caller's own address space, whose translations the hart holds:
 * the dearer case, as each unmap fences. Owns no state.
 */
#include "measures.h"

#include "bench.h"
#include "stock.h"

#define RIGHTS (TN_MAP_READ | TN_MAP_WRITE)

/* Maps and unmaps `count` frames each round; with the table standing when `va` says so. */
static void measure_map(const char *name, uint64_t va, uint64_t f, uint64_t count)
{
	bench_begin(name, count == BENCH_BATCH ? count : 1);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		bench_add(
			BENCH_COST(tn_map(TN_SLOT_PROCESS, va, TN_SLOT_FRAMES, f, count, RIGHTS)));
		BENCH_DO(tn_unmap(TN_SLOT_PROCESS, va, count));
	}
	bench_end();
}

static void measure_unmap(const char *name, uint64_t va, uint64_t f, uint64_t count)
{
	bench_begin(name, count == BENCH_BATCH ? count : 1);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		BENCH_DO(tn_map(TN_SLOT_PROCESS, va, TN_SLOT_FRAMES, f, count, RIGHTS));
		bench_add(BENCH_COST(tn_unmap(TN_SLOT_PROCESS, va, count)));
	}
	bench_end();
}

/* Pages side by side whose frames are not, as a pager leaves them. */
static void measure_unmap_scattered(const char *name, uint64_t va, uint64_t f)
{
	bench_begin(name, BENCH_BATCH);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		for (unsigned k = 0; k < BENCH_BATCH; k++)
			BENCH_DO(tn_map(TN_SLOT_PROCESS, va + k * TN_FRAME_SIZE, TN_SLOT_FRAMES,
					f + BENCH_SCATTER(k), 1, RIGHTS));
		bench_add(BENCH_COST(tn_unmap(TN_SLOT_PROCESS, va, BENCH_BATCH)));
	}
	bench_end();
}

void measure_pages(void)
{
	uint64_t block = stock_take_warm(STOCK_BLOCK, STOCK_BLOCK);
	uint64_t odd = block + 1; /* no large page fits */

	measure_map("map one 4K page", STOCK_VA, odd, 1);
	measure_unmap("unmap one 4K page", STOCK_VA, odd, 1);
	measure_map("map batch of 256 per page", STOCK_VA, odd, BENCH_BATCH);
	measure_unmap("unmap batch of 256 per page", STOCK_VA, odd, BENCH_BATCH);
	measure_unmap_scattered("unmap batch of 256 scattered per page", STOCK_VA, odd);
	measure_map("map one 2M page", STOCK_VA_LARGE, block, STOCK_BLOCK);
	measure_unmap("unmap one 2M page", STOCK_VA_LARGE, block, STOCK_BLOCK);
}
