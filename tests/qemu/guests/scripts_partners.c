/*
 * scripts_partners.c - who waits, who is ready, and who ends while somebody else waits for it.
 */
#include "scripts.h"

#include "stage.h"

#define SERVER 0u
#define SAME 1u
#define THIRD 2u
#define OTHER 3u /* in the other process */

static const uint64_t info = TN_INFO(7, 5);
static const uint64_t timed = TN_INFO(7, 5) | TN_INFO_TIMED;

/* The server has received a call of OTHER. */
static void serve(void)
{
	stage_do(DO_RECV, SERVER, SLOT_RECEIVE, 0);
	stage_do(DO_CALL, OTHER, SLOT_SEND, info);
	stage_expect_answer(SERVER, 0);
	stage_expect(OTHER, TN_THREAD_AWAITS);
}

/* --- order ------------------------------------------------------------------------------------ */

static void try_queues(void)
{
	stage_open(WAY_FULL);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, info);
	stage_expect(SERVER, TN_THREAD_RECEIVES);
	stage_do(DO_REPLY_RECV, SAME, SLOT_RECEIVE, info);
	stage_do(DO_RECV, THIRD, SLOT_RECEIVE, 0);
	for (unsigned i = OTHER; i < ACTORS; i++)
		stage_do(DO_CALL, i, SLOT_SEND, info);
	stage_do(DO_REPLY_RECV, SAME, SLOT_RECEIVE, info);
	stage_expect_answer(OTHER + 1, 0);
	stage_do(DO_CALL, OTHER + 1, SLOT_SEND, info);
	stage_do(SUSPEND, SAME, 0, 0);
	stage_expect_answer(OTHER + 1, -TN_EPEER);
	stage_do(DO_CALL, OTHER + 1, SLOT_SEND, info);
	stage_do(DO_REPLY_RECV, THIRD, SLOT_RECEIVE, info);
	stage_do(DO_CALL, OTHER + 2, SLOT_SEND, info);
	stage_do(DO_CALL, SAME, SLOT_SEND, info);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, info);
	stage_expect_answer(OTHER, 0);
	stage_do(DO_REPLY_RECV, THIRD, SLOT_RECEIVE, info);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, info);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, info);
	stage_close("several wait, on either side");
}

/* The server's priority, and that of somebody who is ready when the call and the answer are made. */
static void try_priorities(uint64_t server, uint64_t third, bool first)
{
	stage_open(WAY_FULL);
	stage_do(SET_PRIORITY, SERVER, server, 0);
	stage_do(SET_PRIORITY, THIRD, third, 0);
	stage_do(DO_RECV, SERVER, SLOT_RECEIVE, 0);
	for (unsigned turn = 0; turn < 2; turn++) {
		stage_do(HOLD, 0, 0, 0);
		if (first)
			stage_do(DO_YIELD, THIRD, 0, 0);
		stage_do(DO_CALL, OTHER, SLOT_SEND, info);
		if (!first)
			stage_do(DO_YIELD, THIRD, 0, 0);
		stage_do(DO_YIELD, OTHER + 1, 0, 0);
		stage_do(GO, 0, 0, 0);
		stage_expect_answer(SERVER, 0);
		stage_do(HOLD, 0, 0, 0);
		if (first)
			stage_do(DO_YIELD, THIRD, 0, 0);
		stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, info);
		if (!first)
			stage_do(DO_YIELD, THIRD, 0, 0);
		stage_do(DO_YIELD, OTHER + 1, 0, 0);
		stage_do(GO, 0, 0, 0);
		stage_expect_answer(OTHER, 0);
		stage_expect(SERVER, TN_THREAD_RECEIVES);
	}
	stage_close("server of priority %lu, another of %lu ready %s", server, third,
		    first ? "before" : "behind");
}

/* --- deadlines and signals -------------------------------------------------------------------- */

static void try_deadlines(void)
{
	stage_open(WAY_FULL);
	stage_do(DO_RECV, SERVER, SLOT_RECEIVE, TN_INFO_TIMED);
	stage_expect(SERVER, TN_THREAD_RECEIVES);
	stage_do(DO_CALL, OTHER, SLOT_SEND, info);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, timed);
	stage_expect_answer(OTHER, 0);
	stage_do(DO_CALL, OTHER, SLOT_SEND, timed);
	stage_do(SET_DEADLINE, SERVER, 0, 0);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, timed);
	stage_expect_answer(OTHER, 0);
	stage_expect_answer(SERVER, -TN_ETIMEDOUT);
	stage_do(SET_DEADLINE, SERVER, TN_ANY, 0);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, timed);
	stage_do(DO_CALL, OTHER, SLOT_SEND, info);
	stage_close("receives until a deadline");
}

