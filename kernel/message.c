/*
 * message.c - see message.h; and the calls that carry messages, as far as the trap entry's short
 * ways do not make them. Registers go through the threads' saved ones, so every handler that may
 * block or that returns a message answers port_switch().
 */
#include "message.h"

#include <port/current.h>

#include "cap.h"
#include "list.h"
#include "object.h"
#include "sched.h"
#include "syscall.h"

#define DISMISS_MAX 64u
#define CHAIN_MAX 8u /* callers of callers that one end tells */
#define INFO_SENT (TN_INFO(UINT32_MAX, 127) | TN_INFO_CAP)

/* --- capabilities that travel ---------------------------------------------------------------- */

bool message_reply_is_live(const struct slot *s)
{
	const struct thread *t = frame_memory(pfn(s->frame));

	return FRAME_KIND(frame_get(pfn(s->frame))) == TN_KIND_THREAD &&
	       t->call_id == FRAME_ID(s->word) && t->partner == NULL;
}

/* Of the capability that a message takes along, if it does: only these may leave a process. */
static int travel_refusal(uint64_t info)
{
	const struct slot *s = cap_slot(TN_INFO_SLOT(info));
	uint64_t type = SLOT_TYPE(s->word);
	int error = info & TN_INFO_CAP ? cap_refusal(TN_INFO_SLOT(info), type, 0) : 0;

	if (error != 0 || !(info & TN_INFO_CAP))
		return error;
	if (type == TN_CAP_REPLY)
		return message_reply_is_live(s) ? 0 : TN_ESTALE;
	return type == TN_CAP_ENDPOINT || type == TN_CAP_THREAD ? 0 : TN_EBADF;
}

/* The empty slot that t's UTCB names, else NULL. */
static struct slot *receive_slot(const struct thread *t)
{
	struct slot *s = t->utcb != NULL ? cap_slot_of(t->process, t->utcb->receive_slot) : NULL;

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
	slot_set(place, SLOT_WORD(type, rights, FRAME_ID(s->word)), s->frame, s->badge);
	if (type == TN_CAP_REPLY)
		slot_set(s, 0, 0, 0);
	return TN_INFO_CAP;
}

/* --- messages -------------------------------------------------------------------------------- */

/* The message in t's registers. */
static struct message *message_of(struct thread *t)
{
	return (struct message *)&t->registers[REGISTER_INFO];
}

static void message_copy(struct thread *from, struct thread *to, uint64_t badge)
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

/* r takes t's call. */
static void message_receive(struct thread *r, struct thread *t)
{
	message_copy(t, r, t->badge);
	r->caller = t;
	t->partner = r;
	t->endpoint = NULL;
	if (t->state == TN_THREAD_CALLS)
		t->state = TN_THREAD_AWAITS;
}

static struct thread *receiver_pop(struct endpoint *e)
{
	struct thread *r = queue_pop(&e->receivers);

	if (r != NULL)
		r->endpoint = NULL;
	return r;
}

/* The call that t makes, its message in its registers (or, if faulted, in fault_message), its
 * badge set: meets a receiver or waits for one. */
static void message_offer(struct thread *t, struct endpoint *e)
{
	struct thread *r = receiver_pop(e);

	if (r == NULL) {
		t->endpoint = e;
		queue_push(&e->senders, t);
		return;
	}
	message_receive(r, t);
	sched_ready(r);
}

static void wait_forget(struct thread *t)
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

	wait_forget(t);
	if (t->state == TN_THREAD_FAULTED) {
		t->state = TN_THREAD_STOPPED;
		if (!more)
			return NULL;
		t->caller = NULL;
		return caller;
	}
	t->registers[REGISTER_A0] = (uint64_t)-(int64_t)error;
	sched_ready(t);
	return NULL;
}

static void message_fail(struct thread *t, int error)
{
	for (unsigned left = CHAIN_MAX; t != NULL && left > 0; left--, error = TN_EPEER)
		t = wait_end(t, error, left > 1);
}

/* t answers nobody any more. */
static void caller_drop(struct thread *t)
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
	caller_drop(t);
	if (t->state == TN_THREAD_RUNNING) {
		if (t != current)
			sched_unready(t);
	} else if (t->state != TN_THREAD_STOPPED && t->state != TN_THREAD_FAULTED) {
		t->registers[REGISTER_A0] = (uint64_t)-(int64_t)error;
	}
	wait_forget(t);
	t->state = TN_THREAD_STOPPED;
}

