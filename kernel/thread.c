/*
 * thread.c - see thread.h.
 */
#include "thread.h"

#include "cap.h"
#include "list.h"
#include "object.h"
#include "process.h"
#include "syscall.h"

void thread_init(struct thread *t, pfn_t self, struct process *p)
{
	t->self = (uint32_t)self.n;
	t->process = p;
	t->directory = p->directory;
	LIST_PUSH(p->threads, t);
}

void thread_pin_utcb(struct thread *t, pfn_t f)
{
	frame_set(f, frame_get(f) + 1);
	t->utcb = frame_memory(f);
}

static void thread_unpin_utcb(struct thread *t)
{
	pfn_t f = frame_of(t->utcb);

	frame_set(f, frame_get(f) - 1);
	t->utcb = NULL;
}

void thread_end(struct thread *t)
{
	struct process *p = t->process;

	if (t->utcb != NULL)
		thread_unpin_utcb(t);
	LIST_REMOVE(p->threads, t);
	object_free(p->pool, TN_KIND_THREAD, pfn(t->self), sizeof(*t));
}

struct thread *thread_of_slot(const struct slot *s)
{
	if (SLOT_TYPE(s->word) != TN_CAP_THREAD || !slot_is_live(s))
		return NULL;
	return frame_memory(pfn(s->frame));
}

void thread_signal(struct thread *t, uint64_t bits)
{
	t->signals |= bits;
}

result_t call_thread_info(uint64_t thread)
{
	const struct thread *t = cap_object(thread, TN_CAP_THREAD, TN_THREAD_CONTROL);
	uint64_t *words = current->utcb->words;

	if (t == NULL)
		return failure(cap_refusal(thread, TN_CAP_THREAD, TN_THREAD_CONTROL), 0);
	if (t->process->dying)
		return failure(TN_EDYING, 0);
	words[0] = t->state;
	words[1] = 0;
	words[2] = t->signals;
	for (unsigned i = 0; i < 32; i++)
		words[3 + i] = t->registers[i];
	return success(t->state);
}