static void try_timeout(void)
{
	stage_open(WAY_FULL);
	serve();
	stage_do(SET_DEADLINE, SERVER, DEADLINE_SOON, 0);
	stage_do(HOLD, 0, 0, 0);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, timed);
	stage_do(DO_YIELD, THIRD, 0, 0);
	stage_do(GO_AND_AWAIT, SERVER, 0, 0);
	stage_expect_answer(SERVER, -TN_ETIMEDOUT);
	stage_expect_answer(OTHER, 0);
	stage_do(DO_CALL, OTHER, SLOT_SEND, info);
	stage_expect(OTHER, TN_THREAD_CALLS);
	stage_do(DO_RECV, SERVER, SLOT_RECEIVE, 0);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, info);
	stage_do(DO_CALL, OTHER, SLOT_SEND, info);
	stage_expect(OTHER, TN_THREAD_AWAITS);
	stage_close("a deadline that passes");
}

static void try_signals(void)
{
	stage_open(WAY_FULL);
	serve();
	stage_do(SET_MASK, SERVER, 0xf0, 0);
	stage_do(POST, SERVER, 1, 0);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, info);
	stage_expect(SERVER, TN_THREAD_RECEIVES);
	stage_do(POST, SERVER, 2, 0);
	stage_do(DO_CALL, OTHER, SLOT_SEND, info);
	stage_do(POST, SERVER, 0x30, 0);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, info);
	stage_expect_answer(SERVER, 0);
	stage_expect_register(SERVER, 12, 0x30);
	stage_expect_answer(OTHER, 0);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, info);
	stage_do(DO_SIGNAL, OTHER, SLOT_THREADS + SERVER, 0x81);
	stage_expect_register(SERVER, 12, 0x80);
	stage_do(DO_CALL, OTHER, SLOT_SEND, info);
	stage_do(POST, SERVER, 0x40, 0);
	stage_do(DO_RECV, SERVER, SLOT_RECEIVE, 0);
	stage_do(POST, OTHER, 0x40, 0);
	stage_expect(OTHER, TN_THREAD_CALLS);
	stage_do(DO_RECV, SERVER, SLOT_RECEIVE, 0);
	stage_do(SET_MASK, SERVER, ~(uint64_t)0, 0);
	stage_do(DO_REPLY_RECV, SERVER, TN_NONE, info);
	stage_expect_register(SERVER, 12, 3);
	stage_close("signals pending, masked and not");
}

/* --- ends ------------------------------------------------------------------------------------- */

static void try_no_caller(enum deed_kind how)
{
	stage_open(WAY_FULL);
	serve();
	stage_do(how, OTHER, 0, 0);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, info);
	stage_expect(SERVER, TN_THREAD_RECEIVES);
	stage_do(DO_CALL, OTHER + 1, SLOT_SEND, info);
	stage_expect(OTHER + 1, TN_THREAD_AWAITS);
	stage_do(RESUME, OTHER, 0, 0);
	stage_do(how, SERVER, 0, 0);
	stage_expect_answer(OTHER + 1, -TN_EPEER);
	stage_do(DO_CALL, OTHER + 1, SLOT_SEND, info);
	stage_do(how, OTHER + 1, 0, 0);
	stage_do(DO_RECV, SAME, SLOT_RECEIVE, 0);
	stage_do(DO_RECV, THIRD, SLOT_RECEIVE, 0);
	stage_do(how, SAME, 0, 0);
	stage_do(DO_CALL, OTHER + 2, SLOT_SEND, info);
	stage_expect_answer(THIRD, 0);
	stage_close("partners that %s", how == SUSPEND ? "are suspended" : "end");
}

static void try_endpoint_end(enum deed_kind how, int64_t code)
{
	stage_open(WAY_FULL);
	serve();
	stage_do(DO_CALL, OTHER + 1, SLOT_SEND, info);
	stage_do(how, 0, 0, 0);
	stage_do(DO_CALL, OTHER + 2, SLOT_SEND, info);
	stage_expect_answer(OTHER + 2, code);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, info);
	stage_expect_answer(SERVER, code);
	stage_expect(OTHER, TN_THREAD_AWAITS);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE + 1, info);
	stage_expect_answer(OTHER, 0);
	stage_do(DO_CALL, OTHER, SLOT_SEND + 1, info);
	stage_expect(OTHER, TN_THREAD_AWAITS);
	stage_close("an endpoint %s", how == END_ENDPOINT ? "ends" : "gets a new name");
}

static void try_receiver_end(void)
{
	stage_open(WAY_FULL);
	stage_do(DO_RECV, OTHER, SLOT_RECEIVE, 0);
	stage_do(DO_RECV, SERVER, SLOT_RECEIVE, 0);
	stage_do(END_ENDPOINT, 0, 0, 0);
	stage_expect_answer(OTHER, -TN_EPEER);
	stage_expect_answer(SERVER, -TN_EPEER);
	stage_close("an endpoint ends under its receivers");
}

