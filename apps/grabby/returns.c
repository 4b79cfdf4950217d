/*
 * returns.c - a range goes back while all of it is in use.
 */
#include "deeds.h"

#include <tenure/message.h>

#include "../check.h"
#include "../retype/own.h"

#define COPY 250u /* slots that neither library nor builders use */

/* Nothing in this program's table names a frame of the range. */
static bool nothing_left(uint64_t first, uint64_t count)
{
	const struct tn_cap_info *cap = (const void *)tn_own_utcb()->words;

	for (uint64_t slot = 0; slot < TN_CLIENT_SLOTS; slot++)
		if (tn_cap_info(TN_SELF, slot).code == 0 && cap->type == TN_CAP_FRAMES &&
		    cap->first < first + count && first < cap->first + cap->count)
			return false;
	return true;
}

/* Into slots that mm does not fill on request: of those it filled at the start one is emptied. */
static void copy_low(uint64_t source)
{
	check_done(tn_cap_delete(TN_SELF, TN_CLIENT_THREAD).code, "cap_delete");
	for (uint64_t slot = 0; slot < TN_CLIENT_FREE; slot++)
		if (slot != TN_CLIENT_MM)
			check_done(tn_cap_copy(source, TN_SELF, slot, TN_RIGHTS_ALL, 0, 0).code,
				   "copy into a low slot");
}

/* Two that run, one of them in frames mapped large; copies of the capability in other slots. */
void deed_return_used(void)
{
	struct tn_untyped range = grow_get(1024);
	uint64_t first = range.first, half = first + 512;
	struct builder builder = own_builder(&range, first, half, true);
	struct built one = grow(&builder, &range, TN_NONE, grow_yield, 0, 0);
	struct built two = grow(&builder, &range, TN_NONE, grow_fault, 0, 0);

	check(tn_map(two.process, BUILD_LARGE, range.frames, half, 512, TN_MAP_READ).value == 512,
	      "a large page is mapped");
	check_done(tn_cap_copy(range.frames, TN_SELF, COPY, TN_FRAMES_READ, half, 1).code, "copy");
	check_done(tn_cap_copy(range.frames, TN_SELF, COPY + 1, TN_RIGHTS_ALL, 0, 0).code, "copy");
	check_done(tn_cap_copy(range.pool, TN_SELF, COPY + 2, TN_POOL_GIVE, 0, 0).code, "copy");
	copy_low(range.frames);
	check(tn_untyped_map(half, 512, NULL, TN_MM_WRITE, NULL) != NULL, "small over large");
	for (unsigned i = 0; i < 20; i++)
		tn_yield();
	check_done(tn_untyped_return(&range), "return");
	refused(tn_resolve(one.process, BUILD_IMAGE).code, TN_ESTALE, "a process afterwards");
	refused(tn_thread_resume(two.thread).code, TN_ESTALE, "a thread afterwards");
	refused(tn_pool_info(one.pool).code, TN_ESTALE, "a pool below");
	refused(tn_cap_info(TN_SELF, COPY + 2).code, TN_ENOENT, "a copy of the pool");
	check(nothing_left(first, 1024), "no capability to a returned frame is left");
	grow_forget();
}

/* Pools below pools, as deep as the kernel goes, and one of them half taken apart. */
void deed_return_deep(void)
{
	struct tn_untyped range = grow_get(64);
	uint64_t pool = range.pool, slot = OWN_SLOTS, depth = 0;
	struct tn_result result;

	while (depth < 32) {
		result = tn_create(TN_KIND_POOL, pool, range.first + depth, range.frames, slot, 0);
		if (result.code != 0)
			break;
		pool = slot++;
		depth++;
	}
	refused(result.code, TN_EOVERFLOW, "a pool too deep");
	check(depth == 13, "pools are 16 deep, three of them above");
	for (uint64_t i = 0; i < depth; i++)
		check_done(tn_frame_give(range.frames, OWN_SLOTS + i, range.first + 32 + i, 1).code,
			   "give");
	(void)tn_destroy(OWN_SLOTS + 5, TN_FLAG_STEP);
	check_done(tn_untyped_return(&range), "return");
	check(nothing_left(range.first, 64), "no capability to a returned frame is left");
	grow_forget();
}

