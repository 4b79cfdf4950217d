/*
 * unmap.c - the call `unmap`: pages out of an address space (I4, I8).
 *
 * A call visits entries of one table, at most 512, passing over holes. Leaves are disabled, then
 * one fence ends their translations, then references drop. A large page cut in the middle is
 * split first, the only way in which unmap needs frames.
 */
#include "span.h"

#include "asid.h"
#include "cap.h"
#include "leaves.h"
#include "syscall.h"
#include "table.h"

static apart result_t unmap_general(uint64_t process, uint64_t va, uint64_t count)
{
	struct leaves_found found;
	struct span s;
	result_t r = span_find(&s, process, va, count, TN_NONE);

	if (result_code(r) != 0)
		return r;
	if (s.at.table == NULL)
		return success(s.frames);
	walk_keep(s.process, va);
	r = span_split(&s);
	if (result_code(r) != 0)
		return r;
	found = leaves_clear(s.process, &s.at, s.n);
	if (table_used(&s.at) == 0)
		table_release(s.process, s.va, s.at.level);
	return success(s.frames + found.dirty * SPAN_DIRTY);
}

/* One counted 4 KiB page that is not the last of its table. */
result_t call_unmap(uint64_t process, uint64_t va, uint64_t count)
{
	struct process *p;
	pte_t *entry, leaf;
	pfn_t table, f;

	if (unlikely(count != 1) || unlikely(va % FRAME_BYTES != 0) || unlikely(va >= user_top))
		goto general;
	p = cap_object(process, TN_CAP_PROCESS, TN_PROCESS_MAP);
	if (unlikely(p == NULL) || unlikely(p->dying != 0))
		goto general;
	entry = walk_kept(p, va, 0, &table);
	if (unlikely(entry == NULL))
		goto general;
	leaf = pte_read(entry);
	if (unlikely(!pte_is_valid(leaf)) || unlikely(pte_uncounted(leaf)) ||
	    unlikely(FRAME_ENTRIES(frame_get(table)) == 1))
		goto general;

	f = pte_frame(leaf);
	pte_write(entry, PTE_EMPTY);
	asid_fence_page(current->hart, p, vaddr(va));
	frame_set(f, frame_get(f) - 1);
	table_count(table, -1);
	return success(1 + pte_dirty(leaf) * SPAN_DIRTY);
general:
	return unmap_general(process, va, count);
}
