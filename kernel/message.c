/*
 * message.c - see message.h: what happens between two threads. The calls that make it happen are in
 * calls/messages.c, faults in trap.c.
 */
#include "message.h"

#include "cap.h"
#include "object.h"

#define DISMISS_MAX 32u /* each may have a deadline to be taken out */
#define CHAIN_MAX 8u    /* callers of callers that one end tells */
#define INFO_SENT (TN_INFO(UINT32_MAX, 127) | TN_INFO_CAP)

/* --- capabilities that travel ---------------------------------------------------------------- */

apart bool message_reply_is_live(const struct slot *s)
{
	const struct thread *t = frame_memory(pfn(s->frame));

	return FRAME_KIND(frame_get(pfn(s->frame))) == TN_KIND_THREAD &&
	       t->call_id == FRAME_ID(s->word);
}

/* The empty slot that t's UTCB names, else NULL. */
static struct slot *receive_slot(const struct thread *t)
{
	struct slot *s = cap_slot_of(t->process, t->utcb->receive_slot);

	return s != NULL && slot_is_empty(s) ? s : NULL;
}

/* What becomes of a capability on the way; a REPLY moves, others are copied. The sender's slot
 * may have changed since the call: it is looked at again. Returns the bit of the info word. */
static uint64_t capability_carry(struct thread *from, struct thread *to, uint64_t info)
{
	struct slot *place = receive_slot(to);
	struct slot *s = cap_slot_of(from->process, TN_INFO_SLOT(info));
	uint64_t type = s != NULL ? SLOT_TYPE(s->word) : TN_CAP_NONE, rights;

	if (place == NULL ||
	    (type != TN_CAP_THREAD && type != TN_CAP_ENDPOINT && type != TN_CAP_REPLY))
		return TN_INFO_LOST;
	rights = SLOT_RIGHTS(s->word) & (type == TN_CAP_THREAD ? TN_THREAD_SIGNAL : TN_RIGHTS_ALL);
	cap_note(to->process, to->utcb->receive_slot);
	slot_set(place, SLOT_WORD(type, rights, FRAME_ID(s->word)), s->frame, s->badge);
	if (type == TN_CAP_REPLY)
		slot_set(s, 0, 0, 0);
	return TN_INFO_CAP;
}

/* --- messages -------------------------------------------------------------------------------- */

void message_copy(struct thread *from, struct thread *to, uint64_t badge)
{
	const struct message *m = from->state == TN_THREAD_FAULTED ? &from->fault_message
								   : message_of(from);
	uint64_t info = m->info & INFO_SENT, n = TN_INFO_WORDS(info);

	*message_of(to) = *m;
	for (uint64_t i = TN_MESSAGE_REGISTERS; i < n; i++)
		to->utcb->words[i] = from->utcb->words[i];
	if (info & TN_INFO_CAP)
		info = (info & ~TN_INFO_CAP) | capability_carry(from, to, m->info);
	message_of(to)->info = info;
	to->registers[REGISTER_A0] = 0;
	to->registers[REGISTER_BADGE] = badge;
}

void message_receive(struct thread *r, struct thread *t)
{
	message_copy(t, r, t->badge);
	r->caller = t;
	t->partner = r;
	t->endpoint = NULL;
	if (t->state == TN_THREAD_CALLS)
		t->state = TN_THREAD_AWAITS;
}

struct thread *message_receiver(struct endpoint *e)
{
	struct thread *r = queue_pop(&e->receivers);

	if (r != NULL)
		r->endpoint = NULL;
	return r;
}

void message_offer(struct thread *t, struct endpoint *e)
{
	struct thread *r = message_receiver(e);

	if (r == NULL) {
		t->endpoint = e;
		queue_push(&e->senders, t);
		return;
	}
	message_receive(r, t);
	sched_ready_first(r);
}

void message_settle(struct thread *t)
{
	t->endpoint = NULL;
	t->partner = NULL;
	t->call_id = 0;
}

/* t, which waits, does so no longer. Who faulted and finds nobody stays stopped, registers
 * untouched; whom it had to answer, if anybody, is returned: nobody will. Without `more` he goes on
 * waiting until the stopped thread itself ends: one end takes a bounded number of steps. */
static struct thread *wait_end(struct thread *t, int error, bool more)
{
	struct thread *caller = t->caller;

	message_settle(t);
	if (t->state == TN_THREAD_FAULTED) {
		t->state = TN_THREAD_STOPPED;
		if (!more)
			return NULL;
		t->caller = NULL;
		return caller;
	}
	thread_fail(t, error);
	sched_ready(t);
	return NULL;
}

static void message_fail(struct thread *t, int error)
{
	for (unsigned left = CHAIN_MAX; t != NULL; left--, error = TN_EPEER)
		t = wait_end(t, error, left > 1);
}

void message_drop_caller(struct thread *t)
{
	struct thread *caller = t->caller;

	t->caller = NULL;
	message_fail(caller, TN_EPEER);
}

void message_abandon(struct thread *t, int error)
{
	if (t->endpoint != NULL)
		queue_remove(t->state == TN_THREAD_RECEIVES ? &t->endpoint->receivers
							    : &t->endpoint->senders,
			     t);
	if (t->partner != NULL)
		t->partner->caller = NULL;
	message_drop_caller(t);
	if (t->deadline != DEADLINE_NONE)
		deadline_cancel(t);
	if (t->state == TN_THREAD_RUNNING) {
		if (t != current)
			sched_unready(t);
	} else if (t->state != TN_THREAD_STOPPED && t->state != TN_THREAD_FAULTED) {
		thread_fail(t, error);
	}
	message_settle(t);
	t->state = TN_THREAD_STOPPED;
}

bool endpoint_end(struct endpoint *e)
{
	struct process *p = e->process;

	e->open = &process_none;
	for (unsigned left = DISMISS_MAX; left > 0; left--) {
		struct thread *t = queue_pop(&e->senders) ?: queue_pop(&e->receivers);

		if (t == NULL) {
			LIST_REMOVE(p->endpoints, e);
			object_free(p->pool, TN_KIND_ENDPOINT, frame_of(e), sizeof(*e));
			return true;
		}
		message_fail(t, TN_EPEER);
	}
	return false;
}

void receiver_remove(struct thread *t)
{
	if (t->endpoint != NULL)
		queue_remove(&t->endpoint->receivers, t);
	t->endpoint = NULL;
}

void message_time_out(struct thread *t)
{
	receiver_remove(t);
	wait_end(t, TN_ETIMEDOUT, false);
}

void message_forget(struct slot *reply)
{
	if (message_reply_is_live(reply))
		message_fail(frame_memory(pfn(reply->frame)), TN_EPEER);
	slot_set(reply, 0, 0, 0);
}

/* --- signals --------------------------------------------------------------------------------- */

bool signals_receive(struct thread *t)
{
	uint64_t taken = t->signals & t->utcb->signal_mask;

	if (taken != 0)
		signals_deliver(t, taken);
	return taken != 0;
}

void thread_signal(struct thread *t, uint64_t bits)
{
	signals_add(t, bits);
}
