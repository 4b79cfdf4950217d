/*
 * objects.c - create and destroy: a capability page paid with an exact raw frame, and an endpoint
 * paid from the pool. Owns no state.
 */
#include "measures.h"

#include <string.h>

#include "bench.h"
#include "stock.h"

#define DIRT 0x5a

/* Fills the frame with bytes that no object may start with. */
static void make_raw(uint64_t f)
{
	BENCH_DO(tn_map(TN_SLOT_PROCESS, STOCK_VA, TN_SLOT_FRAMES, f, 1,
			TN_MAP_READ | TN_MAP_WRITE));
	memset((void *)STOCK_VA, DIRT, TN_FRAME_SIZE);
	BENCH_DO(tn_unmap(TN_SLOT_PROCESS, STOCK_VA, 1));
}

/* Give and create in one call. A capability page ends with its process alone, so a process is
 * made for each. */
static void measure_capability_page(uint64_t f)
{
	bench_begin("create from a raw frame with zeroing (capability page)", 1);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		BENCH_DO(tn_create(TN_KIND_PROCESS, SLOT_POOL, TN_ANY, TN_NONE, SLOT_CHILD, 0));
		make_raw(f);
		bench_add(BENCH_COST(tn_create(TN_KIND_CAPS, SLOT_CHILD, f, TN_SLOT_FRAMES, 0, 0)));
		BENCH_DO(tn_destroy(SLOT_CHILD, 0));
		BENCH_DO(tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, f, 1));
	}
	bench_end();
}

/* The frame is raw again each time, as user space gave it. */
static void measure_endpoint(uint64_t f)
{
	bench_begin("create an endpoint from a free frame", 1);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		make_raw(f);
		BENCH_DO(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, f, 1));
		bench_add(BENCH_COST(tn_create(TN_KIND_ENDPOINT, TN_SLOT_PROCESS, TN_ANY, TN_NONE,
					       SLOT_OBJECT, 0)));
		BENCH_DO(tn_destroy(SLOT_OBJECT, 0));
		BENCH_DO(tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, f, 1));
	}
	bench_end();
}

static void measure_destroy(void)
{
	bench_begin("destroy an endpoint", 1);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		BENCH_DO(tn_create(TN_KIND_ENDPOINT, TN_SLOT_PROCESS, TN_ANY, TN_NONE, SLOT_OBJECT,
				   0));
		bench_add(BENCH_COST(tn_destroy(SLOT_OBJECT, 0)));
	}
	bench_end();
}

void measure_objects(void)
{
	uint64_t first = stock_take_warm(2, 1);

	BENCH_DO(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, first, 1)); /* the process */
	measure_capability_page(first + 1);
	measure_endpoint(first + 1);
	measure_destroy();
	BENCH_DO(tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, first, 1));
}
