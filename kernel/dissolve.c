/*
 * dissolve.c - see dissolve.h. All invariants hold between two steps.
 */
#include "dissolve.h"

#include "leaves.h"
#include "table.h"

static void seek_used(struct place *at)
{
	const pte_t *entry = at->table;

	while (!pte_is_valid(pte_read(entry)))
		entry++;
	at->index = (unsigned)(entry - at->table);
}

bool dissolve_step(struct process *p, const struct place *top)
{
	struct place path[LEVELS_MAX], *at = path;

	path[0] = *top;
	while (table_used(at) != 0) {
		pte_t e;

		seek_used(at);
		e = pte_read(place_entry(at));
		if (!pte_is_table(e)) {
			/* where they lie together, as many as the table counts are all */
			leaves_clear(p, at, least(table_used(at), ENTRIES_SLOW));
			break;
		}
		at[1] = (struct place){table_entries(pte_frame(e)), at->level - 1, 0};
		at++;
	}
	for (; at > path && table_used(at) == 0; at--)
		table_drop(p, at - 1, at);
	return table_used(top) == 0;
}

bool dissolve_space_step(struct process *p)
{
	struct place top = {p->root, paging_levels - 1, 0};

	if (p->root == NULL)
		return true;
	if (!dissolve_step(p, &top))
		return false;
	root_fill(p->root, false); /* the kernel's entries are the only ones left */
	table_free(p, frame_of(p->root));
	p->root = NULL;
	return true;
}
