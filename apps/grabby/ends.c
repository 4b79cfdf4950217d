/*
 * ends.c - this program again, with something built that runs, ends in one way or another.
 */
#include "deeds.h"

#include <string.h>
#include <tenure/message.h>

#include "../check.h"
#include "../retype/own.h"

#define POOL_QUOTA 48u
#define USER_QUOTA 320u
#define CODE 7
#define SCANT 1024u
#define SECONDS 4u /* longer than the test's idle= */

static void spawn_and_wait(const char *text, enum tn_mm_end reason, int64_t code)
{
	struct tn_ended ended;
	uint64_t pid = check_done(tn_spawn(text, POOL_QUOTA, USER_QUOTA, tn_client->priority),
				  "spawn");

	check_done(tn_wait(pid, &ended), "wait");
	check(ended.reason == reason && ended.code == code, text);
}

/* It has an endpoint as soon as all is built. */
static void stop_when_ready(const char *text)
{
	struct tn_ended ended;
	uint64_t pid =
		check_done(tn_spawn(text, 2 * POOL_QUOTA, 2 * USER_QUOTA, tn_client->priority),
			   "spawn");
	int64_t slot;

	while ((slot = tn_connect(pid, 0)) == -TN_ENOENT)
		tn_yield();
	tn_slot_put(check_done(slot, "connect"));
	check_done(tn_stop(pid), "stop");
	check_done(tn_wait(pid, &ended), "wait");
	check(ended.reason == TN_MM_END_STOP, text);
}

/* With kernel frames for its own objects, but not always for a pool more. */
static void spawn_poor(void)
{
	unsigned rich = 0, poor = 0;

	for (uint64_t quota = 4; quota < POOL_QUOTA; quota++) {
		int64_t pid = tn_spawn("grabby poor", quota, USER_QUOTA, tn_client->priority);
		struct tn_ended ended;

		if (pid == -TN_ENOMEM)
			continue;
		check_done(tn_wait(check_done(pid, "spawn"), &ended), "wait");
		if (ended.reason != TN_MM_END_EXIT) /* too poor for its stack */
			continue;
		check(ended.code == 0 || ended.code == TN_ENOMEM, "it is too poor, or not");
		rich += ended.code == 0;
		poor += ended.code == TN_ENOMEM;
	}
	check(rich > 0 && poor > 0, "the pool for untyped memory is paid for");
}

/* With any number of frames left for page tables: a map of several tables fails halfway. */
static void spawn_scant(void)
{
	unsigned failed = 0;

	for (uint64_t quota = 13; quota < 32; quota++) {
		int64_t pid = tn_spawn("grabby scant", quota, 2 * SCANT, tn_client->priority);
		struct tn_ended ended;

		check_done(tn_wait(check_done(pid, "spawn"), &ended), "wait");
		check(ended.reason == TN_MM_END_MEMORY || ended.code == 0, "it fails as it should");
		failed += ended.reason == TN_MM_END_EXIT;
	}
	check(failed > 6, "maps failed for lack of page tables");
}

void deed_ends(void)
{
	spawn_poor();
	spawn_scant();
	spawn_and_wait("grabby leave", TN_MM_END_EXIT, 0);
	spawn_and_wait("grabby fault", TN_MM_END_FAULT, TN_FAULT_STORE);
	spawn_and_wait("grabby spend", TN_MM_END_MEMORY, 0);
	spawn_and_wait("grabby below", TN_MM_END_EXIT, CODE);
	stop_when_ready("grabby stop");
	stop_when_ready("grabby nest");
}

/* Two processes that run, a frame that is mapped, and some that wait in the pool. */
static void build_some(void)
{
	struct tn_untyped range = grow_get(128);
	struct builder builder = own_builder(&range, range.first, range.first + 128, true);

	(void)grow(&builder, &range, TN_NONE, grow_yield, 0, 0);
	(void)grow(&builder, &range, TN_NONE, grow_yield, 0, 0);
	check(tn_untyped_map(builder.first, 1, NULL, 0, NULL) != NULL, "a frame is mapped");
	check_done(tn_frame_give(range.frames, range.pool, builder.first + 1, 8).code, "give");
	tn_yield();
}

static void wait_for_ever(void)
{
	for (;;)
		(void)tn_recv(TN_NONE);
}

static void show_ready(void)
{
	uint64_t number;

	check_done(tn_endpoint_create(&number), "endpoint");
}

/* Touches pages until the quota is spent. */
static void spend(void)
{
	uint64_t *memory = tn_map_memory(NULL, USER_QUOTA, TN_MM_WRITE, NULL);

	for (uint64_t i = 0; memory && i < USER_QUOTA; i++)
		memory[i * 512] = 1;
}

/* A thread that was built ends this program in the end, which waits meanwhile. */
static void end_by_thread(child_entry *entry, uint64_t a0, uint64_t a1)
{
	struct tn_untyped range = grow_get(128);
	struct builder builder = own_builder(&range, range.first, range.first + 128, true);

	(void)grow(&builder, &range, TN_NONE, entry, a0, a1);
	wait_for_ever();
}

/* So does a child, which is ended with it. */
static void spawn_another(void)
{
	uint64_t pid =
		check_done(tn_spawn("grabby stop", POOL_QUOTA, USER_QUOTA, tn_client->priority),
			   "spawn");

	while (tn_connect(pid, 0) == -TN_ENOENT)
		tn_yield();
}

/* Maps over the borders of page tables until there are none. */
static int map_until_short(void)
{
	struct tn_untyped range;
	char *at = (char *)TN_CLIENT_LOW + 511 * TN_FRAME_SIZE;
	int64_t code = tn_untyped_get(SCANT, &range);

	check_done(code, "untyped");
	while (code == 0) {
		void *done = tn_untyped_map(range.first, SCANT, at, TN_MM_WRITE, &code);

		if (done && done != tn_untyped_map(range.first, 1, done, 0, NULL))
			at += (uint64_t)1 << 30;
	}
	refused(code, TN_ENOMEM, "a map without page tables");
	(void)tn_untyped_map(range.first, SCANT, at, TN_MM_WRITE, &code);
	refused(code, TN_ENOMEM, "the same again: nothing of it is left");
	return (int)tn_untyped_return(&range);
}

static void end_at_all(const char *how)
{
	build_some();
	if (strcmp(how, "fault") == 0)
		*(volatile uint64_t *)TN_FRAME_SIZE = 0;
	if (strcmp(how, "spend") == 0)
		spend();
	if (strcmp(how, "nest") == 0)
		spawn_another();
	if (strcmp(how, "leave") == 0)
		return;
	show_ready();
	wait_for_ever();
}

int end_as(const char *how)
{
	struct tn_untyped range;

	if (strcmp(how, "poor") == 0)
		return (int)-tn_untyped_get(16, &range);
	if (strcmp(how, "scant") == 0)
		return map_until_short();
	if (strcmp(how, "below") == 0)
		end_by_thread(grow_request, TN_MM_EXIT, CODE);
	else if (strcmp(how, "slow") == 0)
		end_by_thread(grow_slowly, 0, SECONDS * tn_client->timebase);
	else
		end_at_all(how);
	return 0;
}
