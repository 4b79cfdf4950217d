/*
 * mapping.c - what mm has mapped in a process: a sorted list of extents.
 */
#include "mapping.h"

#include <stddef.h>

void extents_init(struct extents *extents, struct extent *memory, uint64_t count)
{
	*extents = (struct extents){NULL, 0};
	extents_add(extents, memory, count);
}

void extents_add(struct extents *extents, struct extent *memory, uint64_t count)
{
	extents->spare += count;
	while (count-- > 0) {
		memory[count].next = extents->unused;
		extents->unused = &memory[count];
	}
}

static struct extent *extent_take(struct extents *extents)
{
	struct extent *extent = extents->unused;

	if (extent) {
		extents->unused = extent->next;
		extents->spare--;
	}
	return extent;
}

static void extent_put(struct extents *extents, struct extent *extent)
{
	extent->next = extents->unused;
	extents->unused = extent;
	extents->spare++;
}

static uint64_t extent_end(const struct extent *extent)
{
	return extent->va + extent->count * MAPPING_PAGE;
}

static uint64_t page_bytes(unsigned level)
{
	return ledger_page(level) * MAPPING_PAGE;
}

void mapping_init(struct mapping *mapping, struct store *store, struct extents *extents)
{
	*mapping = (struct mapping){.store = store, .extents = extents};
}

/* The link behind which an extent at va belongs. *before: the extent that ends there, or NULL. */
static struct extent **mapping_place(struct mapping *mapping, uint64_t va, struct extent **before)
{
	struct extent **link = &mapping->first;

	*before = NULL;
	while (*link && (*link)->va < va) {
		*before = *link;
		link = &(*link)->next;
	}
	return link;
}

static bool continues(const struct extent *before, const struct extent *next)
{
	return before && extent_end(before) == next->va && before->level == next->level &&
	       before->apart == next->apart && before->frame + before->count == next->frame;
}

/* The table for the new pages stands already, for what lies just before or after them. */
static bool has_table(const struct extent *before, const struct extent *next,
		      const struct extent *new)
{
	uint64_t table = page_bytes(new->level + 1), last = extent_end(new) - MAPPING_PAGE;

	return (before && (extent_end(before) - MAPPING_PAGE) / table == last / table) ||
	       (next && next->va / table == new->va / table);
}

static bool mapping_insert(struct mapping *mapping, struct extent new)
{
	struct extent *before, *extent;
	struct extent **link = mapping_place(mapping, new.va, &before);

	mapping->rooted = true;
	mapping->reshaped = mapping->reshaped || !has_table(before, *link, &new);
	if (continues(before, &new)) {
		before->count += new.count;
		return true;
	}
	extent = extent_take(mapping->extents);
	if (!extent)
		return false;
	new.next = *link;
	*extent = new;
	*link = extent;
	return true;
}

void mapping_note_root(struct mapping *mapping)
{
	mapping->rooted = true;
	mapping->reshaped = true;
}

bool mapping_note(struct mapping *mapping, uint64_t va, uint64_t frame, uint64_t count)
{
	return mapping_insert(mapping, (struct extent){NULL, va, frame, count, 0, true});
}

bool mapping_has(const struct mapping *mapping, uint64_t va, uint64_t bytes)
{
	const struct extent *extent = mapping->first;

	while (extent && extent_end(extent) <= va)
		extent = extent->next;
	return extent && extent->va < va + bytes;
}

/*
 * The page size the kernel picks: addresses and frames are aligned to it, enough is still to be
 * mapped, and no page table stands there, which it does if anything is mapped under it.
 */
static unsigned pick_level(const struct mapping *mapping, uint64_t va, uint64_t frame,
			   uint64_t count)
{
	for (unsigned level = LEDGER_LEVELS - 1; level > 0; level--) {
		if (va % page_bytes(level) == 0 && frame % ledger_page(level) == 0 &&
		    count >= ledger_page(level) && !mapping_has(mapping, va, page_bytes(level)))
			return level;
	}
	return 0;
}

/* Frames that take pages of `level` before the choice has to be made anew. */
static uint64_t same_level(uint64_t va, uint64_t count, unsigned level, bool small)
{
	uint64_t room;

	if (small)
		return count;
	if (level > 0)
		return ledger_page(level);
	room = (page_bytes(1) - va % page_bytes(1)) / MAPPING_PAGE;
	return room < count ? room : count;
}

bool mapping_add(struct mapping *mapping, uint64_t va, uint64_t frame, uint64_t count,
		 uint64_t remaining, bool small)
{
	while (count > 0) {
		unsigned level = small ? 0 : pick_level(mapping, va, frame, remaining);
		uint64_t part = same_level(va, count, level, small);

		if (part > count || !ledger_map(&mapping->store->ledger, frame, part, level))
			return false;
		if (!mapping_insert(mapping, (struct extent){NULL, va, frame, part, level, false}))
			return false;
		va += part * MAPPING_PAGE;
		frame += part;
		count -= part;
		remaining -= part;
	}
	return true;
}

