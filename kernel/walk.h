/*
 * walk.h - from a virtual address to the place of its entry.
 *
 * Levels count from the leaves: a table of level 0 holds 4 KiB leaves, of level 1 2 MiB, of
 * level 2 1 GiB. The root has level paging_levels - 1.
 */
#pragma once

#include "process.h"

#define LEVEL_LARGEST 2u /* leaves stand at level 0, 1 and 2 */
/* Entries that a call visits where each takes many steps: half a table, so that the bound on one
 * entry of the kernel holds. */
#define ENTRIES_SLOW (TABLE_ENTRIES / 2)
#define LEVELS_MAX 5u
#define WALK_TAG(va) ((va) >> (FRAME_BITS + (LEVEL_LARGEST + 1) * TABLE_BITS)) /* see top_tag */
#define TABLE_ENTRIES (1u << TABLE_BITS)

/* Facts of the boot: 3, 4 or 5; first address that is not user space's. */
extern unsigned paging_levels;
extern uint64_t user_top;

inline_always uint64_t level_frames(unsigned level)
{
	return (uint64_t)1 << (TABLE_BITS * level);
}

/* count pages from va lie in user space; va is aligned to a page. */
inline_always bool walk_is_user(uint64_t va, uint64_t count)
{
	return va < user_top && count <= (user_top - va) / FRAME_BYTES;
}

inline_always pte_t *table_entries(pfn_t table)
{
	return frame_memory(table);
}

/* Where a walk ended. */
struct place {
	pte_t *table;   /* NULL: the process has no root */
	unsigned level; /* of the table */
	unsigned index; /* in it */
};

inline_always pte_t *place_entry(const struct place *at)
{
	return &at->table[at->index];
}

/* Descends from the root to the table of `level` or to the first entry that is no table. */
struct place walk_down(const struct process *p, uint64_t va, unsigned level);

/* Keeps the level-2 table that holds va, if it stands, for walk_kept. */
void walk_keep(struct process *p, uint64_t va);

/*
 * The entry of a page of `level`, 0 or 1, whose tables all stand under the level-2 table that is
 * kept, else NULL: what is not so, the general paths find out. *table: the table that holds it.
 */
inline_always pte_t *walk_kept(const struct process *p, uint64_t va, unsigned level, pfn_t *table)
{
	pte_t *entry;

	if (unlikely(p->top_tag != WALK_TAG(va)))
		return NULL;
	entry = &p->top[pte_index(va, LEVEL_LARGEST)];
#pragma GCC unroll 2
	for (unsigned below = LEVEL_LARGEST; below-- > level;) {
		pte_t e = pte_read(entry);

		if (unlikely(!pte_is_table(e)))
			return NULL;
		*table = pte_table_frame(e);
		entry = &table_entries(*table)[pte_index(va, below)];
	}
	return entry;
}
