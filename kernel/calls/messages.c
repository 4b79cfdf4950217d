/*
 * messages.c - the calls that carry messages, in full: the short ways of the trap entry make the
 * most frequent case of two of them. A handler that may block, or that returns a message, leaves it
 * in its thread's saved registers and answers port_switch().
 */
#include "cap.h"
#include "message.h"
#include "object.h"
#include "syscall.h"
#include "trap.h"

/* --- guards ---------------------------------------------------------------------------------- */

/* Of the capability that a message takes along, if it does: only these may leave a process. */
static int travel_refusal(uint64_t info)
{
	const struct slot *s = cap_slot(TN_INFO_SLOT(info));
	uint64_t type = SLOT_TYPE(s->word);
	int error;

	if (!(info & TN_INFO_CAP))
		return 0;
	error = cap_refusal(TN_INFO_SLOT(info), type, 0);
	if (error != 0)
		return error;
	if (type == TN_CAP_REPLY)
		return message_reply_is_live(s) ? 0 : TN_ESTALE;
	return type == TN_CAP_ENDPOINT || type == TN_CAP_THREAD ? 0 : TN_EBADF;
}

/* NULL for TN_NONE; else of use only once cap_refusal has agreed. */
static struct endpoint *endpoint_at(uint64_t index)
{
	return index == TN_NONE ? NULL : frame_memory(pfn(cap_slot(index)->frame));
}

static int info_refusal(uint64_t info)
{
	bool fits = TN_INFO_LABEL(info) < TN_LABEL_KERNEL &&
		    TN_INFO_WORDS(info) <= TN_MESSAGE_WORDS;

	return fits ? 0 : TN_EINVAL;
}

/* Of the endpoint, the capability that travels, and what lives of the former. */
static int endpoint_refusal(uint64_t index, uint64_t rights, uint64_t info)
{
	int error = cap_refusal(index, TN_CAP_ENDPOINT, rights) ?: travel_refusal(info);

	return error ?: (endpoint_at(index)->open->dying ? TN_EPEER : 0);
}

static int target_refusal(uint64_t index, uint64_t info)
{
	uint64_t rights = TN_ENDPOINT_SEND | (info & TN_INFO_CAP ? TN_ENDPOINT_GRANT : 0);

	return info_refusal(info) ?: endpoint_refusal(index, rights, info);
}

static int source_refusal(uint64_t index, uint64_t info)
{
	return index == TN_NONE ? travel_refusal(info)
				: endpoint_refusal(index, TN_ENDPOINT_RECEIVE, info);
}

/* --- calls ----------------------------------------------------------------------------------- */

/* What a handler got after its first argument: the message, to be kept once no guard is left. */
#define MESSAGE_PARAMETERS                                                                         \
	uint64_t info, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3, uint64_t w4
/* clang-format off */
#define MESSAGE_WORDS info, {w0, w1, w2, w3, w4}
/* clang-format on */

static void answer(struct thread *t)
{
	message_settle(t);
	if (t->state == TN_THREAD_FAULTED) {
		trap_answer(t);
	} else {
		message_copy(current, t, 0);
		sched_ready_answered(t);
	}
}

/* Until when the current thread waits: the moment has not come, or ETIMEDOUT is its answer. */
static bool wait_begin(uint64_t info)
{
	uint64_t at = info & TN_INFO_TIMED ? current->utcb->deadline : TN_ANY;

	if (at == TN_ANY)
		return true;
	if (at <= port_clock()) {
		thread_fail(current, TN_ETIMEDOUT);
		return false;
	}
	deadline_set(current, at);
	current->direct = &process_none;
	return true;
}

static void receive_from(struct endpoint *e, uint64_t info)
{
	struct thread *t;

	if (signals_receive(current))
		return;
	t = e != NULL ? queue_pop(&e->senders) : NULL;
	if (t != NULL) {
		message_receive(current, t);
		return;
	}
	if (!wait_begin(info))
		return;
	current->state = TN_THREAD_RECEIVES;
	current->endpoint = e;
	if (e != NULL)
		queue_push(&e->receivers, current);
}

result_t call_call(uint64_t endpoint, MESSAGE_PARAMETERS)
{
	int error = target_refusal(endpoint, info);

	if (error != 0)
		return failure(error, 0);
	*message_of(current) = (struct message){MESSAGE_WORDS};
	current->badge = cap_slot(endpoint)->badge;
	current->state = TN_THREAD_CALLS;
	message_offer(current, endpoint_at(endpoint));
	return port_switch();
}

result_t call_send(uint64_t endpoint, MESSAGE_PARAMETERS)
{
	int error = target_refusal(endpoint, info);
	struct thread *r;

	if (error != 0)
		return failure(error, 0);
	r = message_receiver(endpoint_at(endpoint));
	if (r == NULL)
		return failure(TN_EAGAIN, 0);
	*message_of(current) = (struct message){MESSAGE_WORDS};
	message_copy(current, r, cap_slot(endpoint)->badge);
	sched_ready(r);
	return success(0);
}

/* A caller that has not been answered by now never will be. */
static apart result_t recv_general(uint64_t endpoint, uint64_t info)
{
	int error = source_refusal(endpoint, 0);

	if (error != 0)
		return failure(error, 0);
	message_drop_caller(current);
	receive_from(endpoint_at(endpoint), info);
	return port_switch();
}

/* The wait for signals has a path of its own. */
result_t call_recv(uint64_t endpoint, uint64_t info)
{
	if (endpoint != TN_NONE || info != 0 || unlikely(current->caller != NULL) ||
	    unlikely((current->signals & current->utcb->signal_mask) != 0))
		return recv_general(endpoint, info);
	current->state = TN_THREAD_RECEIVES;
	current->endpoint = NULL;
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
	int error = info_refusal(info) ?: cap_refusal(slot, TN_CAP_REPLY, 0);

	if (error == 0 && !message_reply_is_live(s))
		error = TN_ESTALE;
	error = error ?: travel_refusal(info);
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
	int error = info_refusal(info) ?: source_refusal(endpoint, info);

	if (error != 0)
		return failure(error, 0);
	*message_of(current) = (struct message){MESSAGE_WORDS};
	current->caller = NULL;
	if (t != NULL)
		answer(t);
	receive_from(endpoint_at(endpoint), info);
	return port_switch();
}

result_t call_save_reply(uint64_t slot)
{
	struct thread *t = current->caller;
	int error = t == NULL ? TN_EPEER : 0;
	struct slot *s = cap_place(current->process, slot, false, &error);

	if (error != 0 || object_next_id >= FRAME_ID_LIMIT)
		return failure(error ?: TN_EOVERFLOW, 0);
	current->caller = NULL;
	t->partner = NULL;
	t->call_id = object_next_id++;
	cap_note(current->process, slot);
	slot_set(s, SLOT_WORD(TN_CAP_REPLY, 0, t->call_id), t->self, 0);
	return success(0);
}

result_t call_signal(uint64_t thread, uint64_t bits)
{
	struct thread *t = cap_object(thread, TN_CAP_THREAD, TN_THREAD_SIGNAL);

	if (t == NULL || t->process->dying)
		return failure(cap_refusal(thread, TN_CAP_THREAD, TN_THREAD_SIGNAL) ?: TN_EDYING,
			       0);
	signals_add(t, bits);
	return success(0);
}
