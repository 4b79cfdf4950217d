/*
 * found.c - phase: what mm found and how it came up.
 */
#include "phases.h"

#include "../mm/show.h"

bool phase_found(struct mm *mm)
{
	const struct ledger *ledger = &mm->store.ledger;
	const struct pool *root = &mm->pools[0];

	show_fact("ranges reported", "%u, in %u island%s", mm->boot->range_count,
		  mm->store.space.span_count, mm->store.space.span_count == 1 ? "" : "s");
	show_fact("mm's own records", "%lu frames, %lu more lent to map them",
		  (unsigned long)mm->records_frames, (unsigned long)mm->early_frames);
	show_fact("idle user frames", "%lu, largest block %lu KiB",
		  (unsigned long)mm->store.buddy.free, 4ul << buddy_largest(&mm->store.buddy));
	show_fact("root pool", "%lu frames: %lu used, %lu free",
		  (unsigned long)pool_frames(mm, root), (unsigned long)pool_used(root),
		  (unsigned long)pool_free(mm, root));
	return show_expect(ledger->owned[LEDGER_USER] > 0, "there is user memory");
}