/* The first process, whose the endpoint is, dies; in the second, both ends of a call. */
static void try_dying(enum deed_kind how)
{
	int64_t code = how == STEP_PROCESS ? -TN_EPEER : -TN_ESTALE;

	stage_open(WAY_FULL);
	stage_do(DO_RECV, OTHER, SLOT_RECEIVE, 0);
	stage_do(DO_CALL, OTHER + 1, SLOT_SEND, info);
	stage_expect_answer(OTHER, 0);
	stage_do(how, 0, 0, 0);
	stage_do(DO_CALL, OTHER + 2, SLOT_SEND, info);
	stage_expect_answer(OTHER + 2, code);
	stage_do(DO_REPLY_RECV, OTHER, SLOT_RECEIVE, info);
	stage_expect_answer(OTHER, code);
	stage_expect(OTHER + 1, TN_THREAD_AWAITS);
	stage_do(DO_REPLY_RECV, OTHER, SLOT_RECEIVE + 2, info);
	stage_expect_answer(OTHER + 1, 0);
	stage_do(DO_CALL, OTHER + 1, SLOT_SEND + 2, info);
	stage_close("the endpoint's process %s", how == STEP_PROCESS ? "is dying" : "is gone");
}

/* Threads of the second process receive at the endpoints of the first, which is taken apart step by
 * step: until their turn comes they wait, and nobody may call them. */
static void try_dying_receivers(void)
{
	stage_open(WAY_FULL);
	stage_do(DO_RECV, OTHER, SLOT_RECEIVE, 0);
	stage_do(DO_RECV, OTHER + 1, SLOT_RECEIVE + 1, 0);
	stage_do(STEP_PROCESS, 0, 0, 0);
	stage_expect(OTHER, TN_THREAD_RECEIVES);
	stage_do(DO_CALL, OTHER + 2, SLOT_SEND, info);
	stage_expect_answer(OTHER + 2, -TN_EPEER);
	for (unsigned i = 0; i < 8; i++) {
		stage_do(STEP_PROCESS, 0, 0, 0);
		stage_do(DO_CALL, OTHER + 2, SLOT_SEND + i % 2, info);
	}
	stage_expect_answer(OTHER, -TN_EPEER);
	stage_expect_answer(OTHER + 1, -TN_EPEER);
	stage_close("receivers at the endpoints of a dying process");
}

/* --- the rest --------------------------------------------------------------------------------- */

static void try_saved(void)
{
	stage_open(WAY_FULL);
	serve();
	stage_do(DO_SAVE, SERVER, SLOT_REPLIES, 0);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, info);
	stage_expect(SERVER, TN_THREAD_RECEIVES);
	stage_expect(OTHER, TN_THREAD_AWAITS);
	stage_do(DO_CALL, OTHER + 1, SLOT_SEND, info);
	stage_do(DO_REPLY_TO, SAME, SLOT_REPLIES, info);
	stage_expect_answer(OTHER, 0);
	stage_do(DO_REPLY_TO, SAME, SLOT_REPLIES, info);
	stage_expect_answer(SAME, -TN_ENOENT);
	stage_do(DO_CALL, OTHER, SLOT_SEND, info);
	stage_do(DO_SAVE, SERVER, SLOT_REPLIES, 0);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, info);
	stage_do(DELETE, 0, SLOT_REPLIES, 0);
	stage_expect_answer(OTHER + 1, -TN_EPEER);
	stage_close("callers saved by save_reply");
}

/* Who uses floating point: one bit an actor. */
static void try_float(unsigned who)
{
	stage_open(WAY_FULL);
	for (unsigned i = 0; i < ACTORS; i++)
		stage_do(SET_FLOAT, i, who >> i % 4 & 1, 0);
	for (unsigned turn = 0; turn < 2; turn++) {
		stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, info);
		stage_do(DO_CALL, OTHER, SLOT_SEND, info);
		stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, info);
		stage_do(DO_CALL, SAME, SLOT_SEND, info);
		stage_do(DO_CALL, THIRD, SLOT_SEND, info);
		stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, info);
		stage_expect_answer(SAME, 0);
		stage_do(DO_SEND, SERVER, SLOT_SEND, info);
	}
	stage_close("floating point used by actors 0x%x", who);
}

void scripts_partners(void)
{
	static const uint64_t priorities[] = {15, 20, 25};
	static const uint64_t thirds[] = {12, 15, 18, 20, 22, 25, 30};

	try_queues();
	for (unsigned i = 0; i < 3; i++)
		for (unsigned k = 0; k < 7; k++) {
			try_priorities(priorities[i], thirds[k], false);
			try_priorities(priorities[i], thirds[k], true);
		}
	try_deadlines();
	try_timeout();
	try_signals();
	try_no_caller(SUSPEND);
	try_no_caller(END_THREAD);
	try_endpoint_end(END_ENDPOINT, -TN_ESTALE);
	try_endpoint_end(REVOKE_ENDPOINT, -TN_ESTALE);
	try_receiver_end();
	try_dying(STEP_PROCESS);
	try_dying(END_PROCESS);
	try_dying_receivers();
	try_saved();
	for (unsigned who = 0; who < 16; who++)
		try_float(who);
}
