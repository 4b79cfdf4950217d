/*
 * root.c - see root.h.
 */
#include "root.h"

#include <port/tlb.h>

#include "object.h"
#include "process.h"
#include "sched.h"
#include "words.h"

/* The frame gets its word and its memory is zeroed. */
static void *frame_become(pfn_t f, unsigned kind, uint64_t low, size_t bytes)
{
	frame_set(f, FRAME_WORD(kind, low));
	zero_lines(frame_memory(f), bytes);
	return frame_memory(f);
}

/* The frames become kernel memory as by a give; the first of them is the pool itself. */
static struct pool *root_pool_make(pfn_t first, uint64_t count)
{
	struct pool *p = frame_become(first, TN_KIND_POOL, object_next_id++, sizeof(*p));

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

static void *object_make(struct pool *p, unsigned kind, uint64_t low, size_t bytes)
{
	return frame_become(pool_take(p, kind), kind, low, bytes);
}

/* An object's word is that of the slot which names it, but for the rights. */
static void slot_name(struct slot *slot, const void *object)
{
	pfn_t f = frame_of(object);

	slot_set(slot, SLOT_WORD(0, TN_RIGHTS_ALL, frame_get(f)), f.n, 0);
}

struct thread *root_make(struct hart *hart, pfn_t first, uint64_t count)
{
	struct process *process;
	struct slot *slots;
	struct thread *t;
	struct pool *pool;

	frame_touch_range(first, count);
	block_add_range(first, count, 1);
	ram.lent += count;
	pool = root_pool_make(first, count);
	slots = object_make(pool, TN_KIND_CAPS, pool->self, FRAME_BYTES);
	process = object_make(pool, TN_KIND_PROCESS, object_next_id++, sizeof(*process));
	process_init(process, frame_of(process), pool, TN_PRIORITY_MAX);
	process->directory[0] = slots;
	process->slots = TN_CAPS_SLOTS;
	t = object_make(pool, TN_KIND_THREAD, object_next_id++, sizeof(*t));
	t->hart = hart;
	current = t;
	thread_init(t, frame_of(t), process);
	t->state = TN_THREAD_RUNNING;
	sched_place(t, hart, TN_PRIORITY_MAX / 2);
	thread_boot = t;

	slot_name(&slots[TN_SLOT_POOL], pool);
	slot_name(&slots[TN_SLOT_PROCESS], process);
	slot_name(&slots[TN_SLOT_THREAD], t);
	slot_set(&slots[TN_SLOT_FRAMES], SLOT_WORD(TN_CAP_FRAMES, TN_RIGHTS_ALL, 0), ram.first,
		 ram.count);
	slot_set(&slots[TN_SLOT_SYSTEM], SLOT_WORD(TN_CAP_SYSTEM, TN_RIGHTS_ALL, 0), 0, 0);
	hart->asid_generation = hart->direct_generation = hart->turn = 1;
	hart->direct_map = PORT_DMAP_OFFSET;
	hart->asid_next = port_asid_count() > 1 ? 1 : 0;
	return t;
}
