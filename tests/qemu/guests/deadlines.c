/*
 * deadlines.c - receives that end at a time: in order, never early, and not at all where something
 * else comes first.
 *
 * The boot argument tick= must be long: then nothing but a deadline rings the timer, and one that
 * is not set hangs the guest. Some deadlines must be met by this program itself: it wants a machine
 * whose time is that of its instructions (-icount), however busy the host is.
 */
#include <stdio.h>
#include <string.h>
#include <tenure/message.h>

#include "guest.h"
#include "tap.h"
#include "workers.h"

#define LABEL 7u
#define ENDPOINT 1u /* slot of a child: receive */
#define CROWD 60u
#define ROUNDS 40u
#define FAR ((uint64_t)1 << 62)

static const uint64_t nothing[TN_MESSAGE_REGISTERS];
static uint64_t endpoint, other; /* of the guest; other: nobody sends to it */

/* Of each worker: what it waits for, and how that ended. */
static struct {
	volatile uint64_t until, source, woke, order, count;
	volatile int64_t code;
} naps[WORKERS];
static volatile uint64_t woken;

static uint64_t milliseconds(uint64_t n)
{
	return n * tn_boot->timebase / 1000;
}

static uint64_t state_of(uint64_t thread)
{
	return tn_thread_info(thread).value;
}

/* The main thread's own receive. */
static struct tn_message receive_until(uint64_t source, uint64_t until)
{
	tn_utcb->deadline = until;
	return tn_recv_timed(source);
}

static void sleep_for(uint64_t ms)
{
	receive_until(TN_NONE, tn_clock() + milliseconds(ms));
}

static void body_nap(uint64_t number)
{
	worker_utcb(number)->deadline = naps[number].until;
	naps[number].code = tn_recv_timed(naps[number].source).code;
	naps[number].woke = tn_clock();
	naps[number].order = ++woken;
	naps[number].count++;
	tn_thread_exit(0);
}

static void nap_start(unsigned number, struct worker *w, uint64_t source, uint64_t until)
{
	memset(&naps[number], 0, sizeof(naps[number]));
	naps[number].until = until;
	naps[number].source = source;
	w->body = body_nap;
	if (w->process == 0)
		w->process = TN_SLOT_PROCESS;
	worker_start(number, w);
	while (state_of(w->thread) == TN_THREAD_RUNNING)
		receive_until(TN_NONE, tn_clock() + milliseconds(1) / 10);
}

/* All of the first n have woken, by their deadlines and not before; two seconds at most. */
static bool naps_end(unsigned n)
{
	uint64_t end = tn_clock() + milliseconds(2000), good = 0;

	while (woken < n && tn_clock() < end)
		sleep_for(1);
	for (unsigned i = 0; i < n; i++)
		good += naps[i].code == -TN_ETIMEDOUT && naps[i].woke >= naps[i].until;
	return good == n;
}

/* --- one thread ------------------------------------------------------------------------------- */

static void try_past(uint64_t source, const char *what)
{
	const uint64_t past[] = {0, 1, tn_clock() - 1, tn_clock()};

	for (unsigned i = 0; i < 4; i++)
		tap_same((uint64_t)receive_until(source, past[i]).code, (uint64_t)-TN_ETIMEDOUT,
			 "deadline %u in the past, %s", i, what);
}

/* Nobody else is ready: the machine idles. */
static void try_soon(uint64_t source, const char *what)
{
	unsigned good = 0, punctual = 0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t until = tn_clock() + milliseconds(5) * i / ROUNDS, now;

		good += receive_until(source, until).code == -TN_ETIMEDOUT;
		now = tn_clock();
		punctual += now >= until && now < until + milliseconds(1000);
	}
	tap_same(good, ROUNDS, "%u deadlines pass while the machine idles, %s", ROUNDS, what);
	tap_same(punctual, ROUNDS, "none early, none late, %s", what);
}

static void body_caller(uint64_t number)
{
	for (;;) {
		naps[number].code = tn_call(endpoint, TN_INFO(LABEL, 0), nothing).code;
		naps[number].count++;
		if (naps[number].code != 0)
			tn_thread_exit(0);
	}
}

static void body_signaller(uint64_t number)
{
	worker_utcb(number)->deadline = naps[number].until;
	tn_recv_timed(TN_NONE);
	tn_signal(TN_SLOT_THREAD, 4);
	tn_thread_exit(0);
}

