/*
 * model_talk.c - the model of threads and messages as a whole: begin, one call, comparison: see
 * model_talk.h.
 */
#include "model_talk.h"

#include <stdio.h>
#include <string.h>

#include "cap.h"
#include "crew.h"
#include "deadline.h"
#include "ipc_check.h"
#include "irq.h"
#include "message.h"
#include "model_talk_parts.h"
#include "sched.h"
#include "syscall.h"
#include "trap.h"

struct talk talk;

/* --- names ----------------------------------------------------------------------------------- */

struct talk_thread *talk_thread_of(const struct thread *t)
{
	for (unsigned i = 0; i < TALK_THREADS; i++)
		if (talk.threads[i].object.alive && talk.threads[i].kernel == t)
			return &talk.threads[i];
	return NULL;
}

struct talk_endpoint *talk_endpoint_of(const struct endpoint *e)
{
	for (unsigned i = 0; i < TALK_ENDPOINTS; i++)
		if (talk.endpoints[i].object.alive && talk.endpoints[i].kernel == e)
			return &talk.endpoints[i];
	return NULL;
}

/* What a slot names, of what the model follows. */
static struct talk_object *object_at(uint64_t type, uint32_t frame)
{
	for (unsigned i = 0; type == TN_CAP_PROCESS && i < TALK_PROCESSES; i++)
		if (talk.processes[i].object.frame == frame)
			return &talk.processes[i].object;
	for (unsigned i = 0; type == TN_CAP_THREAD && i < TALK_THREADS; i++)
		if (talk.threads[i].object.alive && talk.threads[i].object.frame == frame)
			return &talk.threads[i].object;
	for (unsigned i = 0; type == TN_CAP_ENDPOINT && i < TALK_ENDPOINTS; i++)
		if (talk.endpoints[i].object.alive && talk.endpoints[i].object.frame == frame)
			return &talk.endpoints[i].object;
	return NULL;
}

static struct talk_object object_of(uint32_t frame, uint64_t life)
{
	return (struct talk_object){true, frame, life + 1, ++talk.births};
}

struct talk_thread *talk_thread_add(uint32_t frame, struct talk_process *p)
{
	struct talk_thread *t = talk.threads;

	while (t < &talk.threads[TALK_THREADS] && t->object.alive)
		t++;
	if (t == &talk.threads[TALK_THREADS])
		fail_msg("%s: the model has no room for a thread", talk.scene);
	*t = (struct talk_thread){.object = object_of(frame, t->object.life),
				  .kernel = host_memory(frame),
				  .process = p,
				  .deadline = TN_ANY};
	return t;
}

struct talk_endpoint *talk_endpoint_add(uint32_t frame, struct talk_process *p)
{
	struct talk_endpoint *e = talk.endpoints;

	while (e < &talk.endpoints[TALK_ENDPOINTS] && e->object.alive)
		e++;
	if (e == &talk.endpoints[TALK_ENDPOINTS])
		fail_msg("%s: the model has no room for an endpoint", talk.scene);
	*e = (struct talk_endpoint){.object = object_of(frame, e->object.life),
				    .kernel = host_memory(frame),
				    .process = p};
	return e;
}

/* User space may write its UTCBs at any time: the model sees what the kernel will. */
static void utcb_read(struct talk_thread *t)
{
	if (t->object.alive && t->has_utcb)
		memcpy(&t->utcb, t->kernel->utcb, sizeof(t->utcb));
}

static void utcbs_read(void)
{
	for (unsigned i = 0; i < TALK_THREADS; i++)
		utcb_read(&talk.threads[i]);
}

/* --- begin ----------------------------------------------------------------------------------- */

static struct talk_cap cap_begin(const struct slot *s)
{
	struct talk_cap c = {.type = SLOT_TYPE(s->word), .rights = SLOT_RIGHTS(s->word)};

	c.object = object_at(c.type, s->frame);
	c.life = c.object != NULL ? c.object->life : 0;
	c.badge = c.type == TN_CAP_ENDPOINT ? s->badge : 0;
	if (c.type == TN_CAP_IRQ)
		c.life = s->frame;
	return c;
}

static void thread_begin(struct thread *k, struct talk_process *p)
{
	struct talk_thread *t = talk_thread_add(k->self, p);

	t->state = k->state == TN_THREAD_STOPPED ? TALK_STOPPED : TALK_READY;
	t->priority = k->priority;
	t->late = k->late;
	t->turn = k->turn;
	t->has_utcb = k->utcb != NULL;
	memcpy(t->registers, k->registers, sizeof(t->registers));
}

