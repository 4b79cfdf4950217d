/*
 * ticker.c - a second thread of mm, which signals the first one at regular times.
 *
 * It runs in mm's address space beside mm and at its priority, so it touches nothing there but its
 * own stack and UTCB: no records of mm, no tn_utcb, no C library.
 */
#include "ticker.h"

#include <tenure/message.h>
#include <tenure/records.h>

#include "../objects.h"
#include "../require.h"
#include "scratch.h"
#include "threads.h"

#define STACK_BYTES 1024u /* of which it uses a few words */

static char stack[STACK_BYTES] __attribute__((aligned(16)));

/* Signals that nobody has taken yet are one: mm hears of them when it is back. */
static void __attribute__((noreturn)) tick(uint64_t period, struct tn_utcb *utcb)
{
	for (;;) {
		utcb->deadline = tn_clock() + period;
		(void)tn_recv_timed(TN_NONE);
		(void)tn_signal(TN_SLOT_THREAD, TICKER_BIT);
	}
}

void ticker_start(struct server *server, uint64_t period)
{
	struct mm *mm = server->mm;
	struct thread_setup setup = {
		.process = &mm->processes[0],
		.slot = object_make(mm, &mm->processes[0], TN_KIND_THREAD),
		.utcb = store_take_lendable(&mm->store, 0),
		.address = SERVER_TICKER,
		.fault = server->endpoint,
		.config = {.priority = SERVER_PRIORITY, .pc = (uint64_t)tick},
	};

	setup.config.registers[TN_REGISTER_SP] = (uint64_t)stack + STACK_BYTES;
	setup.config.registers[TN_REGISTER_A0] = period;
	setup.config.registers[TN_REGISTER_A1] = setup.address;
	require(setup.slot != 0 && setup.utcb != STORE_NONE &&
			scratch_clear(server, setup.utcb, 1) && thread_set_up(mm, &setup),
		"there is memory for the ticker");
	require_done(tn_thread_resume(setup.slot), "thread_resume");
}
