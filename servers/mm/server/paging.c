/*
 * paging.c - frames for clients: at a fault, in advance, shared, and back.
 */
#include "paging.h"

#include <tenure/user.h>

#include "../pages.h"
#include "../require.h"
#include "../supply.h"
#include "scratch.h"

uint64_t paging_take_lendable(struct server *server, unsigned order)
{
	struct mm *mm = server->mm;
	uint64_t needed = mm->reserve + ((uint64_t)1 << order);

	if (mm->store.lendable < needed)
		supply_press(mm, NULL, needed - mm->store.lendable);
	return mm->store.lendable < needed ? STORE_NONE : store_take_lendable(&mm->store, order);
}

uint64_t paging_take(struct server *server, unsigned order)
{
	uint64_t first = store_take_far(&server->mm->store, order);

	return first == STORE_NONE ? paging_take_lendable(server, order) : first;
}

static bool quota_allows(const struct client *client, uint64_t count)
{
	return client->mapped + count <= client->user_quota;
}

bool paging_charge(struct client *client, uint64_t count)
{
	if (!quota_allows(client, count))
		return false;
	client->mapped += count;
	return true;
}

/* Untyped frames count as long as they are the client's, mapped or not. */
void paging_recount(struct client *client)
{
	client->mapped = mapping_frames(&client->process->mapping);
	for (unsigned i = 0; i < TN_CLIENT_UNTYPED; i++)
		client->mapped += client->untyped[i].count;
}

static bool in_window(const struct mm *mm, uint64_t frame, uint64_t count)
{
	return frame >= mm->boot->window_first &&
	       frame + count <= mm->boot->window_first + mm->boot->window_count;
}

/*
 * Maps frames that are the caller's, at most 512. The kernel clears up to 16 small ones itself,
 * where it reaches them. On failure they are free again.
 */
static bool map_taken(struct server *server, struct client *client, uint64_t va, uint64_t first,
		      uint64_t count, uint64_t flags)
{
	struct mm *mm = server->mm;
	bool by_kernel = count <= TN_ZERO_MAX && in_window(mm, first, count);

	if (by_kernel)
		flags |= TN_MAP_ZERO;
	if ((by_kernel || scratch_clear(server, first, count)) &&
	    pages_map(mm, client->process, va, first, count, flags)) {
		client->mapped += count;
		return true;
	}
	/* First those that are not mapped, then, by unmapping, those that are. */
	store_put_idle(&mm->store, first, count);
	require(pages_unmap(mm, client->process, va, count), "small pages need no splitting");
	return false;
}

static bool map_one(struct server *server, struct client *client, uint64_t va, unsigned order,
		    uint64_t flags)
{
	uint64_t first = paging_take(server, order);

	return first != STORE_NONE &&
	       map_taken(server, client, va, first, (uint64_t)1 << order, flags);
}

bool paging_map_fresh(struct server *server, struct client *client, uint64_t va, uint64_t count,
		      uint64_t flags)
{
	uint64_t done = 0;

	if (!quota_allows(client, count))
		return false;
	while (done < count && extents_ready(server)) {
		unsigned order = 0;

		while (order < 4 && (uint64_t)2 << order <= count - done)
			order++;
		if (!map_one(server, client, va + done * TN_FRAME_SIZE, order,
			     flags | TN_MAP_SMALL) &&
		    (order == 0 || !map_one(server, client, va + done * TN_FRAME_SIZE, order = 0,
					    flags | TN_MAP_SMALL)))
			break;
		done += (uint64_t)1 << order;
	}
	if (done < count && done > 0)
		require(paging_drop(server, client, va, done), "small pages need no splitting");
	return done == count;
}

/* A 2 MiB page, if the region has room for it around va and nothing is there yet. */
static bool fill_large(struct server *server, struct client *client, const struct region *region,
		       uint64_t va)
{
	uint64_t base = va - va % REGION_BLOCK;

	return region->flags & TN_MM_LARGE && base >= region->va &&
	       base + REGION_BLOCK <= region_end(region) && quota_allows(client, LEDGER_BLOCK) &&
	       !mapping_has(&client->process->mapping, base, REGION_BLOCK) &&
	       map_one(server, client, base, BUDDY_ORDER_LARGE, region_map_flags(region->flags));
}

bool paging_fill(struct server *server, struct client *client, const struct region *region,
		 uint64_t va)
{
	va -= va % TN_FRAME_SIZE;
	if (mapping_has(&client->process->mapping, va, TN_FRAME_SIZE))
		return true;
	if (!extents_ready(server))
		return false;
	return fill_large(server, client, region, va) ||
	       (quota_allows(client, 1) &&
		map_one(server, client, va, 0, region_map_flags(region->flags) | TN_MAP_SMALL));
}

bool paging_populate(struct server *server, struct client *client, uint64_t va, uint64_t pages)
{
	uint64_t end = va + pages * TN_FRAME_SIZE;

	while (va < end) {
		const struct region *region = regions_find(&client->regions, va);

		if (!paging_fill(server, client, region, va))
			return false;
		va += TN_FRAME_SIZE;
	}
	return true;
}

/* Frames that lie together behind a client's address, up to `most`. */
static uint64_t run_at(const struct client *client, uint64_t va, uint64_t most)
{
	const struct mapping *mapping = &client->process->mapping;
	uint64_t first = mapping_frame(mapping, va), count = 1;

	while (count < most && mapping_frame(mapping, va + count * TN_FRAME_SIZE) == first + count)
		count++;
	return count;
}

bool paging_share(struct server *server, struct client *client, uint64_t va,
		  const struct client *from, uint64_t their_va, uint64_t pages, bool write)
{
	uint64_t flags = region_map_flags(write ? TN_MM_WRITE : 0) | TN_MAP_SMALL;
	uint64_t done = 0;

	if (!quota_allows(client, pages))
		return false;
	while (done < pages && extents_ready(server)) {
		uint64_t at = their_va + done * TN_FRAME_SIZE;
		uint64_t count = run_at(from, at, pages - done);
		uint64_t first = mapping_frame(&from->process->mapping, at);

		if (!pages_map(server->mm, client->process, va + done * TN_FRAME_SIZE, first, count,
			       flags))
			break;
		client->mapped += count;
		done += count;
	}
	if (done < pages)
		require(paging_drop(server, client, va, pages), "small pages need no splitting");
	return done == pages;
}

bool paging_drop(struct server *server, struct client *client, uint64_t va, uint64_t pages)
{
	bool done = pages_unmap(server->mm, client->process, va, pages);

	paging_recount(client);
	return done;
}

bool paging_protect(struct server *server, struct client *client, uint64_t va, uint64_t pages,
		    uint64_t flags)
{
	struct process *process = client->process;
	uint64_t done = 0;

	if (!extents_ready(server))
		return false;
	while (done < pages) {
		struct tn_result result = tn_protect(process->slot, va + done * TN_FRAME_SIZE,
						     pages - done, region_map_flags(flags),
						     TN_SLOT_FRAMES);

		if (supply_answer(server->mm, &server->mm->pools[process->pool], result))
			continue;
		if (result.code == -TN_ENOMEM)
			break;
		require_done(result, "protect");
		done += (uint32_t)result.value;
	}
	/* Without progress the kernel has split nothing either. */
	require(done == 0 || mapping_split(&process->mapping, va, done),
		"there are extents for two cuts");
	process_count_tables(server->mm, process);
	if (flags & TN_MM_EXECUTE)
		require_done(tn_sync_code(process->slot), "sync_code");
	return done == pages;
}
