/*
 * regions.h - what addresses a client may use: a sorted list of disjoint regions.
 *
 * A region says what may be there; which frames are there is the mapping's business. Pure: no
 * calls, no frames.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/protocol.h>

#define REGION_PAGE ((uint64_t)4096)
#define REGION_BLOCK (512 * REGION_PAGE) /* of a 2 MiB page */

struct region {
	uint64_t va, pages;
	uint64_t flags;     /* TN_MM_WRITE, _EXECUTE, _LARGE */
	uint64_t most;      /* of WRITE and EXECUTE, what protect may add */
	bool attached;      /* of another client, or untyped: never filled by a fault */
	uint64_t untyped;   /* the untyped range whose frames are there (untyped_name); 0: none */
	uint64_t offer_pid; /* 0: none */
	uint64_t offer_va, offer_pages, offer_flags;
};

struct regions {
	unsigned count;
	struct region list[TN_CLIENT_REGIONS];
};

static inline uint64_t region_end(const struct region *region)
{
	return region->va + region->pages * REGION_PAGE;
}

/* The region around va, or NULL. */
struct region *regions_find(struct regions *regions, uint64_t va);

/* A region starts or ends or lies in [va, va + pages). */
bool regions_touch(const struct regions *regions, uint64_t va, uint64_t pages);

/* Every page of the range lies in a region. */
bool regions_cover(const struct regions *regions, uint64_t va, uint64_t pages);

/* The lowest free place in [low, high) at a multiple of `align` bytes, or 0. */
uint64_t regions_place(const struct regions *regions, uint64_t pages, uint64_t align, uint64_t low,
		       uint64_t high);

/*
 * Adds a region, which touches no other; one that continues its neighbour joins it. False, with
 * no effect, when the list is full.
 */
bool regions_add(struct regions *regions, struct region region);

/*
 * There is room for the cuts that the two below make: remove needs a place only for a range that
 * one region surrounds, so what was just added can always be removed, even if it joined another.
 */
bool regions_can_remove(const struct regions *regions, uint64_t va, uint64_t pages);
bool regions_can_protect(const struct regions *regions, uint64_t va, uint64_t pages);

/* Takes the range out of the list. Only if regions_can_remove. */
void regions_remove(struct regions *regions, uint64_t va, uint64_t pages);

/* Gives what lies in the range new WRITE and EXECUTE flags. Only if regions_can_protect. */
void regions_protect(struct regions *regions, uint64_t va, uint64_t pages, uint64_t flags);
