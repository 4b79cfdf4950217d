/*
 * messages.c - between two processes: calls that are answered, and signals to and fro. The bench
 * is the one side, a partner the other. Owns no state.
 */
#include "measures.h"

#include <tenure/message.h>

#include "bench.h"
#include "bodies.h"
#include "partner.h"
#include "stock.h"

/* The compiler has the value in a register here, and knows nothing about it. */
#define SETTLE(value) __asm__ volatile("" : "+r"(value))

/* Bits in which the two differ. What an answer is wrong in is gathered at once, while it stands in
 * the registers in which it came: nothing is moved before the counter is read again. */
#define WRONG(found, wanted) ((uint64_t)(found) ^ (uint64_t)(wanted))

static const struct partner server = {SLOT_CHILD, SLOT_OBJECT, 0};

/* One call without words. */
static uint64_t call_bare(void)
{
	static const uint64_t none[TN_MESSAGE_REGISTERS];
	uint64_t start = bench_instret();
	struct tn_message m = tn_call(SLOT_ENDPOINT, 0, none);
	uint64_t end = bench_instret(), wrong = WRONG(m.code, 0) | WRONG(m.info, BODY_LABEL);

	bench_require_word(wrong, 0, "an answer without words is wrong by");
	return end - start - bench_overhead;
}

/* One call with BODY_WORDS words, which begin with w0. */
static uint64_t call_words(uint64_t w0)
{
	uint64_t w1 = w0 * 3, w2 = w0 * 5, w3 = w0 * 7, start, end, wrong;
	struct tn_message m;

	SETTLE(w0);
	SETTLE(w1);
	SETTLE(w2);
	SETTLE(w3);
	start = bench_instret();
	m = tn_call(SLOT_ENDPOINT, TN_INFO(0, BODY_WORDS), (const uint64_t[]){w0, w1, w2, w3, 0});
	end = bench_instret();

	wrong = WRONG(m.code, 0) | WRONG(m.info, TN_INFO(BODY_LABEL, BODY_WORDS)) |
		WRONG(m.words[0], w0 + 1) | WRONG(m.words[1], w1 + 1) | WRONG(m.words[2], w2 + 1) |
		WRONG(m.words[3], w3 + 1);
	bench_require_word(wrong, 0, "an answer with words is wrong by");
	return end - start - bench_overhead;
}

/* The endpoint is the server's own. */
static void server_start(struct partner *p, void (*body)(uint64_t))
{
	partner_make(p);
	BENCH_DO(tn_create(TN_KIND_ENDPOINT, p->process, TN_ANY, TN_NONE, SLOT_ENDPOINT, 0));
	BENCH_DO(tn_cap_copy(SLOT_ENDPOINT, p->process, BODY_ENDPOINT, TN_ENDPOINT_RECEIVE, 0, 0));
	partner_start(p, body, 0, TN_NONE);
}

static void server_end(const struct partner *p)
{
	partner_end(p);
	BENCH_DO(tn_cap_delete(TN_SELF, SLOT_ENDPOINT));
}

static void measure_calls(uint64_t utcb)
{
	struct partner p = server;

	p.utcb = utcb;
	server_start(&p, body_answer);
	bench_begin("IPC round trip 2 spaces 0 words", 1);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++)
		bench_add(call_bare());
	bench_end();
	server_end(&p);
	server_start(&p, body_answer_words);
	bench_begin("IPC round trip 2 spaces 4 words", 1);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++)
		bench_add(call_words(i));
	bench_end();
	server_end(&p);
}

/* One signal to the partner and a wait for its answer. */
static uint64_t signal_and_wait(void)
{
	uint64_t start = bench_instret();
	struct tn_result r = tn_signal(SLOT_OBJECT, 1);
	struct tn_message m = tn_recv(TN_NONE);
	uint64_t end = bench_instret();
	uint64_t wrong = WRONG(r.code, 0) | WRONG(m.code, 0) | WRONG(m.words[0], BODY_SIGNAL) |
			 WRONG(m.info, TN_INFO(TN_LABEL_SIGNALS, 1));

	bench_require_word(wrong, 0, "a signal's answer is wrong by");
	return end - start - bench_overhead;
}

static void measure_signals(uint64_t utcb)
{
	struct partner p = server;

	p.utcb = utcb;
	partner_make(&p);
	BENCH_DO(tn_cap_copy(TN_SLOT_THREAD, p.process, BODY_THREAD, TN_THREAD_SIGNAL, 0, 0));
	partner_start(&p, body_signal, 0, TN_NONE);
	tn_utcb->signal_mask = BODY_SIGNAL;
	bench_begin("signal ping-pong 2 spaces", 1);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++)
		bench_add(signal_and_wait());
	bench_end();
	tn_utcb->signal_mask = 0;
	partner_end(&p);
}

void measure_messages(void)
{
	uint64_t count = partner_frames() + 1; /* and an endpoint */
	uint64_t first = stock_take_warm(count, 1), utcb = stock_take_warm(1, 1);

	BENCH_DO(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, first, count));
	measure_calls(utcb);
	measure_signals(utcb);
	BENCH_DO(tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, first, count));
}
