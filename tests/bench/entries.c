/*
 * entries.c - entries that are long by design or by refusal, in search of the longest: the
 * kernel states a bound for each entry. Each is made once, on memory as cold as it comes.
 *
 * Owns the name and the cost of the longest so far.
 */
#include "measures.h"

#include <stdio.h>
#include <string.h>
#include <tenure/loops.h>

#include "bench.h"
#include "stock.h"

#define RIGHTS (TN_MAP_READ | TN_MAP_WRITE)
#define HALF (STOCK_BLOCK / 2)
#define GIGA (STOCK_BLOCK * STOCK_BLOCK)
#define TABLES 8u
#define DESCRIBED_TABLES (TN_UTCB_WORDS - 1u)
#define REVOKED_FREE 600u /* more than one step hands on */

static struct {
	const char *name;
	uint64_t cost;
} longest;

static void entry(const char *name, uint64_t cost)
{
	bench_print_once(name, cost);
	if (cost <= longest.cost)
		return;
	longest.name = name;
	longest.cost = cost;
}

/* Raw frames on top of the root pool's free list: the next tables are made of them. */
static void give_raw_tables(void)
{
	BENCH_DO(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, stock_take_warm(TABLES, 1), TABLES));
}

/* A run that meets two blocks of the frame table, neither touched before. */
static uint64_t take_cold(void)
{
	return stock_take(3 * STOCK_BLOCK, STOCK_BLOCK) + HALF;
}

/* The i-th 2 MiB page of a gigabyte. */
#define LARGE_VA(i) (STOCK_VA_EMPTY + STOCK_BLOCK * TN_FRAME_SIZE * (uint64_t)(i))

static void entries_map(void)
{
	uint64_t first = take_cold();

	give_raw_tables();
	entry("entry: map 512 cold frames, tables missing",
	      BENCH_COST(tn_map(TN_SLOT_PROCESS, STOCK_VA_EMPTY, TN_SLOT_FRAMES, first, TN_BATCH,
				RIGHTS)));
	entry("entry: protect 512 pages", BENCH_COST(tn_protect(TN_SLOT_PROCESS, STOCK_VA_EMPTY,
								TN_BATCH, TN_MAP_READ, TN_NONE)));
	entry("entry: age 512 pages", BENCH_COST(tn_protect(TN_SLOT_PROCESS, STOCK_VA_EMPTY,
							    TN_BATCH, TN_MAP_AGE, TN_NONE)));
	entry("entry: widen 256 pages", BENCH_COST(tn_protect(TN_SLOT_PROCESS, STOCK_VA_EMPTY,
							      TN_BATCH, RIGHTS, TN_SLOT_FRAMES)));
	BENCH_DO(tn_protect(TN_SLOT_PROCESS, STOCK_VA_EMPTY + HALF * TN_FRAME_SIZE, HALF, RIGHTS,
			    TN_SLOT_FRAMES));
	/* the hart sets accessed and dirty */
	memset((void *)STOCK_VA_EMPTY, 0, TN_BATCH * TN_FRAME_SIZE);
	entry("entry: age 512 touched pages",
	      BENCH_COST(
		      tn_protect(TN_SLOT_PROCESS, STOCK_VA_EMPTY, TN_BATCH, TN_MAP_AGE, TN_NONE)));
	entry("entry: unmap 512 pages and their tables",
	      BENCH_COST(tn_unmap(TN_SLOT_PROCESS, STOCK_VA_EMPTY, TN_BATCH)));
	entry("entry: map 16 frames with ZERO",
	      BENCH_COST(tn_map(TN_SLOT_PROCESS, STOCK_VA_EMPTY, TN_SLOT_FRAMES, first, TN_ZERO_MAX,
				RIGHTS | TN_MAP_ZERO)));
	BENCH_DO(tn_unmap(TN_SLOT_PROCESS, STOCK_VA_EMPTY, TN_ZERO_MAX));
}

