/*
 * refusals.c - requests and calls about untyped memory that are to be refused.
 */
#include "deeds.h"

#include <tenure/message.h>

#include "../check.h"
#include "../retype/own.h"

#define NEXT OWN_SLOTS /* a slot that the library does not hand out */

static int64_t ask(enum tn_mm_request request, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3)
{
	return tn_request(request, w0, w1, w2, w3, 0).code;
}

void deed_requests(void)
{
	struct tn_untyped ranges[TN_CLIENT_UNTYPED];

	refused(ask(TN_MM_UNTYPED, 0, NEXT, 0, 0), TN_EINVAL, "no frames");
	refused(ask(TN_MM_UNTYPED, TN_ANY, NEXT, 0, 0), TN_EINVAL, "all frames there are");
	refused(ask(TN_MM_UNTYPED, 16, TN_CLIENT_MM, 0, 0), TN_EINVAL, "a slot of mm's");
	refused(ask(TN_MM_UNTYPED, 16, TN_CLIENT_SLOTS - 1, 0, 0), TN_EINVAL, "a slot too few");
	refused(ask(TN_MM_UNTYPED, 1u << 18, NEXT, 0, 0), TN_ENOMEM, "more than the quota");
	check_done(tn_cap_copy(TN_CLIENT_MM, TN_SELF, NEXT + 1, TN_ENDPOINT_SEND, 0, 0).code,
		   "copy");
	refused(ask(TN_MM_UNTYPED, 16, NEXT + 1, 0, 0), TN_EEXIST, "a slot in use");
	refused(ask(TN_MM_UNTYPED, 16, NEXT, 0, 0), TN_EEXIST, "a second slot in use");
	refused(ask(TN_MM_UNTYPED_RETURN, 0, 0, 0, 0), TN_ENOENT, "a range of nobody");
	for (unsigned i = 0; i < TN_CLIENT_UNTYPED; i++)
		ranges[i] = grow_get(i + 1);
	refused(ask(TN_MM_UNTYPED, 1, NEXT + 2, 0, 0), TN_EAGAIN, "one range too many");
	refused(ask(TN_MM_UNTYPED_RETURN, ranges[3].first + 1, 0, 0, 0), TN_ENOENT,
		"the middle of a range");
	for (unsigned i = 0; i < TN_CLIENT_UNTYPED; i++)
		check_done(tn_untyped_return(&ranges[i]), "return");
	refused(ask(TN_MM_UNTYPED_RETURN, ranges[0].first, 0, 0, 0), TN_ENOENT, "a range gone");
	grow_forget();
}

/* They count from the beginning to the return, mapped or not. */
void deed_quota(void)
{
	struct tn_untyped one = grow_get(2048);
	uint64_t *own = tn_untyped_map(one.first, 2, NULL, TN_MM_WRITE, NULL);
	int64_t error;

	check(own != NULL, "own frames can be mapped");
	refused(ask(TN_MM_UNTYPED, 1024, NEXT, 0, 0), TN_ENOMEM, "more than is left");
	check_done(tn_unmap_memory(own, 1), "unmap");
	refused(ask(TN_MM_UNTYPED, 1024, NEXT, 0, 0), TN_ENOMEM, "more than is left, still");
	(void)tn_map_memory(NULL, 600, TN_MM_WRITE | TN_MM_POPULATE, &error);
	refused(error, TN_ENOMEM, "as many pages");
	refused(tn_spawn("grabby leave", 8, 600, tn_client->priority), TN_ENOMEM,
		"as a child's quota");
	check_done(tn_untyped_return(&one), "return");
	one = grow_get(1024);
	check_done(tn_untyped_return(&one), "return");
}

/* The lowest frames are handed out first: the same ones, as a rule. */
static void leave_traces(void)
{
	struct tn_untyped range = grow_get(16);
	uint64_t *own = tn_untyped_map(range.first, 16, NULL, TN_MM_WRITE, NULL);

	for (unsigned i = 0; own && i < 16 * 512; i++)
		own[i] = i + 1;
	check_done(tn_untyped_return(&range), "return");
}

static int64_t map(uint64_t frame, uint64_t pages, uint64_t address, uint64_t flags)
{
	return ask(TN_MM_UNTYPED_MAP, frame, pages, address, flags);
}

