/*
 * ipc.c - threads that really run: messages, signals, faults, preemption, and their end while
 * all of them talk.
 *
 * The boot argument tick=MICROSECONDS makes switches frequent.
 */
#include <stdio.h>
#include <string.h>
#include <tenure/message.h>
#include <tenure/records.h>

#include "guest.h"
#include "probe.h"
#include "tap.h"
#include "workers.h"

#define PINGS 2000u
#define LABEL 7u
#define BADGE 0x1234u
#define ENDPOINT 1u /* slot of a child: send */
#define SERVED 2u   /* receive */
#define PAGED 0x60000000ul
#define PAGES 8u

static const uint64_t nothing[TN_MESSAGE_REGISTERS];
static uint64_t endpoint; /* of the guest */
static volatile uint64_t counters[WORKERS];
static volatile int64_t codes[WORKERS];

static void endpoint_copy(uint64_t process, uint64_t slot, uint64_t rights, uint64_t badge)
{
	if (tn_cap_copy(endpoint, process, slot, rights, badge, 0).code != 0)
		tap_bail("no capability for a child");
}

static uint64_t state_of(uint64_t thread)
{
	return tn_thread_info(thread).value;
}

/* Lets others run until the worker has counted that far; a second at most. */
static bool counted(unsigned number, uint64_t value)
{
	uint64_t end = tn_clock() + tn_boot->timebase;

	while (counters[number] < value && tn_clock() < end)
		tn_yield();
	return counters[number] >= value;
}

/* --- calls ------------------------------------------------------------------------------------ */

static void body_echo(uint64_t number)
{
	struct tn_message m = tn_recv(endpoint);

	while (m.code == 0) {
		counters[number]++;
		for (unsigned i = 0; i < TN_MESSAGE_REGISTERS; i++)
			m.words[i] += i + 1;
		m = tn_reply_recv(endpoint, TN_INFO(LABEL, 5), m.words);
	}
	codes[number] = m.code;
}

static bool ping(uint64_t i)
{
	uint64_t words[TN_MESSAGE_REGISTERS] = {i, i * 3, i * 5, i * 7, i * 11};
	struct tn_message m = tn_call(endpoint, TN_INFO(LABEL, 5), words);
	bool good = m.code == 0 && m.info == TN_INFO(LABEL, 5) && m.badge == 0;

	for (unsigned w = 0; w < TN_MESSAGE_REGISTERS; w++)
		good = good && m.words[w] == words[w] + w + 1;
	return good;
}

static void try_ping_pong(const char *what, uint64_t priority)
{
	struct worker w = {.process = TN_SLOT_PROCESS, .priority = priority, .body = body_echo};
	uint64_t good = 0;

	counters[0] = 0;
	worker_start(0, &w);
	for (uint64_t i = 0; i < PINGS; i++)
		good += ping(i);
	tap_same(good, PINGS, "calls to a server that is %s", what);
	tap_same(counters[0], PINGS, "it has seen all of them (%s)", what);
	worker_end(0, &w);
}

static uint64_t word_of(uint64_t round, uint64_t i)
{
	return (round + 1) * 0x9e3779b97f4a7c15ul + i;
}

/* In a child: 64 words there, 64 other ones back. */
static void body_long(uint64_t number)
{
	struct tn_utcb *utcb = worker_utcb(number);

	for (uint64_t round = 0; round < 100; round++) {
		uint64_t words[TN_MESSAGE_REGISTERS];
		struct tn_message m;

		for (uint64_t i = 0; i < TN_MESSAGE_REGISTERS; i++)
			words[i] = word_of(round, i);
		for (uint64_t i = TN_MESSAGE_REGISTERS; i < TN_MESSAGE_WORDS; i++)
			utcb->words[i] = word_of(round, i);
		m = tn_call(ENDPOINT, TN_INFO(LABEL, TN_MESSAGE_WORDS), words);
		for (uint64_t i = 0; i < TN_MESSAGE_WORDS; i++)
			counters[number] += (i < 5 ? m.words[i] : utcb->words[i]) ==
					    ~word_of(round, i);
	}
}

