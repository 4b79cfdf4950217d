/*
 * revoke.c - phase: one call ends a pool with everything in and below it.
 *
 * A tree of pools, each with a process full of scattered mappings, is enough work for the
 * kernel to be interrupted in the middle; it goes on by itself.
 */
#include "phases.h"

#include <stddef.h>
#include <tenure/records.h>
#include <tenure/user.h>

#include "../audit.h"
#include "../objects.h"
#include "../pages.h"
#include "../show.h"
#include "../supply.h"

#define BASE 0x200000000ul
#define STRIDE 0x200000ul
#define DEPTH 4u
#define PLACES 24u
#define ORDER 5u /* 32 pages a place */
#define LOW 8u
#define HIGH 32u

static bool inhabit(struct mm *mm, struct pool *pool)
{
	struct process *process = object_make_process(mm, pool);

	if (!process || !object_add_slots(mm, process, 0) ||
	    !object_add(mm, process, TN_KIND_THREAD))
		return false;
	for (unsigned i = 0; i < PLACES; i++)
		if (!pages_map_new(mm, process, BASE + i * STRIDE, ORDER, TN_MAP_SMALL))
			return false;
	return true;
}

/* A chain of pools below `top`, each with two processes. */
static bool build(struct mm *mm, struct pool *top)
{
	struct pool *pool = top;

	for (unsigned i = 0; i < DEPTH; i++) {
		pool = object_make_pool(mm, pool, LOW, HIGH);
		if (!pool || !inhabit(mm, pool) || !inhabit(mm, pool))
			return false;
	}
	return true;
}

static bool emptied(const struct mm *mm, const struct pool *pool, uint64_t frames)
{
	struct tn_pool_info info;

	return tn_pool_read(pool->slot, &info).code == 0 && info.used == 0 &&
	       info.free == frames && pool_free(mm, pool) == frames;
}

static uint64_t frames_below(const struct mm *mm, const struct pool *top)
{
	uint64_t frames = 0;

	for (unsigned i = 0; i < MM_POOLS; i++)
		if (mm->pools[i].live && pool_within(mm, &mm->pools[i], top))
			frames += pool_frames(mm, &mm->pools[i]);
	return frames;
}

/* What the root pool got since mm was up. */
static void return_surplus(struct mm *mm)
{
	struct pool *root = &mm->pools[0];
	uint64_t frames = pool_frames(mm, root);

	if (frames > mm->baseline)
		supply_reclaim(mm, root, frames - mm->baseline);
}

bool phase_revoke(struct mm *mm)
{
	struct pool *top = object_make_pool(mm, &mm->pools[0], LOW, HIGH);
	uint64_t frames, before, took;
	bool good;

	if (!show_expect(top && build(mm, top), "there is memory for the tree"))
		return false;
	frames = frames_below(mm, top);
	show_fact("tree", "%u pools below one, %u processes, %u pages", DEPTH, 2 * DEPTH,
		  2 * DEPTH * (PLACES << ORDER));
	show_fact("lent to it", "%lu frames", (unsigned long)frames);
	good = audit_run(mm);

	before = tn_clock();
	object_revoke_pool(mm, top);
	took = (tn_clock() - before) * 1000000 / (mm->boot->timebase ? mm->boot->timebase : 1);
	show_fact("revoked", "in %lu us, mm's records of it included", (unsigned long)took);
	good = show_expect(emptied(mm, top, frames), "all frames are free in the revoked pool") && good;
	good = audit_run(mm) && good;

	good = show_expect(supply_reclaim(mm, top, frames) == frames, "all of them can be taken back") &&
	       good;
	object_end_pool(mm, top);
	return_surplus(mm);
	show_fact("taken back", "%lu frames; the kernel holds the %lu it began with",
		  (unsigned long)frames, (unsigned long)mm->store.ledger.owned[LEDGER_LENT]);
	return show_expect(mm->store.ledger.owned[LEDGER_LENT] == mm->baseline,
			   "the kernel holds what it held when mm was up") && good;
}
