/*
 * talk_play.c - see talk_play.h.
 */
#include "talk_play.h"

#include <stdio.h>
#include <string.h>

#include "crew.h"
#include "draw.h"
#include "irq_forget.h"

/* Slots of the boss. */
enum { BOSS_F = CREW_SPARE, BOSS_G, BOSS_LINES }; /* a slot for each interrupt, from 1 on */

/* Slots of server and client alike. */
enum {
	ARRIVALS = 40, /* 8: REPLYs and whatever arrives */
	GATES = 50,    /* 3: E, F, G */
	THREADS = 60   /* CREW_THREADS: with some right; then the boss, to signal */
};

struct talk_play talk_play;

static uint64_t hostile(void)
{
	static const uint64_t words[] = {256, 8191, 8192, TN_NONE, 1ul << 32, 1ul << 63, 0, 255};

	return words[draw(8)];
}

static struct talk_thread *boss(void)
{
	return talk_thread_of(crew.boss);
}

/* --- one call -------------------------------------------------------------------------------- */

static struct talk_made *note(struct talk_thread *t, uint64_t number)
{
	struct talk_made *m = &talk_play.history[talk_play.count++ % TALK_HISTORY];

	*m = (struct talk_made){.thread = (unsigned)(t - talk.threads), .number = number};
	return m;
}

static int64_t count(struct talk_made *m, int64_t code)
{
	m->code = code;
	talk_play.outcomes[-code & 511]++;
	if (m->number < TN_CALL_COUNT)
		(*(code == 0 ? &talk_play.done : &talk_play.refused))[m->number]++;
	if (talk_play.after != NULL)
		talk_play.after(m);
	return code;
}

static int64_t act(struct talk_thread *t, uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2,
		   uint64_t a3, uint64_t a4, uint64_t a5)
{
	struct talk_made *m = note(t, number);

	memcpy(m->a, (uint64_t[]){a0, a1, a2, a3, a4, a5}, sizeof(m->a));
	return count(m, talk_do(t, number, a0, a1, a2, a3, a4, a5));
}

static void say(struct talk_thread *t, uint64_t number, uint64_t slot, uint64_t info)
{
	struct talk_made *m = note(t, number);
	uint64_t seed = draw(1u << 20);

	m->a[0] = slot;
	m->a[1] = info;
	for (unsigned i = 0; i < 4; i++)
		m->a[2 + i] = crew_word(seed, i);
	count(m, talk_say(t, number, slot, info, seed));
}

static int64_t boss_acts(uint64_t number, uint64_t a0, uint64_t a1)
{
	return act(boss(), number, a0, a1, 0, 0, 0, 0);
}

/* --- by any thread --------------------------------------------------------------------------- */

static uint64_t gate(void)
{
	uint64_t d = draw(60);

	if (d < 50)
		return GATES + draw(3);
	if (d < 53)
		return SLOT_E + draw(2);
	return d < 56 ? ARRIVALS + draw(8) : d < 58 ? THREADS + draw(9) : hostile();
}

static uint64_t thread_slot(void)
{
	return draw(30) == 0 ? hostile() : THREADS + draw(CREW_THREADS + 1);
}

static uint64_t arrival(void)
{
	return draw(25) == 0 ? hostile() : ARRIVALS + draw(8);
}

/* A slot with a REPLY, if the process has one. */
static uint64_t reply_slot(const struct talk_thread *t)
{
	for (uint64_t i = 0, start = draw(8); i < 8; i++)
		if (t->process->slots[ARRIVALS + (start + i) % 8].type == TN_CAP_REPLY)
			return ARRIVALS + (start + i) % 8;
	return arrival();
}

static uint64_t info_any(const struct talk_thread *t)
{
	uint64_t words = draw(6) == 0 ? draw(70) : draw(8), label = draw(4), slot;

	if (draw(60) == 0)
		label = TN_LABEL_KERNEL + draw(4);
	if (draw(4) != 0)
		return TN_INFO(label, words);
	slot = draw(3) == 0 ? reply_slot(t) : draw(2) ? gate() : draw(256);
	return TN_INFO_WITH(label, words, slot & 0xffff);
}