/* At most DISMISS_MAX of those who wait at e stop waiting. True once none is left. */
static bool message_dismiss(struct endpoint *e)
{
	for (unsigned i = 0; i < DISMISS_MAX; i++) {
		struct thread *t = queue_pop(&e->senders);

		if (t == NULL)
			t = queue_pop(&e->receivers);
		if (t == NULL)
			return true;
		message_fail(t, TN_EPEER);
	}
	return false;
}

bool endpoint_end(struct endpoint *e)
{
	struct process *p = e->process;

	if (!message_dismiss(e))
		return false;
	LIST_REMOVE(p->endpoints, e);
	object_free(p->pool, TN_KIND_ENDPOINT, pfn(e->self), sizeof(*e));
	return true;
}

void message_forget(struct slot *reply)
{
	if (message_reply_is_live(reply))
		message_fail(frame_memory(pfn(reply->frame)), TN_EPEER);
	slot_set(reply, 0, 0, 0);
}

/* --- faults and signals ---------------------------------------------------------------------- */

void message_fault(uint64_t label, uint64_t w0, uint64_t w1, uint64_t w2)
{
	struct thread *t = current;
	struct endpoint *e = frame_memory(pfn(t->fault.frame));

	t->state = TN_THREAD_STOPPED;
	if (label == TN_LABEL_EXIT)
		caller_drop(t);
	if (SLOT_TYPE(t->fault.word) != TN_CAP_ENDPOINT || !slot_is_live(&t->fault) ||
	    e->process->dying) {
		caller_drop(t);
		return;
	}
	t->fault_message = (struct message){TN_INFO(label, 3), {w0, w1, w2}};
	t->state = TN_THREAD_FAULTED;
	t->badge = t->fault.badge;
	message_offer(t, e);
}

/* The answer, in the current thread's registers, to the fault of t. */
static void fault_answer(struct thread *t)
{
	const struct message *m = message_of(current);
	uint32_t label = TN_INFO_LABEL(m->info);

	t->state = TN_THREAD_STOPPED;
	if (TN_INFO_LABEL(t->fault_message.info) == TN_LABEL_EXIT || label > TN_RESUME_AT) {
		caller_drop(t);
		return;
	}
	if (label == TN_RESUME_AT)
		t->registers[REGISTER_PC] = m->words[0];
	sched_ready(t);
}

/* Gives t, which received nothing, the signals it waits for. */
static bool signals_receive(struct thread *t)
{
	uint64_t taken = t->utcb != NULL ? t->signals & t->utcb->signal_mask : 0;

	if (taken == 0)
		return false;
	t->signals -= taken;
	t->registers[REGISTER_A0] = 0;
	*message_of(t) = (struct message){TN_INFO(TN_LABEL_SIGNALS, 1), {taken}};
	t->registers[REGISTER_BADGE] = 0;
	return true;
}

void thread_signal(struct thread *t, uint64_t bits)
{
	t->signals |= bits;
	if (t->state != TN_THREAD_RECEIVES || !signals_receive(t))
		return;
	if (t->endpoint != NULL)
		queue_remove(&t->endpoint->receivers, t);
	t->endpoint = NULL;
	sched_ready(t);
}

/* --- calls ----------------------------------------------------------------------------------- */

static int info_refusal(uint64_t info)
{
	bool fits = TN_INFO_LABEL(info) < TN_LABEL_KERNEL && TN_INFO_WORDS(info) <= TN_MESSAGE_WORDS;

	return fits ? 0 : TN_EINVAL;
}

/* EPEER, *error as cap_find. */
static struct endpoint *endpoint_living(uint64_t index, int *error)
{
	struct endpoint *e = frame_memory(pfn(cap_slot(index)->frame));

	if (*error == 0 && e->process->dying)
		*error = TN_EPEER;
	return e;
}

/* The endpoint, and every guard on what is sent through it. */
static struct endpoint *target_find(uint64_t index, uint64_t info, int *error)
{
	uint64_t rights = TN_ENDPOINT_SEND | (info & TN_INFO_CAP ? TN_ENDPOINT_GRANT : 0);

	*error = info_refusal(info) ?: cap_refusal(index, TN_CAP_ENDPOINT, rights)
				    ?: travel_refusal(info);
	return endpoint_living(index, error);
}

static struct endpoint *source_find(uint64_t index, uint64_t info, int *error)
{
	if (index != TN_NONE)
		*error = *error ?: cap_refusal(index, TN_CAP_ENDPOINT, TN_ENDPOINT_RECEIVE);
	*error = *error ?: travel_refusal(info);
	return index != TN_NONE ? endpoint_living(index, error) : NULL;
}