static void try_signal(uint64_t source, uint64_t until, const char *what)
{
	struct worker w = {.process = TN_SLOT_PROCESS, .body = body_signaller};
	struct tn_message m;

	tn_utcb->signal_mask = 4;
	naps[0].until = tn_clock() + milliseconds(3);
	worker_start(0, &w);
	m = receive_until(source, until);
	tap_ok(m.code == 0 && m.info == TN_INFO(TN_LABEL_SIGNALS, 1) && m.words[0] == 4,
	       "a signal before a deadline, %s", what);
	worker_end(0, &w);
	tn_signal(TN_SLOT_THREAD, 4);
	m = receive_until(source, 0);
	tap_ok(m.code == 0 && m.words[0] == 4,
	       "a signal that is pending, before one that has passed, %s", what);
	tap_same((uint64_t)receive_until(source, 0).code, (uint64_t)-TN_ETIMEDOUT,
		 "it came once, %s", what);
	tn_utcb->signal_mask = 0;
}

/* A message comes first; the deadline it made void does not end the next wait. */
static void try_message(void)
{
	struct worker w = {.process = TN_SLOT_PROCESS, .body = body_caller};
	struct worker late = {.process = TN_SLOT_PROCESS, .body = body_signaller};
	struct tn_message m;
	uint64_t soon;

	worker_start(0, &w);
	tap_same((uint64_t)receive_until(endpoint, FAR).code, 0, "a message before a far deadline");
	tn_utcb->deadline = TN_ANY;
	m = tn_reply_recv(endpoint, TN_INFO(0, 0) | TN_INFO_TIMED, nothing);
	tap_same((uint64_t)m.code, 0, "a message where there is no deadline");
	soon = tn_utcb->deadline = tn_clock() + milliseconds(60);
	m = tn_reply_recv(endpoint, TN_INFO(0, 0) | TN_INFO_TIMED, nothing);
	tap_same((uint64_t)m.code, 0, "a message before a near one");
	naps[1].until = soon + milliseconds(4);
	tn_utcb->signal_mask = 4;
	worker_start(1, &late);
	m = tn_recv(other);
	tap_ok(m.code == 0 && m.words[0] == 4 && tn_clock() > soon,
	       "the near one does not end the next wait");
	tn_utcb->signal_mask = 0;
	worker_end(1, &late);
	worker_end(0, &w);
}

/* A caller waits already: it comes first even where the deadline has passed. */
static void try_queued(void)
{
	struct worker w = {.process = TN_SLOT_PROCESS, .body = body_caller};
	struct tn_message m;

	memset(&naps[0], 0, sizeof(naps[0]));
	worker_start(0, &w);
	while (state_of(w.thread) != TN_THREAD_CALLS)
		tn_yield();
	m = receive_until(endpoint, 0);
	tap_same((uint64_t)m.code, 0, "a message that waits, before a deadline that has passed");
	tn_utcb->deadline = 0;
	m = tn_reply_recv(other, TN_INFO(0, 0) | TN_INFO_TIMED, nothing);
	tap_same((uint64_t)m.code, (uint64_t)-TN_ETIMEDOUT, "reply_recv times out at once");
	tn_yield();
	tap_same(naps[0].count, 1, "its answer has arrived all the same");
	m = receive_until(endpoint, TN_ANY);
	tap_same((uint64_t)m.code, 0, "its next message");
	tn_utcb->deadline = tn_clock() + milliseconds(2);
	m = tn_reply_recv(other, TN_INFO(0, 0) | TN_INFO_TIMED, nothing);
	tap_ok(m.code == -TN_ETIMEDOUT && tn_clock() >= tn_utcb->deadline,
	       "reply_recv times out later");
	tn_yield();
	tap_same(naps[0].count, 2, "and the answer has arrived");
	tap_same((uint64_t)tn_reply(0, nothing).code, (uint64_t)-TN_EPEER,
		 "nobody is left to answer");
	worker_end(0, &w);
}

/* --- several ---------------------------------------------------------------------------------- */

