/*
 * frame.c - first words of the frame table, block by block, and its export.
 *
 * Owns: ram, the region list.
 */
#include "frame.h"

#include "words.h"

struct ram ram;

static const struct region *frame_regions, *frame_regions_end; /* sorted, disjoint */

/* Counts the region's frames as USER, in words of `size` frames each. */
static void others_remove(uint64_t *words, uint64_t size, const struct region *r)
{
	uint64_t *word = &words[r->first / size], n = least(size - r->first % size, r->count);

	for (uint64_t left = r->count; left > 0; n = least(size, left)) {
		*word++ -= n;
		left -= n;
	}
}

static void edges_mark(const struct region *r)
{
	uint64_t window_end = ram.window_first + ram.window_count;

	for (uint64_t giga = r->first / GIGA_FRAMES;
	     giga <= (r->first + r->count - 1) / GIGA_FRAMES; giga++)
		if ((giga + 1) * GIGA_FRAMES > window_end && r->first + r->count > window_end)
			PORT_GIGA_TABLE[giga] |= BLOCK_EDGE;
}

/*
 * A block may be mapped large only if all of its frames are USER: none is, until it is said here,
 * before anything can be mapped.
 */
void frame_table_init(const struct region *regions, uint32_t count)
{
	frame_regions = regions;
	frame_regions_end = regions + count;
	for (const struct region *r = regions; r < frame_regions_end; r++) {
		if (r->kind == TN_KIND_USER) {
			others_remove(PORT_BLOCK_TABLE, BLOCK_FRAMES, r);
			others_remove(PORT_GIGA_TABLE, GIGA_FRAMES, r);
		}
		edges_mark(r);
	}
}

/* Writes the words of first .. end - 1, if that is any. Returns where the next ones begin. */
static uint64_t kind_fill(uint64_t first, uint64_t end, uint64_t kind)
{
	if (first >= end)
		return first;
	words_fill(frame_words(pfn(first)), end - first, FRAME_WORD(kind, 0));
	return end;
}

bool frame_touch(pfn_t f)
{
	uint64_t base = f.n - f.n % BLOCK_FRAMES, end = base + BLOCK_FRAMES, at = base;

	if (FRAME_KIND(frame_get(f)) != KIND_UNTOUCHED)
		return false;
	for (const struct region *r = frame_regions; r < frame_regions_end && r->first < end; r++) {
		if (r->first + r->count <= base)
			continue;
		if (at == base)
			port_frame_block_back(base / BLOCK_FRAMES, true);
		at = kind_fill(at, r->first, TN_KIND_HOLE);
		at = kind_fill(at, least(r->first + r->count, end), r->kind);
	}
	if (at == base)
		port_frame_block_back(base / BLOCK_FRAMES, false);
	else
		kind_fill(at, end, TN_KIND_HOLE);
	return true;
}

bool frame_touch_range(pfn_t first, uint64_t count)
{
	bool touched = frame_touch(first);

	for (uint64_t f = first.n - first.n % BLOCK_FRAMES + BLOCK_FRAMES; f < first.n + count;
	     f += BLOCK_FRAMES)
		touched |= frame_touch(pfn(f));
	return touched;
}

uint64_t frame_export(pfn_t f)
{
	uint64_t d = frame_get(f), kind = FRAME_KIND(d), word = kind << 48;

	if (kind == TN_KIND_USER || kind >= TN_KIND_CAPS)
		word += d %
			FRAME_LOW_UNIT; /* objects keep their pool to themselves, in the frame */
	if (kind == TN_KIND_TABLE)
		word += FRAME_ENTRIES(d) * FRAME_LOW_UNIT +
			(FRAME_IS_EXPLICIT(d) ? TN_INFO_EXPLICIT : 0);
	if (kind == TN_KIND_FREE && FRAME_IS_CLEAN(d))
		word += TN_INFO_CLEAN;
	if (frame_is_covered(f))
		word += TN_INFO_LARGE;
	return word;
}
