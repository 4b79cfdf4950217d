/*
 * scripts_messages.c - what a call or an answer may carry, and through which slot.
 */
#include "scripts.h"

#include "stage.h"

#define SERVER 0u
#define OTHER 3u /* in the other process */
#define SAME 1u

static const uint64_t infos[] = {
	TN_INFO(0, 0),
	TN_INFO(7, 1),
	TN_INFO(7, 5),
	TN_INFO(7, 6),
	TN_INFO(7, 63),
	TN_INFO(7, 64),
	TN_INFO(7, 65),
	TN_INFO(7, 127),
	TN_INFO(0x7fffffff, 5),
	TN_INFO(0x80000000, 5),
	TN_INFO(0x80000001, 3),
	TN_INFO(0xffffffff, 0),
	TN_INFO(7, 2) | TN_INFO_TIMED,
	TN_INFO(7, 2) | TN_INFO_LOST,
	TN_INFO(7, 2) | (uint64_t)1 << 39,
	TN_INFO(7, 2) | (uint64_t)SLOT_THREADS << 40,
	TN_INFO(7, 2) | (uint64_t)1 << 56,
	TN_INFO(7, 2) | (uint64_t)1 << 60,
	TN_INFO_WITH(7, 2, SLOT_THREADS),
	TN_INFO_WITH(7, 6, SLOT_NO_GRANT),
	TN_INFO_WITH(7, 2, SLOT_EMPTY),
	TN_INFO_WITH(7, 2, SLOT_STALE),
	TN_INFO_WITH(7, 2, SLOT_OUTSIDE),
	TN_INFO_WITH(7, 2, 0xffff),
	~(uint64_t)0,
};
#define INFOS (sizeof(infos) / sizeof(infos[0]))

static bool is_refused(uint64_t info)
{
	return TN_INFO_LABEL(info) >= TN_LABEL_KERNEL || TN_INFO_WORDS(info) > TN_MESSAGE_WORDS;
}

/* Each info word to a receiver that waits, to one that comes later, and as an answer. */
static void try_info(uint64_t info, unsigned caller)
{
	stage_open(WAY_FULL);
	stage_do(DO_RECV, SERVER, SLOT_RECEIVE, 0);
	stage_expect(SERVER, TN_THREAD_RECEIVES);
	stage_do(DO_CALL, caller, SLOT_SEND, info);
	if (is_refused(info))
		stage_expect_answer(caller, -TN_EINVAL);
	stage_do(DO_CALL, caller, SLOT_SEND, TN_INFO(3, 5));
	stage_expect(caller, TN_THREAD_AWAITS);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, info);
	if (is_refused(info))
		stage_expect_answer(SERVER, -TN_EINVAL);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, TN_INFO(4, 5));
	stage_do(DO_CALL, caller, SLOT_SEND, info);
	stage_do(DO_CALL, 2, SLOT_SEND, info);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, info);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, TN_INFO(4, 0));
	stage_close("info word 0x%lx, %s process", info, caller == SAME ? "the same" : "another");
}

#define SLOTS_OF_TABLE (TN_CAPS_PAGES * TN_CAPS_SLOTS)
static const uint64_t slots[] =
	{SLOT_SEND,      SLOT_SEND + 2,     SLOT_RECEIVE,      SLOT_NO_GRANT,
	 SLOT_ALL,       SLOT_STALE,        SLOT_TWIN,         SLOT_EMPTY,
	 SLOT_THREADS,   SLOT_OUTSIDE - 1,  SLOT_OUTSIDE,      SLOTS_OF_TABLE - 1,
	 SLOTS_OF_TABLE, (uint64_t)1 << 32, (uint64_t)1 << 63, TN_NONE - 1,
	 TN_NONE};
#define SLOTS (sizeof(slots) / sizeof(slots[0]))

