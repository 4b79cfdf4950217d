/*
 * model_talk_messages.c - messages, answers, faults and signals of the model: see model_talk.h.
 */
#include "model_talk_parts.h"

#include "host.h"

#define WORD(i) (REGISTER_INFO + 1 + (unsigned)(i))

/* --- capabilities that travel ---------------------------------------------------------------- */

static bool may_travel(uint64_t type)
{
	return type == TN_CAP_ENDPOINT || type == TN_CAP_THREAD || type == TN_CAP_REPLY;
}

/* What the message takes along must be there, live, and of a type that travels. */
static int luggage_refusal(uint64_t info)
{
	struct talk_cap *c;

	if ((info & TN_INFO_CAP) == 0)
		return 0;
	c = talk_slot(talk.current->process, TN_INFO_SLOT(info));
	if (c == NULL)
		return TN_ERANGE;
	if (c->type == TN_CAP_NONE)
		return TN_ENOENT;
	if (!talk_is_live(c))
		return TN_ESTALE;
	return may_travel(c->type) ? 0 : TN_EBADF;
}

/* True if it arrived. REPLYs are moved, THREADs arrive with no right but to signal. */
static bool luggage_carry(struct talk_thread *from, struct talk_thread *to, uint64_t slot)
{
	struct talk_cap *c = talk_slot(from->process, slot);
	struct talk_cap *place = to->has_utcb ? talk_slot(to->process, to->utcb.receive_slot)
					      : NULL;

	if (place == NULL || place->type != TN_CAP_NONE || c == NULL || !may_travel(c->type))
		return false;
	*place = *c;
	if (c->type == TN_CAP_THREAD)
		place->rights &= TN_THREAD_SIGNAL;
	if (c->type == TN_CAP_REPLY)
		*c = (struct talk_cap){.type = TN_CAP_NONE};
	return true;
}

/* --- words ----------------------------------------------------------------------------------- */

static void hear(struct talk_thread *t, uint64_t info, const uint64_t *words, uint64_t badge)
{
	uint64_t n = TN_INFO_WORDS(info);

	talk_set(t, REGISTER_A0, 0);
	talk_set(t, REGISTER_INFO, info);
	for (uint64_t i = 0; i < TN_MESSAGE_REGISTERS; i++)
		if (i < n)
			talk_set(t, WORD(i), words[i]);
		else
			talk_unsay(t, WORD(i), 1);
	talk_set(t, REGISTER_BADGE, badge);
}

static void deliver(const struct message *m, struct talk_thread *from, struct talk_thread *to,
		    uint64_t badge)
{
	uint64_t info = TN_INFO(TN_INFO_LABEL(m->info), TN_INFO_WORDS(m->info));

	for (uint64_t i = TN_MESSAGE_REGISTERS; i < TN_INFO_WORDS(info); i++)
		to->utcb.words[i] = from->utcb.words[i];
	if (m->info & TN_INFO_CAP)
		info |= luggage_carry(from, to, TN_INFO_SLOT(m->info)) ? TN_INFO_CAP : TN_INFO_LOST;
	hear(to, info, m->words, badge);
}

/* r receives the call of t. */
static void take(struct talk_thread *r, struct talk_thread *t)
{
	deliver(&t->wait.message, t, r, t->wait.badge);
	t->wait.where = TALK_HELD;
	t->wait.endpoint = NULL;
	t->wait.holder = r;
}

/* The call of t, its message and badge set, is made at e. */
static void offer(struct talk_thread *t, struct talk_endpoint *e)
{
	struct talk_thread *r = talk_line_shift(&e->receivers);

	t->state = TALK_WAITS;
	t->wait.where = TALK_QUEUED;
	t->wait.endpoint = e;
	if (r == NULL) {
		talk_line_push(&e->senders, t);
		return;
	}
	r->receives_at = NULL;
	take(r, t);
	talk_ready_first(r);
}