static void try_long_messages(const struct child *c)
{
	struct worker w = {.process = c->process, .body = body_long, .fault = endpoint};
	struct tn_message m;
	uint64_t good = 0, badged = 0;

	counters[1] = 0;
	worker_start(1, &w);
	m = tn_recv(endpoint);
	for (uint64_t round = 0; round < 100; round++) {
		good += m.info == TN_INFO(LABEL, TN_MESSAGE_WORDS);
		badged += m.badge == BADGE;
		for (uint64_t i = 0; i < TN_MESSAGE_REGISTERS; i++) {
			good += m.words[i] == word_of(round, i);
			m.words[i] = ~m.words[i];
		}
		for (uint64_t i = TN_MESSAGE_REGISTERS; i < TN_MESSAGE_WORDS; i++) {
			good += tn_utcb->words[i] == word_of(round, i);
			tn_utcb->words[i] = ~tn_utcb->words[i];
		}
		m = tn_reply_recv(endpoint, TN_INFO(1, TN_MESSAGE_WORDS), m.words);
	}
	tap_same(good, 100 * 65, "64 words from a child");
	tap_same(badged, 100, "under its badge");
	tap_same(counters[1], 100 * 64, "64 words to a child");
	tap_same(m.info, TN_INFO(TN_LABEL_EXIT, 3), "its return is an exit");
	tap_same(m.words[0], 0, "with code 0");
	tn_reply(0, nothing);
	tap_same(state_of(w.thread), TN_THREAD_STOPPED, "and it has stopped");
	worker_end(1, &w);
}

/* --- signals and exits ------------------------------------------------------------------------ */

static void body_signals(uint64_t number)
{
	worker_utcb(number)->signal_mask = 0xf0;
	for (;;) {
		struct tn_message m = tn_recv(TN_NONE);

		if (m.code != 0 || m.info != TN_INFO(TN_LABEL_SIGNALS, 1))
			tn_thread_exit(1);
		counters[number] += m.words[0];
		if (m.words[0] & 0x80)
			tn_thread_exit(0x8042);
	}
}

static void try_signals(void)
{
	struct worker w = {.process = TN_SLOT_PROCESS, .body = body_signals, .fault = endpoint};
	struct tn_message m;

	counters[2] = 0;
	worker_start(2, &w);
	while (state_of(w.thread) != TN_THREAD_RECEIVES)
		tn_yield();
	tap_done(tn_signal(w.thread, 0x1), "a signal outside the mask");
	tn_yield();
	tap_same(state_of(w.thread), TN_THREAD_RECEIVES, "wakes nobody");
	tap_done(tn_signal(w.thread, 0x10), "a signal in the mask");
	tap_ok(counted(2, 0x10), "wakes the receiver");
	tn_signal(w.thread, 0x20);
	tn_signal(w.thread, 0x80);
	m = tn_recv(endpoint);
	tap_same(m.info, TN_INFO(TN_LABEL_EXIT, 3), "an exit arrives");
	tap_same(m.words[0], 0x8042, "with its code");
	tap_same(counters[2], 0xb0, "all signals came, each once");
	tap_same(state_of(w.thread), TN_THREAD_FAULTED, "the thread waits for the answer");
	worker_end(2, &w);
	tap_same((uint64_t)tn_reply(0, nothing).code, (uint64_t)-TN_EPEER,
		 "a thread that is gone cannot be answered");
}

/* --- faults ----------------------------------------------------------------------------------- */

