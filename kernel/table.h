/*
 * table.h - page tables as frames: made, counted, emptied (I13).
 *
 * A TABLE frame counts its valid entries. One that is emptied goes back to its pool by itself,
 * all zero, unless it is a root or was attached by name.
 */
#pragma once

#include "walk.h"

/* The upper half of a new root: runs of the kernel's root entries, found at boot. */
struct root_run {
	unsigned first, count;
};
extern const pte_t *kernel_root;
#define ROOT_RUNS 4u
extern struct root_run kernel_runs[ROOT_RUNS];

/* Writes the kernel's entries of a root, or empties them. */
void root_fill(pte_t *root, bool present);

/* Adds `delta` to the table's count of entries. */
/*@ requires exists: frame_exists(table.n);
  @ requires table: FRAME_KIND(PORT_FRAME_TABLE[table.n]) == TN_KIND_TABLE;
  @ requires fits: -(integer)TABLE_ENTRIES <= delta <= TABLE_ENTRIES &&
  @	0 <= FRAME_ENTRIES(PORT_FRAME_TABLE[table.n]) + delta <= TABLE_ENTRIES;
  @ assigns PORT_FRAME_TABLE[table.n], shadow_kind[table.n], shadow_low[table.n];
  @ ensures word: PORT_FRAME_TABLE[table.n] ==
  @	\old(PORT_FRAME_TABLE[table.n]) + delta * FRAME_ENTRY;
  @ ensures entries: FRAME_ENTRIES(PORT_FRAME_TABLE[table.n]) ==
  @	\old(FRAME_ENTRIES(PORT_FRAME_TABLE[table.n])) + delta;
  @ ensures pool: FRAME_POOL(PORT_FRAME_TABLE[table.n]) ==
  @	\old(FRAME_POOL(PORT_FRAME_TABLE[table.n]));
  @ ensures rest: PORT_FRAME_TABLE[table.n] / FRAME_EXPLICIT ==
  @	\old(PORT_FRAME_TABLE[table.n] / FRAME_EXPLICIT);
  @ ensures kind: FRAME_KIND(PORT_FRAME_TABLE[table.n]) == TN_KIND_TABLE; */
inline_always void table_count(pfn_t table, int64_t delta)
{
	frame_set(table, moved(frame_get(table), delta * (int64_t)FRAME_ENTRY));
	/*@ assert rest: PORT_FRAME_TABLE[table.n] / FRAME_EXPLICIT ==
	  @	\at(PORT_FRAME_TABLE[table.n], Pre) / FRAME_EXPLICIT; */
}

/* Valid entries of the table at->table. */
inline_always uint64_t table_used(const struct place *at)
{
	return FRAME_ENTRIES(frame_get(frame_of(at->table)));
}

/* Makes a table of frame f, which p's pool has just paid, and hangs it at `at`, or makes it the root
 * (at->table NULL). Moves *at into it, at va. flags: FRAME_EXPLICIT or 0. */
void table_place(struct process *p, struct place *at, uint64_t va, pfn_t f, uint64_t flags);

/* The table of `level` that holds va, if it has lost its last entry, and every table above that is
 * thereby emptied leave p, unless they are to stay. */
void table_release(struct process *p, uint64_t va, unsigned level);

/* The empty table->table leaves the entry `above` and p. Fences, then gives its frame back. */
void table_drop(struct process *p, const struct place *above, const struct place *table);

/* Gives the frame of a table that no translation reaches back to p's pool. It is all zero. */
void table_free(struct process *p, pfn_t table);

/* What one reference adds to such a word. */
/*@ requires level <= LEVEL_LARGEST;
  @ assigns \nothing;
  @ ensures \result == (level == 0 ? 1 : BLOCK_LARGE); */
inline_always uint64_t page_unit(unsigned level)
{
	return level == 0 ? 1 : BLOCK_LARGE;
}

/* The word that counts references to the page of `level` at f. */
/*@ requires exists: level <= LEVEL_LARGEST && frame_exists(f.n);
  @ assigns \nothing;
  @ ensures frame: level == 0 ==> \result == &PORT_FRAME_TABLE[f.n];
  @ ensures block: level == 1 ==> \result == &PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES];
  @ ensures giga: level == 2 ==> \result == &PORT_GIGA_TABLE[f.n / GIGA_FRAMES]; */