/* --- answers --------------------------------------------------------------------------------- */

static void answer_fault(struct talk_thread *t, const struct message *m)
{
	struct talk_thread *owed = talk_owed_by(t);
	uint32_t label = TN_INFO_LABEL(m->info);

	if (t->wait.kind == TALK_FAULTED && label == TN_RESUME) {
		talk_ready_answered(t);
	} else if (t->wait.kind == TALK_FAULTED && label == TN_RESUME_AT) {
		talk_set(t, REGISTER_PC, m->words[0]);
		talk_ready_answered(t);
	} else {
		t->state = TALK_STOPPED;
		if (owed != NULL)
			talk_fail(owed, TN_EPEER);
	}
}

static void answer(struct talk_thread *t, const struct message *m)
{
	t->wait.where = TALK_SAVED; /* by nobody */
	t->wait.ticket = 0;
	t->wait.holder = NULL;
	if (t->wait.kind != TALK_CALL) {
		answer_fault(t, m);
		return;
	}
	deliver(m, talk.current, t, 0);
	talk_ready_answered(t);
}

/* --- signals --------------------------------------------------------------------------------- */

bool talk_hear_signals(struct talk_thread *t)
{
	uint64_t heard = t->has_utcb ? t->signals & t->utcb.signal_mask : 0;

	if (heard == 0)
		return false;
	t->signals &= ~heard;
	hear(t, TN_INFO(TN_LABEL_SIGNALS, 1), &heard, 0);
	return true;
}

static void signal_thread(struct talk_thread *t, uint64_t bits)
{
	t->signals |= bits;
	if (t->state != TALK_RECEIVES || !talk_hear_signals(t))
		return;
	if (t->receives_at != NULL)
		talk_line_remove(&t->receives_at->receivers, t);
	t->receives_at = NULL;
	talk_ready(t);
}

static int signal(const uint64_t *a)
{
	struct talk_cap *c;
	struct talk_thread *t;
	int error = talk_lookup(a[0], TN_CAP_THREAD, TN_THREAD_SIGNAL, &c);

	if (error != 0)
		return error;
	t = (struct talk_thread *)c->object;
	if (t->process->dying)
		return TN_EDYING;
	signal_thread(t, a[1]);
	return 0;
}

/* --- interrupts of devices ------------------------------------------------------------------- */

static bool is_bound(const struct talk_binding *b)
{
	return b->thread.type == TN_CAP_THREAD && talk_is_live(&b->thread);
}

static int irq_bind(const uint64_t *a)
{
	struct talk_cap *irq, *thread;
	struct talk_binding *b;
	int error = talk_lookup(a[0], TN_CAP_IRQ, TN_IRQ_BIND, &irq);

	if (error == 0)
		error = talk_lookup(a[1], TN_CAP_THREAD, TN_THREAD_SIGNAL, &thread);
	if (error != 0)
		return error;
	if (((struct talk_thread *)thread->object)->process->dying)
		return TN_EDYING;
	b = &talk.irqs[irq->life];
	if (is_bound(b))
		return TN_EBUSY;
	*b = (struct talk_binding){*thread, a[2], true};
	return 0;
}

static int irq_ack(const uint64_t *a)
{
	struct talk_cap *irq;
	int error = talk_lookup(a[0], TN_CAP_IRQ, TN_IRQ_BIND, &irq);

	if (error == 0)
		talk.completed = irq->life;
	return error;
}

void talk_interrupt(uint64_t source)
{
	struct talk_binding *b = &talk.irqs[source];

	if (is_bound(b))
		signal_thread((struct talk_thread *)b->thread.object, b->bits);
	else
		b->enabled = false;
}

/* --- faults ---------------------------------------------------------------------------------- */