/* Cuts an extent in two at va, a page boundary of it strictly inside. */
static bool extent_divide(struct mapping *mapping, struct extent *extent, uint64_t va)
{
	uint64_t kept = (va - extent->va) / MAPPING_PAGE;
	struct extent *rest = extent_take(mapping->extents);

	if (!rest)
		return false;
	*rest = *extent;
	rest->va = va;
	rest->frame += kept;
	rest->count -= kept;
	extent->count = kept;
	extent->next = rest;
	return true;
}

/* An extent of one large page becomes one of the next smaller pages. */
static bool extent_demote(struct mapping *mapping, struct extent *extent)
{
	struct ledger *ledger = &mapping->store->ledger;

	if (!ledger_unmap(ledger, extent->frame, extent->count, extent->level))
		return false;
	extent->level--;
	return ledger_map(ledger, extent->frame, extent->count, extent->level);
}

/* Cuts the large page around va, which is no boundary of it, out of its extent; demotes it. */
static bool mapping_split_page(struct mapping *mapping, struct extent *extent, uint64_t va)
{
	uint64_t bytes = page_bytes(extent->level);
	uint64_t page = va - va % bytes;

	if (extent->va < page) {
		if (!extent_divide(mapping, extent, page))
			return false;
		extent = extent->next;
	}
	if (page + bytes < extent_end(extent) && !extent_divide(mapping, extent, page + bytes))
		return false;
	return extent_demote(mapping, extent);
}

/* Makes va the boundary of an extent wherever it lies inside one, splitting large pages. */
static bool mapping_cut(struct mapping *mapping, uint64_t va)
{
	struct extent *extent;

	for (;;) {
		mapping_place(mapping, va, &extent);
		if (!extent || extent_end(extent) <= va)
			return true;
		if (va % page_bytes(extent->level) == 0)
			return extent_divide(mapping, extent, va);
		if (!mapping_split_page(mapping, extent, va))
			return false;
	}
}

static bool extent_end_mapping(struct mapping *mapping, struct extent *extent)
{
	bool good = true;

	if (!extent->apart) {
		good = ledger_unmap(&mapping->store->ledger, extent->frame, extent->count,
				    extent->level);
		if (good)
			store_put_idle(mapping->store, extent->frame, extent->count);
	}
	extent_put(mapping->extents, extent);
	return good;
}

bool mapping_remove(struct mapping *mapping, uint64_t va, uint64_t count)
{
	uint64_t end = va + count * MAPPING_PAGE;
	struct extent *before;
	struct extent **link;

	mapping->reshaped = true;
	if (!mapping_cut(mapping, va) || !mapping_cut(mapping, end))
		return false;
	link = mapping_place(mapping, va, &before);
	while (*link && (*link)->va < end) {
		struct extent *extent = *link;

		*link = extent->next;
		if (!extent_end_mapping(mapping, extent))
			return false;
	}
	return true;
}

bool mapping_split(struct mapping *mapping, uint64_t va, uint64_t count)
{
	mapping->reshaped = true;
	return mapping_cut(mapping, va) && mapping_cut(mapping, va + count * MAPPING_PAGE);
}

uint64_t mapping_frame(const struct mapping *mapping, uint64_t va)
{
	const struct extent *extent = mapping->first;

	while (extent && extent_end(extent) <= va)
		extent = extent->next;
	if (!extent || extent->va > va || extent->apart)
		return STORE_NONE;
	return extent->frame + (va - extent->va) / MAPPING_PAGE;
}

uint64_t mapping_next(const struct mapping *mapping, uint64_t va)
{
	const struct extent *extent = mapping->first;

	while (extent && extent_end(extent) <= va)
		extent = extent->next;
	if (!extent)
		return UINT64_MAX;
	return extent->va > va ? extent->va : va;
}

bool mapping_clear(struct mapping *mapping)
{
	bool good = true;

	while (mapping->first) {
		struct extent *extent = mapping->first;

		mapping->first = extent->next;
		good = extent_end_mapping(mapping, extent) && good;
	}
	mapping->rooted = false;
	mapping->reshaped = true;
	return good;
}

uint64_t mapping_frames(const struct mapping *mapping)
{
	uint64_t frames = 0;

	for (const struct extent *extent = mapping->first; extent; extent = extent->next)
		frames += extent->apart ? 0 : extent->count;
	return frames;
}

/* Tables whose entries are leaves or tables of `level`: one for each 512 of them in use. */
static uint64_t tables_at(const struct mapping *mapping, unsigned level)
{
	unsigned shift = 12 + 9 * (level + 1);
	uint64_t tables = 0, next = 0; /* next: first region not counted yet */

	for (const struct extent *extent = mapping->first; extent; extent = extent->next) {
		uint64_t first = extent->va >> shift;
		uint64_t last = (extent_end(extent) - 1) >> shift;

		if (extent->level > level)
			continue;
		if (first < next)
			first = next;
		if (last >= first)
			tables += last - first + 1;
		if (last >= next)
			next = last + 1;
	}
	return tables;
}

uint64_t mapping_tables(const struct mapping *mapping, unsigned paging_levels)
{
	uint64_t tables = mapping->rooted ? 1 : 0;

	for (unsigned level = 0; level + 1 < paging_levels; level++)
		tables += tables_at(mapping, level);
	return tables;
}
