/*
 * root.c - see root.h.
 */
#include "root.h"

#include <port/current.h>
#include <port/tlb.h>

#include "object.h"
#include "pool.h"
#include "process.h"

#define PRIORITY_MAX 63u

/* The frames become kernel memory as by a give; the first of them is the pool itself. */
static struct pool *root_pool_make(pfn_t first, uint64_t count, uint64_t *id)
{
	struct pool *p = frame_memory(first);

	frame_touch_range(first, count);
	for (uint64_t i = 0; i < count; i++)
		block_add(pfn(first.n + i), 1);
	ram.lent += count;
	frame_zero_head(first, sizeof(*p));
	pool_init(p, first, NULL);
	*id = object_next_id++;
	frame_set(first, FRAME_WORD(TN_KIND_POOL, *id));
	ram.objects[TN_KIND_POOL]++;
	p->kinds[TN_KIND_POOL] = 1;
	p->used = 1;
	p->peak = 1;
	p->boot = count;
	for (uint64_t i = 1; i < count; i++)
		frame_set(pfn(first.n + i), pool_free_word(p, 0));
	freelist_push_run(first, pfn(first.n + 1), count - 1);
	p->free = count - 1;
	return p;
}

static pfn_t object_take(struct pool *p, unsigned kind, size_t bytes, uint64_t *id)
{
	uint64_t clean;
	pfn_t f = pool_take(p, kind, &clean);

	if (bytes == FRAME_BYTES)
		frame_zero(f);
	else
		frame_zero_head(f, bytes);
	*id = object_next_id++;
	frame_set(f, FRAME_WORD(kind, *id));
	return f;
}

static struct slot *slots_take(struct pool *p)
{
	uint64_t clean;
	pfn_t f = pool_take(p, TN_KIND_CAPS, &clean);

	frame_zero(f);
	frame_set(f, FRAME_WORD(TN_KIND_CAPS, p->self));
	return frame_memory(f);
}

static void object_slot(struct slot *s, unsigned type, uint64_t id, pfn_t f)
{
	slot_set(s, SLOT_WORD(type, TN_RIGHTS_ALL, id), f.n, 0);
}

struct thread *root_make(struct hart *hart, pfn_t first, uint64_t count)
{
	uint64_t pool_id, process_id, thread_id;
	struct pool *pool = root_pool_make(first, count, &pool_id);
	pfn_t process = object_take(pool, TN_KIND_PROCESS, sizeof(struct process), &process_id);
	pfn_t thread = object_take(pool, TN_KIND_THREAD, sizeof(struct thread), &thread_id);
	struct slot *slots = slots_take(pool);
	struct process *p = frame_memory(process);
	struct thread *t = frame_memory(thread);

	process_init(p, process, pool, PRIORITY_MAX);
	thread_init(t, thread, p);
	p->directory[0] = slots;
	p->pages = 1;
	t->hart = hart;
	t->state = TN_THREAD_RUNNING;
	hart->asid_generation = 1;
	hart->asid_next = port_asid_count() > 1 ? 1 : 0;

	object_slot(&slots[TN_SLOT_POOL], TN_CAP_POOL, pool_id, first);
	object_slot(&slots[TN_SLOT_PROCESS], TN_CAP_PROCESS, process_id, process);
	object_slot(&slots[TN_SLOT_THREAD], TN_CAP_THREAD, thread_id, thread);
	slot_set(&slots[TN_SLOT_FRAMES], SLOT_WORD(TN_CAP_FRAMES, TN_RIGHTS_ALL, 0), ram.first,
		 ram.count);
	slot_set(&slots[TN_SLOT_SYSTEM], SLOT_WORD(TN_CAP_SYSTEM, TN_RIGHTS_ALL, 0), 0, 0);
	current = t;
	return t;
}
