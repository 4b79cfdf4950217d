/*
 * large.c - phase: pages of 4 KiB, 2 MiB and 1 GiB; a large page falls apart.
 */
#include "phases.h"

#include <stddef.h>
#include <tenure/records.h>
#include <tenure/user.h>

#include "../mm/audit.h"
#include "../mm/objects.h"
#include "../mm/pages.h"
#include "../mm/show.h"

#define LOW 8u
#define HIGH 32u

/* A page of each size, each in a GiB of its own. */
struct specimen {
	const char *size;
	uint64_t va;
	unsigned order, level;
};

static const struct specimen specimens[] = {
	{"4 KiB", 0x100000000ul, 0, 0},
	{"2 MiB", 0x140000000ul, BUDDY_ORDER_LARGE, 1},
	{"1 GiB", 0x180000000ul, BUDDY_ORDER_HUGE, 2},
};
#define SPECIMENS (sizeof(specimens) / sizeof(specimens[0]))

static bool resolves(const struct process *process, uint64_t va, uint64_t address, unsigned level)
{
	struct tn_resolved page;

	return tn_resolve_read(process->slot, va, &page).code == 0 && page.address == address &&
	       page.level == level && page.size == ledger_page(level) * TN_FRAME_SIZE &&
	       page.flags == (TN_MAP_READ | TN_MAP_WRITE);
}

static bool absent(const struct process *process, uint64_t va)
{
	return tn_resolve(process->slot, va).code == -TN_ENOENT;
}

/* Takes the middle page out of a large one; its neighbours stay, as small pages. */
static bool split(struct mm *mm, struct process *process, const struct specimen *what,
		  uint64_t first)
{
	uint64_t middle = ledger_page(what->level) / 2, va = what->va + middle * TN_FRAME_SIZE;
	uint64_t address = (first + middle) * TN_FRAME_SIZE;
	uint64_t last = ledger_page(what->level) - 1;

	if (!show_expect(pages_unmap(mm, process, va, 1), "there are frames for a split"))
		return false;
	show_fact("  middle unmapped", "page of %s split", what->size);
	return show_expect(absent(process, va), "the middle is gone") &&
	       show_expect(resolves(process, va + TN_FRAME_SIZE, address + TN_FRAME_SIZE, 0),
			   "the page behind it is small now") &&
	       show_expect(resolves(process, what->va, first * TN_FRAME_SIZE, what->level - 1),
			   "the first part keeps its place") &&
	       show_expect(resolves(process, what->va + last * TN_FRAME_SIZE,
				    (first + last) * TN_FRAME_SIZE, what->level - 1),
			   "the last part keeps its place");
}

static bool examine(struct mm *mm, struct process *process, const struct specimen *what)
{
	uint64_t first = store_take(&mm->store, what->order);
	uint64_t count = (uint64_t)1 << what->order;

	if (first == STORE_NONE) {
		show_fact(what->size, "no aligned block of this size is free: left out");
		return show_expect(what->order == BUDDY_ORDER_HUGE, "2 MiB are free somewhere");
	}
	if (!show_expect(pages_map(mm, process, what->va, first, count, TN_MAP_READ | TN_MAP_WRITE),
			 "there are frames for page tables"))
		return false;
	show_fact(what->size, "0x%lx -> 0x%lx", (unsigned long)what->va,
		  (unsigned long)(first * TN_FRAME_SIZE));
	if (!show_expect(resolves(process, what->va, first * TN_FRAME_SIZE, what->level),
			 "one leaf of this size maps it"))
		return false;
	return what->level == 0 || split(mm, process, what, first);
}

bool phase_large(struct mm *mm)
{
	struct pool *pool = object_make_pool(mm, &mm->pools[0], 0,
					     &(struct policy_terms){LOW, HIGH, 0});
	struct process *process = pool ? object_make_process(mm, pool) : NULL;
	bool good = true;

	if (!show_expect(process != NULL, "there is memory for a process"))
		return false;
	for (unsigned i = 0; i < SPECIMENS; i++)
		good = examine(mm, process, &specimens[i]) && good;
	good = audit_run(mm) && good;
	for (unsigned i = 0; i < SPECIMENS; i++)
		good = pages_unmap(mm, process, specimens[i].va,
				   (uint64_t)1 << specimens[i].order) &&
		       good;
	good = show_expect(mapping_frames(&process->mapping) == 0, "all is unmapped") && good;
	object_end_pool(mm, pool);
	return good;
}
