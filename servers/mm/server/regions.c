/*
 * regions.c - what addresses a client may use.
 */
#include "regions.h"

#include <stddef.h>
#include <string.h>

#define RIGHTS (TN_MM_WRITE | TN_MM_EXECUTE)

/* Index of the first region that ends behind va. */
static unsigned index_of(const struct regions *regions, uint64_t va)
{
	unsigned i = 0;

	while (i < regions->count && region_end(&regions->list[i]) <= va)
		i++;
	return i;
}

struct region *regions_find(struct regions *regions, uint64_t va)
{
	unsigned i = index_of(regions, va);

	return i < regions->count && regions->list[i].va <= va ? &regions->list[i] : NULL;
}

bool regions_touch(const struct regions *regions, uint64_t va, uint64_t pages)
{
	unsigned i = index_of(regions, va);

	return i < regions->count && regions->list[i].va < va + pages * REGION_PAGE;
}

bool regions_cover(const struct regions *regions, uint64_t va, uint64_t pages)
{
	uint64_t end = va + pages * REGION_PAGE;

	for (unsigned i = index_of(regions, va); va < end; i++) {
		if (i == regions->count || regions->list[i].va > va)
			return false;
		va = region_end(&regions->list[i]);
	}
	return true;
}

uint64_t regions_place(const struct regions *regions, uint64_t pages, uint64_t align, uint64_t low,
		       uint64_t high)
{
	uint64_t va = (low + align - 1) / align * align;

	for (unsigned i = index_of(regions, va); i < regions->count; i++) {
		const struct region *region = &regions->list[i];

		if (region->va > va && (region->va - va) / REGION_PAGE >= pages)
			break;
		/* A free page between any two, so that running over an end is noticed. */
		va = (region_end(region) + REGION_PAGE + align - 1) / align * align;
	}
	return va < high && (high - va) / REGION_PAGE >= pages ? va : 0;
}

static void insert_at(struct regions *regions, unsigned i, struct region region)
{
	memmove(&regions->list[i + 1], &regions->list[i],
		(regions->count - i) * sizeof(regions->list[0]));
	regions->list[i] = region;
	regions->count++;
}

static void remove_at(struct regions *regions, unsigned i)
{
	regions->count--;
	memmove(&regions->list[i], &regions->list[i + 1],
		(regions->count - i) * sizeof(regions->list[0]));
}

static bool joins(const struct region *a, const struct region *b)
{
	return region_end(a) == b->va && a->flags == b->flags && a->most == b->most &&
	       !a->attached && !b->attached && a->offer_pid == 0 && b->offer_pid == 0;
}

bool regions_add(struct regions *regions, struct region region)
{
	unsigned i = index_of(regions, region.va);

	if (i > 0 && joins(&regions->list[i - 1], &region)) {
		regions->list[i - 1].pages += region.pages;
		return true;
	}
	if (i < regions->count && joins(&region, &regions->list[i])) {
		regions->list[i].va = region.va;
		regions->list[i].pages += region.pages;
		return true;
	}
	if (regions->count == TN_CLIENT_REGIONS)
		return false;
	insert_at(regions, i, region);
	return true;
}

bool regions_can_cut(const struct regions *regions)
{
	return regions->count + 2 <= TN_CLIENT_REGIONS;
}

/* Makes va a boundary. */
static void cut(struct regions *regions, uint64_t va)
{
	unsigned i = index_of(regions, va);
	struct region rest;

	if (i == regions->count || regions->list[i].va >= va)
		return;
	rest = regions->list[i];
	rest.pages = (region_end(&rest) - va) / REGION_PAGE;
	rest.va = va;
	regions->list[i].pages -= rest.pages;
	insert_at(regions, i + 1, rest);
}

void regions_remove(struct regions *regions, uint64_t va, uint64_t pages)
{
	uint64_t end = va + pages * REGION_PAGE;
	unsigned i;

	cut(regions, va);
	cut(regions, end);
	i = index_of(regions, va);
	while (i < regions->count && regions->list[i].va < end)
		remove_at(regions, i);
}

void regions_protect(struct regions *regions, uint64_t va, uint64_t pages, uint64_t flags)
{
	uint64_t end = va + pages * REGION_PAGE;

	cut(regions, va);
	cut(regions, end);
	for (unsigned i = index_of(regions, va); i < regions->count && regions->list[i].va < end;
	     i++)
		regions->list[i].flags = (regions->list[i].flags & ~(uint64_t)RIGHTS) | flags;
}
