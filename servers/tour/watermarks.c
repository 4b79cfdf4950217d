/*
 * watermarks.c - phase: a pool that never runs dry and never hoards.
 *
 * Mapping pages 2 MiB apart eats page tables; the policy refills the pool before a call fails.
 * Unmapping gives the tables back by itself; the policy takes back what idles.
 */
#include "phases.h"

#include <stddef.h>
#include <tenure/records.h>
#include <tenure/user.h>

#include "../mm/objects.h"
#include "../mm/pages.h"
#include "../mm/show.h"

#define BASE 0x80000000ul
#define STRIDE 0x200000ul
#define PLACES 160u
#define LOW 8u
#define HIGH 24u

struct extremes {
	uint64_t least, most;
};

static void observe(const struct mm *mm, const struct pool *pool, struct extremes *seen)
{
	uint64_t free = pool_free(mm, pool);

	if (free < seen->least)
		seen->least = free;
	if (free > seen->most)
		seen->most = free;
}

static bool map_places(struct mm *mm, struct process *process, struct extremes *seen)
{
	for (unsigned i = 0; i < PLACES; i++) {
		if (!pages_map_new(mm, process, BASE + i * STRIDE, 0, 0))
			return false;
		observe(mm, &mm->pools[process->pool], seen);
	}
	return true;
}

static bool unmap_places(struct mm *mm, struct process *process, struct extremes *seen)
{
	for (unsigned i = 0; i < PLACES; i++) {
		if (!pages_unmap(mm, process, BASE + i * STRIDE, 1))
			return false;
		observe(mm, &mm->pools[process->pool], seen);
	}
	return true;
}

static void show_flow(const struct pool *pool, const struct extremes *seen)
{
	show_fact("free, always", "%lu to %lu (marks %u and %u)", (unsigned long)seen->least,
		  (unsigned long)seen->most, LOW, HIGH);
	show_fact("refilled unasked", "%lu times, %lu frames", (unsigned long)pool->top_ups,
		  (unsigned long)pool->stocked);
	show_fact("idle frames taken back", "%lu times, %lu frames", (unsigned long)pool->trims,
		  (unsigned long)pool->returned);
}

/* The kernel's own count: no call was ever refused for lack of frames. */
static bool never_short(const struct pool *pool)
{
	struct tn_pool_info info;

	return tn_pool_read(pool->slot, &info).code == 0 && info.enomem == 0 &&
	       pool->shortages == 0;
}

bool phase_watermarks(struct mm *mm)
{
	struct pool *pool = object_make_pool(mm, &mm->pools[0], 0,
					     &(struct policy_terms){LOW, HIGH, 0});
	struct process *process = pool ? object_make_process(mm, pool) : NULL;
	struct extremes seen = {UINT64_MAX, 0};
	bool good;

	if (!show_expect(process && map_places(mm, process, &seen), "there is memory to map"))
		return false;
	show_fact("mapped", "%u pages, %lu page tables", PLACES,
		  (unsigned long)pool->kinds[TN_KIND_TABLE]);
	good = show_expect(unmap_places(mm, process, &seen), "unmapping needs no memory");
	show_fact("unmapped", "%lu page table left: the root",
		  (unsigned long)pool->kinds[TN_KIND_TABLE]);
	show_flow(pool, &seen);
	good = show_expect(pool->kinds[TN_KIND_TABLE] == 1, "emptied tables came back") && good;
	good = show_expect(seen.least >= LOW && seen.most <= HIGH,
			   "free stayed between the marks") &&
	       good;
	good = show_expect(never_short(pool), "no call was refused for lack of frames") && good;
	good = show_expect(pool->top_ups > 1 && pool->trims > 1, "the policy was needed") && good;
	object_end_pool(mm, pool);
	return good;
}