static void try_order(void)
{
	struct worker w[16];
	uint64_t now = tn_clock() + milliseconds(100);
	unsigned good = 0;

	memset(w, 0, sizeof(w));
	woken = 0;
	for (unsigned i = 0; i < 16; i++)
		nap_start(i, &w[i], i % 2 ? TN_NONE : other, now + milliseconds((i * 7 + 3) % 16));
	tap_ok(naps_end(16), "16 threads wake, none early");
	for (unsigned i = 0; i < 16; i++)
		good += naps[i].order == (i * 7 + 3) % 16 + 1;
	tap_same(good, 16, "in the order of their deadlines");
	for (unsigned i = 0; i < 16; i++)
		worker_end(i, &w[i]);
}

/* `priority` of the sleepers. */
static void try_crowd(uint64_t priority, const char *what)
{
	struct worker w[CROWD];
	uint64_t until = tn_clock() + milliseconds(500);

	memset(w, 0, sizeof(w));
	woken = 0;
	for (unsigned i = 0; i < CROWD; i++) {
		w[i].priority = priority;
		nap_start(i, &w[i], i % 3 ? TN_NONE : other, until);
	}
	tap_ok(tn_clock() < until, "%u threads wait for the same moment, %s", CROWD, what);
	tap_ok(naps_end(CROWD), "all of them wake, none early, %s", what);
	for (unsigned i = 0; i < CROWD; i++)
		worker_end(i, &w[i]);
}

/* Spins: no call of its own lets the other one run. */
static void try_preemption(void)
{
	struct worker w = {.process = TN_SLOT_PROCESS, .priority = WORKER_PRIORITY + 3};
	uint64_t end = tn_clock() + milliseconds(1000);

	woken = 0;
	nap_start(0, &w, TN_NONE, tn_clock() + milliseconds(3));
	while (woken == 0 && tn_clock() < end)
		;
	tap_same(woken, 1, "a deadline interrupts a thread that spins");
	worker_end(0, &w);
}

/* The moment counts that stood in the UTCB when the wait began. */
static void try_changed(void)
{
	struct worker w = {.process = TN_SLOT_PROCESS};

	woken = 0;
	nap_start(0, &w, other, tn_clock() + milliseconds(3));
	worker_utcb(0)->deadline = FAR;
	tap_ok(naps_end(1), "a deadline changed during the wait does not count");
	worker_end(0, &w);
}

/* --- cancelled -------------------------------------------------------------------------------- */

static void try_suspend(void)
{
	struct worker w = {.process = TN_SLOT_PROCESS};
	uint64_t until = tn_clock() + milliseconds(10);

	woken = 0;
	nap_start(0, &w, other, until);
	tap_done(tn_thread_suspend(w.thread), "a sleeper is suspended");
	receive_until(TN_NONE, until + milliseconds(3));
	tap_same(state_of(w.thread), TN_THREAD_STOPPED, "its deadline does not wake it");
	tap_same(woken, 0, "it has not run");
	tn_thread_resume(w.thread);
	tn_yield();
	tap_same((uint64_t)naps[0].code, (uint64_t)-TN_EINTR, "it is told when it is resumed");
	worker_end(0, &w);
}

static void try_endpoint_end(void)
{
	struct worker w[3];
	uint64_t until = tn_clock() + milliseconds(60), e;

	memset(w, 0, sizeof(w));
	e = guest_create(TN_KIND_ENDPOINT, TN_SLOT_PROCESS, 0);
	woken = 0;
	nap_start(0, &w[0], e, until);
	nap_start(1, &w[1], other, until);
	nap_start(2, &w[2], e, until);
	tap_done(tn_destroy(e, 0), "an endpoint with sleepers is destroyed");
	tn_yield();
	tap_ok(naps[0].code == -TN_EPEER && naps[2].code == -TN_EPEER && naps[0].woke < until,
	       "they are told");
	receive_until(TN_NONE, until + milliseconds(3));
	tap_ok(naps[1].code == -TN_ETIMEDOUT && naps[1].woke >= until, "another one sleeps on");
	tap_same(woken, 3, "each has woken once");
	for (unsigned i = 0; i < 3; i++)
		worker_end(i, &w[i]);
}

