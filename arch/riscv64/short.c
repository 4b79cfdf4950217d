/*
 * short.c - the short ways of call, of reply_recv, and of a page fault: a message that fits the
 * registers, between two threads one of which waits for the other.
 *
 * A second implementation of what kernel/calls/messages.c and kernel/trap.c do in full: whatever
 * is not the plainest case goes there, before anything has changed. The message never leaves its
 * registers, a1 to a6: this file is compiled so that the compiler leaves those and a7, the badge,
 * alone. Each function is jumped to by the trap entry and ends in a jump back to it, with no stack
 * in between.
 */
#include "short.h"

#include <port/tlb.h>

#include "cap.h"
#include "endpoint.h"
#include "hart.h"

/* A word of the hart's, which stands above the stack: that is empty, and stays so. */
#define HERE(field)                                                                                \
	({                                                                                         \
		uint64_t word;                                                                     \
		__asm__ volatile("ld %0, %1(sp)"                                                   \
				 : "=r"(word)                                                      \
				 : "i"(offsetof(struct hart, field)));                             \
		word;                                                                              \
	})

/* Where these travel. */
register uint64_t message_info __asm__("a1");
register uint64_t fault_address __asm__("a3");
register uint64_t message_badge __asm__("a7");

/* No label of the kernel's, no more words than registers, and no wish beyond label and words. */
inline_always bool message_is_short(void)
{
	register uint64_t info __asm__("a1");

	__asm__ volatile("" : "=r"(info)); /* spares a copy */
	return likely((int32_t)info >= 0) && likely(info >> 32 <= TN_MESSAGE_REGISTERS);
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

/* A call of the current thread, which is in `state`, goes to the first receiver r of e. */
inline_always void current_calls(struct endpoint *e, struct thread *r, uint64_t state)
{
	const struct process *p = r->direct;

	e->receivers.first = r->queue_next;
	r->endpoint = NULL;
	r->caller = current;
	r->state = TN_THREAD_RUNNING;
	current->partner = r;
	current->state = state;
	port_space_use(p->satp);
}

/* The receiver that the hart may go over to, or NULL. */
inline_always struct thread *receiver_of(const struct endpoint *e)
{
	struct thread *r = e->receivers.first;

	if (unlikely(r == NULL) || unlikely(e->open->dying) || !is_next(r, r->direct))
		return NULL;
	return r;
}

void short_call(uint64_t index)
{
	const struct slot *s = cap_slot(index);
	struct endpoint *e;
	struct thread *r;

	if (!message_is_short() || !names_endpoint(s, TN_ENDPOINT_SEND))
		goto full;
	e = endpoint_of(s);
	r = receiver_of(e);
	if (r == NULL)
		goto full;
	message_badge = s->badge;
	current_calls(e, r, TN_THREAD_AWAITS);
	short_switch(r);
	return;
full:
	short_refused(index);
}

/* c, whose fault the current thread has received, is told to try again, and may be. */
inline_always bool is_resumed(const struct thread *c)
{
	return c->state == TN_THREAD_FAULTED && !c->late &&
	       message_info % ((uint64_t)1 << 32) == TN_RESUME &&
	       TN_INFO_LABEL(c->fault_message.info) == TN_LABEL_FAULT && is_next(c, c->process);
}

/* The current thread waits at e, and c, which has its answer, goes on in p. */
inline_always void current_receives(struct endpoint *e, struct thread *c, const struct process *p)
{
	current_push(&e->receivers);
	current->endpoint = e;
	current->state = TN_THREAD_RECEIVES;
	current->caller = NULL;
	c->partner = NULL;
	c->state = TN_THREAD_RUNNING;
	port_space_use(p->satp);
}

void short_reply_recv(uint64_t index)
{
	const struct slot *s = cap_slot(index);
	struct thread *c = current->caller;
	const struct process *p;
	struct endpoint *e;

	if (!message_is_short() || !names_endpoint(s, TN_ENDPOINT_RECEIVE) || unlikely(c == NULL))
		goto full;
	e = endpoint_of(s);
	if (unlikely(e->senders.first != NULL) || unlikely(e->open->dying) ||
	    unlikely(current->signals != 0))
		goto full;
	p = c->direct;
	if (is_next(c, p)) {
		message_badge = 0;
		current_receives(e, c, p);
		short_switch(c);
		return;
	}
	if (is_resumed(c)) {
		c->direct = c->process;
		current_receives(e, c, c->process);
		short_switch_whole(c);
		return;
	}
full:
	short_refused(index);
}

/* No entry stands for the page, under the level-2 table that its process keeps. */
inline_always bool page_is_absent(const struct process *p, uint64_t va)
{
	const pte_t *table = p->top;

	if (unlikely(p->top_tag != va >> 39))
		return false;
#pragma GCC unroll 3
	for (unsigned level = 3; level-- > 0;) {
		pte_t e = table[pte_index(va, level)];

		if (!pte_is_table(e))
			return !pte_is_valid(e);
		table = (const pte_t *)(pte_table_frame(e).n * FRAME_BYTES + HERE(direct_map));
	}
	return false;
}

void short_fault(void)
{
	struct endpoint *e;
	struct thread *r;

	if (!page_is_absent(current->process, fault_address) || current->fault.word == 0 ||
	    !slot_is_live(&current->fault))
		goto full;
	e = endpoint_of(&current->fault);
	r = receiver_of(e);
	if (r == NULL)
		goto full;
	message_info = TN_INFO(TN_LABEL_FAULT, 3);
	message_badge = current->fault.badge;
	current->fault_message.info = TN_INFO(TN_LABEL_FAULT, 3);
	current_calls(e, r, TN_THREAD_FAULTED);
	current->direct = &process_none;
	short_enter(r);
	return;
full:
	short_fault_refused();
}
