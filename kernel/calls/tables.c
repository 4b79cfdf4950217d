/*
 * tables.c - page tables by name: table_attach, table_detach; resolve and sync_code.
 */
#include <port/machine.h>

#include "asid.h"
#include "cap.h"
#include "dissolve.h"
#include "object.h"
#include "syscall.h"
#include "table.h"

/* The table of `level` would hang in the entry where `at` ended. */
static result_t place_check(const struct process *p, const struct place *at, uint64_t level)
{
	if (p->root == NULL)
		return level == paging_levels - 1 ? success(0)
						  : failure(TN_ENOTABLE, paging_levels - 1);
	if (level == paging_levels - 1)
		return failure(TN_EEXIST, 0);
	if (at->level > level + 1)
		return pte_is_valid(pte_read(place_entry(at)))
			       ? failure(TN_EEXIST, at->level)
			       : failure(TN_ENOTABLE, at->level - 1);
	return pte_is_valid(pte_read(place_entry(at))) ? failure(TN_EEXIST, level) : success(0);
}

static int attach_refusal(uint64_t process, uint64_t frame, uint64_t frames, struct process **p,
			  struct supply *supply)
{
	uint64_t rights = TN_PROCESS_MAP | (frames != TN_NONE ? TN_PROCESS_MANAGE : 0);
	int error;

	*p = cap_process(process, rights);
	if (*p == NULL)
		return cap_refusal(process, TN_CAP_PROCESS, rights);
	error = supply_find(supply, (*p)->pool, frame, frames);
	if (error != 0)
		return error;
	return (*p)->dying || (*p)->pool->dying ? TN_EDYING : 0;
}

result_t call_table_attach(uint64_t process, uint64_t va, uint64_t level, uint64_t frame,
			   uint64_t frames)
{
	struct supply supply;
	struct process *p;
	struct place at;
	uint64_t clean;
	result_t r;
	pfn_t f;
	int error;

	if (level >= paging_levels || (frame == TN_ANY && frames != TN_NONE))
		return failure(TN_EINVAL, 0);
	if (va >= user_top)
		return failure(TN_EFAULT, 0);
	error = attach_refusal(process, frame, frames, &p, &supply);
	if (error != 0)
		return failure(error, 0);
	at = walk_down(p, va, (unsigned)level + 1);
	r = place_check(p, &at, level);
	if (result_code(r) != 0)
		return r;
	r = supply_check(&supply);
	if (result_code(r) != 0)
		return r;
	f = supply_take(&supply, TN_KIND_TABLE, &clean);
	table_place(p, &at, va, f, clean, FRAME_EXPLICIT);
	return success(0);
}

/* The table leaves its parent; an implicit parent that is thereby emptied goes with it. */
static void table_remove(struct process *p, uint64_t va, const struct place *table)
{
	struct place above = walk_down(p, va, table->level + 1);

	pte_write(place_entry(&above), PTE_EMPTY);
	table_count(frame_of(above.table), (uint64_t)-1);
	asid_fence_space(current->hart, p);
	table_free(p, frame_of(table->table));
	if (FRAME_ENTRIES(frame_get(frame_of(above.table))) == 0)
		table_release(p, va, above.level);
}

result_t call_table_detach(uint64_t process, uint64_t va, uint64_t level, uint64_t flags)
{
	struct process *p;
	struct place at;

	if (level >= paging_levels - 1 || (flags & ~(uint64_t)TN_FLAG_STEP) != 0)
		return failure(TN_EINVAL, 0);
	if (va >= user_top)
		return failure(TN_EFAULT, 0);
	p = cap_process(process, TN_PROCESS_MAP);
	if (p == NULL)
		return failure(cap_refusal(process, TN_CAP_PROCESS, TN_PROCESS_MAP), 0);
	if (p->dying)
		return failure(TN_EDYING, 0);
	at = walk_down(p, va, (unsigned)level);
	if (at.table == NULL || at.level != level)
		return failure(TN_ENOENT, 0);
	while (!dissolve_step(p, &at)) {
		if (flags & TN_FLAG_STEP)
			return failure(TN_EAGAIN, 0);
		if (port_interrupt_pending())
			return port_restart(process, va, level, flags, TN_CALL_TABLE_DETACH);
	}
	table_remove(p, va, &at);
	return success(0);
}

result_t call_resolve(uint64_t process, uint64_t va)
{
	struct tn_resolved *found = (struct tn_resolved *)current->utcb->words;
	const struct process *p;
	struct place at;
	uint64_t size;
	pte_t leaf;

	if (va >= user_top)
		return failure(TN_EFAULT, 0);
	p = cap_process(process, 0);
	if (p == NULL)
		return failure(cap_refusal(process, TN_CAP_PROCESS, 0), 0);
	if (p->dying)
		return failure(TN_EDYING, 0);
	at = walk_down(p, va, 0);
	if (at.table == NULL || !pte_is_valid(pte_read(place_entry(&at))))
		return failure(TN_ENOENT, at.level);
	leaf = pte_read(place_entry(&at));
	size = level_frames(at.level) * FRAME_BYTES;
	*found = (struct tn_resolved){
		.address = pte_frame(leaf).n * FRAME_BYTES + va % size,
		.size = size,
		.flags = pte_rights(leaf) + pte_attribute(leaf),
		.accessed = pte_accessed(leaf),
		.dirty = pte_dirty(leaf),
		.level = at.level,
		.table = frame_of(at.table).n,
	};
	return success(found->address);
}

result_t call_sync_code(uint64_t process)
{
	const struct process *p = cap_process(process, TN_PROCESS_MAP);

	if (p == NULL)
		return failure(cap_refusal(process, TN_CAP_PROCESS, TN_PROCESS_MAP), 0);
	if (p->dying)
		return failure(TN_EDYING, 0);
	port_sync_code();
	return success(0);
}