static void body_faults(uint64_t number)
{
	volatile uint64_t *p = (volatile uint64_t *)PAGED;

	for (uint64_t i = 0; i < PAGES; i++) {
		if (i % 2)
			counters[number] += p[i * 512] == 0;
		p[i * 512 + 1] = i + 1;
		counters[number] += p[i * 512 + 1] == i + 1;
	}
	__asm__ volatile(".word 0xffffffff");
	counters[number] += 1000;
	__asm__ volatile("ld zero, 8(zero)");
	counters[number] += 1000000;
}

static void page_in(const struct child *c, const struct tn_message *m, uint64_t frame, uint64_t i)
{
	bool load = i % 2;

	tap_same(m->info, TN_INFO(TN_LABEL_FAULT, 3), "page %lu: a fault", i);
	tap_same(m->words[0], load ? TN_FAULT_LOAD : TN_FAULT_STORE, "page %lu: kind", i);
	tap_same(m->words[1], PAGED + i * TN_FRAME_SIZE + (load ? 0 : 8), "page %lu: address", i);
	tap_done(tn_map(c->process, PAGED + i * TN_FRAME_SIZE, TN_SLOT_FRAMES, frame, 1,
			READ_WRITE | TN_MAP_ZERO),
		 "page %lu: mapped", i);
}

static void try_faults(const struct child *c)
{
	struct worker w = {.process = c->process, .body = body_faults, .fault = endpoint};
	uint64_t frames = guest_frames(PAGES, 1), words[TN_MESSAGE_REGISTERS] = {0};
	struct tn_message m;

	counters[3] = 0;
	worker_start(3, &w);
	m = tn_recv(endpoint);
	for (uint64_t i = 0; i < PAGES; i++) {
		page_in(c, &m, frames + i, i);
		m = tn_reply_recv(endpoint, TN_INFO(TN_RESUME, 0), nothing);
	}
	tap_same(counters[3], PAGES + PAGES / 2, "every access was made once its page was there");
	tap_same(m.words[0], TN_FAULT_ILLEGAL, "an illegal instruction");
	words[0] = m.words[2] + 4;
	m = tn_reply_recv(endpoint, TN_INFO(TN_RESUME_AT, 1), words);
	tap_same(m.words[0], TN_FAULT_LOAD, "the thread went on behind it");
	tap_same(m.words[1], 8, "to the next fault");
	tap_same(counters[3], PAGES + PAGES / 2 + 1000, "having run what is between");
	tn_reply(TN_INFO(TN_KILL, 0), nothing);
	tap_same(state_of(w.thread), TN_THREAD_STOPPED, "killed");
	worker_end(3, &w);
	if (tn_unmap(c->process, PAGED, PAGES).code != 0)
		tap_bail("unmap failed");
}

/* --- preemption ------------------------------------------------------------------------------- */

static void body_spin(uint64_t number)
{
	for (;;)
		counters[number]++;
}

static void try_preemption(void)
{
	struct worker w = {.process = TN_SLOT_PROCESS, .body = body_spin};
	struct worker low = {.process = TN_SLOT_PROCESS, .priority = 5, .body = body_spin};
	uint64_t end = tn_clock() + tn_boot->timebase, before;

	counters[4] = counters[5] = 0;
	worker_start(4, &w);
	while (counters[4] < 1000 && tn_clock() < end)
		;
	tap_ok(counters[4] >= 1000, "two threads that never yield take turns");
	before = counters[4];
	while (counters[4] == before && tn_clock() < end)
		;
	tap_ok(counters[4] != before, "again and again");
	tn_thread_suspend(w.thread);
	before = counters[4];
	worker_start(5, &low);
	for (end = tn_clock() + tn_boot->timebase / 200; tn_clock() < end;)
		tn_yield();
	tap_same(counters[4], before, "one that is suspended does not run");
	tap_same(counters[5], 0, "one of lower priority does not run");
	worker_end(4, &w);
	worker_end(5, &low);
}

/* --- registers -------------------------------------------------------------------------------- */

static struct registers wanted[WORKERS], found[WORKERS];
static volatile uint64_t until;

