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

void walk_keep(struct process *p, uint64_t va)
{
	struct place at = {NULL, 0, 0};

	if (p->top_tag != WALK_TAG(va))
		at = walk_down(p, va, LEVEL_LARGEST);
	if (at.table == NULL || at.level != LEVEL_LARGEST)
		return;
	p->top = at.table;
	p->top_tag = WALK_TAG(va);
}
