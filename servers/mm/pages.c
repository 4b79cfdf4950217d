/*
 * pages.c - maps and unmaps user frames in processes, and keeps the account of it.
 */
#include "pages.h"

#include <tenure/loops.h>
#include <tenure/user.h>

#include "require.h"
#include "supply.h"
#include "tables.h"

bool pages_map(struct mm *mm, struct process *process, uint64_t va, uint64_t first, uint64_t count,
	       uint64_t flags)
{
	struct pool *pool = &mm->pools[process->pool];
	unsigned topmost = TABLES_NONE;

	while (count > 0) {
		struct tn_result result = tn_map(process->slot, va, TN_SLOT_FRAMES, first, count,
						 flags | tables_flag());

		if (tables_answer(mm, process, va, result, &topmost))
			continue;
		if (result.code == -TN_ENOMEM || result.code == -TN_ENOTABLE) {
			tables_undo(mm, process, va, topmost);
			return false;
		}
		topmost = TABLES_NONE;
		require_done(result, "map");
		require(result.value > 0 && result.value <= count, "map made progress");
		require(mapping_add(&process->mapping, va, first, result.value, count,
				    (flags & TN_MAP_SMALL) != 0),
			"mapped frames were user space's");
		process_count_tables(mm, process);
		va += result.value * TN_FRAME_SIZE;
		first += result.value;
		count -= result.value;
		supply_top_up(mm, pool);
	}
	return true;
}

bool pages_map_new(struct mm *mm, struct process *process, uint64_t va, unsigned order,
		   uint64_t flags)
{
	uint64_t first = store_take(&mm->store, order);
	bool mapped;

	if (first == STORE_NONE)
		return false;
	mapped = pages_map(mm, process, va, first, (uint64_t)1 << order,
			   flags | TN_MAP_READ | TN_MAP_WRITE);
	if (!mapped)
		store_put_idle(&mm->store, first, (uint64_t)1 << order);
	return mapped;
}

uint32_t pages_map_apart(struct mm *mm, struct process *process, uint64_t va, uint64_t first,
			 uint64_t count, uint64_t flags)
{
	unsigned topmost = TABLES_NONE;
	uint64_t done = 0;

	while (done < count) {
		uint64_t at = va + done * TN_FRAME_SIZE;
		struct tn_result result = tn_map(process->slot, at, TN_SLOT_FRAMES, first + done,
						 count - done,
						 flags | TN_MAP_SMALL | tables_flag());

		if (tables_answer(mm, process, at, result, &topmost))
			continue;
		if (result.code != 0) {
			tables_undo(mm, process, at, topmost);
			require(pages_unmap(mm, process, va, done),
				"small pages need no splitting");
			return result.code == -TN_ENOTABLE ? TN_ENOMEM : (uint32_t)-result.code;
		}
		topmost = TABLES_NONE;
		require(mapping_note(&process->mapping, at, first + done, result.value),
			"there are extents for a run of pages");
		process_count_tables(mm, process);
		done += result.value;
		supply_top_up(mm, &mm->pools[process->pool]);
	}
	return 0;
}

bool pages_unmap(struct mm *mm, struct process *process, uint64_t va, uint64_t count)
{
	struct pool *pool = &mm->pools[process->pool];

	while (count > 0) {
		struct tn_result result = tn_unmap(process->slot, va, count);
		uint64_t passed = tn_unmap_passed(result.value);

		if (result.code == -TN_ENOMEM) {
			if (!supply_answer(mm, pool, result))
				return false;
			continue;
		}
		require_done(result, "unmap");
		require(passed > 0 && passed <= count, "unmap made progress");
		tables_prune(mm, process, va, passed * TN_FRAME_SIZE);
		require(mapping_remove(&process->mapping, va, passed),
			"unmapped frames were in the ledger");
		process_count_tables(mm, process);
		va += passed * TN_FRAME_SIZE;
		count -= passed;
	}
	supply_trim(mm, pool);
	return true;
}