/* Its parts; the kernel's lists begin with the youngest. */
static void process_begin(unsigned i, uint64_t slot)
{
	uint32_t frame = crew_slot(crew.boss, slot)->frame;
	struct talk_process *p = &talk.processes[i];
	struct thread *t;
	struct endpoint *e;

	p->object = object_of(frame, 0);
	p->kernel = host_memory(frame);
	p->ceiling = p->kernel->ceiling;
	for (t = p->kernel->threads; t != NULL && t->next != NULL;)
		t = t->next;
	for (; t != NULL; t = t->previous)
		thread_begin(t, p);
	for (e = p->kernel->endpoints; e != NULL && e->next != NULL;)
		e = e->next;
	for (; e != NULL; e = e->previous)
		talk_endpoint_add((uint32_t)frame_of(e).n, p);
}

static const struct queue *queue_of_priority(unsigned p)
{
	return sched_queue(current->hart, (uint64_t)1 << (TN_PRIORITY_MAX - p));
}

static void lines_begin(void)
{
	for (unsigned p = 0; p <= TN_PRIORITY_MAX; p++)
		for (const struct thread *t = queue_of_priority(p)->first; t != NULL;
		     t = t->queue_next)
			talk_line_push(&talk.ready[p], talk_thread_of(t));
}

void talk_begin(void)
{
	const char *scene = talk.scene;
	bool seldom = talk.seldom;

	memset(&talk, 0, sizeof(talk));
	talk.scene = scene;
	talk.seldom = seldom;
	process_begin(0, TN_SLOT_PROCESS);
	process_begin(1, CREW_SERVER);
	process_begin(2, CREW_CLIENT);
	for (unsigned p = 0; p < TALK_PROCESSES; p++)
		for (unsigned i = 0; i < TN_CAPS_SLOTS; i++)
			talk.processes[p].slots[i] =
				cap_begin(&talk.processes[p].kernel->directory[0][i]);
	for (unsigned i = 0; i < TALK_THREADS; i++)
		if (talk.threads[i].object.alive)
			talk.threads[i].fault = cap_begin(&talk.threads[i].kernel->fault);
	lines_begin();
	talk.turn = current->hart->turn;
	talk.current = talk_thread_of(current);
	utcbs_read();
	talk_compare();
}

/* --- comparison ------------------------------------------------------------------------------ */