void talk_fault(uint64_t label, uint64_t w0, uint64_t w1, uint64_t w2)
{
	struct talk_thread *t = talk.current, *owed = talk_owed_by(t);
	struct talk_endpoint *e = (struct talk_endpoint *)t->fault.object;
	bool told = e != NULL && talk_is_live(&t->fault) && !e->process->dying;

	t->state = TALK_STOPPED;
	if (owed != NULL && (!told || label == TN_LABEL_EXIT))
		talk_fail(owed, TN_EPEER);
	if (told) {
		t->wait.kind = label == TN_LABEL_EXIT ? TALK_EXITED : TALK_FAULTED;
		t->wait.message = (struct message){TN_INFO(label, 3), {w0, w1, w2}};
		t->wait.badge = t->fault.badge;
		offer(t, e);
	}
	talk_switch();
}

/* --- calls ----------------------------------------------------------------------------------- */

static int info_refusal(uint64_t info)
{
	if (TN_INFO_LABEL(info) >= TN_LABEL_KERNEL || TN_INFO_WORDS(info) > TN_MESSAGE_WORDS)
		return TN_EINVAL;
	return 0;
}

/* The endpoint that a slot names, with every guard; TN_NONE, if allowed: NULL. */
static int endpoint_lookup(uint64_t slot, uint64_t rights, uint64_t info, struct talk_cap **cap)
{
	int error = slot == TN_NONE && rights == TN_ENDPOINT_RECEIVE
			    ? 0
			    : talk_lookup(slot, TN_CAP_ENDPOINT, rights, cap);

	if (error == 0)
		error = luggage_refusal(info);
	if (error == 0 && *cap != NULL && ((struct talk_endpoint *)(*cap)->object)->process->dying)
		error = TN_EPEER;
	return error;
}

static struct talk_endpoint *endpoint_of(const struct talk_cap *c)
{
	return c != NULL ? (struct talk_endpoint *)c->object : NULL;
}

static struct message message_of(const uint64_t *a)
{
	return (struct message){a[1], {a[2], a[3], a[4], a[5], a[6]}};
}

/* What a thread has sent stays in its registers, or not. */
static void spoke(void)
{
	talk_unsay(talk.current, REGISTER_INFO, 1 + TN_MESSAGE_REGISTERS);
}

static void receive(struct talk_endpoint *e, uint64_t info)
{
	uint64_t at = info & TN_INFO_TIMED ? talk.current->utcb.deadline : TN_ANY;
	struct talk_thread *t;

	if (talk_hear_signals(talk.current))
		return;
	t = e != NULL ? talk_line_shift(&e->senders) : NULL;
	if (t != NULL) {
		take(talk.current, t);
		return;
	}
	if (at != TN_ANY && at <= host_clock) {
		talk_set(talk.current, REGISTER_A0, (uint64_t)-TN_ETIMEDOUT);
		return;
	}
	talk.current->deadline = at;
	talk.current->state = TALK_RECEIVES;
	talk.current->receives_at = e;
	if (e != NULL)
		talk_line_push(&e->receivers, talk.current);
	talk_switch();
}

static int send_rights(uint64_t info)
{
	return info & TN_INFO_CAP ? TN_ENDPOINT_SEND | TN_ENDPOINT_GRANT : TN_ENDPOINT_SEND;
}

static int call(const uint64_t *a)
{
	struct talk_thread *t = talk.current;
	struct talk_cap *c = NULL;
	int error = info_refusal(a[1]);

	if (error == 0)
		error = endpoint_lookup(a[0], (uint64_t)send_rights(a[1]), a[1], &c);
	if (error != 0)
		return error;
	spoke();
	t->wait = (struct talk_wait){.kind = TALK_CALL, .badge = c->badge};
	t->wait.message = message_of(a);
	offer(t, endpoint_of(c));
	talk_switch();
	return 0;
}

