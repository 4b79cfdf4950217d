/*
 * revoke.c - phase: one call ends a pool with everything in and below it.
 *
 * A tree of pools, each with two processes, all of which share the same 2 MiB many times over in
 * small pages: enough work for the kernel to be interrupted in the middle. It goes on by itself.
 */
#include "phases.h"

#include <stddef.h>
#include <tenure/records.h>
#include <tenure/user.h>

#include "../mm/audit.h"
#include "../mm/objects.h"
#include "../mm/pages.h"
#include "../mm/show.h"
#include "../mm/supply.h"

#define BASE 0x200000000ul
#define STRIDE 0x200000ul
#define DEPTH 4u
#define PLACES 256u
#define PAGES ((uint64_t)1 << BUDDY_ORDER_LARGE) /* a place, a page table of its own */
#define LOW 8u
#define HIGH 32u

/* A process that maps the frames from `shared` on in many places. */
static bool inhabit(struct mm *mm, struct pool *pool, uint64_t shared)
{
	struct process *process = object_make_process(mm, pool);

	if (!process || !object_add_slots(mm, process, 0) ||
	    !object_add(mm, process, TN_KIND_THREAD))
		return false;
	for (unsigned i = 0; i < PLACES; i++)
		if (!pages_map(mm, process, BASE + i * STRIDE, shared, PAGES,
			       TN_MAP_READ | TN_MAP_WRITE | TN_MAP_SMALL))
			return false;
	return true;
}

/* A chain of pools below `top`, each with two processes. */
static bool build(struct mm *mm, struct pool *top)
{
	uint64_t shared = store_take(&mm->store, BUDDY_ORDER_LARGE);
	struct pool *pool = top;

	if (shared == STORE_NONE)
		return false;
	for (unsigned i = 0; i < DEPTH; i++) {
		pool = object_make_pool(mm, pool, 0, &(struct policy_terms){LOW, HIGH, 0});
		if (!pool || !inhabit(mm, pool, shared) || !inhabit(mm, pool, shared))
			return false;
	}
	return true;
}

static bool emptied(const struct mm *mm, const struct pool *pool, uint64_t frames)
{
	struct tn_pool_info info;

	return tn_pool_read(pool->slot, &info).code == 0 && info.used == 0 && info.free == frames &&
	       pool_free(mm, pool) == frames;
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

static unsigned long microseconds(const struct mm *mm, uint64_t ticks)
{
	uint64_t rate = mm->boot->timebase ? mm->boot->timebase : 1;

	return (unsigned long)(ticks * 1000000 / rate);
}

bool phase_revoke(struct mm *mm)
{
	struct pool *top = object_make_pool(mm, &mm->pools[0], 0,
					    &(struct policy_terms){LOW, HIGH, 0});
	uint64_t frames, ticks;
	bool good;

	if (!show_expect(top && build(mm, top), "there is memory for the tree"))
		return false;
	frames = frames_below(mm, top);
	show_fact("tree", "%u pools below one, %u processes", DEPTH, 2 * DEPTH);
	show_fact("mapped", "%lu pages, in %u places the same %lu frames",
		  (unsigned long)(2 * DEPTH * PLACES * PAGES), 2 * DEPTH * PLACES,
		  (unsigned long)PAGES);
	show_fact("lent to it", "%lu frames", (unsigned long)frames);
	good = audit_run(mm);

	ticks = object_revoke_pool(mm, top);
	show_fact("revoked", "by one call, in %lu us", microseconds(mm, ticks));
	good = show_expect(emptied(mm, top, frames), "all frames are free in the revoked pool") &&
	       good;
	good = audit_run(mm) && good;

	good = show_expect(supply_reclaim(mm, top, frames) == frames,
			   "all of them can be taken back") &&
	       good;
	object_end_pool(mm, top);
	return_surplus(mm);
	show_fact("taken back", "%lu frames; the kernel holds %lu and began with %lu",
		  (unsigned long)frames, (unsigned long)mm->store.ledger.owned[LEDGER_LENT],
		  (unsigned long)mm->baseline);
	good = show_expect(mm->store.ledger.owned[LEDGER_LENT] <= mm->baseline,
			   "the kernel holds no more than when mm was up") &&
	       good;
	return show_expect(pool_used(&mm->pools[0]) == mm->baseline_used,
			   "the objects that are left are those of the boot") &&
	       good;
}
