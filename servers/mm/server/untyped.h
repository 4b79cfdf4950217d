/*
 * untyped.h - untyped memory: ranges of frames that a client builds kernel objects of itself.
 *
 * The client has a FRAMES capability over each range and one pool for them all, which mm owns and
 * never fills. What it makes of the frames mm does not follow; the ledger has them as delegated to
 * that pool. They come home together, when the pool has been revoked:
 *
 *   idle user frames  -- untyped_get -->  delegated: idle, mapped, or in the pool and below it
 *                     <-- untyped_put --  after the pool's end nothing but idle, or free in it
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server.h"

/*
 * A range of 2^order frames, all zero, with its capabilities in `slot` and the next, which are
 * empty. NULL when a quota, memory or mm's records are spent. The client has fewer than
 * TN_CLIENT_UNTYPED ranges.
 */
struct untyped *untyped_get(struct server *server, struct client *client, unsigned order,
			    uint64_t slot);

/* The client's range that begins with this frame, or that all the frames lie in; or NULL. */
struct untyped *untyped_named(struct client *client, uint64_t first);
struct untyped *untyped_around(struct client *client, uint64_t first, uint64_t count);

/* How a region names one of the client's ranges: 1 for the first. */
uint64_t untyped_name(const struct client *client, const struct untyped *range);

/* Ends what was built from the client's ranges, and takes this one back. */
void untyped_put(struct server *server, struct client *client, struct untyped *range);

/* The client ends: all its ranges come back. */
void untyped_end(struct server *server, struct client *client);
