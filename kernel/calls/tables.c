/*
 * tables.c - page tables by name: table_attach, table_detach; resolve and sync_code.
 */
#include <port/machine.h>

#include "cap.h"
#include "dissolve.h"
#include "object.h"
#include "syscall.h"
#include "table.h"

/* The table of `level` would hang in the entry where `at` ended. */
static result_t place_check(const struct process *p, const struct place *at, uint64_t level)
{
	unsigned top = paging_levels - 1;

	if (p->root == NULL)
		return level == top ? success(0) : failure(TN_ENOTABLE, top);
	if (level == top)
		return failure(TN_EEXIST, 0);
	if (pte_is_valid(pte_read(place_entry(at))))
		return failure(TN_EEXIST, at->level > level + 1 ? at->level : level);
	return at->level > level + 1 ? failure(TN_ENOTABLE, at->level - 1) : success(0);
}

result_t call_table_attach(uint64_t process, uint64_t va, uint64_t level, uint64_t frame,
			   uint64_t frames)
{
	uint64_t rights = TN_PROCESS_MAP | (frames != TN_NONE ? TN_PROCESS_MANAGE : 0);
	int error = va >= user_top ? TN_EFAULT : 0;
	struct supply supply;
	struct process *p;
	struct place at;
	result_t r;

	if (level >= paging_levels || (frame == TN_ANY && frames != TN_NONE))
		return failure(TN_EINVAL, 0);
	p = cap_find(process, TN_CAP_PROCESS, rights, &error);
	supply = supply_find(frame, frames, &error);
	if (error != 0 || p->dying || p->pool->dying)
		return failure(error ?: TN_EDYING, 0);
	supply.pool = p->pool;
	at = walk_down(p, va, (unsigned)level + 1);
	r = place_check(p, &at, level) ?: supply_check(&supply);
	if (result_code(r) != 0)
		return r;
	table_place(p, &at, va, supply_take(&supply, TN_KIND_TABLE), FRAME_EXPLICIT);
	return success(0);
}

/* EFAULT, cap, EDYING. */
static struct process *space_find(uint64_t process, uint64_t va, uint64_t rights, int *error)
{
	struct process *p;

	if (va >= user_top)
		*error = TN_EFAULT;
	p = cap_find(process, TN_CAP_PROCESS, rights, error);
	if (*error == 0 && p->dying)
		*error = TN_EDYING;
	return p;
}

result_t call_table_detach(uint64_t process, uint64_t va, uint64_t level, uint64_t flags)
{
	int error = 0;
	struct process *p = space_find(process, va, TN_PROCESS_MAP, &error);
	struct place at, above;

	if (level >= paging_levels - 1 || (flags & ~(uint64_t)TN_FLAG_STEP) != 0)
		error = TN_EINVAL;
	if (error != 0)
		return failure(error, 0);
	at = walk_down(p, va, (unsigned)level);
	if (at.table == NULL || at.level != level)
		return failure(TN_ENOENT, 0);
	while (!dissolve_step(p, &at)) {
		if (flags & TN_FLAG_STEP)
			return failure(TN_EAGAIN, 0);
		if (port_interrupt_pending())
			return port_restart(process, va, level, flags, TN_CALL_TABLE_DETACH);
	}
	above = walk_down(p, va, at.level + 1);
	table_drop(p, &above, &at);
	table_release(p, va, above.level); /* if that emptied it */
	return success(0);
}

result_t call_resolve(uint64_t process, uint64_t va)
{
	struct tn_resolved *found = (struct tn_resolved *)current->utcb->words;
	int error = 0;
	const struct process *p = space_find(process, va, 0, &error);
	struct place at;
	uint64_t size;
	pte_t leaf;

	if (error != 0)
		return failure(error, 0);
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
	int error = 0;

	space_find(process, 0, TN_PROCESS_MAP, &error);
	if (error != 0)
		return failure(error, 0);
	port_sync_code();
	return success(0);
}
