/*
 * frames.c - give and reclaim, single and in batches, and the call that does nothing. Owns no
 * state.
 */
#include "measures.h"

#include "bench.h"
#include "stock.h"

static void measure_yield(void)
{
	bench_begin("cheapest system call", 1);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++)
		bench_add(BENCH_COST(tn_yield()));
	bench_end();
}

static void measure_one(uint64_t f)
{
	bench_begin("give one frame", 1);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		bench_add(BENCH_COST(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, f, 1)));
		BENCH_DO(tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, f, 1));
	}
	bench_end();
	bench_begin("reclaim one frame", 1);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		BENCH_DO(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, f, 1));
		bench_add(BENCH_COST(tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, f, 1)));
	}
	bench_end();
}

static void measure_give_batch(uint64_t first)
{
	bench_begin("give batch of 256 per frame", BENCH_BATCH);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		bench_add(BENCH_COST(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, first, BENCH_BATCH)));
		BENCH_DO(tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, first, BENCH_BATCH));
	}
	bench_end();
}

/* No frame follows its neighbour on the free list. */
static void give_scattered(uint64_t first)
{
	for (unsigned i = 0; i < BENCH_BATCH; i++)
		BENCH_DO(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, first + BENCH_SCATTER(i), 1));
}

static void give_run(uint64_t first)
{
	BENCH_DO(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, first, BENCH_BATCH));
}

static void measure_reclaim_named(const char *name, void (*give)(uint64_t first), uint64_t first)
{
	bench_begin(name, BENCH_BATCH);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		give(first);
		bench_add(BENCH_COST(
			tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, first, BENCH_BATCH)));
	}
	bench_end();
}

static void measure_reclaim_any(const char *name, void (*give)(uint64_t first), uint64_t first)
{
	bench_begin(name, BENCH_BATCH);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		give(first);
		bench_add(BENCH_COST(
			tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, TN_ANY, BENCH_BATCH)));
	}
	bench_end();
}

void measure_frames(void)
{
	uint64_t first = stock_take_warm(BENCH_BATCH, STOCK_BLOCK);

	measure_yield();
	measure_one(first);
	measure_give_batch(first);
	measure_reclaim_named("reclaim batch of 256 given in one run per frame", give_run, first);
	measure_reclaim_named("reclaim batch of 256 scattered per frame", give_scattered, first);
	measure_reclaim_any("reclaim any 256 given in one run per frame", give_run, first);
	measure_reclaim_any("reclaim any 256 scattered per frame", give_scattered, first);
}
