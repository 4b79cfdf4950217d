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

/* A word of the hart's, which stands above the stack: that is empty, and stays so. */
#define HERE(field)                                                                               \
	({                                                                                        \
		uint64_t word;                                                                    \
		__asm__ volatile("ld %0, %1(sp)"                                                  \
				 : "=r"(word)                                                     \
				 : "i"(offsetof(struct hart, field)));                            \
		word;                                                                             \
	})

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

/* frame_memory(), the offset taken from the hart. */
inline_always struct endpoint *endpoint_of(const struct slot *s)
{
	return (struct endpoint *)(s->frame * (uint64_t)FRAME_BYTES + HERE(direct_map));
}

/* The hart may go over to the thread, of this process, at once. */
inline_always bool is_next(const struct thread *t, const struct process *p)
{
	return likely(p->asid_generation == HERE(direct_generation)) &&
	       likely((HERE(ready) & t->above) == 0);
}

/* queue_push() of the current thread: as a rule there is nobody else. */
inline_always void current_push(struct queue *q)
{
	current->queue_next = NULL;
	if (likely(q->first == NULL)) {
		q->first = current;
	} else {
		q->last->queue_next = current;
		current->queue_previous = q->last;
	}
	q->last = current;
}

void short_call(uint64_t index)
{
	const struct slot *s = cap_slot(index);
	struct endpoint *e;
	const struct process *p;
	struct thread *r;

	if (!message_is_short() || !names_endpoint(s, TN_ENDPOINT_SEND))
		goto full;
	e = endpoint_of(s);
	r = e->receivers.first;
	if (unlikely(r == NULL) || unlikely(e->process->dying))
		goto full;
	p = r->direct;
	if (!is_next(r, p))
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
	const struct process *p;

	if (!message_is_short() || !names_endpoint(s, TN_ENDPOINT_RECEIVE) || unlikely(c == NULL))
		goto full;
	e = endpoint_of(s);
	p = c->direct;
	if (unlikely(e->senders.first != NULL) || unlikely(e->process->dying) ||
	    unlikely(current->signals != 0) || !is_next(c, p))
		goto full;

	current_push(&e->receivers);
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
