/*
 * requests_untyped.c - untyped memory on request.
 */
#include "requests.h"

#include <stddef.h>
#include <tenure/user.h>

#include "../pages.h"
#include "../policy.h"
#include "scratch.h"
#include "untyped.h"

static unsigned order_of(uint64_t frames)
{
	unsigned order = 0;

	while ((uint64_t)1 << order < frames)
		order++;
	return order;
}

static bool has_room(const struct client *client)
{
	for (unsigned i = 0; i < TN_CLIENT_UNTYPED; i++)
		if (client->untyped[i].count == 0)
			return true;
	return false;
}

uint32_t request_untyped(struct server *server, struct request *request, struct answer *answer)
{
	struct client *client = request->client;
	uint64_t frames = request->words[0], slot = request->words[1];
	const struct untyped *range;
	uint32_t refusal;

	if (!mm_policy.delegates)
		return TN_ENOTSUP;
	if (frames == 0 || frames > (uint64_t)1 << BUDDY_ORDER_HUGE)
		return TN_EINVAL;
	refusal = request_slot_refusal(client, slot);
	if (refusal == 0)
		refusal = request_slot_refusal(client, slot + 1);
	if (refusal != 0)
		return refusal;
	if (!has_room(client))
		return TN_EAGAIN;
	range = untyped_get(server, client, order_of(frames), slot);
	if (!range)
		return TN_ENOMEM;
	answer->words[0] = range->first;
	answer->words[1] = range->count;
	answer->count = 2;
	return 0;
}

uint32_t request_untyped_map(struct server *server, struct request *request, struct answer *answer)
{
	struct client *client = request->client;
	uint64_t first = request->words[0], pages = request->words[1];
	uint64_t va = request->words[2], flags = request->words[3];
	const struct untyped *range = untyped_around(client, first, pages);
	uint32_t refusal;

	/* Whose a frame is at present mm does not know: what the kernel answers, the client gets. */
	if (flags & ~(uint64_t)TN_MM_WRITE || pages == 0)
		return TN_EINVAL;
	if (!range)
		return TN_ENOENT;
	refusal = regions_refusal(&client->regions, &va, pages, 0);
	if (refusal != 0)
		return refusal;
	/* Left by a populate or an unmap that failed midway, where no region is any more. */
	if (mapping_has(&client->process->mapping, va, pages * TN_FRAME_SIZE))
		return TN_EEXIST;
	if (!extents_ready(server))
		return TN_ENOMEM;
	if (!regions_add(&client->regions, (struct region){.va = va,
							   .pages = pages,
							   .flags = flags,
							   .most = flags,
							   .attached = true,
							   .untyped = untyped_name(client, range)}))
		return TN_EOVERFLOW;
	refusal = pages_map_apart(server->mm, client->process, va, first, pages,
				  TN_MAP_READ | (flags & TN_MM_WRITE ? TN_MAP_WRITE : 0));
	if (refusal != 0) {
		regions_remove(&client->regions, va, pages);
		return refusal;
	}
	answer->words[0] = va;
	answer->count = 1;
	return 0;
}

uint32_t request_untyped_return(struct server *server, struct request *request,
				struct answer *answer)
{
	struct untyped *range = untyped_named(request->client, request->words[0]);

	(void)answer;
	if (!range)
		return TN_ENOENT;
	untyped_put(server, request->client, range);
	return 0;
}
