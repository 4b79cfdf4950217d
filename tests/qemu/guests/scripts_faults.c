/*
 * scripts_faults.c - faults that a pager waits for, which have a short way, beside the same ones
 * where it waits until a deadline, so that the kernel goes the full one.
 */
#include "scripts.h"

#include "stage.h"

#define PAGER 0u
#define SAME 1u
#define OTHER 3u /* in the other process */
#define FAULT_BADGE 0x500u
#define MAPPED 0x70000000ul
#define ABSENT 0x70008000ul

extern char step_call[], step_landed[], step_stop[];

static const uint64_t resume = TN_INFO(TN_RESUME, 0), resume_at = TN_INFO(TN_RESUME_AT, 1);

static void faults_open(unsigned actor)
{
	stage_open(WAY_TIMED);
	stage_do(SET_FAULT, actor, 1, 0);
	stage_do(DO_RECV, PAGER, SLOT_RECEIVE, 0);
}

/* The pager has this fault before it. */
static void expect_fault(unsigned actor, uint64_t kind, uint64_t address, uint64_t pc)
{
	stage_expect(actor, TN_THREAD_FAULTED);
	stage_expect_answer(PAGER, 0);
	stage_expect_register(PAGER, 11, TN_INFO(TN_LABEL_FAULT, 3));
	stage_expect_register(PAGER, 12, kind);
	stage_expect_register(PAGER, 13, address);
	if (pc != 0)
		stage_expect_register(PAGER, 14, pc);
	stage_expect_register(PAGER, 15, 0);
	stage_expect_register(PAGER, 16, 0);
	stage_expect_register(PAGER, 17, FAULT_BADGE + actor);
}

static uint64_t access_of(enum deed_kind kind)
{
	return kind == DO_LOAD ? TN_FAULT_LOAD : kind == DO_STORE ? TN_FAULT_STORE : TN_FAULT_FETCH;
}

/* Twice in vain, then on at another place. */
static void try_address(enum deed_kind kind, uint64_t address, unsigned actor)
{
	uint64_t pc = kind == DO_FETCH ? address : 0;

	faults_open(actor);
	stage_do(kind, actor, address, 0);
	expect_fault(actor, access_of(kind), address, pc);
	stage_do(DO_REPLY_RECV, PAGER, SLOT_RECEIVE, resume);
	expect_fault(actor, access_of(kind), address, pc);
	stage_do(DO_REPLY_RECV, PAGER, SLOT_RECEIVE, resume_at);
	stage_expect_register(PAGER, 12, TN_FAULT_OTHER);
	stage_expect_register(PAGER, 14, (uint64_t)step_stop);
	stage_do(DO_REPLY_RECV, PAGER, SLOT_RECEIVE, TN_INFO(TN_KILL, 0));
	stage_expect(actor, TN_THREAD_STOPPED);
	stage_expect(PAGER, TN_THREAD_RECEIVES);
	stage_close("%s at 0x%lx, %s process",
		    kind == DO_LOAD    ? "a load"
		    : kind == DO_STORE ? "a store"
				       : "a fetch",
		    address, actor == SAME ? "the same" : "another");
}

/* The page comes; the access is made. */
static void try_mapped(enum deed_kind kind, uint64_t flags)
{
	faults_open(OTHER);
	stage_do(kind, OTHER, ABSENT, 0);
	stage_do(MAP, 1, ABSENT, flags);
	stage_do(DO_REPLY_RECV, PAGER, SLOT_RECEIVE, resume);
	stage_expect_register(PAGER, 12, TN_FAULT_OTHER);
	stage_do(DO_REPLY_RECV, PAGER, SLOT_RECEIVE, TN_INFO(TN_KILL, 0));
	stage_do(kind, OTHER, ABSENT, 0);
	stage_do(DO_REPLY_RECV, PAGER, SLOT_RECEIVE, TN_INFO(TN_KILL, 0));
	stage_do(UNMAP, 1, ABSENT, 0);
	stage_do(kind, OTHER, ABSENT, 0);
	expect_fault(OTHER, access_of(kind), ABSENT, 0);
	stage_close("a page comes for a %s, and goes", kind == DO_LOAD ? "load" : "store");
}

