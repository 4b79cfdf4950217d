/*
 * faults.c - a page fault that a pager in another process mends. Neither is the bench, which may
 * not fault: it hears what the fault cost, checks the page and takes it away again. Owns no state.
 */
#include "measures.h"

#include <tenure/message.h>

#include "bench.h"
#include "bodies.h"
#include "partner.h"
#include "stock.h"

#define TOUCHED(round) ((uint64_t)(round) + 1)

/* The pager serves an endpoint of its own, and may map into the process that faults. */
static void pager_start(const struct partner *pager, uint64_t target, uint64_t frame)
{
	partner_make(pager);
	BENCH_DO(tn_create(TN_KIND_ENDPOINT, pager->process, TN_ANY, TN_NONE, SLOT_FAULTS, 0));
	BENCH_DO(
		tn_cap_copy(SLOT_FAULTS, pager->process, BODY_ENDPOINT, TN_ENDPOINT_RECEIVE, 0, 0));
	BENCH_DO(tn_cap_copy(TN_SLOT_FRAMES, pager->process, BODY_FRAMES,
			     TN_FRAMES_READ | TN_FRAMES_WRITE, 0, 0));
	BENCH_DO(tn_cap_copy(target, pager->process, BODY_PROCESS, TN_PROCESS_MAP, 0, 0));
	partner_start(pager, body_pager, frame, TN_NONE);
}

static void toucher_start(const struct partner *toucher)
{
	BENCH_DO(tn_cap_copy(SLOT_ENDPOINT, toucher->process, BODY_ENDPOINT, TN_ENDPOINT_SEND, 0,
			     0));
	partner_start(toucher, body_touch, 0, SLOT_FAULTS);
}

/* The message says what it cost, and the page is there. Returns the cost. */
static uint64_t touch_check(const struct tn_message *m, uint64_t process, uint64_t frame,
			    uint64_t word)
{
	struct tn_result r;

	BENCH_REQUIRE(m->code, m->info, 0);
	bench_require_word(m->info, TN_INFO(BODY_LABEL, 2), "info of the message");
	bench_require_word(m->words[1], word, "word at the page");
	r = tn_resolve(process, BODY_TOUCH);
	BENCH_REQUIRE(r.code, r.value, 0);
	bench_require_word(r.value / TN_FRAME_SIZE, frame, "frame of the page");
	return m->words[0] - bench_overhead;
}

/* The frame is also mapped at STOCK_VA, where the bench changes its first word. */
static void measure_touches(uint64_t process, uint64_t frame)
{
	static const uint64_t none[TN_MESSAGE_REGISTERS];
	volatile uint64_t *word = (volatile uint64_t *)STOCK_VA;
	struct tn_message m;

	*word = TOUCHED(0);
	m = tn_recv(SLOT_ENDPOINT);
	bench_begin("page fault to pager in another space and back", 1);
	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		bench_add(touch_check(&m, process, frame, TOUCHED(i)));
		*word = TOUCHED(i + 1);
		BENCH_DO(tn_unmap(process, BODY_TOUCH, 1));
		m = tn_reply_recv(SLOT_ENDPOINT, 0, none);
	}
	bench_end();
}

void measure_faults(void)
{
	uint64_t count = 2 * partner_frames() + 1, first = stock_take_warm(count, 1);
	uint64_t user = stock_take_warm(3, 1);
	const struct partner pager = {SLOT_CHILD, SLOT_OBJECT, user};
	const struct partner toucher = {SLOT_OTHER, SLOT_OTHER_OBJECT, user + 1};
	uint64_t frame = user + 2;

	BENCH_DO(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, first, count));
	BENCH_DO(tn_create(TN_KIND_ENDPOINT, TN_SLOT_PROCESS, TN_ANY, TN_NONE, SLOT_ENDPOINT, 0));
	partner_make(&toucher);
	pager_start(&pager, toucher.process, frame);
	BENCH_DO(tn_map(TN_SLOT_PROCESS, STOCK_VA, TN_SLOT_FRAMES, frame, 1,
			TN_MAP_READ | TN_MAP_WRITE));
	toucher_start(&toucher);
	measure_touches(toucher.process, frame);
	BENCH_DO(tn_unmap(TN_SLOT_PROCESS, STOCK_VA, 1));
	partner_end(&toucher);
	partner_end(&pager);
	BENCH_DO(tn_destroy(SLOT_ENDPOINT, 0));
	BENCH_DO(tn_cap_delete(TN_SELF, SLOT_FAULTS));
	BENCH_DO(tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, first, count));
}