#define SAME(t, condition)                                                                         \
	do {                                                                                       \
		if (!(condition))                                                                  \
			differ((t), #condition);                                                   \
	} while (0)

static void differ(const struct talk_thread *t, const char *what)
{
	fail_msg("%s: thread %u (kernel's state %u, model's %u): not so: %s", talk.scene,
		 (unsigned)(t - talk.threads), (unsigned)t->kernel->state,
		 (unsigned)talk_kernel_state(t), what);
}

enum tn_thread_state talk_kernel_state(const struct talk_thread *t)
{
	switch (t->state) {
	case TALK_STOPPED:
		return TN_THREAD_STOPPED;
	case TALK_READY:
		return TN_THREAD_RUNNING;
	case TALK_RECEIVES:
		return TN_THREAD_RECEIVES;
	case TALK_WAITS:
		break;
	}
	if (t->wait.kind != TALK_CALL)
		return TN_THREAD_FAULTED;
	return t->wait.where == TALK_QUEUED ? TN_THREAD_CALLS : TN_THREAD_AWAITS;
}

static const struct thread *kernel_of(const struct talk_thread *t)
{
	return t != NULL ? t->kernel : NULL;
}

/* What nobody promised is learnt from the kernel; from here on it must stay so. */
static void registers_compare(struct talk_thread *t)
{
	for (unsigned i = 0; i < 32; i++) {
		if (t->unsaid >> i & 1)
			t->registers[i] = t->kernel->registers[i];
		if (t->registers[i] != t->kernel->registers[i])
			fail_msg("%s: thread %u: register %u is 0x%llx, not 0x%llx", talk.scene,
				 (unsigned)(t - talk.threads), i,
				 (unsigned long long)t->kernel->registers[i],
				 (unsigned long long)t->registers[i]);
	}
	t->unsaid = 0;
}

static void state_compare(struct talk_thread *t)
{
	const struct thread *k = t->kernel;
	bool waits = t->state == TALK_WAITS;
	bool queued = waits && t->wait.where == TALK_QUEUED;
	bool saved = waits && t->wait.where == TALK_SAVED;
	const struct talk_endpoint *at = queued ? t->wait.endpoint : t->receives_at;

	SAME(t, k->state == talk_kernel_state(t));
	SAME(t, k->priority == t->priority);
	SAME(t, k->signals == t->signals);
	SAME(t, k->caller == kernel_of(talk_owed_by(t)));
	SAME(t, k->partner == kernel_of(waits && !queued && !saved ? t->wait.holder : NULL));
	SAME(t, k->endpoint == (at != NULL ? at->kernel : NULL));
	SAME(t, (k->call_id != 0) == saved);
	SAME(t, k->deadline == (t->deadline != TN_ANY ? t->deadline : DEADLINE_NONE));
	SAME(t, (k->utcb != NULL) == t->has_utcb);
	registers_compare(t);
}

static void thread_compare(struct talk_thread *t)
{
	state_compare(t);
	if (t->has_utcb)
		SAME(t, memcmp(t->kernel->utcb, &t->utcb, sizeof(t->utcb)) == 0);
}

static void line_compare(const struct talk_line *l, const struct queue *q)
{
	const struct thread *k = q->first;

	for (unsigned i = 0; i < l->count; i++, k = k->queue_next)
		SAME(l->who[i], k == l->who[i]->kernel);
	if (k != NULL)
		fail_msg("%s: the kernel's queue is longer", talk.scene);
}

static bool slot_is_alive(const struct slot *s)
{
	uint64_t type = SLOT_TYPE(s->word);

	if (type == TN_CAP_REPLY)
		return message_reply_is_live(s);
	return type < TN_CAP_PROCESS || type > TN_CAP_ENDPOINT || slot_is_live(s);
}

static void slots_compare(const struct talk_process *p)
{
	for (unsigned i = 0; i < TN_CAPS_SLOTS; i++) {
		const struct slot *s = &p->kernel->directory[0][i];
		const struct talk_cap *c = &p->slots[i];
		bool same = SLOT_TYPE(s->word) == c->type && SLOT_RIGHTS(s->word) == c->rights;

		if (c->type == TN_CAP_ENDPOINT)
			same &= s->badge == c->badge;
		if (same && c->type != TN_CAP_NONE)
			same = slot_is_alive(s) == talk_is_live(c);
		if (same && c->object != NULL && talk_is_live(c))
			same = s->frame == c->object->frame;
		if (!same)
			fail_msg("%s: process %u, slot %u: type %u, rights %u; the model's: %u, %u",
				 talk.scene, (unsigned)(p - talk.processes), i,
				 (unsigned)SLOT_TYPE(s->word), (unsigned)SLOT_RIGHTS(s->word),
				 (unsigned)c->type, (unsigned)c->rights);
	}
}

static void turn_compare(void)
{
	if (current != talk.current->kernel)
		fail_msg("%s: another thread runs than the model says", talk.scene);
}

void talk_compare(void)
{
	turn_compare();
	for (unsigned i = 0; i < TALK_THREADS; i++)
		if (talk.threads[i].object.alive)
			thread_compare(&talk.threads[i]);
	for (unsigned p = 0; p <= TN_PRIORITY_MAX; p++)
		line_compare(&talk.ready[p], queue_of_priority(p));
	for (unsigned i = 0; i < TALK_ENDPOINTS; i++)
		if (talk.endpoints[i].object.alive) {
			line_compare(&talk.endpoints[i].senders,
				     &talk.endpoints[i].kernel->senders);
			line_compare(&talk.endpoints[i].receivers,
				     &talk.endpoints[i].kernel->receivers);
		}
	for (unsigned i = 0; i < TALK_PROCESSES; i++)
		if (talk.processes[i].object.alive && !talk.processes[i].slotless)
			slots_compare(&talk.processes[i]);
	for (unsigned i = 1; i < TALK_IRQS; i++)
		if (host_irq_enabled[i] != talk.irqs[i].enabled)
			fail_msg("%s: interrupt %u: on: %d", talk.scene, i, host_irq_enabled[i]);
	if (host_irq_completed != talk.completed)
		fail_msg("%s: interrupt %u was acknowledged", talk.scene, host_irq_completed);
	assert_ipc_holds();
}

/* What a call touched, as far as it is cheap to tell. */
static void caller_compare(struct talk_thread *t)
{
	turn_compare();
	if (t->object.alive)
		state_compare(t);
	if (t != talk.current)
		state_compare(talk.current);
}

/* --- one call -------------------------------------------------------------------------------- */

/* Becomes the current thread, as crew_become does it. */
static void become(struct talk_thread *t)
{
	struct talk_thread *old = talk.current;

	crew_become(t->kernel);
	if (t == old)
		return;
	talk_line_remove(&talk.ready[t->priority], t);
	old->turn = 0;
	if (old->state == TALK_READY)
		talk_line_push(&talk.ready[old->priority], old);
	talk.current = t;
}

static bool has_message(uint64_t number)
{
	return number >= TN_CALL_SEND && number <= TN_CALL_REPLY_RECV;
}

static void kernel_interrupt(uint32_t source)
{
	host_irq_claimed = source;
	irq_take();
}

/* What is not a call; true if it was that. */
static bool kernel_meets(uint64_t number, const uint64_t *a)
{
	struct fault f = {(unsigned)a[0], "a fault", current->registers[REGISTER_PC], a[1]};

	if (number == TALK_FAULT)
		trap_fault(&f);
	else if (number == TALK_TICK)
		sched_tick();
	else if (number == TALK_PREEMPT)
		sched_preempt();
	else if (number == TALK_TIMER)
		deadline_fire(current->hart);
	else if (number == TALK_IRQ)
		kernel_interrupt((uint32_t)a[0]);
	else
		return false;
	return true;
}

static int64_t kernel_make(uint64_t number, const uint64_t *a)
{
	int64_t code = 0;

	if (has_message(number))
		code = result_code(
			call_table[number](a[0], a[1], a[2], a[3], a[4], a[5], a[6], number));
	else if (!kernel_meets(number, a))
		return host_call(number, a[0], a[1], a[2], a[3], a[4], a[5]).code;
	sched_run();
	return code;
}

static bool model_meets(uint64_t number, const uint64_t *a)
{
	if (number == TALK_FAULT)
		talk_fault(TN_LABEL_FAULT, a[0], a[1], talk.current->registers[REGISTER_PC]);
	else if (number == TALK_TICK)
		talk_tick();
	else if (number == TALK_PREEMPT)
		talk_preempt();
	else if (number == TALK_TIMER)
		talk_timer();
	else if (number == TALK_IRQ)
		talk_interrupt(a[0]);
	else
		return false;
	return true;
}

static int model_make(uint64_t number, const uint64_t *a, int64_t got)
{
	if (model_meets(number, a))
		return 0;
	if (has_message(number) || number == TN_CALL_SAVE_REPLY || number == TN_CALL_SIGNAL ||
	    number == TN_CALL_IRQ_BIND || number == TN_CALL_IRQ_ACK)
		return talk_call_of_messages(number, a);
	return talk_call_about_threads(number, a, got);
}

static int64_t make(struct talk_thread *t, uint64_t number, const uint64_t *a)
{
	int64_t code;
	int error;

	become(t);
	if (talk.seldom)
		utcb_read(t);
	else
		utcbs_read();
	host_preempted = false;
	talk.preempts = false;
	talk.words_written = false;
	host_clock += number == TALK_TIMER ? a[0] : 0;
	code = kernel_make(number, a);
	error = model_make(number, a, code);
	if (code != -error)
		fail_msg("%s: call %llu answers %lld, not %d", talk.scene,
			 (unsigned long long)number, (long long)code, -error);
	if (talk.words_written)
		utcb_read(t);
	if (talk.seldom)
		caller_compare(t);
	else
		talk_compare();
	if (talk.current == t && host_preempted != talk.preempts)
		fail_msg("%s: call %llu: preempts: %d", talk.scene, (unsigned long long)number,
			 host_preempted);
	return code;
}

int64_t talk_do(struct talk_thread *t, uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2,
		uint64_t a3, uint64_t a4, uint64_t a5)
{
	const uint64_t a[7] = {a0, a1, a2, a3, a4, a5, 0};

	return make(t, number, a);
}

int64_t talk_say(struct talk_thread *t, uint64_t number, uint64_t slot, uint64_t info,
		 uint64_t seed)
{
	uint64_t a[7] = {slot, info};

	for (unsigned i = 0; i < TN_MESSAGE_REGISTERS; i++)
		a[2 + i] = crew_word(seed, i);
	for (uint64_t i = TN_MESSAGE_REGISTERS; i < TN_MESSAGE_WORDS; i++)
		t->kernel->utcb->words[i] = crew_word(seed, i);
	return make(t, number, a);
}
