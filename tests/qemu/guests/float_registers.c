/*
 * float_registers.c - the floating-point registers of threads: their own across everything that
 * may come between, zero at first, and of nobody else.
 *
 * Boot arguments: tick=MICROSECONDS makes switches frequent; float=none: the hart has none.
 */
#include <stdio.h>
#include <string.h>
#include <tenure/message.h>
#include <tenure/records.h>

#include "float_probe.h"
#include "guest.h"
#include "tap.h"
#include "workers.h"

#define LABEL 7u
#define ENDPOINT 1u /* slot of a child: send */
#define USERS 4u
#define ROUNDS 300u
#define PAGED 0x60000000ul
#define PAGES 32u
#define FCSR_MASK 0xfful

static const uint64_t nothing[TN_MESSAGE_REGISTERS];
static uint64_t endpoint;
static volatile uint64_t rounds[WORKERS], wrong[WORKERS], finished[WORKERS];

static uint64_t endpoint_here(uint64_t number)
{
	return number % 2 ? ENDPOINT : endpoint;
}

static void fill(struct float_registers *r, uint64_t seed)
{
	for (unsigned i = 0; i < 32; i++)
		r->f[i] = seed * 0x9e3779b97f4a7c15ul + i;
	r->fcsr = seed % (FCSR_MASK + 1) & ~(uint64_t)0xe0; /* a rounding mode that exists */
}

static unsigned differ(const struct float_registers *r)
{
	struct float_registers now;
	unsigned n = 0;

	memset(&now, 0xff, sizeof(now));
	float_probe_store(&now);
	for (unsigned i = 0; i < 32; i++)
		n += now.f[i] != r->f[i];
	return n + (now.fcsr != r->fcsr);
}

static unsigned differ_from_zero(void)
{
	static const struct float_registers zero;

	return differ(&zero);
}

static bool finish(unsigned number)
{
	uint64_t end = tn_clock() + 5 * tn_boot->timebase;

	while (!finished[number] && tn_clock() < end)
		tn_yield();
	return finished[number];
}

static void begin(unsigned number)
{
	rounds[number] = wrong[number] = finished[number] = 0;
}

/* --- switches --------------------------------------------------------------------------------- */

static void spin(uint64_t turns)
{
	for (volatile uint64_t i = 0; i < turns; i++)
		;
}

/* Own values, kept through yields and ends of turns; new ones each round. */
static void body_user(uint64_t number)
{
	struct float_registers r;

	wrong[number] += differ_from_zero();
	for (uint64_t round = 0; round < ROUNDS; round++) {
		fill(&r, number * 1000 + round);
		float_probe_load(&r);
		if (round % 2)
			tn_yield();
		else
			spin(500);
		wrong[number] += differ(&r);
		rounds[number]++;
	}
	finished[number] = 1;
	tn_thread_exit(0);
}

/* Even ones in the guest's process, odd ones in the child. */
static void start(unsigned number, struct worker *w, const struct child *c, void (*body)(uint64_t),
		  uint64_t priority)
{
	*w = (struct worker){.process = number % 2 ? c->process : TN_SLOT_PROCESS,
			     .priority = priority,
			     .fault = endpoint,
			     .body = body};
	begin(number);
	worker_start(number, w);
}

static void try_switches(const struct child *c)
{
	struct worker w[USERS];

	for (unsigned i = 0; i < USERS; i++)
		start(i, &w[i], c, body_user, 0);
	for (unsigned i = 0; i < USERS; i++) {
		tap_ok(finish(i), "thread %u in two processes came to its end", i);
		tap_same(rounds[i], ROUNDS, "thread %u: all rounds", i);
		tap_same(wrong[i], 0, "thread %u: its registers through yields and ends of turns",
			 i);
		worker_end(i, &w[i]);
	}
}

/* --- messages --------------------------------------------------------------------------------- */

static void body_caller(uint64_t number)
{
	struct float_registers r;

	for (uint64_t round = 0; round < ROUNDS; round++) {
		uint64_t words[TN_MESSAGE_REGISTERS] = {round};
		struct tn_message m;

		fill(&r, number * 2000 + round);
		if (round % 3)
			float_probe_load(&r);
		/* in every third round the unit is off when it calls */
		m = tn_call(endpoint_here(number), TN_INFO(LABEL, round % 2 ? 5 : 9), words);
		wrong[number] += m.code != 0 || m.words[0] != round + 1;
		if (round % 3)
			wrong[number] += differ(&r);
		rounds[number]++;
	}
	finished[number] = 1;
	tn_thread_exit(0);
}