static uint64_t message_number(void)
{
	static const uint64_t numbers[] = {TN_CALL_CALL,    TN_CALL_CALL,       TN_CALL_RECV,
					   TN_CALL_RECV,    TN_CALL_REPLY,      TN_CALL_REPLY_RECV,
					   TN_CALL_REPLY,   TN_CALL_REPLY_RECV, TN_CALL_SEND,
					   TN_CALL_REPLY_TO};

	return numbers[draw(10)];
}

/* Soon, mostly; sometimes past, or never. Of each thread another. */
static uint64_t deadline_any(const struct talk_thread *t)
{
	uint64_t d = draw(12);

	if (d < 2)
		return d == 0 ? TN_ANY : draw(3);
	return (host_clock / 16 + draw(12)) * 16 + (uint64_t)(t - talk.threads);
}

static void time_passes(void)
{
	unsigned waiting = 0;

	for (unsigned i = 0; i < TALK_THREADS; i++)
		waiting += talk.threads[i].deadline != TN_ANY;
	act(talk.current, TALK_TIMER, draw(12) * 16, 0, 0, 0, 0, 0);
	for (unsigned i = 0; i < TALK_THREADS; i++)
		waiting -= talk.threads[i].deadline != TN_ANY;
	talk_play.timed_out += waiting;
}

static void speak(struct talk_thread *t)
{
	uint64_t number = message_number(), slot = gate(), info = info_any(t);

	if ((number == TN_CALL_RECV || number == TN_CALL_REPLY_RECV) && draw(12) == 0)
		slot = TN_NONE;
	if (number == TN_CALL_REPLY && talk_owed_by(t) == NULL && draw(3) != 0)
		number = TN_CALL_RECV;
	if (number == TN_CALL_REPLY_TO)
		slot = reply_slot(t);
	t->kernel->utcb->receive_slot = arrival();
	t->kernel->utcb->signal_mask = draw(3) == 0 ? draw(8) : 0;
	t->kernel->utcb->deadline = deadline_any(t);
	say(t, number, slot, info | (draw(2) ? TN_INFO_TIMED : 0));
	talk_play.late += t->registers[REGISTER_A0] == (uint64_t)-TN_ETIMEDOUT;
}

static void fail_somehow(struct talk_thread *t)
{
	if (draw(3) == 0)
		act(t, TN_CALL_THREAD_EXIT, draw(9), 0, 0, 0, 0, 0);
	else
		act(t, TALK_FAULT, draw(5), draw(1u << 30), 0, 0, 0, 0);
}

static void step_aside(struct talk_thread *t)
{
	switch (draw(6)) {
	case 0:
	case 1:
		fail_somehow(t);
		break;
	case 2:
		act(t, TN_CALL_THREAD_SUSPEND, thread_slot(), 0, 0, 0, 0, 0);
		break;
	case 3:
		act(t, TN_CALL_DESTROY, draw(3) ? thread_slot() : gate(), draw(40) / 39 * 3, 0, 0,
		    0, 0);
		break;
	default:
		act(t, TN_CALL_THREAD_RESUME, thread_slot(), 0, 0, 0, 0, 0);
		break;
	}
}

static uint64_t slot_to_copy(const struct talk_thread *t)
{
	return draw(2) ? reply_slot(t) : draw(2) ? gate() : thread_slot();
}

/* The boss goes on taking away all that it may have to make again: of those E alone may get out
 * of its hands. The numbers of the threads are such as are handed out without *own*. */
static uint64_t slot_to_revoke(void)
{
	uint64_t d = draw(20);

	return d == 0   ? GATES
	       : d < 4  ? hostile()
	       : d < 12 ? THREADS + 1 + 3 * draw(2)
			: ARRIVALS - 1;
}

static void handle_slots(struct talk_thread *t)
{
	switch (draw(6)) {
	case 0:
		act(t, TN_CALL_CAP_DELETE, TN_SELF, draw(8) ? arrival() : gate(), 0, 0, 0, 0);
		break;
	case 1:
		act(t, TN_CALL_CAP_COPY, slot_to_copy(t), TN_SELF, arrival(), draw(16),
		    draw(3) == 0 ? draw(99) : 0, 0);
		break;
	case 2:
		act(t, TN_CALL_CAP_REVOKE, slot_to_revoke(), 0, 0, 0, 0, 0);
		break;
	default:
		act(t, TN_CALL_SAVE_REPLY, arrival(), 0, 0, 0, 0, 0);
		break;
	}
}

