/*
 * untyped.c - untyped memory: ranges of frames that a client builds kernel objects of itself.
 *
 * Why a range that has come back is nobody else's any more. FRAMES and POOL capabilities do not
 * travel in messages. They are copied by the client within its own table, and into the tables of
 * processes that it manages; those are paid by its pool or pools below it, in any depth, as it can
 * create from no other. So when the pool is revoked, all that is left are the client's own slots,
 * which are emptied, and its own mappings, which only mm can have made.
 *
 * This holds for the pool and not for one range of it: a process built from one may hold a
 * capability to another. Hence a client has one pool, and returning one range ends all.
 */
#include "untyped.h"

#include <stddef.h>
#include <tenure/loops.h>
#include <tenure/records.h>
#include <tenure/user.h>

#include "../objects.h"
#include "../require.h"
#include "../supply.h"
#include "paging.h"
#include "scratch.h"

#define FRAMES_RIGHTS (TN_FRAMES_READ | TN_FRAMES_WRITE | TN_FRAMES_EXECUTE | TN_FRAMES_GIVE)
#define POOL_RIGHTS (TN_POOL_GIVE | TN_POOL_RECLAIM | TN_POOL_CREATE)

/* --- there ----------------------------------------------------------------------------------- */

/* The client can map them: of whoever had them before it must not see anything. */
static bool clear_frames(struct server *server, uint64_t first, uint64_t count)
{
	for (uint64_t done = 0; done < count; done += LEDGER_BLOCK) {
		uint64_t part = count - done < LEDGER_BLOCK ? count - done : LEDGER_BLOCK;

		if (!scratch_clear(server, first + done, part))
			return false;
	}
	return true;
}

static uint64_t take_clear(struct server *server, unsigned order)
{
	uint64_t count = (uint64_t)1 << order, first = paging_take_lendable(server, order);

	if (first == STORE_NONE || clear_frames(server, first, count))
		return first;
	store_put_idle(&server->mm->store, first, count);
	return STORE_NONE;
}

static void hand_out(struct server *server, struct client *client, const struct untyped *range,
		     uint64_t slot)
{
	require(ledger_delegate(&server->mm->store.ledger, range->first, range->count,
				client->untyped_pool->index),
		"untyped frames were idle");
	require_done(tn_cap_copy(TN_SLOT_FRAMES, client->process->slot, slot, FRAMES_RIGHTS,
				 range->first, range->count),
		     "cap_copy of untyped frames");
	require_done(tn_cap_copy(client->untyped_pool->slot, client->process->slot, slot + 1,
				 POOL_RIGHTS, 0, 0),
		     "cap_copy of their pool");
}

struct untyped *untyped_get(struct server *server, struct client *client, unsigned order,
			    uint64_t slot)
{
	uint64_t count = (uint64_t)1 << order, first;
	struct untyped *range = client->untyped;

	while (range->count > 0)
		range++;
	if (!paging_charge(client, count))
		return NULL;
	first = take_clear(server, order);
	if (first != STORE_NONE && !client->untyped_pool)
		client->untyped_pool = object_make_delegated(server->mm, client->pool);
	if (first != STORE_NONE && client->untyped_pool) {
		*range = (struct untyped){first, count};
		hand_out(server, client, range, slot);
		return range;
	}
	if (first != STORE_NONE)
		store_put_idle(&server->mm->store, first, count);
	paging_recount(client);
	return NULL;
}

struct untyped *untyped_named(struct client *client, uint64_t first)
{
	for (unsigned i = 0; i < TN_CLIENT_UNTYPED; i++)
		if (client->untyped[i].count > 0 && client->untyped[i].first == first)
			return &client->untyped[i];
	return NULL;
}

struct untyped *untyped_around(struct client *client, uint64_t first, uint64_t count)
{
	for (unsigned i = 0; i < TN_CLIENT_UNTYPED; i++) {
		struct untyped *range = &client->untyped[i];

		if (first >= range->first && count <= range->count &&
		    first - range->first <= range->count - count)
			return range;
	}
	return NULL;
}

uint64_t untyped_name(const struct client *client, const struct untyped *range)
{
	return (uint64_t)(range - client->untyped) + 1;
}