/* What a handler got after its first argument: the message, to be kept once no guard is left. */
#define MESSAGE_PARAMETERS                                                                        \
	uint64_t info, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3, uint64_t w4
#define MESSAGE_WORDS info, {w0, w1, w2, w3, w4}

static void answer(struct thread *t)
{
	wait_forget(t);
	if (t->state == TN_THREAD_FAULTED) {
		fault_answer(t);
	} else {
		message_copy(current, t, 0);
		sched_ready(t);
	}
}

static void receive_from(struct endpoint *e)
{
	struct thread *t;

	if (signals_receive(current))
		return;
	t = e != NULL ? queue_pop(&e->senders) : NULL;
	if (t != NULL) {
		message_receive(current, t);
		return;
	}
	current->state = TN_THREAD_RECEIVES;
	current->endpoint = e;
	if (e != NULL)
		queue_push(&e->receivers, current);
}

result_t call_call(uint64_t endpoint, MESSAGE_PARAMETERS)
{
	int error;
	struct endpoint *e = target_find(endpoint, info, &error);

	if (error != 0)
		return failure(error, 0);
	*message_of(current) = (struct message){MESSAGE_WORDS};
	current->badge = cap_slot(endpoint)->badge;
	current->state = TN_THREAD_CALLS;
	message_offer(current, e);
	return port_switch();
}

result_t call_send(uint64_t endpoint, MESSAGE_PARAMETERS)
{
	int error;
	struct endpoint *e = target_find(endpoint, info, &error);
	struct thread *r;

	if (error != 0)
		return failure(error, 0);
	r = receiver_pop(e);
	if (r == NULL)
		return failure(TN_EAGAIN, 0);
	*message_of(current) = (struct message){MESSAGE_WORDS};
	message_copy(current, r, cap_slot(endpoint)->badge);
	sched_ready(r);
	return success(0);
}

/* A caller that has not been answered by now never will be. */
result_t call_recv(uint64_t endpoint)
{
	int error = 0;
	struct endpoint *e = source_find(endpoint, 0, &error);

	if (error != 0)
		return failure(error, 0);
	caller_drop(current);
	receive_from(e);
	return port_switch();
}

result_t call_reply(uint64_t unused, MESSAGE_PARAMETERS)
{
	struct thread *t = current->caller;
	int error = info_refusal(info) ?: travel_refusal(info);

	(void)unused;
	if (error != 0 || t == NULL)
		return failure(error ?: TN_EPEER, 0);
	*message_of(current) = (struct message){MESSAGE_WORDS};
	current->caller = NULL;
	answer(t);
	return success(0);
}

result_t call_reply_to(uint64_t slot, MESSAGE_PARAMETERS)
{
	struct slot *s = cap_slot(slot);
	int error = info_refusal(info) ?: cap_refusal(slot, TN_CAP_REPLY, 0)
				       ?: (message_reply_is_live(s) ? 0 : TN_ESTALE) ?: travel_refusal(info);

	if (error != 0)
		return failure(error, 0);
	*message_of(current) = (struct message){MESSAGE_WORDS};
	answer(frame_memory(pfn(s->frame)));
	slot_set(s, 0, 0, 0);
	return success(0);
}

/* With nobody to answer, it receives. */
result_t call_reply_recv(uint64_t endpoint, MESSAGE_PARAMETERS)
{
	struct thread *t = current->caller;
	int error = info_refusal(info);
	struct endpoint *e = source_find(endpoint, info, &error);

	if (error != 0)
		return failure(error, 0);
	*message_of(current) = (struct message){MESSAGE_WORDS};
	current->caller = NULL;
	if (t != NULL)
		answer(t);
	receive_from(e);
	return port_switch();
}

result_t call_save_reply(uint64_t slot)
{
	struct thread *t = current->caller;
	int error = t == NULL ? TN_EPEER : 0;
	struct slot *s = cap_place(TN_SELF, slot, false, &error);

	if (error != 0 || object_next_id >= FRAME_ID_LIMIT)
		return failure(error ?: TN_EOVERFLOW, 0);
	current->caller = NULL;
	t->partner = NULL;
	t->call_id = object_next_id++;
	slot_set(s, SLOT_WORD(TN_CAP_REPLY, 0, t->call_id), t->self, 0);
	return success(0);
}

result_t call_signal(uint64_t thread, uint64_t bits)
{
	int error = 0;
	struct thread *t = cap_find(thread, TN_CAP_THREAD, TN_THREAD_SIGNAL, &error);

	if (error != 0 || t->process->dying)
		return failure(error ?: TN_EDYING, 0);
	thread_signal(t, bits);
	return success(0);
}
