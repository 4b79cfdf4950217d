/*
 * tables.c - page tables made and ended by name.
 */
#include "tables.h"

#include "payment.h"
#include "require.h"
#include "supply.h"

/* Bytes below one table of a level; a table of level 0 has 512 pages of 4 KiB. */
static uint64_t table_bytes(unsigned level)
{
	return (uint64_t)TN_FRAME_SIZE << 9 * (level + 1);
}

static uint64_t table_start(uint64_t va, unsigned level)
{
	return va - va % table_bytes(level);
}

static unsigned root_level(const struct mm *mm)
{
	return (unsigned)mm->boot->paging_levels - 1;
}

uint64_t tables_flag(void)
{
	return mm_policy.explicit_tables ? TN_MAP_NOTABLE : 0;
}

static bool attach(struct mm *mm, struct process *process, uint64_t va, unsigned level,
		   unsigned *topmost)
{
	struct pool *pool = &mm->pools[process->pool];
	struct payment payment = PAYMENT_NONE;
	struct tn_result result;

	do {
		payment = payment_choose(mm, pool, TN_KIND_TABLE, &payment);
		result = tn_table_attach(process->slot, va, level, payment.frame, payment.frames);
	} while (payment_settle(mm, pool, &payment, result));
	if (result.code == -TN_ENOMEM)
		return false;
	require_done(result, "table_attach");
	if (level == root_level(mm))
		mapping_note_root(&process->mapping);
	else if (*topmost == TABLES_NONE)
		*topmost = level;
	return true;
}

bool tables_answer(struct mm *mm, struct process *process, uint64_t va, struct tn_result result,
		   unsigned *topmost)
{
	if (result.code == -TN_ENOTABLE)
		return attach(mm, process, va, (unsigned)result.value, topmost);
	return supply_answer(mm, &mm->pools[process->pool], result);
}

void tables_undo(struct mm *mm, struct process *process, uint64_t va, unsigned topmost)
{
	if (topmost != TABLES_NONE)
		require_done(tn_table_detach(process->slot, va, topmost, 0), "table_detach");
	process_count_tables(mm, process);
	supply_trim(mm, &mm->pools[process->pool]);
}

bool tables_ensure(struct mm *mm, struct process *process, uint64_t va)
{
	const struct mapping *mapping = &process->mapping;
	unsigned topmost = TABLES_NONE;

	if (!mm_policy.explicit_tables)
		return true;
	for (unsigned level = root_level(mm) + 1; level-- > 0;) {
		if (level == root_level(mm)
			    ? mapping->rooted
			    : mapping_has(mapping, table_start(va, level), table_bytes(level)))
			continue;
		if (!attach(mm, process, va, level, &topmost)) {
			tables_undo(mm, process, va, topmost);
			return false;
		}
	}
	return true;
}

/* Nothing is mapped below the table but what lies in [va, end). */
static bool is_bare(const struct mapping *mapping, uint64_t table, unsigned level, uint64_t va,
		    uint64_t end)
{
	uint64_t table_end = table + table_bytes(level);

	return (table >= va || !mapping_has(mapping, table, va - table)) &&
	       (table_end <= end || !mapping_has(mapping, end, table_end - end));
}

/*
 * Detaches the largest bare tree of tables around `at`. One that came from splitting a large page
 * has gone by itself. Returns where to look next.
 */
static uint64_t prune_at(struct mm *mm, struct process *process, uint64_t at, uint64_t va,
			 uint64_t end)
{
	for (unsigned level = root_level(mm); level-- > 0;) {
		uint64_t table = table_start(at, level);
		struct tn_result result;

		if (!is_bare(&process->mapping, table, level, va, end))
			continue;
		result = tn_table_detach(process->slot, at, level, 0);
		if (result.code == -TN_ENOENT)
			continue;
		require_done(result, "table_detach");
		return table + table_bytes(level);
	}
	return table_start(at, 0) + table_bytes(0);
}

void tables_prune(struct mm *mm, struct process *process, uint64_t va, uint64_t bytes)
{
	uint64_t end = va + bytes, at = va;

	if (!mm_policy.explicit_tables)
		return;
	while (at < end && (at = mapping_next(&process->mapping, at)) < end)
		at = prune_at(mm, process, at, va, end);
}