/* --- mapped ---------------------------------------------------------------------------------- */

/* A region of untyped memory belongs to one range: it goes whole. */
static void unmap_range(struct server *server, struct client *client, const struct untyped *range)
{
	struct regions *regions = &client->regions;
	unsigned i = 0;

	while (i < regions->count) {
		struct region region = regions->list[i];

		if (region.untyped != untyped_name(client, range)) {
			i++;
			continue;
		}
		require(paging_drop(server, client, region.va, region.pages),
			"small pages need no splitting");
		regions_remove(regions, region.va, region.pages);
	}
}

/* --- and back -------------------------------------------------------------------------------- */

struct homecoming {
	const struct ledger *ledger;
	uint16_t pool;
	bool good;
};

static void see_run(void *context, uint64_t first, uint64_t count)
{
	struct homecoming *home = context;

	for (uint64_t frame = first; frame < first + count; frame++) {
		struct ledger_frame what = ledger_frame(home->ledger, frame);

		home->good = home->good && what.owner == LEDGER_DELEGATED &&
			     what.value == home->pool;
	}
}

/* Afterwards every frame of every range is user space's, and only the client maps it. */
static void empty_pool(struct mm *mm, struct pool *pool)
{
	struct homecoming home = {&mm->store.ledger, pool->index, true};
	uint64_t done = 0;

	object_revoke_pool(mm, pool);
	require_done(tn_reclaim_any(TN_SLOT_FRAMES, pool->slot, UINT64_MAX, see_run, &home, &done),
		     "frame_reclaim");
	require(home.good, "only frames delegated to a pool were in it");
}

static bool is_about(const struct tn_cap_info *cap, const struct untyped *range,
		     const struct pool *ended)
{
	if (cap->type == TN_CAP_FRAMES)
		return cap->first < range->first + range->count &&
		       range->first < cap->first + cap->count;
	return cap->type == TN_CAP_POOL && ended && cap->frame == ended->frame;
}

/*
 * A FRAMES capability names no object that could end: each copy has to be deleted. The client may
 * have put one into any slot, those that mm filled at its start among them.
 */
static void delete_capabilities(const struct client *client, const struct untyped *range,
				const struct pool *ended)
{
	for (uint64_t slot = 0; slot < TN_CLIENT_SLOTS; slot++) {
		struct tn_cap_info cap;

		if (tn_cap_read(client->process->slot, slot, &cap).code == 0 &&
		    is_about(&cap, range, ended))
			require_done(tn_cap_delete(client->process->slot, slot), "cap_delete");
	}
}

static bool has_ranges(const struct client *client)
{
	for (unsigned i = 0; i < TN_CLIENT_UNTYPED; i++)
		if (client->untyped[i].count > 0)
			return true;
	return false;
}

static void bring_home(struct server *server, struct client *client, struct untyped *range)
{
	struct store *store = &server->mm->store;

	unmap_range(server, client, range);
	require(ledger_undelegate(&store->ledger, range->first, range->count,
				  client->untyped_pool->index),
		"a range was delegated to its client's pool");
	store_put_idle(store, range->first, range->count);
	*range = (struct untyped){0, 0};
	paging_recount(client);
}

static void end_pool(struct server *server, struct client *client)
{
	meter_pool_end(&server->meter, client->untyped_pool);
	object_end_pool(server->mm, client->untyped_pool);
	client->untyped_pool = NULL;
}

void untyped_put(struct server *server, struct client *client, struct untyped *range)
{
	struct untyped old = *range;

	empty_pool(server->mm, client->untyped_pool);
	bring_home(server, client, range);
	delete_capabilities(client, &old, has_ranges(client) ? NULL : client->untyped_pool);
	if (!has_ranges(client))
		end_pool(server, client);
}

/* Its table ends with it: there is no slot to empty. */
void untyped_end(struct server *server, struct client *client)
{
	if (!client->untyped_pool)
		return;
	empty_pool(server->mm, client->untyped_pool);
	for (unsigned i = 0; i < TN_CLIENT_UNTYPED; i++)
		if (client->untyped[i].count > 0)
			bring_home(server, client, &client->untyped[i]);
	end_pool(server, client);
}