static void entries_split(void)
{
	uint64_t block = stock_take(STOCK_BLOCK, STOCK_BLOCK);

	BENCH_DO(tn_map(TN_SLOT_PROCESS, STOCK_VA_LARGE, TN_SLOT_FRAMES, block, STOCK_BLOCK,
			RIGHTS));
	entry("entry: protect half of a cold 2M page",
	      BENCH_COST(tn_protect(TN_SLOT_PROCESS, STOCK_VA_LARGE + HALF * TN_FRAME_SIZE, HALF,
				    TN_MAP_READ, TN_NONE)));
	BENCH_DO(tn_unmap(TN_SLOT_PROCESS, STOCK_VA_LARGE, STOCK_BLOCK));
}

/* Two splits in one call; only where there is a gigabyte to spare. */
static void entries_split_giga(void)
{
	uint64_t giga;

	if (!stock_has(GIGA, GIGA))
		return;
	giga = stock_take(GIGA, GIGA);
	BENCH_DO(tn_map(TN_SLOT_PROCESS, STOCK_VA_EMPTY, TN_SLOT_FRAMES, giga, GIGA, RIGHTS));
	entry("entry: unmap one 4K page of a cold 1G page",
	      BENCH_COST(tn_unmap(TN_SLOT_PROCESS, STOCK_VA_EMPTY, 1)));
	BENCH_DO(tn_unmap(TN_SLOT_PROCESS, STOCK_VA_EMPTY, STOCK_BLOCK));
	entry("entry: narrow 256 2M pages",
	      BENCH_COST(tn_protect(TN_SLOT_PROCESS, LARGE_VA(1), GIGA - STOCK_BLOCK, TN_MAP_READ,
				    TN_NONE)));
	entry("entry: widen 256 2M pages",
	      BENCH_COST(tn_protect(TN_SLOT_PROCESS, LARGE_VA(1), GIGA - STOCK_BLOCK, RIGHTS,
				    TN_SLOT_FRAMES)));
	entry("entry: unmap 256 2M pages",
	      BENCH_COST(tn_unmap(TN_SLOT_PROCESS, LARGE_VA(1), GIGA - STOCK_BLOCK)));
	BENCH_DO(tn_unmap(TN_SLOT_PROCESS, LARGE_VA(257), GIGA - 257 * STOCK_BLOCK));
	BENCH_DO(tn_map(TN_SLOT_PROCESS, STOCK_VA_EMPTY, TN_SLOT_FRAMES, giga, GIGA, RIGHTS));
	entry("entry: cut a 1G page and unmap 256 2M pages",
	      BENCH_COST(tn_unmap(TN_SLOT_PROCESS, LARGE_VA(1), GIGA - STOCK_BLOCK)));
	BENCH_DO(tn_unmap(TN_SLOT_PROCESS, LARGE_VA(257), GIGA - 257 * STOCK_BLOCK));
	BENCH_DO(tn_unmap(TN_SLOT_PROCESS, STOCK_VA_EMPTY, STOCK_BLOCK));
}

static void entries_give(void)
{
	uint64_t first = take_cold();

	entry("entry: give 512 cold frames",
	      BENCH_COST(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, first, TN_BATCH)));
	entry("entry: give 512 frames, refused at the first",
	      BENCH_COST_OF(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, first, TN_BATCH),
			    -TN_EKERNEL));
	BENCH_DO(tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, first, TN_BATCH - 1));
	entry("entry: give 512 frames, refused at the last",
	      BENCH_COST_OF(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, first, TN_BATCH),
			    -TN_EKERNEL));
	entry("entry: map 512 frames, refused at the last",
	      BENCH_COST_OF(tn_map(TN_SLOT_PROCESS, STOCK_VA_EMPTY, TN_SLOT_FRAMES, first, TN_BATCH,
				   RIGHTS),
			    -TN_EKERNEL));
	BENCH_DO(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, first, TN_BATCH - 1));
	entry("entry: reclaim 512 frames, refused at the last",
	      BENCH_COST_OF(tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, first + 1, TN_BATCH),
			    -TN_EUSER));
	BENCH_DO(tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, first, TN_BATCH));
}

