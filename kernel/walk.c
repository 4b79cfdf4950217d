/*
 * walk.c - see walk.h.
 */
#include "walk.h"

unsigned paging_levels;
uint64_t user_top;

struct place walk_down(const struct process *p, uint64_t va, unsigned level)
{
	struct place at = {p->root, paging_levels - 1, 0};

	if (at.table == NULL)
		return at;
	at.index = (unsigned)pte_index(va, at.level);
	while (at.level > level) {
		pte_t e = pte_read(place_entry(&at));

		if (!pte_is_table(e))
			break;
		at.level--;
		at.table = table_entries(pte_frame(e));
		at.index = (unsigned)pte_index(va, at.level);
	}
	return at;
}

cold pte_t *walk_slow(struct process *p, uint64_t va, pfn_t *table)
{
	struct place at = walk_down(p, va, LEVEL_LARGEST);

	if (at.table == NULL || at.level != LEVEL_LARGEST)
		return NULL;
	p->top = at.table;
	p->top_tag = va >> 39;
	at = walk_down(p, va, 0);
	if (at.level != 0)
		return NULL;
	*table = frame_of(at.table);
	return place_entry(&at);
}