/* Somebody waits for its answer. */
static bool is_unfair(struct talk_thread *t)
{
	const struct talk_thread *owed = talk_owed_by(t);
	uint64_t d = owed != NULL ? draw(18) : 18;

	if (d < 4)
		act(t, TN_CALL_SAVE_REPLY, arrival(), 0, 0, 0, 0, 0);
	else if (d < 6)
		fail_somehow(t);
	else if (d < 9 && owed->wait.kind != TALK_CALL)
		say(t, TN_CALL_REPLY, 0, TN_INFO(TN_KILL, 0));
	else
		return false;
	return true;
}

static void thread_acts(struct talk_thread *t)
{
	uint64_t d = draw(100);

	if (is_unfair(t))
		return;
	if (d < 76)
		speak(t);
	else if (d < 84)
		act(t, TN_CALL_SIGNAL, thread_slot(), draw(8), 0, 0, 0, 0);
	else if (d < 86)
		act(t, TN_CALL_YIELD, 0, 0, 0, 0, 0, 0);
	else if (d < 88)
		act(t, TN_CALL_THREAD_INFO, thread_slot(), 0, 0, 0, 0, 0);
	else if (d < 91)
		step_aside(t);
	else
		handle_slots(t);
}

/* --- by the boss ----------------------------------------------------------------------------- */

static uint64_t boss_gate(void)
{
	static const uint64_t slots[] = {CREW_ENDPOINT, CREW_FAULTS, BOSS_F, BOSS_G};

	return slots[draw(4)];
}

static int64_t configure(unsigned i, uint64_t what, uint64_t fault)
{
	struct tn_thread_config *c = (void *)crew.boss->utcb->words;

	for (unsigned w = 0; w < sizeof(*c) / 8; w++)
		((uint64_t *)c)[w] = draw(1u << 30);
	c->priority = draw(30) == 0 ? draw(70) : draw(CREW_CEILING + 1);
	return act(boss(), TN_CALL_THREAD_CONFIGURE, CREW_THREAD + i, what, TN_SLOT_FRAMES,
		   crew.utcb[i], 0x100000 + i * TN_FRAME_SIZE, fault);
}

static uint64_t process_of(unsigned i)
{
	return i < CREW_SERVERS ? CREW_SERVER : CREW_CLIENT;
}

/* As a thread of its number, whether there is one or not. */
static void thread_again(unsigned i)
{
	uint64_t p = process_of(i);

	boss_acts(TN_CALL_DESTROY, CREW_THREAD + i, 0);
	boss_acts(TN_CALL_CAP_DELETE, TN_SELF, CREW_THREAD + i);
	act(boss(), TN_CALL_CREATE, TN_KIND_THREAD, p, TN_ANY, TN_NONE, CREW_THREAD + i, 0);
	boss_acts(TN_CALL_THREAD_RESUME, CREW_THREAD + i, 0);
	act(boss(), TN_CALL_UNMAP, p, 0x100000 + i * TN_FRAME_SIZE, 1, 0, 0, 0);
	configure(i, 1 + 2 + 8, TN_NONE);
	configure(i, 4 + 8, boss_gate());
	boss_acts(TN_CALL_THREAD_RESUME, CREW_THREAD + i, 0);
}

static void endpoint_again(void)
{
	bool f = draw(2);
	uint64_t slot = f ? BOSS_F : BOSS_G;

	boss_acts(TN_CALL_DESTROY, slot, draw(2));
	boss_acts(TN_CALL_CAP_DELETE, TN_SELF, slot);
	act(boss(), TN_CALL_CREATE, TN_KIND_ENDPOINT, f ? CREW_CLIENT : TN_SLOT_PROCESS, TN_ANY,
	    TN_NONE, slot, 0);
}

/* What the others need to talk at all, once more. */
static void hand(uint64_t process, uint64_t from, uint64_t to, uint64_t rights)
{
	if (draw(6) == 0)
		rights &= draw(16);
	if (draw(8) != 0)
		boss_acts(TN_CALL_CAP_DELETE, process, to);
	act(boss(), TN_CALL_CAP_COPY, from, process, to, rights, 0, 0);
}

static uint64_t thread_rights(uint64_t i)
{
	return i % 3 == 0 ? TN_RIGHTS_ALL : TN_THREAD_CONTROL | TN_THREAD_SIGNAL;
}

