/*
 * paging.h - frames for clients: at a fault, in advance, shared, and back.
 *
 * A client pays with its user quota for every frame that is mapped in it, shared or not, and with
 * its pool for the page tables.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server.h"

/*
 * Maps `count` fresh frames, at most 16, all zero, at va. flags as in map. False when a quota or
 * memory is spent; then nothing is mapped.
 */
bool paging_map_fresh(struct server *server, struct client *client, uint64_t va, uint64_t count,
		      uint64_t flags);

/* Puts a frame, or a large page, at va, which lies in the region. True as well if one is there. */
bool paging_fill(struct server *server, struct client *client, const struct region *region,
		 uint64_t va);

/* Fills all of a range, which regions cover. What was filled until memory ran out stays. */
bool paging_populate(struct server *server, struct client *client, uint64_t va, uint64_t pages);

/* Maps the frames of another client's range, all present, at va. False: nothing is mapped. */
bool paging_share(struct server *server, struct client *client, uint64_t va,
		  const struct client *from, uint64_t their_va, uint64_t pages, bool write);

/*
 * Unmaps a range, which may take two extents. False when a large page had to be split and that
 * cannot be paid for.
 */
bool paging_drop(struct server *server, struct client *client, uint64_t va, uint64_t pages);

/* Gives the mapped pages of a range the rights of a region's flags. False as in paging_drop. */
bool paging_protect(struct server *server, struct client *client, uint64_t va, uint64_t pages,
		    uint64_t flags);

/* So many frames more are the client's. False, with no effect, if its quota does not allow it. */
bool paging_charge(struct client *client, uint64_t count);

/* Counts anew what is the client's, after some went. */
void paging_recount(struct client *client);

/*
 * A free frame, or block of 2^order, for anybody but mm itself; STORE_NONE if there is none. The
 * second: one that the kernel reaches, as it must a UTCB.
 */
uint64_t paging_take(struct server *server, unsigned order);
uint64_t paging_take_lendable(struct server *server, unsigned order);