/* The main thread serves: `own` values of its own each time, or none at all. */
static unsigned serve(unsigned callers, bool own)
{
	struct tn_message m = tn_recv(endpoint);
	struct float_registers r;
	unsigned bad = 0;

	fill(&r, 77);
	if (own)
		float_probe_load(&r);
	while (callers > 0) {
		if (own && m.words[0] % 5 != 0)
			bad += differ(&r);
		if (m.info == TN_INFO(TN_LABEL_EXIT, 3)) {
			if (--callers == 0)
				break;
			m = tn_reply_recv(endpoint, TN_INFO(TN_KILL, 0), nothing);
			continue;
		}
		m.words[0]++;
		m = tn_reply_recv(endpoint, TN_INFO(LABEL, m.words[0] % 4 ? 5 : 8), m.words);
	}
	tn_reply(0, nothing);
	return bad;
}

static void try_messages(const struct child *c, uint64_t priority, bool own, const char *what)
{
	struct worker w[USERS];

	for (unsigned i = 0; i < USERS; i++)
		start(i, &w[i], c, body_caller, priority);
	tap_same(serve(USERS, own), 0, "the server's registers, callers %s", what);
	for (unsigned i = 0; i < USERS; i++) {
		tap_ok(rounds[i] == ROUNDS && finished[i], "thread %u: all calls, %s", i, what);
		tap_same(wrong[i], 0, "thread %u: its registers through calls, %s", i, what);
		worker_end(i, &w[i]);
	}
}

/* --- faults ----------------------------------------------------------------------------------- */

static void body_toucher(uint64_t number)
{
	volatile uint64_t *page = (volatile uint64_t *)PAGED;
	struct float_registers r;

	for (uint64_t i = 0; i < PAGES; i++) {
		fill(&r, number * 3000 + i);
		float_probe_load(&r);
		page[i * 512] = i;
		wrong[number] += differ(&r);
		rounds[number]++;
	}
	__asm__ volatile("ebreak");
	wrong[number] += differ(&r);
	finished[number] = 1;
	tn_thread_exit(0);
}

/* Without values of its own, the pager's unit is off, and it is met in the short way. */
static void try_faults(const struct child *c, bool own, const char *what)
{
	struct worker w;
	struct float_registers r;
	struct tn_message m;
	uint64_t frames = guest_frames(PAGES, 1), bad = 0, words[TN_MESSAGE_REGISTERS] = {0};

	fill(&r, 99);
	start(5, &w, c, body_toucher, 0);
	m = tn_recv(endpoint);
	for (uint64_t i = 0; i < PAGES; i++) {
		if (own)
			float_probe_load(&r);
		if (m.info != TN_INFO(TN_LABEL_FAULT, 3) ||
		    tn_map(c->process, PAGED + i * TN_FRAME_SIZE, TN_SLOT_FRAMES, frames + i, 1,
			   READ_WRITE)
				    .code != 0)
			tap_bail("a fault was not what it should be");
		m = tn_reply_recv(endpoint, TN_INFO(TN_RESUME, 0), nothing);
		bad += own ? differ(&r) : 0;
	}
	words[0] = m.words[2] + 2; /* a breakpoint is two bytes, or four */
	if ((*(uint16_t *)m.words[2] & 3) == 3)
		words[0] += 2;
	m = tn_reply_recv(endpoint, TN_INFO(TN_RESUME_AT, 1), words);
	tap_same(m.info, TN_INFO(TN_LABEL_EXIT, 3), "all faults were mended, %s", what);
	tn_reply(0, nothing);
	tap_same(bad, 0, "the pager's registers, %s", what);
	tap_same(wrong[5], 0, "the faulter's registers, %s", what);
	tap_same(rounds[5], PAGES, "all pages were touched, %s", what);
	worker_end(5, &w);
	if (tn_unmap(c->process, PAGED, PAGES).code != 0)
		tap_bail("unmap failed");
}

/* --- zero at first ---------------------------------------------------------------------------- */

static volatile bool go;

/* Its values stay in the unit when it ends. */
static void body_leaver(uint64_t number)
{
	struct float_registers r;

	memset(&r, 0xa5, sizeof(r));
	r.fcsr = 0x1f;
	float_probe_load(&r);
	finished[number] = 1;
	tn_thread_exit(0);
}

static void body_heir(uint64_t number)
{
	while (!go)
		tn_yield();
	wrong[number] = differ_from_zero();
	finished[number] = 1;
	tn_thread_exit(0);
}

static uint64_t frame_of(uint64_t thread)
{
	struct tn_cap_info cap;

	return tn_cap_read(TN_SELF, thread, &cap).code == 0 ? cap.frame : 0;
}