/* Frames of the boot image follow those that precede them: 511 user frames and one that is not.
 * 0 if there is no such place; `which` counts the ranges of the boot image. */
static uint64_t find_before_boot(unsigned which)
{
	for (uint32_t i = 1; i < tn_boot->range_count; i++) {
		const struct tn_boot_range *user = &tn_boot->ranges[i - 1], *boot = user + 1;

		if (boot->kind != TN_KIND_BOOT || user->kind != TN_KIND_USER ||
		    user->count < TN_BATCH || user->first + user->count != boot->first)
			continue;
		if (which-- == 0)
			return boot->first - (TN_BATCH - 1);
	}
	return 0;
}

static void entries_before_boot(void)
{
	uint64_t first = find_before_boot(0), other = find_before_boot(1);

	if (first == 0 || other == 0)
		return;
	entry("entry: give 512 cold frames, refused at the last",
	      BENCH_COST_OF(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, first, TN_BATCH),
			    -TN_EKERNEL));
	give_raw_tables();
	entry("entry: map 512 cold frames, the last of the boot image",
	      BENCH_COST(tn_map(TN_SLOT_PROCESS, STOCK_VA_EMPTY, TN_SLOT_FRAMES, other, TN_BATCH,
				TN_MAP_READ)));
	entry("entry: unmap them", BENCH_COST(tn_unmap(TN_SLOT_PROCESS, STOCK_VA_EMPTY, TN_BATCH)));
}

/* Every second frame first, so that nobody on the free list follows its neighbour. */
static void give_scattered(uint64_t first)
{
	for (unsigned i = 0; i < TN_BATCH; i += 2)
		BENCH_DO(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, first + i, 1));
	for (unsigned i = 1; i < TN_BATCH; i += 2)
		BENCH_DO(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, first + i, 1));
}

static void entries_reclaim(void)
{
	uint64_t first = take_cold();

	give_scattered(first);
	entry("entry: reclaim 512 scattered frames",
	      BENCH_COST(tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, first, TN_BATCH)));
	give_scattered(first);
	entry("entry: reclaim any 512 scattered frames",
	      BENCH_COST(tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, TN_ANY, TN_BATCH)));
	BENCH_DO(tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, TN_ANY, TN_BATCH - TN_UTCB_WORDS));
	give_scattered(first);
	entry("entry: move 512 scattered frames",
	      BENCH_COST(tn_frame_move(SLOT_POOL, TN_SLOT_POOL, TN_BATCH)));
	entry("entry: describe 504 frames",
	      BENCH_COST(tn_frame_info(TN_SLOT_FRAMES, first, TN_UTCB_WORDS)));
	entry("entry: census", BENCH_COST(tn_census(TN_SLOT_SYSTEM)));
	BENCH_DO(tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, first, TN_BATCH));
}

/* SLOT_POOL gets a process with a full table, a page of slots and an object of each kind, and a
 * pool below it with free frames. */
