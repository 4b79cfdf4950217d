/*
 * stock.c - see stock.h. Owns the run of frames and how much of it is taken.
 */
#include "stock.h"

#include <stdio.h>
#include <stdlib.h>
#include <tenure/loops.h>
#include <tenure/user.h>

#include "bench.h"

#define ROOT_FRAMES 64u /* for the tables and objects of all measurements */

static uint64_t next, end;

static void find_largest(void)
{
	for (uint32_t i = 0; i < tn_boot->range_count; i++) {
		const struct tn_boot_range *r = &tn_boot->ranges[i];

		if (r->kind != TN_KIND_USER || r->detail != 0 || r->count <= end - next)
			continue;
		next = r->first;
		end = r->first + r->count;
	}
}

static uint64_t aligned(uint64_t align)
{
	return (next + align - 1) & -align;
}

bool stock_has(uint64_t count, uint64_t align)
{
	return aligned(align) + count <= end;
}

uint64_t stock_take(uint64_t count, uint64_t align)
{
	uint64_t first = aligned(align);

	if (!stock_has(count, align)) {
		printf("bench: not enough memory\n");
		exit(1);
	}
	next = first + count;
	return first;
}

uint64_t stock_take_warm(uint64_t count, uint64_t align)
{
	uint64_t first = stock_take(count, align), given = 0, back = 0;

	BENCH_DO(tn_give_all(TN_SLOT_FRAMES, SLOT_POOL, first, count, &given));
	BENCH_DO(tn_reclaim_all(TN_SLOT_FRAMES, SLOT_POOL, first, count, &back));
	return first;
}

/* One page stays mapped in the last entry of the table, so that the table stays too. */
void stock_fill(void)
{
	uint64_t anchor;

	find_largest();
	anchor = stock_take(1 + ROOT_FRAMES, 1);
	BENCH_DO(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, anchor + 1, ROOT_FRAMES));
	BENCH_DO(tn_create(TN_KIND_POOL, TN_SLOT_POOL, TN_ANY, TN_NONE, SLOT_POOL, 0));
	BENCH_DO(tn_map(TN_SLOT_PROCESS, STOCK_VA + (STOCK_BLOCK - 1) * TN_FRAME_SIZE,
			TN_SLOT_FRAMES, anchor, 1, TN_MAP_READ));
}