inline_always uint64_t *page_word(pfn_t f, unsigned level)
{
	uint64_t *larger = level == 1 ? PORT_BLOCK_TABLE : PORT_GIGA_TABLE;

	return &(level == 0 ? PORT_FRAME_TABLE : larger)[f.n >> TABLE_BITS * level];
}

/* Adds one reference (delta 1 or -1) to the page of `level` that begins at f. */
/*@ requires exists: level <= LEVEL_LARGEST && frame_exists(f.n);
  @ requires one: delta == 1 || delta == -1;
  @ requires frame: level == 0 ==> 0 <= PORT_FRAME_TABLE[f.n] + delta <= FRAME_REFS_MAX;
  @ requires block: level == 1 ==>
  @	0 <= BLOCK_MAPPINGS(PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES]) + delta <= FRAME_REFS_MAX;
  @ requires giga: level == 2 ==>
  @	0 <= BLOCK_MAPPINGS(PORT_GIGA_TABLE[f.n / GIGA_FRAMES]) + delta <= FRAME_REFS_MAX;
  @ assigns PORT_FRAME_TABLE[f.n], PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES],
  @	PORT_GIGA_TABLE[f.n / GIGA_FRAMES];
  @ ensures frame_word: PORT_FRAME_TABLE[f.n] == \old(PORT_FRAME_TABLE[f.n]) +
  @	(level == 0 ? delta : 0);
  @ ensures frame_refs: level == 0 ==> FRAME_KIND(PORT_FRAME_TABLE[f.n]) == TN_KIND_USER &&
  @	FRAME_REFS(PORT_FRAME_TABLE[f.n]) == \old(FRAME_REFS(PORT_FRAME_TABLE[f.n])) + delta;
  @ ensures block_word: PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES] ==
  @	\old(PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES]) + (level == 1 ? delta * BLOCK_LARGE : 0);
  @ ensures block_mappings: level == 1 ==>
  @	BLOCK_MAPPINGS(PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES]) ==
  @	\old(BLOCK_MAPPINGS(PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES])) + delta;
  @ ensures block_rest: level == 1 ==>
  @	BLOCK_OTHERS(PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES]) ==
  @	\old(BLOCK_OTHERS(PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES]));
  @ ensures giga_word: PORT_GIGA_TABLE[f.n / GIGA_FRAMES] ==
  @	\old(PORT_GIGA_TABLE[f.n / GIGA_FRAMES]) + (level == 2 ? delta * BLOCK_LARGE : 0);
  @ ensures giga_mappings: level == 2 ==>
  @	BLOCK_MAPPINGS(PORT_GIGA_TABLE[f.n / GIGA_FRAMES]) ==
  @	\old(BLOCK_MAPPINGS(PORT_GIGA_TABLE[f.n / GIGA_FRAMES])) + delta;
  @ ensures giga_others: level == 2 ==>
  @	BLOCK_OTHERS(PORT_GIGA_TABLE[f.n / GIGA_FRAMES]) ==
  @	\old(BLOCK_OTHERS(PORT_GIGA_TABLE[f.n / GIGA_FRAMES])); */
inline_always void page_reference(pfn_t f, unsigned level, int64_t delta)
{
	int64_t unit = (int64_t)page_unit(level);
	uint64_t *word = page_word(f, level);

	*word = moved(*word, delta < 0 ? -unit : unit);
}

/* Drops the reference that a leaf of `level` held; after the fence. */
inline_always void leaf_drop(pte_t leaf, unsigned level)
{
	if (!pte_uncounted(leaf))
		page_reference(pte_frame(leaf), level, -1);
}

/* A further reference to each of the 512 parts of a large leaf would saturate one of them. */
bool split_overflows(pte_t leaf, unsigned level);

/* Replaces the large leaf at `at` by a table of the next smaller pages, and moves *at there.
 * The pool has a free frame, split_overflows() was false. */
void table_split(struct process *p, struct place *at, uint64_t va);