static int send(const uint64_t *a)
{
	struct message m = message_of(a);
	struct talk_cap *c = NULL;
	struct talk_thread *r;
	int error = info_refusal(a[1]);

	if (error == 0)
		error = endpoint_lookup(a[0], (uint64_t)send_rights(a[1]), a[1], &c);
	if (error != 0)
		return error;
	r = talk_line_shift(&endpoint_of(c)->receivers);
	if (r == NULL)
		return TN_EAGAIN;
	spoke();
	r->receives_at = NULL;
	deliver(&m, talk.current, r, c->badge);
	talk_ready(r);
	return 0;
}

static int recv(const uint64_t *a)
{
	struct talk_cap *c = NULL;
	int error = endpoint_lookup(a[0], TN_ENDPOINT_RECEIVE, 0, &c);
	struct talk_thread *owed = talk_owed_by(talk.current);

	if (error != 0)
		return error;
	if (owed != NULL)
		talk_fail(owed, TN_EPEER);
	receive(endpoint_of(c), a[1]);
	return 0;
}

static int reply(const uint64_t *a)
{
	struct message m = message_of(a);
	struct talk_thread *owed = talk_owed_by(talk.current);
	int error = info_refusal(a[1]);

	if (error == 0)
		error = luggage_refusal(a[1]);
	if (error == 0 && owed == NULL)
		error = TN_EPEER;
	if (error != 0)
		return error;
	spoke();
	answer(owed, &m);
	return 0;
}

static int reply_to(const uint64_t *a)
{
	struct message m = message_of(a);
	struct talk_cap *c;
	int error = info_refusal(a[1]);

	if (error == 0)
		error = talk_lookup(a[0], TN_CAP_REPLY, 0, &c);
	if (error == 0 && !talk_is_live(c))
		error = TN_ESTALE;
	if (error == 0)
		error = luggage_refusal(a[1]);
	if (error != 0)
		return error;
	spoke();
	answer(talk_ticket_holder(c->life), &m);
	*c = (struct talk_cap){.type = TN_CAP_NONE};
	return 0;
}

static int reply_recv(const uint64_t *a)
{
	struct message m = message_of(a);
	struct talk_cap *c = NULL;
	struct talk_thread *owed = talk_owed_by(talk.current);
	int error = info_refusal(a[1]);

	if (error == 0)
		error = endpoint_lookup(a[0], TN_ENDPOINT_RECEIVE, a[1], &c);
	if (error != 0)
		return error;
	spoke();
	if (owed != NULL)
		answer(owed, &m);
	receive(endpoint_of(c), a[1]);
	return 0;
}

static int save_reply(const uint64_t *a)
{
	struct talk_thread *owed = talk_owed_by(talk.current);
	struct talk_cap *c = talk_slot(talk.current->process, a[0]);

	if (owed == NULL)
		return TN_EPEER;
	if (talk.current->process->dying)
		return TN_EDYING;
	if (c == NULL)
		return TN_ERANGE;
	if (c->type != TN_CAP_NONE)
		return TN_EEXIST;
	owed->wait.where = TALK_SAVED;
	owed->wait.holder = NULL;
	owed->wait.ticket = ++talk.last_ticket;
	*c = (struct talk_cap){.type = TN_CAP_REPLY, .life = owed->wait.ticket};
	return 0;
}

int talk_call_of_messages(uint64_t number, const uint64_t *a)
{
	switch (number) {
	case TN_CALL_CALL:
		return call(a);
	case TN_CALL_SEND:
		return send(a);
	case TN_CALL_RECV:
		return recv(a);
	case TN_CALL_REPLY:
		return reply(a);
	case TN_CALL_REPLY_TO:
		return reply_to(a);
	case TN_CALL_REPLY_RECV:
		return reply_recv(a);
	case TN_CALL_SAVE_REPLY:
		return save_reply(a);
	case TN_CALL_SIGNAL:
		return signal(a);
	case TN_CALL_IRQ_BIND:
		return irq_bind(a);
	case TN_CALL_IRQ_ACK:
		return irq_ack(a);
	default:
		return TN_ENOSYS;
	}
}