static void try_slot(uint64_t slot)
{
	stage_open(WAY_FULL);
	stage_do(DO_RECV, SERVER, SLOT_RECEIVE, 0);
	stage_do(DO_CALL, OTHER, slot, TN_INFO(7, 4));
	if (slot == SLOT_TWIN)
		stage_expect_register(SERVER, 17, 77);
	if (slot == SLOT_EMPTY || slot == SLOT_OUTSIDE - 1)
		stage_expect_answer(OTHER, -TN_ENOENT);
	stage_do(DO_CALL, OTHER + 1, SLOT_SEND, TN_INFO(7, 4));
	stage_do(DO_REPLY_RECV, SERVER, slot, TN_INFO(8, 4));
	if (slot == SLOT_SEND)
		stage_expect_answer(SERVER, -TN_EPERM);
	stage_do(DO_REPLY_RECV, SERVER, slot, TN_INFO(9, 7));
	stage_do(DO_REPLY_RECV, SERVER, slot, TN_INFO(0x80000000, 0));
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, TN_INFO(10, 1));
	stage_close("slot 0x%lx", slot);
}

/* The capability goes, or is another, while the receiver waits. */
static void try_deleted(void)
{
	stage_open(WAY_FULL);
	stage_do(DO_RECV, SERVER, SLOT_RECEIVE, 0);
	stage_do(DO_CALL, OTHER, SLOT_TWIN, TN_INFO(7, 4));
	stage_do(DELETE, 1, SLOT_TWIN, 0);
	stage_do(DELETE, 0, SLOT_RECEIVE, 0);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_RECEIVE, TN_INFO(8, 4));
	stage_expect_answer(SERVER, -TN_ENOENT);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_ALL, TN_INFO(8, 4));
	stage_expect_answer(OTHER, 0);
	stage_do(DO_CALL, OTHER, SLOT_TWIN, TN_INFO(7, 4));
	stage_expect_answer(OTHER, -TN_ENOENT);
	stage_close("capabilities deleted meanwhile");
}

/* Capabilities that travel: into an empty slot, a taken one, one that is none. */
static void try_travel(void)
{
	stage_open(WAY_FULL);
	stage_do(DO_RECV, SERVER, SLOT_ALL, 0);
	stage_do(DO_CALL, OTHER, SLOT_SEND, TN_INFO_WITH(1, 5, SLOT_THREADS + 2));
	stage_expect_register(SERVER, 11, TN_INFO_WITH(1, 5, 0));
	stage_do(DO_REPLY_RECV, SERVER, SLOT_ALL, TN_INFO_WITH(2, 5, SLOT_SEND + 2));
	stage_do(DO_CALL, OTHER, SLOT_SEND, TN_INFO_WITH(3, 5, SLOT_THREADS + 2));
	stage_do(SET_PLACE, OTHER, 1u << 20, 0);
	stage_do(DO_REPLY_RECV, SERVER, SLOT_ALL, TN_INFO_WITH(4, 64, SLOT_SEND + 2));
	stage_do(DO_CALL, OTHER, SLOT_NO_GRANT, TN_INFO_WITH(3, 5, SLOT_THREADS + 2));
	stage_expect_answer(OTHER, -TN_EPERM);
	stage_do(DO_CALL, OTHER, SLOT_SEND, TN_INFO(3, 5));
	stage_do(DO_SAVE, SERVER, SLOT_REPLIES, 0);
	stage_do(DO_RECV, SERVER, SLOT_ALL, 0);
	stage_do(DO_CALL, SAME, SLOT_SEND + 2, TN_INFO_WITH(5, 2, SLOT_REPLIES));
	stage_do(DO_RECV, OTHER + 1, SLOT_RECEIVE + 2, 0);
	stage_do(DO_REPLY_TO, OTHER + 1, SLOT_PLACE + OTHER + 1, TN_INFO(6, 5));
	stage_expect_answer(OTHER, 0);
	stage_do(DO_REPLY_RECV, OTHER + 1, SLOT_RECEIVE + 2, TN_INFO(7, 0));
	stage_close("capabilities that travel");
}

void scripts_messages(void)
{
	for (unsigned i = 0; i < INFOS; i++) {
		try_info(infos[i], OTHER);
		try_info(infos[i], SAME);
	}
	for (unsigned i = 0; i < SLOTS; i++)
		try_slot(slots[i]);
	try_deleted();
	try_travel();
}
