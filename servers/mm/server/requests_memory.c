/*
 * requests_memory.c - map, unmap, protect, offer, attach.
 */
#include "requests.h"

#include <stddef.h>
#include <tenure/user.h>

#include "paging.h"
#include "scratch.h"

#define RIGHTS (TN_MM_WRITE | TN_MM_EXECUTE)
#define FLAGS (RIGHTS | TN_MM_POPULATE | TN_MM_LARGE)

static bool rights_exclude(uint64_t flags)
{
	return (flags & RIGHTS) == RIGHTS;
}

uint32_t request_map(struct server *server, struct request *request, struct answer *answer)
{
	struct client *client = request->client;
	uint64_t va = request->words[0], pages = request->words[1], flags = request->words[2];
	uint32_t refusal;

	if (flags & ~(uint64_t)FLAGS || rights_exclude(flags))
		return TN_EINVAL;
	refusal = regions_refusal(&client->regions, &va, pages, flags);
	if (refusal != 0)
		return refusal;
	/* So that nobody makes mm fill what can never be paid for. */
	if (flags & TN_MM_POPULATE && pages > client->user_quota - client->mapped)
		return TN_ENOMEM;
	if (!regions_add(&client->regions, (struct region){.va = va,
							   .pages = pages,
							   .flags = flags & (RIGHTS | TN_MM_LARGE),
							   .most = RIGHTS}))
		return TN_EOVERFLOW;
	if (flags & TN_MM_POPULATE && !paging_populate(server, client, va, pages)) {
		(void)paging_drop(server, client, va, pages); /* whole pages: nothing to split */
		regions_remove(&client->regions, va, pages);
		return TN_ENOMEM;
	}
	answer->words[0] = va;
	answer->count = 1;
	return 0;
}

uint32_t request_unmap(struct server *server, struct request *request, struct answer *answer)
{
	struct client *client = request->client;
	uint64_t va = request->words[0], pages = request->words[1];
	uint32_t refusal = regions_range_refusal(va, pages);

	(void)answer;
	if (refusal != 0)
		return refusal;
	if (!regions_can_remove(&client->regions, va, pages))
		return TN_EOVERFLOW;
	if (!extents_ready(server) || !paging_drop(server, client, va, pages))
		return TN_ENOMEM;
	regions_remove(&client->regions, va, pages);
	return 0;
}

/* No region in the range has less than these rights as its most. */
static bool may_have(struct client *client, uint64_t va, uint64_t pages, uint64_t flags)
{
	uint64_t end = va + pages * TN_FRAME_SIZE;

	while (va < end) {
		const struct region *region = regions_find(&client->regions, va);

		if (flags & ~region->most)
			return false;
		va = region_end(region);
	}
	return true;
}

uint32_t request_protect(struct server *server, struct request *request, struct answer *answer)
{
	struct client *client = request->client;
	uint64_t va = request->words[0], pages = request->words[1], flags = request->words[2];
	uint32_t refusal = regions_range_refusal(va, pages);

	(void)answer;
	if (flags & ~(uint64_t)RIGHTS || rights_exclude(flags))
		return TN_EINVAL;
	if (refusal != 0)
		return refusal;
	if (!regions_cover(&client->regions, va, pages))
		return TN_ENOENT;
	if (!may_have(client, va, pages, flags))
		return TN_EPERM;
	if (!regions_can_protect(&client->regions, va, pages))
		return TN_EOVERFLOW;
	if (!paging_protect(server, client, va, pages, flags))
		return TN_ENOMEM;
	regions_protect(&client->regions, va, pages, flags);
	return 0;
}

uint32_t request_offer(struct server *server, struct request *request, struct answer *answer)
{
	struct client *client = request->client;
	uint64_t va = request->words[0], pages = request->words[1], flags = request->words[3];
	uint32_t refusal = regions_range_refusal(va, pages);
	struct region *region = regions_find(&client->regions, va);

	(void)answer;
	if (refusal != 0 || flags & ~(uint64_t)TN_MM_WRITE)
		return refusal != 0 ? refusal : TN_EINVAL;
	if (!region || pages > (region_end(region) - va) / TN_FRAME_SIZE)
		return TN_ENOENT;
	if (flags & ~region->flags || region->untyped)
		return TN_EPERM;
	if (pages > client->user_quota || !paging_populate(server, client, va, pages))
		return TN_ENOMEM;
	region->offer_pid = request->words[2];
	region->offer_va = va;
	region->offer_pages = pages;
	region->offer_flags = flags;
	return 0;
}

/* The other client lets this one have its range. */
static bool is_offered(struct client *other, const struct client *client, uint64_t va,
		       uint64_t pages, uint64_t flags)
{
	const struct region *region = regions_find(&other->regions, va);

	return region && region->offer_pid == client->pid && !(flags & ~region->offer_flags) &&
	       va % TN_FRAME_SIZE == 0 && pages > 0 && va >= region->offer_va &&
	       va - region->offer_va <= region->offer_pages * TN_FRAME_SIZE &&
	       pages <= region->offer_pages - (va - region->offer_va) / TN_FRAME_SIZE &&
	       pages <= (region_end(region) - va) / TN_FRAME_SIZE;
}

uint32_t request_attach(struct server *server, struct request *request, struct answer *answer)
{
	struct client *client = request->client;
	struct client *other = server_client(server, request->words[0]);
	uint64_t theirs = request->words[1], pages = request->words[2];
	uint64_t va = request->words[3], flags = request->words[4];
	uint32_t refusal;

	if (flags & ~(uint64_t)TN_MM_WRITE)
		return TN_EINVAL;
	if (!other)
		return TN_ENOENT;
	if (!is_offered(other, client, theirs, pages, flags))
		return TN_EACCES;
	refusal = regions_refusal(&client->regions, &va, pages, 0);
	if (refusal != 0)
		return refusal;
	/* Left by a populate or an unmap that failed midway, where no region is any more. */
	if (mapping_has(&client->process->mapping, va, pages * TN_FRAME_SIZE))
		return TN_EEXIST;
	/* All were there when they were offered; an unmap that failed midway may have left holes. */
	if (!paging_populate(server, other, theirs, pages))
		return TN_ENOMEM;
	if (!regions_add(&client->regions, (struct region){.va = va,
							   .pages = pages,
							   .flags = flags,
							   .most = flags,
							   .attached = true}))
		return TN_EOVERFLOW;
	if (!paging_share(server, client, va, other, theirs, pages, flags & TN_MM_WRITE)) {
		regions_remove(&client->regions, va, pages);
		return TN_ENOMEM;
	}
	answer->words[0] = va;
	answer->count = 1;
	return 0;
}