/* Threads, then a whole process, end in their sleep. */
static void try_ends(void)
{
	struct child c = child_make(64);
	struct worker w[9];
	uint64_t until = tn_clock() + milliseconds(60);

	if (tn_cap_copy(other, c.process, ENDPOINT, TN_ENDPOINT_RECEIVE, 0, 0).code != 0)
		tap_bail("no capability for a child");
	memset(w, 0, sizeof(w));
	woken = 0;
	for (unsigned i = 0; i < 9; i++) {
		w[i].process = i % 3 == 0 ? c.process : TN_SLOT_PROCESS;
		nap_start(i, &w[i], i % 3 == 0 ? ENDPOINT : other, until + milliseconds(i % 4));
	}
	for (unsigned i = 1; i < 9; i += 3)
		worker_end(i, &w[i]);
	tap_done(tn_destroy(c.process, 0), "a process with sleepers is destroyed");
	receive_until(TN_NONE, until + milliseconds(20));
	tap_same(woken, 3, "those wake that are left");
	for (unsigned i = 2; i < 9; i += 3) {
		tap_ok(naps[i].code == -TN_ETIMEDOUT && naps[i].woke >= naps[i].until,
		       "sleeper %u at its time", i);
		worker_end(i, &w[i]);
	}
	for (unsigned i = 0; i < 9; i += 3)
		tn_cap_delete(TN_SELF, w[i].thread);
	child_end(&c);
}

/* --- in disorder ------------------------------------------------------------------------------ */

/* Sleeps again and again. A worker's count says how often, its code whether anything was wrong. */
static void body_sleeper(uint64_t number)
{
	uint64_t state = number + 1;

	worker_utcb(number)->signal_mask = 1;
	for (;;) {
		uint64_t until;
		int64_t code;

		state = state * 6364136223846793005ul + 1442695040888963407ul;
		until = tn_clock() + (state >> 40) % milliseconds(4);
		worker_utcb(number)->deadline = until;
		code = tn_recv_timed(state >> 33 & 1 ? TN_NONE : other).code;
		if (code == -TN_ETIMEDOUT && tn_clock() < until)
			naps[number].code++;
		if (code != -TN_ETIMEDOUT && code != -TN_EINTR && code != 0)
			naps[number].code += 1000;
		naps[number].count++;
	}
}

static void try_disorder(void)
{
	struct worker w[32];
	uint64_t end = tn_clock() + milliseconds(150), wrong = 0, few = 0, state = 1;

	for (unsigned i = 0; i < 32; i++) {
		memset(&naps[i], 0, sizeof(naps[i]));
		w[i] = (struct worker){.process = TN_SLOT_PROCESS, .body = body_sleeper};
		worker_start(i, &w[i]);
	}
	while (tn_clock() < end) {
		const struct worker *one;

		state = state * 6364136223846793005ul + 1442695040888963407ul;
		one = &w[(state >> 40) % 32];
		if (state >> 60 < 8)
			tn_signal(one->thread, 1);
		else
			tn_thread_suspend(one->thread);
		tn_thread_resume(one->thread);
		if (state >> 50 & 1)
			sleep_for(1);
	}
	for (unsigned i = 0; i < 32; i++) {
		uint64_t before = naps[i].count;

		for (end = tn_clock() + milliseconds(1000);
		     naps[i].count < before + 2 && tn_clock() < end;)
			sleep_for(1);
		few += naps[i].count < before + 2;
		wrong += (uint64_t)naps[i].code;
		worker_end(i, &w[i]);
	}
	tap_same(wrong, 0, "32 sleepers, woken, suspended and resumed: none woke early");
	tap_same(few, 0, "each goes on waking");
}

int main(void)
{
	guest_fill(TN_SLOT_POOL, 300);
	endpoint = guest_create(TN_KIND_ENDPOINT, TN_SLOT_PROCESS, 0);
	other = guest_create(TN_KIND_ENDPOINT, TN_SLOT_PROCESS, 0);
	try_past(TN_NONE, "without an endpoint");
	try_past(other, "at an endpoint");
	try_soon(TN_NONE, "without an endpoint");
	try_soon(other, "at an endpoint");
	try_signal(TN_NONE, FAR, "without an endpoint");
	try_signal(other, FAR, "at an endpoint");
	try_signal(other, TN_ANY, "at an endpoint for ever");
	try_message();
	try_queued();
	try_order();
	try_crowd(WORKER_PRIORITY, "as urgent");
	try_crowd(WORKER_PRIORITY + 5, "more urgent");
	try_crowd(WORKER_PRIORITY - 5, "less urgent");
	try_preemption();
	try_changed();
	try_suspend();
	try_endpoint_end();
	try_ends();
	try_disorder();
	return tap_end();
}
