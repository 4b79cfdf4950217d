/*
 * mm.c - records of pools, processes and slots.
 */
#include "mm.h"

#include <stddef.h>
#include <tenure/user.h>

uint64_t pool_used(const struct pool *pool)
{
	uint64_t used = 0;

	for (unsigned kind = 0; kind < MM_OBJECT_KINDS; kind++)
		used += pool->kinds[kind];
	return used;
}

uint64_t pool_frames(const struct mm *mm, const struct pool *pool)
{
	return mm->store.ledger.lent[pool->index];
}

uint64_t pool_free(const struct mm *mm, const struct pool *pool)
{
	return pool_frames(mm, pool) - pool_used(pool);
}

uint64_t pools_free(const struct mm *mm)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < MM_POOLS; i++)
		if (mm->pools[i].live)
			sum += pool_free(mm, &mm->pools[i]);
	return sum;
}

bool pool_within(const struct mm *mm, const struct pool *inner, const struct pool *outer)
{
	while (inner != outer && inner->parent != inner->index)
		inner = &mm->pools[inner->parent];
	return inner == outer;
}

static struct pool *pool_between(struct mm *mm, uint16_t first, uint16_t end)
{
	for (uint16_t i = first; i < end; i++) {
		struct pool *pool = &mm->pools[i];

		if (pool->live)
			continue;
		*pool = (struct pool){.live = true, .index = i, .parent = i};
		return pool;
	}
	return NULL;
}

struct pool *pool_new(struct mm *mm)
{
	return pool_between(mm, 0, MM_POOLS_SUPPLIED);
}

struct pool *pool_new_delegated(struct mm *mm)
{
	struct pool *pool = pool_between(mm, MM_POOLS_SUPPLIED, MM_POOLS);

	if (pool)
		pool->delegated = true;
	return pool;
}

struct process *process_new(struct mm *mm)
{
	for (unsigned i = 0; i < MM_PROCESSES; i++) {
		struct process *process = &mm->processes[i];

		if (process->live)
			continue;
		*process = (struct process){.live = true};
		mapping_init(&process->mapping, &mm->store, &mm->extents);
		return process;
	}
	return NULL;
}

void process_count_tables(struct mm *mm, struct process *process)
{
	uint64_t tables;

	if (!process->mapping.reshaped)
		return;
	process->mapping.reshaped = false;
	tables = process->standing_tables +
		 mapping_tables(&process->mapping, (unsigned)mm->boot->paging_levels);
	mm->pools[process->pool].kinds[TN_KIND_TABLE] += tables - process->kinds[TN_KIND_TABLE];
	process->kinds[TN_KIND_TABLE] = tables;
}

uint64_t slot_take(struct mm *mm)
{
	for (uint64_t slot = TN_SLOT_FREE; slot < mm->slot_pages * TN_CAPS_SLOTS; slot++) {
		uint64_t bit = (uint64_t)1 << slot % 64;

		if (mm->slots_taken[slot / 64] & bit)
			continue;
		mm->slots_taken[slot / 64] |= bit;
		return slot;
	}
	return 0;
}

void slot_put(struct mm *mm, uint64_t slot)
{
	/* A slot that is empty already is as good as one emptied now. */
	(void)tn_cap_delete(TN_SELF, slot);
	mm->slots_taken[slot / 64] &= ~((uint64_t)1 << slot % 64);
}