static void hand_something(void)
{
	uint64_t process = draw(2) ? CREW_SERVER : CREW_CLIENT, i = draw(CREW_THREADS);
	static const uint64_t gates[] = {CREW_ENDPOINT, BOSS_F, BOSS_G};

	if (draw(3) == 0) {
		hand(process, CREW_THREAD + i, THREADS + i, thread_rights(i));
		return;
	}
	for (i = 0; i < 3; i++)
		hand(process, gates[i], GATES + i, TN_RIGHTS_ALL);
}

static void boss_speaks(void)
{
	struct talk_thread *t = boss();
	uint64_t number = draw(3) ? TN_CALL_SEND : draw(2) ? TN_CALL_REPLY : TN_CALL_REPLY_TO;
	uint64_t info = TN_INFO(draw(4), draw(12)), slot = boss_gate();

	if (draw(3) == 0)
		info = TN_INFO_WITH(1, 2, draw(2) ? boss_gate() : CREW_THREAD + draw(9));
	say(t, number, slot, info);
}

/* Calls; somebody else may receive and save that. */
static void call_and_save(struct talk_thread *t)
{
	struct talk_thread *r = &talk.threads[draw(TALK_THREADS)];
	uint64_t at = GATES + draw(3);

	if (t->state == TALK_READY)
		say(t, TN_CALL_CALL, at, TN_INFO(1, 1));
	if (r == boss() || !r->object.alive || r->state != TALK_READY)
		return;
	say(r, TN_CALL_RECV, at, 0);
	if (talk_owed_by(r) == t)
		act(r, TN_CALL_SAVE_REPLY, arrival(), 0, 0, 0, 0, 0);
}

/* The REPLY to it stays where it is, and must stay dead when the thread has called again. */
static void cancel_saved(void)
{
	for (unsigned i = 0; i < CREW_THREADS; i++) {
		const struct talk_cap *c = &boss()->process->slots[CREW_THREAD + i];
		struct talk_thread *t = (struct talk_thread *)c->object;

		if (c->type != TN_CAP_THREAD || t->state != TALK_WAITS ||
		    t->wait.where != TALK_SAVED)
			continue;
		boss_acts(TN_CALL_THREAD_SUSPEND, CREW_THREAD + i, 0);
		boss_acts(TN_CALL_THREAD_RESUME, CREW_THREAD + i, 0);
		call_and_save(t);
	}
}

static void boss_turns(void)
{
	unsigned i = (unsigned)draw(CREW_THREADS);
	uint64_t slot = CREW_THREAD + i, d = draw(100);
	uint64_t line = draw(30) == 0 ? hostile() : BOSS_LINES + 1 + draw(TALK_IRQS - 1);

	if (d < 40)
		boss_acts(TN_CALL_THREAD_RESUME, slot, 0);
	else if (d < 48)
		boss_acts(TN_CALL_THREAD_SUSPEND, slot, 0);
	else if (d < 60)
		boss_acts(TN_CALL_SIGNAL, slot, draw(8));
	else if (d < 66)
		configure(i, draw(4) == 0 ? draw(17) & ~2ul : 8 + draw(2) * 4,
			  draw(4) == 0 ? TN_NONE : boss_gate());
	else if (d < 72)
		thread_again(i);
	else if (d < 74)
		endpoint_again();
	else if (d < 82)
		hand_something();
	else if (d < 85)
		boss_acts(TN_CALL_CAP_DELETE, draw(2) ? CREW_SERVER : CREW_CLIENT, arrival());
	else if (d < 86)
		boss_acts(TN_CALL_CAP_REVOKE, draw(2) ? slot : boss_gate(), 0);
	else if (d < 88)
		boss_acts(TN_CALL_THREAD_INFO, slot, 0);
	else if (d < 91)
		cancel_saved();
	else if (d < 94)
		act(boss(), TN_CALL_IRQ_BIND, line, slot, draw(16), 0, 0, 0);
	else if (d < 95)
		boss_acts(TN_CALL_IRQ_ACK, line, 0);
	else
		boss_speaks();
}

/* --- the play ------------------------------------------------------------------------------------ */

/* One of those who can; sometimes the one whose turn it is. */
static struct talk_thread *somebody(void)
{
	struct talk_thread *t = &talk.threads[draw(TALK_THREADS)];