static void try_answer(uint64_t info, enum deed_kind kind, bool stops)
{
	faults_open(OTHER);
	stage_do(kind, OTHER, ABSENT, 0);
	stage_do(DO_REPLY_RECV, PAGER, SLOT_RECEIVE, info);
	stage_expect(OTHER, stops ? TN_THREAD_STOPPED : TN_THREAD_FAULTED);
	stage_do(DO_REPLY_RECV, PAGER, SLOT_RECEIVE, info);
	stage_do(RESUME, OTHER, 0, 0);
	stage_close("answer 0x%lx to %s", info, kind == DO_EXIT ? "an exit" : "a fault");
}

/* The pager is not there; others wait before it; it is of another priority. */
static void try_pagers(uint64_t priority)
{
	stage_open(WAY_TIMED);
	stage_do(SET_PRIORITY, PAGER, priority, 0);
	stage_do(SET_FAULT, OTHER, 1, 0);
	stage_do(SET_FAULT, SAME, 1, 0);
	stage_do(DO_LOAD, OTHER, ABSENT, 0);
	stage_do(DO_CALL, 4, SLOT_SEND, TN_INFO(1, 5));
	stage_do(DO_STORE, SAME, ABSENT, 0);
	stage_do(DO_RECV, PAGER, SLOT_RECEIVE, 0);
	expect_fault(OTHER, TN_FAULT_LOAD, ABSENT, 0);
	stage_do(DO_REPLY_RECV, PAGER, SLOT_RECEIVE, resume);
	stage_expect_register(PAGER, 11, TN_INFO(1, 5));
	stage_do(DO_REPLY_RECV, PAGER, SLOT_RECEIVE, TN_INFO(2, 5));
	stage_expect_answer(4, 0);
	expect_fault(SAME, TN_FAULT_STORE, ABSENT, 0);
	stage_do(HOLD, 0, 0, 0);
	stage_do(DO_REPLY_RECV, PAGER, SLOT_RECEIVE, TN_INFO(TN_KILL, 0));
	stage_do(DO_YIELD, 5, 0, 0);
	stage_do(DO_YIELD, 2, 0, 0);
	stage_do(GO, 0, 0, 0);
	stage_do(HOLD, 0, 0, 0);
	stage_do(DO_REPLY_RECV, PAGER, SLOT_RECEIVE, resume);
	stage_do(DO_YIELD, 2, 0, 0);
	stage_do(DO_LOAD, SAME, ABSENT, 0);
	stage_do(GO, 0, 0, 0);
	stage_close("a pager of priority %lu that comes late", priority);
}

/* The faulter, or the pager's process, ends while the fault is unanswered; and next time. */
static void try_ends(enum deed_kind how, unsigned whom)
{
	faults_open(OTHER);
	stage_do(DO_LOAD, OTHER, ABSENT, 0);
	stage_do(how, whom, 0, 0);
	stage_do(DO_REPLY_RECV, PAGER, SLOT_RECEIVE, resume);
	stage_do(DO_LOAD, OTHER, ABSENT, 0);
	stage_do(DO_STORE, OTHER, MAPPED, 0);
	stage_do(DO_CALL, 4, SLOT_SEND, TN_INFO(1, 5));
	stage_close("deed %u to %u while a fault waits", how, whom);
}

/* The pager waits, in another process, at an endpoint whose process is dying. */
static void try_dying_pager(void)
{
	stage_open(WAY_TIMED);
	stage_do(DO_RECV, OTHER, SLOT_RECEIVE, 0);
	stage_do(SET_FAULT, OTHER + 1, 1, 0);
	stage_do(STEP_PROCESS, 0, 0, 0);
	stage_do(DO_LOAD, OTHER + 1, ABSENT, 0);
	stage_expect(OTHER, TN_THREAD_RECEIVES);
	stage_expect(OTHER + 1, TN_THREAD_STOPPED);
	stage_do(END_PROCESS, 0, 0, 0);
	stage_expect_answer(OTHER, -TN_EPEER);
	stage_close("a fault while the pager's endpoint is dying");
}

