/*
 * stale.c - see stale.h.
 */
#include "stale.h"

#include <port/tlb.h>
#include <string.h>

#include "live.h"
#include "table.h"

#define STALE_MAX 64u

/* owner NULL: no table when the call began. A root that the call makes stays so. */
static struct table_place {
	const struct process *owner;
	unsigned level;
	uint64_t va;
} tables[FRAMES_MAX], tables_kept[FRAMES_MAX];

static struct {
	pte_t old;
	const struct process *owner;
	unsigned level;
	uint64_t va;
} stale[STALE_MAX];
static unsigned stale_count;
static const char *fault;

void stale_begin(void)
{
	stale_count = 0;
	fault = NULL;
}

void stale_tables_clear(void)
{
	memset(tables, 0, sizeof(tables));
}

void stale_tables_keep(void)
{
	memcpy(tables_kept, tables, sizeof(tables));
}

void stale_tables_return(void)
{
	memcpy(tables, tables_kept, sizeof(tables));
}

void stale_place(uint64_t f, unsigned *level, uint64_t *va)
{
	*level = tables[f].level;
	*va = tables[f].va;
}

void stale_table(uint64_t f, const struct process *owner, unsigned level, uint64_t va)
{
	tables[f].owner = owner;
	tables[f].level = level;
	tables[f].va = va;
}

/* The hart may walk the process's tables. */
static bool is_live(const struct process *owner)
{
	return owner != NULL && owner->asid_generation == live_hart.asid_generation;
}

static bool has_lost(pte_t old, pte_t new)
{
	return pte_is_valid(old) &&
	       ((old.w & ~new.w) != 0 || pte_frame(old).n != pte_frame(new).n ||
		pte_is_table(old) != pte_is_table(new));
}

void pte_write(pte_t *at, pte_t e)
{
	uint64_t f = frame_of(at).n, index = (uint64_t)at % FRAME_BYTES / sizeof(pte_t);
	pte_t old = *at;
	uint64_t va;

	*at = e;
	if (f >= FRAMES_MAX || tables[f].owner == NULL)
		return;
	va = tables[f].va + index * level_frames(tables[f].level) * FRAME_BYTES;
	if (pte_is_table(e) && pte_frame(e).n < FRAMES_MAX && tables[f].level > 0)
		stale_table(pte_frame(e).n, tables[f].owner, tables[f].level - 1, va);
	if (!has_lost(old, e) || !is_live(tables[f].owner))
		return;
	if (stale_count == STALE_MAX) {
		fault = "more entries lose something than there are";
		return;
	}
	stale[stale_count].old = old;
	stale[stale_count].owner = tables[f].owner;
	stale[stale_count].level = tables[f].level;
	stale[stale_count++].va = va;
}

/* What the old entry leads to has not changed hands. */
static void stale_check(pte_t old, unsigned level)
{
	pfn_t f = pte_frame(old);
	uint64_t word;

	if (!pte_is_leaf(old)) {
		if (FRAME_KIND(frame_get(f)) != TN_KIND_TABLE)
			fault = "a table left its place before the fence";
		return;
	}
	if (pte_uncounted(old))
		return;
	word = *page_word(f, level);
	if (level == 0 ? FRAME_KIND(word) != TN_KIND_USER || FRAME_REFS(word) == 0
		       : BLOCK_MAPPINGS(word) == 0)
		fault = "a reference dropped before the fence";
}

/* Ends those of the space (or of one page) with this ASID. */
static void fence(uint64_t asid, bool all, uint64_t va)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < stale_count; i++) {
		uint64_t bytes = level_frames(stale[i].level) * FRAME_BYTES;
		bool ends = stale[i].owner->asid == asid && is_live(stale[i].owner) &&
			    (all || (pte_is_leaf(stale[i].old) && va - stale[i].va < bytes));

		stale_check(stale[i].old, stale[i].level);
		if (!ends)
			stale[kept++] = stale[i];
	}
	stale_count = kept;
}

void port_fence_page(vaddr_t va, uint64_t asid)
{
	fence(asid, false, va.a);
}

void port_fence_space(uint64_t asid)
{
	fence(asid, true, 0);
}

void port_fence_all(void)
{
	stale_count = 0;
}

const char *stale_fault(void)
{
	for (unsigned i = 0; fault == NULL && i < stale_count; i++)
		if (is_live(stale[i].owner))
			fault = "an entry lost something without a fence";
	return fault;
}
