/*
 * waiters.c - the end of an endpoint at which many threads wait, each until a moment of its own:
 * what one step of it may cost. Owns no state.
 */
#include "measures.h"

#include <tenure/user.h>

#include "bench.h"
#include "bodies.h"
#include "partner.h"
#include "stock.h"

#define WAITERS 100u                                   /* more than two steps let go */
#define WAITER_VA(i) (BODY_UTCB + TN_FRAME_SIZE * (i)) /* the first holds the stack of all */
#define FAR ((uint64_t)1 << 60)
#define SPARE 8u /* frames of the pool: endpoint, a table more */

static const struct partner crowd = {SLOT_CHILD, SLOT_OBJECT, 0};

/* One more thread of the process: runs until it waits. */
static void waiter_start(uint64_t i, uint64_t utcb)
{
	BENCH_DO(tn_create(TN_KIND_THREAD, crowd.process, TN_ANY, TN_NONE, SLOT_OTHER_OBJECT, 0));
	/* no two alike, and not in order */
	partner_utcb(utcb, FAR + i * 37 % WAITERS);
	partner_registers(body_wait, 0);
	BENCH_DO(tn_thread_configure(SLOT_OTHER_OBJECT,
				     TN_CONFIGURE_REGISTERS | TN_CONFIGURE_UTCB |
					     TN_CONFIGURE_PRIORITY,
				     TN_SLOT_FRAMES, utcb, WAITER_VA(i), TN_NONE));
	BENCH_DO(tn_thread_resume(SLOT_OTHER_OBJECT));
	BENCH_DO(tn_yield());
	bench_require_word(tn_thread_info(SLOT_OTHER_OBJECT).value, TN_THREAD_RECEIVES,
			   "a waiter's state is");
	BENCH_DO(tn_cap_delete(TN_SELF, SLOT_OTHER_OBJECT));
}

static uint64_t longest_step(void)
{
	uint64_t most = 0, steps = 0;
	struct tn_result r;

	do {
		uint64_t start = bench_instret(), cost;

		r = tn_destroy(SLOT_ENDPOINT, TN_FLAG_STEP);
		cost = bench_instret() - start - bench_overhead;
		most = cost > most ? cost : most;
		steps++;
	} while (r.code == -TN_EAGAIN);
	BENCH_REQUIRE(r.code, steps, 0);
	return most;
}

uint64_t measure_waiters(void)
{
	uint64_t count = partner_frames() + WAITERS + SPARE, first = stock_take_warm(count, 1);
	uint64_t utcbs = stock_take_warm(WAITERS + 1, 1), most;
	struct partner p = crowd;

	p.utcb = utcbs + WAITERS;
	BENCH_DO(tn_frame_give(TN_SLOT_FRAMES, SLOT_POOL, first, count));
	partner_make(&p);
	BENCH_DO(tn_create(TN_KIND_ENDPOINT, p.process, TN_ANY, TN_NONE, SLOT_ENDPOINT, 0));
	BENCH_DO(tn_cap_copy(SLOT_ENDPOINT, p.process, BODY_ENDPOINT, TN_ENDPOINT_RECEIVE, 0, 0));
	for (uint64_t i = 0; i < WAITERS; i++)
		waiter_start(i, utcbs + i);
	most = longest_step();
	partner_end(&p);
	BENCH_DO(tn_frame_reclaim(TN_SLOT_FRAMES, SLOT_POOL, first, count));
	return most;
}
