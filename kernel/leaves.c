/*
 * leaves.c - see leaves.h.
 *
 * Leaves that map consecutive frames, as one `map` makes them, are recognised first: then the
 * frame numbers are known without the entries, which become empty at once.
 */
#include "leaves.h"

#include "asid.h"
#include "table.h"
#include "words.h"

/* Bits in which the leaves of a run may differ: what the hart sets. */
#define RUN_FREE_BITS ((uint64_t)(PTE_ACCESSED | PTE_DIRTY))

/* Dirty entries; `seen`: the bits that any of them has. */
static uint64_t leaves_dirty(const pte_t *entry, uint64_t n, uint64_t seen)
{
	uint64_t bits = 0;

	if ((seen & PTE_DIRTY) == 0)
		return 0;
	for (const pte_t *end = entry + n; entry < end; entry++)
		bits += pte_read(entry).w & PTE_DIRTY;
	return bits / PTE_DIRTY;
}

/* If all n entries are counted 4 KiB leaves of consecutive frames: the bits that any has. Else 0. */
static uint64_t leaves_run(const pte_t *entry, uint64_t n)
{
	uint64_t first = pte_read(entry).w, expected = first, differ = 0;

	if (!pte_is_leaf((pte_t){first}) || pte_uncounted((pte_t){first}))
		return 0;
	for (; n >= 8; n -= 8, entry += 8, expected += 8 * PTE_FRAME_UNIT)
#pragma GCC unroll 8
		for (unsigned i = 0; i < 8; i++)
			differ |= pte_read(&entry[i]).w ^ (expected + i * PTE_FRAME_UNIT);
	for (; n > 0; n--, expected += PTE_FRAME_UNIT)
		differ |= pte_read(entry++).w ^ expected;
	return (differ & ~RUN_FREE_BITS) == 0 ? first | differ : 0;
}

static struct leaves_found run_clear(struct process *p, pte_t *entry, uint64_t n, uint64_t seen)
{
	struct leaves_found found = {n, leaves_dirty(entry, n, seen)};
	uint64_t *word = frame_words(pte_frame(pte_read(entry)));

#pragma GCC unroll 4
	for (pte_t *end = entry + n; entry < end; entry++)
		pte_write(entry, PTE_EMPTY);
	asid_fence_space(current->hart, p);
	words_add(word, n, -1);
	return found;
}

/* First pass of two: what is disabled keeps its frame number until the fence is behind us. */
static struct leaves_found each_disable(pte_t *entry, uint64_t n)
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

static void each_drop(pte_t *entry, unsigned level, uint64_t n)
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
	uint64_t seen = at->level == 0 ? leaves_run(entry, n) : 0;
	struct leaves_found found;

	if (seen != 0) {
		found = run_clear(p, entry, n, seen);
	} else {
		found = each_disable(entry, n);
		asid_fence_space(current->hart, p);
		each_drop(entry, at->level, n);
	}
	table_count(frame_of(at->table), -(int64_t)found.count);
	return found;
}