static void registers_fill(struct registers *r, uint64_t seed)
{
	for (unsigned i = 0; i < 32; i++)
		r->x[i] = seed + i * 0x0101010101ul;
}

/* s0, t0 and t1 are the probe's own. */
static unsigned registers_wrong(unsigned number)
{
	unsigned wrong = 0;

	for (unsigned i = 1; i < 32; i++)
		wrong += i != 5 && i != 6 && i != 8 && found[number].x[i] != wanted[number].x[i];
	return wrong;
}

static void body_registers(uint64_t number)
{
	probe_spin(&wanted[number], &found[number], until);
	counters[number] = 1;
	for (;;)
		tn_yield();
}

static void try_registers(const struct child *c)
{
	struct worker w[4];

	until = tn_clock() + tn_boot->timebase / 20;
	for (unsigned i = 0; i < 4; i++) {
		counters[6 + i] = 0;
		registers_fill(&wanted[6 + i], 0xa5a5000000000000ul + ((uint64_t)i << 40));
		w[i] = (struct worker){.process = i < 2 ? TN_SLOT_PROCESS : c->process,
				       .body = body_registers};
		worker_start(6 + i, &w[i]);
	}
	registers_fill(&wanted[10], 0x5a5a000000000000ul);
	probe_spin(&wanted[10], &found[10], until);
	for (unsigned i = 0; i < 5; i++) {
		if (i < 4)
			tap_ok(counted(6 + i, 1), "spinning thread %u came to its end", i);
		tap_same(registers_wrong(6 + i), 0, "registers of thread %u survive switches", i);
	}
	for (unsigned i = 0; i < 4; i++)
		worker_end(6 + i, &w[i]);
}