/* By another thread that uses the unit in between, what it left is in its frame. */
static void try_heirs(const struct child *c, bool between, const char *what)
{
	struct worker leaver, other, heir;
	uint64_t ended = 0, bad = 0;

	go = true;
	for (unsigned i = 0; i < 10; i++) {
		start(6 + i % 2, &leaver, c, body_leaver, WORKER_PRIORITY + 1);
		if (between)
			start(8, &other, c, body_leaver, WORKER_PRIORITY + 1);
		heir = (struct worker){.process = leaver.process,
				       .priority = WORKER_PRIORITY + 1,
				       .frame = frame_of(leaver.thread),
				       .body = body_heir};
		ended += finished[6 + i % 2];
		worker_end(6 + i % 2, &leaver);
		begin(6 + i % 2);
		worker_start(6 + i % 2, &heir);
		bad += wrong[6 + i % 2] != 0 || !finished[6 + i % 2];
		worker_end(6 + i % 2, &heir);
		if (between)
			worker_end(8, &other);
	}
	tap_same(ended, 10, "threads end, their values %s", what);
	tap_same(bad, 0, "threads in their frames find zeros, values %s", what);
}

/* A frame that user space has written to all over. */
static uint64_t raw_frame(void)
{
	uint64_t f = guest_frames(1, 1);

	guest_map(GUEST_FREE, f, 1, READ_WRITE);
	memset((void *)GUEST_FREE, 0xa5, TN_FRAME_SIZE);
	if (tn_unmap(TN_SLOT_PROCESS, GUEST_FREE, 1).code != 0 ||
	    tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, f, 1).code != 0)
		tap_bail("no frame full of values");
	return f;
}

static void try_raw(void)
{
	struct worker w = {.process = TN_SLOT_PROCESS,
			   .priority = WORKER_PRIORITY + 1,
			   .frame = raw_frame(),
			   .body = body_heir};

	go = true;
	begin(0);
	worker_start(0, &w);
	tap_ok(finished[0] && wrong[0] == 0, "a thread in a frame full of values finds zeros");
	worker_end(0, &w);
}

/* Threads that live for long before they use it, while others do. */
static void try_late(const struct child *c)
{
	struct worker late[2], user[2];

	go = false;
	for (unsigned i = 0; i < 2; i++)
		start(10 + i, &late[i], c, body_heir, 0);
	for (unsigned i = 0; i < 2; i++)
		start(12 + i, &user[i], c, body_user, 0);
	tap_ok(finish(12) && finish(13), "two threads use floating point, two others do not");
	go = true;
	for (unsigned i = 0; i < 2; i++) {
		tap_ok(finish(10 + i), "then thread %u does", i);
		tap_same(wrong[10 + i], 0, "and thread %u finds zeros", i);
	}
	for (unsigned i = 0; i < 2; i++) {
		worker_end(10 + i, &late[i]);
		worker_end(12 + i, &user[i]);
	}
}

/* --- without it ------------------------------------------------------------------------------- */

static void try_none(const struct child *c)
{
	struct worker w;
	struct tn_message m;

	start(0, &w, c, body_user, 0);
	m = tn_recv(endpoint);
	tap_same(m.info, TN_INFO(TN_LABEL_FAULT, 3), "a hart without it: a fault");
	tap_same(m.words[0], TN_FAULT_ILLEGAL, "an illegal instruction");
	tap_ok(m.words[2] >= (uint64_t)float_probe_load &&
		       m.words[2] < (uint64_t)float_probe_load + 400,
	       "at the first use");
	m = tn_reply_recv(endpoint, TN_INFO(TN_RESUME, 0), nothing);
	tap_same(m.words[0], TN_FAULT_ILLEGAL, "and again, if it is resumed");
	tn_reply(TN_INFO(TN_KILL, 0), nothing);
	tap_same(tn_thread_info(w.thread).value, TN_THREAD_STOPPED, "killed");
	worker_end(0, &w);
}

int main(void)
{
	struct child c;

	guest_fill(TN_SLOT_POOL, 200);
	endpoint = guest_create(TN_KIND_ENDPOINT, TN_SLOT_PROCESS, 0);
	c = child_make(64);
	if (tn_cap_copy(endpoint, c.process, ENDPOINT, TN_ENDPOINT_SEND, 1, 0).code != 0)
		tap_bail("no capability for a child");
	if (strcmp(guest_argument("float"), "none") == 0) {
		try_none(&c);
		return tap_end();
	}
	tap_same(differ_from_zero(), 0, "the first use finds zeros");
	try_switches(&c);
	try_messages(&c, WORKER_PRIORITY, true, "as urgent, server uses them");
	try_messages(&c, WORKER_PRIORITY + 4, true, "more urgent, server uses them");
	try_messages(&c, WORKER_PRIORITY - 4, false, "less urgent, server does not");
	try_faults(&c, true, "pager uses them");
	try_faults(&c, false, "pager does not");
	try_heirs(&c, false, "left in the unit");
	try_heirs(&c, true, "left in memory");
	try_raw();
	try_late(&c);
	return tap_end();
}