/* A process built from one range has a capability to another, which goes back. */
void deed_return_other(void)
{
	struct tn_untyped one = grow_get(64), two = grow_get(64);
	struct builder builder = own_builder(&two, two.first, two.first + 64, true);
	struct tn_untyped mixed = {.frames = two.frames, .pool = one.pool};
	struct built built = grow(&builder, &mixed, TN_NONE, grow_yield, 0, 0);

	check_done(tn_cap_copy(one.frames, built.process, BUILD_FREE, TN_RIGHTS_ALL, 0, 0).code,
		   "cap_copy of the other range");
	check_done(tn_untyped_return(&one), "return");
	refused(tn_resolve(built.process, BUILD_IMAGE).code, TN_ESTALE,
		"a process that had a capability to it");
	check_done(tn_frame_info(two.frames, two.first, 64).code, "frame_info");
	for (unsigned i = 0; i < 64; i++)
		check(tn_own_utcb()->words[i] == 0, "the frames of the other range are idle");
	check(tn_pool_info(two.pool).code == 0, "its pool is there");
	check_done(tn_untyped_return(&two), "return");
	grow_forget();
}

/* A thread that was built returns what it is built from, in this program's name. */
void deed_return_from_below(void)
{
	struct tn_untyped range = grow_get(64);
	struct builder builder = own_builder(&range, range.first, range.first + 64, true);
	struct built built = grow(&builder, &range, TN_NONE, grow_request, TN_MM_UNTYPED_RETURN,
				  range.first);

	while (tn_frame_info(range.frames, range.first, 1).code == 0)
		tn_yield();
	refused(tn_thread_resume(built.thread).code, TN_ESTALE, "the thread that asked");
	check(nothing_left(range.first, 64), "no capability to a returned frame is left");
	tn_slot_put(range.frames);
	tn_slot_put(range.pool);
	grow_forget();
}

/* A child of low priority, which ends when this program waits; a thread built here waits for it. */
static uint64_t wait_below(struct tn_untyped *range)
{
	uint64_t pid = check_done(tn_spawn("grabby leave", 48, 320, tn_client->priority - 1),
				  "spawn");
	struct builder builder;
	struct built built;

	*range = grow_get(64);
	builder = own_builder(range, range->first, range->first + 64, true);
	built = grow(&builder, range, TN_NONE, grow_request, TN_MM_WAIT, pid);
	while (tn_thread_info(built.thread).value != TN_THREAD_AWAITS)
		tn_yield();
	return pid;
}

/* A thread that was built waits for a child, and is gone before that ends: nobody waits then. */
void deed_wait_from_below(void)
{
	struct tn_untyped range;
	struct tn_ended ended;
	uint64_t pid = wait_below(&range);

	refused(tn_wait(pid, &ended), TN_EBUSY, "a second wait");
	check_done(tn_untyped_return(&range), "return");
	check_done(tn_wait(pid, &ended), "wait for a child that lives");
	check(ended.reason == TN_MM_END_EXIT, "it has ended by itself");
	grow_forget();
	pid = wait_below(&range);
	check_done(tn_untyped_return(&range), "return");
	check_done(tn_stop(pid), "stop");
	check_done(tn_wait(pid, &ended), "wait for a child that was stopped");
	check(ended.reason == TN_MM_END_STOP, "it was stopped");
	grow_forget();
}

/* mm is no handler of faults that are not its business: the thread stays stopped. */
void deed_handler(void)
{
	struct tn_untyped range = grow_get(64);
	struct builder builder = own_builder(&range, range.first, range.first + 64, true);
	struct built built = grow(&builder, &range, TN_CLIENT_MM, grow_fault, 0, 0);

	while (tn_thread_info(built.thread).value != TN_THREAD_STOPPED)
		tn_yield();
	check_done(tn_untyped_return(&range), "return");
	grow_forget();
}
