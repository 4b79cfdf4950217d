/*
 * leaves.c - see leaves.h.
 */
#include "leaves.h"

#include "asid.h"
#include "table.h"
#include "thread.h"

/* No hart holds translations of the process: entry and reference end in one pass. */
static struct leaves_found leaves_clear_dormant(pte_t *entry, unsigned level, uint64_t n)
{
	struct leaves_found found = {0, 0};

	for (pte_t *end = entry + n; entry < end; entry++) {
		pte_t e = pte_read(entry);

		if (!pte_is_leaf(e))
			continue;
		found.count++;
		found.dirty += pte_dirty(e);
		pte_write(entry, PTE_EMPTY);
		leaf_drop(e, level);
	}
	return found;
}

/* First pass of two: what is disabled keeps its frame number until the fence is behind us. */
static struct leaves_found leaves_disable(pte_t *entry, uint64_t n)
{
	struct leaves_found found = {0, 0};

	for (pte_t *end = entry + n; entry < end; entry++) {
		pte_t e = pte_read(entry);

		if (!pte_is_leaf(e))
			continue;
		found.count++;
		found.dirty += pte_dirty(e);
		pte_write(entry, pte_disabled(e));
	}
	return found;
}

static void leaves_drop(pte_t *entry, unsigned level, uint64_t n)
{
	for (pte_t *end = entry + n; entry < end; entry++) {
		pte_t e = pte_read(entry);

		if (e.w == 0 || pte_is_valid(e))
			continue;
		pte_write(entry, PTE_EMPTY);
		leaf_drop(e, level);
	}
}

struct leaves_found leaves_clear(struct process *p, const struct place *at, uint64_t n)
{
	pte_t *entry = place_entry(at);
	struct leaves_found found;

	if (!asid_is_live(current->hart, p)) {
		found = leaves_clear_dormant(entry, at->level, n);
	} else {
		found = leaves_disable(entry, n);
		asid_fence_space(current->hart, p);
		leaves_drop(entry, at->level, n);
	}
	table_count(frame_of(at->table), -found.count);
	return found;
}