	if (draw(3) == 0)
		return talk.current;
	return t->object.alive && t->state == TALK_READY ? t : boss();
}

void talk_play_call(void)
{
	struct talk_thread *t = somebody();

	if (draw(20) == 0)
		act(talk.current, draw(2) ? TALK_TICK : TALK_PREEMPT, 0, 0, 0, 0, 0, 0);
	else if (draw(12) == 0)
		time_passes();
	else if (draw(20) == 0)
		act(talk.current, TALK_IRQ, 1 + draw(TALK_IRQS - 1), 0, 0, 0, 0, 0);
	else if (t == boss())
		boss_turns();
	else
		thread_acts(t);
	if (talk_play.check != NULL && talk_play.count % 64 == 0)
		talk_play.check();
}

/* Step by step, with talk in between; or all at once. */
static void end_process(uint64_t slot)
{
	uint64_t pool = slot == CREW_SERVER ? CREW_SERVER_POOL : CREW_CLIENT_POOL;
	unsigned steps = (unsigned)draw(12);

	for (unsigned i = 0; i < steps; i++) {
		boss_acts(TN_CALL_DESTROY, slot, TN_FLAG_STEP);
		for (unsigned j = 0; j < 6; j++)
			talk_play_call();
		if (talk.current != boss() && draw(3) == 0)
			fail_somehow(talk.current);
	}
	if (draw(2))
		boss_acts(TN_CALL_DESTROY, slot, 0);
	else
		boss_acts(TN_CALL_POOL_REVOKE, pool, 0);
}

void talk_play_begin(void)
{
	crew_make(NULL);
	host_call(TN_CALL_CREATE, TN_KIND_ENDPOINT, CREW_CLIENT, TN_ANY, TN_NONE, BOSS_F, 0);
	host_call(TN_CALL_CREATE, TN_KIND_ENDPOINT, TN_SLOT_PROCESS, TN_ANY, TN_NONE, BOSS_G, 0);
	for (unsigned side = 0; side < 2; side++) {
		struct thread *t = side ? crew.server[0] : crew.client[0];

		crew_hand(CREW_ENDPOINT, t, GATES, TN_RIGHTS_ALL, side ? 0 : 31);
		crew_hand(BOSS_F, t, GATES + 1, TN_RIGHTS_ALL, 0);
		crew_hand(BOSS_G, t, GATES + 2, TN_RIGHTS_ALL, 0);
		for (unsigned i = 0; i < CREW_THREADS; i++)
			crew_hand(CREW_THREAD + i, t, THREADS + i, thread_rights(i), 0);
		crew_hand(TN_SLOT_THREAD, t, THREADS + CREW_THREADS, TN_THREAD_SIGNAL, 0);
	}
	irq_forget();
	for (unsigned i = 1; i < TALK_IRQS; i++)
		slot_set(crew_slot(crew.boss, BOSS_LINES + i),
			 SLOT_WORD(TN_CAP_IRQ, TN_IRQ_BIND, 0), i, 1);
	talk_begin();
	talk_play.count = 0;
	for (unsigned i = 0; i < CREW_THREADS; i++)
		configure(i, TN_CONFIGURE_FAULT, boss_gate());
}

/* The threads of the other side wait for nobody of the side that has ended. */
void talk_play_end(void)
{
	bool server_first = draw(2);

	end_process(server_first ? CREW_SERVER : CREW_CLIENT);
	for (unsigned i = 0; i < 30; i++)
		talk_play_call();
	end_process(server_first ? CREW_CLIENT : CREW_SERVER);
}

void talk_play_tell(void)
{
	uint64_t first = talk_play.count < TALK_HISTORY ? 0 : talk_play.count - TALK_HISTORY;

	for (uint64_t i = first; i < talk_play.count; i++) {
		const struct talk_made *m = &talk_play.history[i % TALK_HISTORY];

		fprintf(stderr,
			"# %lu: thread %u: call %lu(0x%lx, 0x%lx, 0x%lx, 0x%lx, 0x%lx, 0x%lx) = %ld\n",
			i + 1, m->thread, m->number, m->a[0], m->a[1], m->a[2], m->a[3], m->a[4],
			m->a[5], (long)m->code);
	}
}
