/*
 * regions.c - what addresses a client may use.
 */
#include <tenure/regions.h>

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

uint32_t regions_range_refusal(uint64_t va, uint64_t pages)
{
	if (va % REGION_PAGE != 0 || pages == 0)
		return TN_EINVAL;
	if (va < TN_CLIENT_IMAGE_END || va >= TN_CLIENT_HIGH ||
	    pages > (TN_CLIENT_HIGH - va) / REGION_PAGE)
		return TN_EFAULT;
	return TN_OK;
}

uint32_t regions_refusal(const struct regions *regions, uint64_t *va, uint64_t pages,
			 uint64_t flags)
{
	uint64_t align = flags & TN_MM_LARGE ? REGION_BLOCK : REGION_PAGE;
	uint32_t refusal;

	if (*va == 0 && pages > 0)
		*va = regions_place(regions, pages, align, TN_CLIENT_LOW, TN_CLIENT_HIGH);
	if (*va == 0)
		return pages > 0 ? TN_ENOMEM : TN_EINVAL;
	refusal = regions_range_refusal(*va, pages);
	if (refusal == TN_OK && regions_touch(regions, *va, pages))
		refusal = TN_EEXIST;
	return refusal;
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

/* The region that va would cut in two, or NULL. */
static const struct region *region_across(const struct regions *regions, uint64_t va)
{
	unsigned i = index_of(regions, va);

	return i < regions->count && regions->list[i].va < va ? &regions->list[i] : NULL;
}

bool regions_can_remove(const struct regions *regions, uint64_t va, uint64_t pages)
{
	const struct region *region = region_across(regions, va);

	return regions->count < TN_CLIENT_REGIONS || !region ||
	       region != region_across(regions, va + pages * REGION_PAGE);
}

bool regions_can_protect(const struct regions *regions, uint64_t va, uint64_t pages)
{
	unsigned cuts = region_across(regions, va) ? 1 : 0;

	cuts += region_across(regions, va + pages * REGION_PAGE) ? 1 : 0;

	return regions->count + cuts <= TN_CLIENT_REGIONS;
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

/* What is left of a region without [va, end), which it does not surround. False: nothing. */
static bool trim(struct region *region, uint64_t va, uint64_t end)
{
	uint64_t region_ends = region_end(region);

	if (region->va < va) {
		region->pages = (va - region->va) / REGION_PAGE;
		return true;
	}
	if (region_ends <= end)
		return false;
	region->va = end;
	region->pages = (region_ends - end) / REGION_PAGE;
	return true;
}

/* Only a region that surrounds the range is cut; others get shorter, or go. */
void regions_remove(struct regions *regions, uint64_t va, uint64_t pages)
{
	uint64_t end = va + pages * REGION_PAGE;
	unsigned i = index_of(regions, va);

	if (i < regions->count && regions->list[i].va < va && region_end(&regions->list[i]) > end)
		cut(regions, end);
	while (i < regions->count && regions->list[i].va < end) {
		if (trim(&regions->list[i], va, end))
			i++;
		else
			remove_at(regions, i);
	}
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