static void fill_pool(uint64_t own, uint64_t mapped, uint64_t free)
{
	uint64_t given = 0;

	BENCH_DO(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, own, 2 * TABLES));
	BENCH_DO(tn_create(TN_KIND_POOL, SLOT_POOL, TN_ANY, TN_NONE, SLOT_CHILD_POOL, 0));
	BENCH_DO(tn_give_all(TN_SLOT_FRAMES, SLOT_CHILD_POOL, free, REVOKED_FREE, &given));
	entry("entry: create a process",
	      BENCH_COST(tn_create(TN_KIND_PROCESS, SLOT_POOL, TN_ANY, TN_NONE, SLOT_CHILD, 0)));
	BENCH_DO(tn_create(TN_KIND_CAPS, SLOT_CHILD, TN_ANY, TN_NONE, 0, 0));
	BENCH_DO(tn_create(TN_KIND_THREAD, SLOT_CHILD, TN_ANY, TN_NONE, SLOT_OBJECT, 0));
	BENCH_DO(tn_cap_delete(TN_SELF, SLOT_OBJECT));
	BENCH_DO(tn_create(TN_KIND_ENDPOINT, SLOT_CHILD, TN_ANY, TN_NONE, SLOT_OBJECT, 0));
	BENCH_DO(tn_cap_delete(TN_SELF, SLOT_OBJECT));
	BENCH_DO(tn_map(SLOT_CHILD, STOCK_VA, TN_SLOT_FRAMES, mapped, TN_BATCH, RIGHTS));
}

static uint64_t longest_revoke_step(void)
{
	uint64_t most = 0, cost;
	struct tn_result result;

	do {
		uint64_t start = bench_instret(), end;

		result = tn_pool_revoke(SLOT_POOL, TN_FLAG_STEP);
		end = bench_instret();
		cost = end - start - bench_overhead;
		most = cost > most ? cost : most;
	} while (result.code == -TN_EAGAIN);
	BENCH_REQUIRE(result.code, result.value, 0);
	return most;
}

static void entries_revoke(void)
{
	uint64_t own = stock_take_warm(2 * TABLES, 1);
	uint64_t mapped = stock_take_warm(TN_BATCH + 1, STOCK_BLOCK) + 1;
	uint64_t free = stock_take_warm(REVOKED_FREE, 1), done = 0;

	fill_pool(own, mapped, free);
	entry("entry: the longest step of a revoke", longest_revoke_step());
	BENCH_DO(tn_cap_delete(TN_SELF, SLOT_CHILD));
	BENCH_DO(tn_cap_delete(TN_SELF, SLOT_CHILD_POOL));
	BENCH_DO(tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, own, 2 * TABLES));
	BENCH_DO(tn_reclaim_all(TN_SLOT_FRAMES, SLOT_POOL, free, REVOKED_FREE, &done));
}

/* Page tables take the most instructions to describe; behind them the first frame of a block that
 * has not been touched. The last measurement: what it made stays. */
static void entries_describe(void)
{
	uint64_t own = stock_take_warm(2 * TABLES + 1, 1); /* and one to map */
	uint64_t first = stock_take(2 * STOCK_BLOCK, STOCK_BLOCK) + STOCK_BLOCK - DESCRIBED_TABLES;

	BENCH_DO(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, own, 2 * TABLES));
	BENCH_DO(tn_create(TN_KIND_PROCESS, SLOT_POOL, TN_ANY, TN_NONE, SLOT_CHILD, 0));
	BENCH_DO(tn_map(SLOT_CHILD, LARGE_VA(DESCRIBED_TABLES), TN_SLOT_FRAMES, own + 2 * TABLES, 1,
			RIGHTS));
	for (uint64_t i = 0; i < DESCRIBED_TABLES; i++)
		BENCH_DO(tn_table_attach(SLOT_CHILD, LARGE_VA(i), 0, first + i, TN_SLOT_FRAMES));
	entry("entry: describe 503 page tables and a cold frame",
	      BENCH_COST(tn_frame_info(TN_SLOT_FRAMES, first, TN_UTCB_WORDS)));
}

void measure_entries(void)
{
	entries_map();
	entries_split();
	entries_split_giga();
	entries_give();
	entries_before_boot();
	entries_reclaim();
	entries_revoke();
	entry("entry: the longest step of an endpoint's end, all waiting with deadlines",
	      measure_waiters());
	entries_describe();
	bench_print_once("longest kernel entry", longest.cost);
	printf("bench: the longest entry was `%s`\n", longest.name);
}
