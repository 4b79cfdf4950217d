/*
 * objects.c - makes and ends kernel objects, and keeps the account of them.
 */
#include "objects.h"

#include <stddef.h>
#include <tenure/records.h>
#include <tenure/user.h>

#include "aside.h"
#include "payment.h"
#include "require.h"
#include "supply.h"

#define CEILING 31u /* of the priorities in processes made here */

/* Creates, with a frame that the policy names; refills the pool as often as needed. */
static bool create(struct mm *mm, struct pool *pool, enum tn_kind kind, uint64_t target,
		   uint64_t place, uint64_t argument)
{
	struct payment payment = PAYMENT_NONE;
	struct tn_result result;

	do {
		payment = payment_choose(mm, pool, kind, &payment);
		result = tn_create(kind, target, payment.frame, payment.frames, place, argument);
	} while (payment_settle(mm, pool, &payment, result));
	if (result.code == -TN_ENOMEM)
		return false;
	require_done(result, "create");
	pool->kinds[kind]++;
	supply_top_up(mm, pool);
	return true;
}

/* Nothing came of it: the slot and the record are to be had again. */
static void undo(struct mm *mm, uint64_t slot, bool *live)
{
	if (live)
		*live = false;
	if (slot)
		slot_put(mm, slot);
}

/* A record, with the kernel's object below `parent`. */
static struct pool *make_pool(struct mm *mm, struct pool *pool, struct pool *parent)
{
	uint64_t slot = pool ? slot_take(mm) : 0;
	struct tn_pool_info info;

	if (!slot || !create(mm, parent, TN_KIND_POOL, parent->slot, slot, 0)) {
		undo(mm, slot, pool ? &pool->live : NULL);
		return NULL;
	}
	require_done(tn_pool_read(slot, &info), "pool_info");
	pool->parent = parent->index;
	pool->depth = parent->depth + 1;
	pool->slot = slot;
	pool->frame = info.frame; /* a name, to tell pools apart in frame_info */
	return pool;
}

/* The policy's terms, where the caller names none. */
static bool begin(struct mm *mm, struct pool *pool, const struct policy_terms *terms)
{
	if (terms) {
		pool->low = terms->low;
		pool->high = terms->high;
		return true;
	}
	if (supply_begin(mm, pool))
		return true;
	object_end_pool(mm, pool);
	return false;
}

struct pool *object_make_pool(struct mm *mm, struct pool *parent, uint64_t quota,
			      const struct policy_terms *terms)
{
	struct pool *pool = make_pool(mm, pool_new(mm), parent);

	if (!pool)
		return NULL;
	pool->quota = quota;
	if (!begin(mm, pool, terms))
		return NULL;
	supply_top_up(mm, pool);
	return pool;
}

struct pool *object_make_delegated(struct mm *mm, struct pool *parent)
{
	return make_pool(mm, pool_new_delegated(mm), parent);
}

struct process *object_make_process_below(struct mm *mm, struct pool *pool, uint64_t ceiling)
{
	uint64_t slot = slot_take(mm);
	struct process *process = slot ? process_new(mm) : NULL;

	if (!process || !create(mm, pool, TN_KIND_PROCESS, pool->slot, slot, ceiling)) {
		undo(mm, slot, process ? &process->live : NULL);
		return NULL;
	}
	process->slot = slot;
	process->pool = pool->index;
	return process;
}

struct process *object_make_process(struct mm *mm, struct pool *pool)
{
	return object_make_process_below(mm, pool, CEILING);
}

bool object_add(struct mm *mm, struct process *process, enum tn_kind kind)
{
	uint64_t slot = process->slot_count < MM_PROCESS_SLOTS ? slot_take(mm) : 0;

	if (!slot || !create(mm, &mm->pools[process->pool], kind, process->slot, slot, 0))
		return false;
	process->slots[process->slot_count++] = slot;
	process->kinds[kind]++;
	return true;
}

uint64_t object_make(struct mm *mm, struct process *process, enum tn_kind kind)
{
	uint64_t slot = slot_take(mm);

	if (!slot || !create(mm, &mm->pools[process->pool], kind, process->slot, slot, 0)) {
		undo(mm, slot, NULL);
		return 0;
	}
	process->kinds[kind]++;
	return slot;
}

void object_end(struct mm *mm, struct process *process, enum tn_kind kind, uint64_t slot)
{
	struct pool *pool = &mm->pools[process->pool];

	require_done(tn_destroy(slot, 0), "destroy");
	slot_put(mm, slot);
	process->kinds[kind]--;
	pool->kinds[kind]--;
	supply_trim(mm, pool);
}

bool object_add_slots(struct mm *mm, struct process *process, uint64_t directory)
{
	if (!create(mm, &mm->pools[process->pool], TN_KIND_CAPS, process->slot, directory, 0))
		return false;
	process->kinds[TN_KIND_CAPS]++;
	return true;
}

/* The kernel has ended the process: so do mm's records of it. */
static void forget_process(struct mm *mm, struct process *process)
{
	struct pool *pool = &mm->pools[process->pool];

	require(mapping_clear(&process->mapping), "an ended process' mappings were in the ledger");
	for (unsigned kind = 0; kind < MM_OBJECT_KINDS; kind++)
		pool->kinds[kind] -= process->kinds[kind];
	pool->kinds[TN_KIND_PROCESS]--;
	for (unsigned i = 0; i < process->slot_count; i++)
		slot_put(mm, process->slots[i]);
	slot_put(mm, process->slot);
	process->live = false;
}

static void forget_pool(struct mm *mm, struct pool *pool, struct pool *heir)
{
	aside_release(mm, pool);
	ledger_merge(&mm->store.ledger, pool->index, heir->index);
	mm->pools[pool->parent].kinds[TN_KIND_POOL]--;
	slot_put(mm, pool->slot);
	pool->live = false;
}

/* The deepest live pool below `top`, so that parents outlive children; NULL if there is none. */
static struct pool *deepest_below(struct mm *mm, const struct pool *top)
{
	struct pool *deepest = NULL;

	for (unsigned i = 0; i < MM_POOLS; i++) {
		struct pool *pool = &mm->pools[i];

		if (pool->live && pool != top && pool_within(mm, pool, top) &&
		    (!deepest || pool->depth > deepest->depth))
			deepest = pool;
	}
	return deepest;
}

static void forget_below(struct mm *mm, struct pool *top)
{
	struct pool *pool;

	for (unsigned i = 0; i < MM_PROCESSES; i++) {
		struct process *process = &mm->processes[i];

		if (process->live && pool_within(mm, &mm->pools[process->pool], top))
			forget_process(mm, process);
	}
	while ((pool = deepest_below(mm, top)))
		forget_pool(mm, pool, top);
}

void object_end_process(struct mm *mm, struct process *process)
{
	struct pool *pool = &mm->pools[process->pool];

	require_done(tn_destroy(process->slot, 0), "destroy");
	forget_process(mm, process);
	supply_trim(mm, pool);
}

uint64_t object_revoke_pool(struct mm *mm, struct pool *pool)
{
	uint64_t before = tn_clock(), took;

	require_done(tn_pool_revoke(pool->slot, 0), "pool_revoke");
	took = tn_clock() - before;
	forget_below(mm, pool);
	return took;
}

void object_end_pool(struct mm *mm, struct pool *pool)
{
	struct pool *parent = &mm->pools[pool->parent];

	require_done(tn_destroy(pool->slot, 0), "destroy");
	forget_below(mm, pool);
	forget_pool(mm, pool, parent);
	supply_trim(mm, parent);
}