/* What a call that waits leaves. */
static void try_call_registers(void)
{
	static const unsigned kept[] = {1, 2, 3, 4, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27};
	struct worker w = {.process = TN_SLOT_PROCESS, .body = body_echo};
	struct registers in, out;
	unsigned wrong = 0, foreign = 0;

	worker_start(0, &w);
	for (unsigned round = 0; round < 50; round++) {
		registers_fill(&in, (uint64_t)round << 48);
		in.x[10] = endpoint;
		in.x[11] = TN_INFO(LABEL, 5);
		in.x[17] = TN_CALL_CALL;
		probe_call(&in, &out);
		for (unsigned i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
			wrong += out.x[kept[i]] != in.x[kept[i]];
		for (unsigned i = 0; i < 5; i++)
			wrong += out.x[12 + i] != in.x[12 + i] + i + 1;
		wrong += out.x[10] != 0 || out.x[11] != in.x[11] || out.x[17] != 0;
		for (unsigned i = 5; i < 32; i = i == 7 ? 28 : i + 1)
			foreign += out.x[i] != 0 && out.x[i] != in.x[i];
	}
	tap_same(wrong, 0, "a call keeps what it keeps and returns the message");
	tap_same(foreign, 0, "temporaries are the thread's own or zero after a call");
	worker_end(0, &w);
}

/* --- the end of those who talk ---------------------------------------------------------------- */

#define TALKERS 4u

static void body_caller(uint64_t number)
{
	struct tn_message m;

	do {
		m = tn_call(ENDPOINT, TN_INFO(LABEL, 20), nothing);
		counters[number]++;
	} while (m.code == 0);
	codes[number] = m.code;
	tn_thread_exit(0);
}

/* In the guest itself: to the child's endpoint. */
static uint64_t child_endpoint;

static void body_guest_caller(uint64_t number)
{
	struct tn_message m;

	do {
		m = tn_call(child_endpoint, TN_INFO(LABEL, 20), nothing);
		counters[number]++;
	} while (m.code == 0);
	codes[number] = m.code;
	counters[number] = 1ul << 40;
	for (;;)
		tn_yield();
}

static void body_server(uint64_t number)
{
	struct tn_message m = tn_recv(SERVED);

	while (m.code == 0) {
		counters[number]++;
		if (counters[number] % 7 == 0 && tn_save_reply(40 + number).code == 0) {
			tn_yield();
			tn_reply_to(40 + number, TN_INFO(LABEL, 20), nothing);
		}
		m = tn_reply_recv(SERVED, TN_INFO(LABEL, 20), nothing);
	}
	tn_thread_exit(0);
}

struct totals {
	struct tn_census census;
	uint64_t free, used;
};

static struct totals totals_read(void)
{
	struct guest_totals g;
	struct totals t;

	guest_totals_read(&g);
	memset(&t, 0, sizeof(t));
	t.census = g.census;
	t.free = g.pool.free;
	t.used = g.pool.used;
	return t;
}

static void talkers_start(const struct child *c, struct worker *w)
{
	for (unsigned i = 0; i < 2 * TALKERS; i++) {
		w[i] = (struct worker){.process = c->process,
				       .priority = 29 + i % 4,
				       .body = i % 2 ? body_server : body_caller};
		counters[i] = 0;
		worker_start(i, &w[i]);
	}
	for (unsigned i = 2 * TALKERS; i < 3 * TALKERS; i++) {
		w[i] = (struct worker){.process = TN_SLOT_PROCESS, .body = body_guest_caller};
		counters[i] = 0;
		worker_start(i, &w[i]);
	}
}

static void try_end(unsigned round, bool by_revoke)
{
	struct child c = child_make(64);
	uint64_t end, callers = 0;
	struct worker w[3 * TALKERS];

	child_endpoint = guest_create(TN_KIND_ENDPOINT, c.process, 0);
	if (tn_cap_copy(child_endpoint, c.process, ENDPOINT, TN_ENDPOINT_SEND, 1, 0).code != 0 ||
	    tn_cap_copy(child_endpoint, c.process, SERVED, TN_ENDPOINT_RECEIVE, 0, 0).code != 0)
		tap_bail("cap_copy failed");
	talkers_start(&c, w);
	for (end = tn_clock() + tn_boot->timebase / 200 * (round + 1); tn_clock() < end;)
		tn_yield();
	if (by_revoke)
		tap_done(tn_pool_revoke(c.pool, 0), "round %u: the talking child is revoked",
			 round);
	else
		tap_done(tn_destroy(c.process, 0), "round %u: the talking child is destroyed",
			 round);
	for (unsigned i = 2 * TALKERS; i < 3 * TALKERS; i++) {
		callers += counted(i, 1ul << 40) &&
			   (codes[i] == -TN_EPEER || codes[i] == -TN_ESTALE);
		worker_end(i, &w[i]);
	}
	tap_same(callers, TALKERS, "round %u: all who called it know", round);
	for (unsigned i = 0; i < 2 * TALKERS; i++)
		tn_cap_delete(TN_SELF, w[i].thread);
	tn_cap_delete(TN_SELF, child_endpoint);
	child_end(&c);
}

int main(void)
{
	struct totals before, after;
	struct child c;

	guest_fill(TN_SLOT_POOL, 200);
	endpoint = guest_create(TN_KIND_ENDPOINT, TN_SLOT_PROCESS, 0);
	before = totals_read();
	try_ping_pong("more urgent", WORKER_PRIORITY + 5);
	try_ping_pong("as urgent", WORKER_PRIORITY);
	try_ping_pong("less urgent", WORKER_PRIORITY - 5);
	c = child_make(64);
	endpoint_copy(c.process, ENDPOINT, TN_ENDPOINT_SEND, BADGE);
	try_long_messages(&c);
	try_signals();
	try_faults(&c);
	try_preemption();
	try_registers(&c);
	try_call_registers();
	child_end(&c);
	for (unsigned round = 0; round < 4; round++)
		try_end(round, round % 2);
	after = totals_read();
	tap_ok(memcmp(&before, &after, sizeof(before)) == 0, "all frames are where they were");
	return tap_end();
}