/* A thread that has a caller to answer faults; nobody handles it. */
static void try_caller_of_faulter(bool handled)
{
	stage_open(WAY_TIMED);
	stage_do(DO_RECV, OTHER, SLOT_RECEIVE + 1, 0);
	stage_do(DO_CALL, SAME, SLOT_SEND + 1, TN_INFO(1, 5));
	stage_do(DO_RECV, PAGER, SLOT_RECEIVE, 0);
	stage_do(SET_FAULT, OTHER, handled ? 1 : 2, 0);
	stage_do(DO_LOAD, OTHER, ABSENT, 0);
	if (!handled)
		stage_expect_answer(SAME, -TN_EPEER);
	stage_do(DO_REPLY_RECV, PAGER, SLOT_RECEIVE, resume_at);
	stage_do(DO_REPLY_RECV, PAGER, SLOT_RECEIVE, TN_INFO(TN_KILL, 0));
	stage_do(DO_REPLY, OTHER, 0, TN_INFO(2, 2));
	stage_close("who has to answer faults, %s", handled ? "and is helped" : "unhandled");
}

static void try_masked(void)
{
	faults_open(OTHER);
	stage_do(SET_MASK, PAGER, 2, 0);
	stage_do(DO_LOAD, OTHER, ABSENT, 0);
	stage_do(POST, PAGER, 3, 0);
	stage_do(DO_REPLY_RECV, PAGER, SLOT_RECEIVE, resume);
	stage_expect_register(PAGER, 12, 2);
	stage_do(DO_REPLY_RECV, PAGER, SLOT_RECEIVE, resume);
	expect_fault(OTHER, TN_FAULT_LOAD, ABSENT, 0);
	stage_do(DO_SAVE, PAGER, SLOT_REPLIES, 0);
	stage_do(DO_REPLY_TO, SAME, SLOT_REPLIES, resume);
	stage_expect(OTHER, TN_THREAD_FAULTED);
	stage_do(SET_FLOAT, OTHER, 1, 0);
	stage_do(SET_FLOAT, PAGER, 1, 0);
	stage_do(DO_RECV, PAGER, SLOT_RECEIVE, 0);
	stage_do(DO_REPLY_RECV, PAGER, SLOT_RECEIVE, resume);
	stage_close("signals, saved faults and floating point of a pager");
}

static void try_addresses(void)
{
	static const uint64_t addresses[] = {
		0x70008000ul,   /* no entry in a table that is there */
		0x70401008ul,   /* no table */
		0x1000000000ul, /* nor the table above it */
		0x3000000000ul,
		(uint64_t)1 << 38, /* Sv39 ends here */
		(uint64_t)3 << 38,
		(uint64_t)5 << 39,
		(uint64_t)1 << 47, /* Sv48 */
		(uint64_t)1 << 56, /* Sv57 */
		0,
		(uint64_t)1 << 62,
		0xffffffc000000000ul,
		0xffffffff80000000ul,
		0xffffffffffffff00ul,
	};

	for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		try_address(DO_LOAD, addresses[i], OTHER);
		try_address(DO_STORE, addresses[i], SAME);
		try_address(DO_FETCH, addresses[i], OTHER);
	}
	try_address(DO_STORE, (uint64_t)step_call & ~(uint64_t)7, OTHER); /* no right */
	try_address(DO_FETCH, MAPPED, SAME);
}

void scripts_faults(void)
{
	static const uint64_t answers[] = {TN_INFO(0, 0),         TN_INFO(0, 5), TN_INFO(0, 6),
					   TN_INFO(1, 1),         TN_INFO(2, 0), TN_INFO(3, 0),
					   TN_INFO(0x7fffffff, 5)};

	try_addresses();
	try_mapped(DO_LOAD, TN_MAP_READ);
	try_mapped(DO_STORE, TN_MAP_READ | TN_MAP_WRITE);
	for (unsigned i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		try_answer(answers[i], DO_LOAD, TN_INFO_LABEL(answers[i]) > TN_RESUME_AT);
		try_answer(answers[i], DO_EXIT, true);
	}
	try_pagers(15);
	try_pagers(20);
	try_pagers(25);
	try_ends(SUSPEND, OTHER);
	try_ends(SUSPEND, PAGER);
	try_ends(END_THREAD, OTHER);
	try_ends(END_THREAD, PAGER);
	try_ends(END_ENDPOINT, 0);
	try_ends(REVOKE_ENDPOINT, 0);
	try_ends(STEP_PROCESS, 0);
	try_ends(END_PROCESS, 0);
	try_ends(STEP_PROCESS, 1);
	try_ends(END_PROCESS, 1);
	try_dying_pager();
	try_caller_of_faulter(true);
	try_caller_of_faulter(false);
	try_masked();
}
