/*
 * short.c - the short ways of call and reply_recv: a message that fits the registers, between two
 * threads one of which waits for the other.
 *
 * A second implementation of what kernel/calls/messages.c does in full: whatever is not the plainest
 * case goes there, before anything has changed. The message never leaves its registers, a1 to a6:
 * this file is compiled so that the compiler leaves those and a7, the badge, alone. Each function is
 * jumped to by the trap entry and ends in a jump back to it, with no stack in between.
 */
#include "short.h"

#include <port/current.h>
#include <port/tlb.h>

#include "cap.h"
#include "endpoint.h"
#include "hart.h"
#include "process.h"
#include "thread.h"

/* The stack is empty, and the hart stands above it. tools/short-way checks that it stays so. */
register const struct hart *here __asm__("sp");

/* True unless the info word in a1 has a label of the kernel's, more words than registers, or a wish
 * beyond label and words. */
inline_always bool message_is_short(void)
{
	register uint64_t info __asm__("a1");

	__asm__ volatile("" : "=r"(info));
	return likely((int32_t)info >= 0) && likely(info >> 32 <= TN_MESSAGE_REGISTERS);
}

inline_always void badge_set(uint64_t value)
{
	register uint64_t badge __asm__("a7") = value;

	__asm__ volatile("" ::"r"(badge));
}

inline_always bool names_endpoint(const struct slot *s, uint64_t right)
{
	return likely(slot_grants(s, TN_CAP_ENDPOINT, right)) && likely(slot_is_live(s));
}

/* The hart may go over to the thread, of this process, at once. Of a process that is being taken
 * apart, no generation is the hart's. */
inline_always bool is_next(const struct thread *t, const struct process *p)
{
	return likely(p->asid_generation == here->direct_generation) &&
	       likely(here->ready >> 1 >> t->priority == 0);
}

/* queue_push(): as a rule there is nobody else. */
inline_always void receiver_push(struct endpoint *e, struct thread *t)
{
	t->queue_next = NULL;
	if (likely(e->receivers.first == NULL)) {
		e->receivers.first = t;
	} else {
		e->receivers.last->queue_next = t;
		t->queue_previous = e->receivers.last;
	}
	e->receivers.last = t;
}

void short_call(uint64_t index)
{
	const struct slot *s = cap_slot(index);
	struct endpoint *e;
	struct process *p;
	struct thread *r;

	if (!message_is_short() || !names_endpoint(s, TN_ENDPOINT_SEND))
		goto full;
	e = frame_memory(pfn(s->frame));
	r = e->receivers.first;
	p = e->process;
	if (unlikely(r == NULL) || unlikely(r->direct != p) || !is_next(r, p))
		goto full;

	e->receivers.first = r->queue_next;
	r->endpoint = NULL;
	r->caller = current;
	r->state = TN_THREAD_RUNNING;
	current->partner = r;
	current->state = TN_THREAD_AWAITS;
	badge_set(s->badge);
	port_space_use(p->satp);
	short_switch(r);
	return;
full:
	short_refused(index);
}

void short_reply_recv(uint64_t index)
{
	const struct slot *s = cap_slot(index);
	struct thread *c = current->caller;
	struct endpoint *e;
	struct process *p;

	if (!message_is_short() || !names_endpoint(s, TN_ENDPOINT_RECEIVE) || unlikely(c == NULL))
		goto full;
	e = frame_memory(pfn(s->frame));
	p = c->direct;
	if (unlikely(e->senders.first != NULL) || unlikely(e->process->dying) ||
	    unlikely(current->signals != 0) || unlikely(p == NULL) || !is_next(c, p))
		goto full;

	receiver_push(e, current);
	current->endpoint = e;
	current->state = TN_THREAD_RECEIVES;
	current->caller = NULL;
	c->partner = NULL;
	c->state = TN_THREAD_RUNNING;
	badge_set(0);
	port_space_use(p->satp);
	short_switch(c);
	return;
full:
	short_refused(index);
}
