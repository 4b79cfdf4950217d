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

/* What a program begins with: its stack, which grows at first touch. */
#define REGION_STACK                                                                               \
	{                                                                                          \
		.va = TN_CLIENT_STACK_TOP - TN_CLIENT_STACK_PAGES * REGION_PAGE,                   \
		.pages = TN_CLIENT_STACK_PAGES, .flags = TN_MM_WRITE, .most = TN_MM_WRITE,         \
	}

struct regions {
	unsigned count;
	struct region list[TN_CLIENT_REGIONS];
};

static inline uint64_t region_end(const struct region *region)
{
	return region->va + region->pages * REGION_PAGE;
}

/* Flags of MAP and of the kernel's map. */
static inline uint64_t region_map_flags(uint64_t flags)
{
	return TN_MAP_READ | (flags & TN_MM_WRITE ? TN_MAP_WRITE : 0) |
	       (flags & TN_MM_EXECUTE ? TN_MAP_EXECUTE : 0);
}

/* The region allows the access that is this enum tn_fault where no page is. */
static inline bool region_allows(const struct region *region, uint64_t fault)
{
	switch (fault) {
	case TN_FAULT_LOAD:
		return true;
	case TN_FAULT_STORE:
		return region->flags & TN_MM_WRITE;
	case TN_FAULT_FETCH:
		return region->flags & TN_MM_EXECUTE;
	default:
		return false;
	}
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

/* TN_OK, or why a client may not name this range: EINVAL; EFAULT where none of its memory is. */
uint32_t regions_range_refusal(uint64_t va, uint64_t pages);

/*
 * TN_OK, or why a client may not have a new region there, flags as in MAP: as above, EEXIST, or
 * ENOMEM where *va is 0, which asks for any place: it is found, and written, first.
 */
uint32_t regions_refusal(const struct regions *regions, uint64_t *va, uint64_t pages,
			 uint64_t flags);

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
