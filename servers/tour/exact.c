/*
 * exact.c - phase: every page table is paid at the moment the kernel asks for it.
 *
 * Two pools under one, each with a process. Pages are mapped 2 MiB apart, so that every one of
 * them wants a page table of its own, from pools that keep no stock at all.
 */
#include "phases.h"

#include <stddef.h>
#include <tenure/user.h>

#include "../mm/audit.h"
#include "../mm/objects.h"
#include "../mm/pages.h"
#include "../mm/show.h"
#include "../mm/supply.h"

#define BASE 0x40000000ul
#define STRIDE 0x200000ul
#define PLACES 64u
#define ORDER 2u /* four pages a place */
#define STOCK 6u /* enough for a process and its objects, not for page tables */

static bool furnish(struct mm *mm, struct process *process)
{
	return object_add_slots(mm, process, 0) && object_add(mm, process, TN_KIND_THREAD) &&
	       object_add(mm, process, TN_KIND_ENDPOINT);
}

static bool fill(struct mm *mm, struct process *process)
{
	for (unsigned i = 0; i < PLACES; i++)
		if (!pages_map_new(mm, process, BASE + i * STRIDE, ORDER, TN_MAP_SMALL))
			return false;
	return true;
}

/* A pool under `parent` with a stock, a furnished process and its pages. */
static struct pool *settle(struct mm *mm, struct pool *parent)
{
	struct pool *pool = object_make_pool(mm, parent, 0, &(struct policy_terms){0});
	struct process *process;

	if (!pool || supply_give(mm, pool, STOCK) != STOCK)
		return NULL;
	process = object_make_process(mm, pool);
	if (!process || !furnish(mm, process) || !fill(mm, process))
		return NULL;
	show_fact("process", "%u pages in %u places, %lu page tables", PLACES << ORDER, PLACES,
		  (unsigned long)pool->kinds[TN_KIND_TABLE]);
	show_fact("  short of frames", "%lu times, paid with exactly %lu frames",
		  (unsigned long)pool->shortages, (unsigned long)pool->paid);
	return pool;
}

/* Every shortage was met, and what was given for it was used to the last frame. */
static bool exact(const struct mm *mm, const struct pool *pool)
{
	return pool->shortages > 0 && pool_frames(mm, pool) == STOCK + pool->paid &&
	       pool_free(mm, pool) == 0;
}

bool phase_exact(struct mm *mm)
{
	struct pool *top = object_make_pool(mm, &mm->pools[0], 0, &(struct policy_terms){0});
	struct pool *first = top ? settle(mm, top) : NULL;
	struct pool *second = first ? settle(mm, top) : NULL;
	bool good;

	if (!show_expect(second != NULL, "there is memory for two pools and processes"))
		return false;
	good = show_expect(exact(mm, first) && exact(mm, second),
			   "each shortage was met exactly and no frame is idle");
	good = audit_run(mm) && good;
	object_end_pool(mm, top);
	show_fact("pools ended", "root pool has %lu free",
		  (unsigned long)pool_free(mm, &mm->pools[0]));
	return good;
}
