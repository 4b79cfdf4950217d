/*
 * table.c - see table.h.
 */
#include "table.h"

#include "asid.h"
#include "words.h"

const pte_t *kernel_root;
struct root_run kernel_runs[ROOT_RUNS];

void root_fill(pte_t *root, bool present)
{
	uint64_t kept = present ? ~(uint64_t)0 : 0;

	for (const struct root_run *run = kernel_runs; run < kernel_runs + ROOT_RUNS; run++) {
		const pte_t *from = kernel_root + run->first, *end = from + run->count;
		pte_t *to = root + run->first;

		for (; from < end; from++)
			pte_write(to++, (pte_t){from->w & kept});
	}
}

void table_place(struct process *p, struct place *at, uint64_t va, pfn_t f, uint64_t flags)
{
	pte_t *table = table_entries(f);

	if (!frame_clean(f))
		zero_page(table);
	frame_set(f, FRAME_WORD(TN_KIND_TABLE, p->pool->self) + flags);
	if (at->table == NULL) {
		root_fill(table, true);
		p->root = table;
	} else {
		pte_write(place_entry(at), pte_table(f));
		table_count(frame_of(at->table), 1);
		at->level--;
	}
	at->table = table;
	at->index = (unsigned)pte_index(va, at->level);
}

/* The frame is reused only after a fence without address: the hart may hold its old entries. */
void table_drop(struct process *p, const struct place *above, const struct place *table)
{
	pte_write(place_entry(above), PTE_EMPTY);
	table_count(frame_of(above->table), -1);
	asid_fence_space(current->hart, p);
	table_free(p, frame_of(table->table));
}

void table_free(struct process *p, pfn_t table)
{
	if (p->top == table_entries(table))
		p->top_tag = PROCESS_NO_TAG;
	pool_put(p->pool, TN_KIND_TABLE, table, FRAME_CLEAN);
}

void table_release(struct process *p, uint64_t va, unsigned level)
{
	for (struct place at = walk_down(p, va, level); at.level + 1 < paging_levels;) {
		uint64_t word = frame_get(frame_of(at.table));
		struct place above = walk_down(p, va, at.level + 1);

		if (FRAME_ENTRIES(word) != 0 || FRAME_IS_EXPLICIT(word))
			return;
		table_drop(p, &above, &at);
		at = above;
	}
}

/* level: of the large leaf. Its block's words may never have been written. */
cold bool split_overflows(pte_t leaf, unsigned level)
{
	uint64_t *word = page_word(pte_frame(leaf), level - 1);

	if (pte_uncounted(leaf))
		return false;
	if (level == 1)
		frame_touch(pte_frame(leaf));
	/* all parts are USER: a word holds references and nothing else */
	return words_or(word, TABLE_ENTRIES) >= FRAME_REFS_MAX * page_unit(level - 1);
}

/*
 * References of the parts rise before the table shows them; that of the whole falls after the
 * fence. In between both hold, so a frame is never seen idle.
 */
cold void table_split(struct process *p, struct place *at, uint64_t va)
{
	pte_t *entry = place_entry(at), leaf = pte_read(entry), piece = leaf;
	unsigned level = at->level - 1;
	uint64_t size = level_frames(level);
	pfn_t f = pool_take(p->pool, TN_KIND_TABLE);
	pte_t *part = table_entries(f);

	frame_set(f, FRAME_WORD(TN_KIND_TABLE, p->pool->self) + TABLE_ENTRIES * FRAME_ENTRY);
	if (!pte_uncounted(leaf))
		words_add(page_word(pte_frame(leaf), level), TABLE_ENTRIES,
			  (int64_t)page_unit(level));
#pragma GCC unroll 4
	for (pte_t *end = part + TABLE_ENTRIES; part < end; part++) {
		pte_write(part, piece);
		piece = pte_part(piece, 1, size);
	}
	pte_write(entry, pte_table(f));
	asid_fence_space(current->hart, p);
	leaf_drop(leaf, at->level);
	*at = (struct place){table_entries(f), level, (unsigned)pte_index(va, level)};
}