void deed_maps(void)
{
	struct tn_untyped range;
	uint64_t *own, at;

	leave_traces();
	range = grow_get(16);
	own = tn_untyped_map(range.first, 4, NULL, TN_MM_WRITE, NULL);
	at = (uint64_t)own;
	check(own != NULL && own[0] == 0 && own[511] == 0, "untyped memory is empty");
	own[0] = 1;
	refused(map(range.first, 0, 0, 0), TN_EINVAL, "no page");
	refused(map(range.first, 1, 0, TN_MM_EXECUTE), TN_EINVAL, "to execute");
	refused(map(range.first - 1, 1, 0, 0), TN_ENOENT, "the frame before");
	refused(map(range.first + 15, 2, 0, 0), TN_ENOENT, "the frame behind");
	refused(map(range.first + 1, TN_ANY, 0, 0), TN_ENOENT, "all pages");
	refused(map(0, 1, 0, 0), TN_ENOENT, "no RAM");
	refused(map(range.first, 1, at, 0), TN_EEXIST, "over itself");
	refused(map(range.first, 1, at + 1, 0), TN_EINVAL, "unaligned");
	refused(map(range.first, 1, TN_CLIENT_STACK_TOP, 0), TN_EFAULT, "over the stack");
	refused(tn_protect_memory(own, 4, TN_MM_EXECUTE), TN_EPERM, "protect to execute");
	refused(tn_offer(own, 4, tn_client->pid, 0), TN_EPERM, "an offer");
	refused(tn_frame_give(range.frames, range.pool, range.first, 1).code, TN_EBUSY,
		"giving what is mapped");
	check_done(tn_frame_give(range.frames, range.pool, range.first + 4, 4).code, "give");
	refused(map(range.first + 3, 2, 0, 0), TN_EKERNEL, "a frame that was given");
	check_done(map(range.first + 3, 1, 0, 0), "twice");
	check_done(tn_protect_memory(own, 2, 0), "protect");
	check_done(tn_unmap_memory(&own[512], 1), "unmap of a part");
	refused(tn_protect_memory(own, 2, 0), TN_ENOENT, "protect over a hole");
	check_done(tn_untyped_return(&range), "return of memory that is mapped");
	check(tn_map_memory(own, 4, TN_MM_WRITE, NULL) == own && own[0] == 0,
	      "its addresses are to be had again, and nothing of it is there");
	check_done(tn_unmap_memory(own, 4), "unmap");
}

/* What gives memory does not travel: not even to a child of one's own that mm made. */
static void send_capability(uint64_t slot)
{
	const uint64_t nothing[TN_MESSAGE_REGISTERS] = {0};
	uint64_t number, endpoint = check_done(tn_endpoint_create(&number), "endpoint");

	refused(tn_send(endpoint, TN_INFO_WITH(1, 0, slot), nothing).code, TN_EBADF,
		"a capability in a message");
	refused(tn_send(TN_CLIENT_MM, TN_INFO_WITH(1, 0, slot), nothing).code, TN_EPERM,
		"a capability for mm");
	check_done(tn_endpoint_destroy(endpoint, number), "end of an endpoint");
}

void deed_rights(void)
{
	struct tn_untyped range = grow_get(16);
	uint64_t frames = range.frames, pool = range.pool, first = range.first;

	send_capability(frames);
	send_capability(pool);
	refused(tn_pool_revoke(pool, 0).code, TN_EPERM, "revoking mm's pool");
	refused(tn_destroy(pool, 0).code, TN_EPERM, "destroying it");
	refused(tn_cap_revoke(pool).code, TN_EPERM, "its capabilities");
	refused(tn_pool_watch(pool, 1, TN_CLIENT_THREAD, 1).code, TN_EPERM, "watching it");
	refused(tn_frame_give(frames, pool, first - 1, 1).code, TN_EACCES, "a frame of others");
	refused(tn_frame_give(frames, pool, first + 15, 2).code, TN_EACCES, "the frame behind");
	refused(tn_cap_copy(frames, TN_SELF, NEXT, TN_RIGHTS_ALL, first, 17).code, TN_EACCES,
		"a larger copy");
	refused(tn_cap_copy(pool, TN_SELF, NEXT, TN_RIGHTS_ALL, 0, 0).code, TN_EPERM,
		"a better copy");
	refused(tn_create(TN_KIND_PROCESS, pool, first, frames, NEXT, tn_client->priority + 1).code,
		TN_EPERM, "a process above one's own priority");
	refused(tn_create(TN_KIND_POOL, pool, TN_ANY, TN_NONE, NEXT, 0).code, TN_ENOMEM,
		"a pool that mm fills");
	check_done(tn_frame_give(frames, pool, first, 16).code, "give");
	refused(tn_frame_give(frames, pool, first, 1).code, TN_EKERNEL, "giving twice");
	check((uint32_t)tn_frame_reclaim(frames, pool, TN_ANY, 16).value == 16, "all come back");
	check_done(tn_frame_give(frames, pool, first, 8).code, "give");
	check_done(tn_untyped_return(&range), "return of memory that was given");
	refused(tn_pool_info(pool).code, TN_ENOENT, "the pool afterwards");
	refused(tn_frame_info(frames, first, 1).code, TN_ENOENT, "the frames afterwards");
}
