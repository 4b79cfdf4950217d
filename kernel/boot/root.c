/*
 * root.c - see root.h.
 */
#include "root.h"

#include <port/current.h>
#include <port/tlb.h>

#include "object.h"
#include "pool.h"
#include "process.h"
#include "words.h"

/* Writes the object's word and the slot that names it. */
static void *object_born(unsigned kind, pfn_t f, size_t bytes, struct slot *slot)
{
	uint64_t id = object_next_id++;

	zero_lines(frame_memory(f), bytes);
	frame_set(f, FRAME_WORD(kind, id));
	slot_set(slot, SLOT_WORD(kind, TN_RIGHTS_ALL, id), f.n, 0);
	return frame_memory(f);
}

/* The frames become kernel memory as by a give; the first of them is the pool itself. */
static struct pool *root_pool_make(pfn_t first, uint64_t count, struct slot *slot)
{
	struct pool *p = object_born(TN_KIND_POOL, first, sizeof(*p), slot);

	pool_init(p, first, NULL);
	pool_count(p, TN_KIND_POOL);
	for (uint64_t i = 1; i < count; i++) {
		frame_set(pfn(first.n + i), pool_free_word(p, 0));
		freelist_push(&p->ring, first, pfn(first.n + i));
	}
	p->boot = count;
	p->free = count - 1;
	return p;
}

struct thread *root_make(struct hart *hart, pfn_t first, uint64_t count)
{
	struct slot pool_slot, *slots;
	struct process *process;
	struct thread *t;
	struct pool *pool;
	pfn_t f;

	frame_touch_range(first, count);
	for (uint64_t i = 0; i < count; i++)
		block_add(pfn(first.n + i), 1);
	ram.lent += count;
	pool = root_pool_make(first, count, &pool_slot);
	f = pool_take(pool, TN_KIND_CAPS);
	frame_set(f, FRAME_WORD(TN_KIND_CAPS, pool->self));
	slots = frame_memory(f);
	zero_page(slots);
	slots[TN_SLOT_POOL] = pool_slot;

	f = pool_take(pool, TN_KIND_PROCESS);
	process = object_born(TN_KIND_PROCESS, f, sizeof(*process), &slots[TN_SLOT_PROCESS]);
	process_init(process, f, pool, TN_PRIORITY_MAX);
	process->directory[0] = slots;
	f = pool_take(pool, TN_KIND_THREAD);
	t = object_born(TN_KIND_THREAD, f, sizeof(*t), &slots[TN_SLOT_THREAD]);
	thread_init(t, f, process);
	t->hart = hart;
	t->state = TN_THREAD_RUNNING;
	t->priority = TN_PRIORITY_MAX / 2;
	thread_boot = t;

	slot_set(&slots[TN_SLOT_FRAMES], SLOT_WORD(TN_CAP_FRAMES, TN_RIGHTS_ALL, 0), ram.first,
		 ram.count);
	slot_set(&slots[TN_SLOT_SYSTEM], SLOT_WORD(TN_CAP_SYSTEM, TN_RIGHTS_ALL, 0), 0, 0);
	hart->asid_generation = 1;
	hart->asid_next = port_asid_count() > 1 ? 1 : 0;
	current = t;
	return t;
}
