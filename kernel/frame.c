/*
 * frame.c - first words of the frame table, block by block, and its export.
 *
 * Owns: ram, the region list.
 */
#include "frame.h"

#include "words.h"

struct ram ram;

static const struct region *frame_regions; /* sorted, disjoint */
static uint32_t frame_region_count;

/* Counts first .. end - 1 as not USER, in words of `size` frames each. */
static void others_add(uint64_t *words, uint64_t size, uint64_t first, uint64_t end)
{
	while (first < end) {
		uint64_t n = least(size - first % size, end - first);

		words[first / size] += n;
		first += n;
	}
}

static void others_count(uint64_t first, uint64_t end)
{
	others_add(PORT_BLOCK_TABLE, BLOCK_FRAMES, first, end);
	others_add(PORT_GIGA_TABLE, GIGA_FRAMES, first, end);
}

/* A gap between two regions, as far as it shares a giga block with either: words of giga blocks
 * without RAM are not ours to write, they read as all hole. */
static void gap_count(uint64_t first, uint64_t end)
{
	uint64_t up = (first + GIGA_FRAMES - 1) / GIGA_FRAMES * GIGA_FRAMES;
	uint64_t down = end / GIGA_FRAMES * GIGA_FRAMES;

	if (up < down) {
		others_count(down, end);
		end = up;
	}
	others_count(first, end);
}

static void edges_mark(const struct region *r)
{
	uint64_t window_end = ram.window_first + ram.window_count;

	for (uint64_t giga = r->first / GIGA_FRAMES; giga <= (r->first + r->count - 1) / GIGA_FRAMES;
	     giga++)
		if ((giga + 1) * GIGA_FRAMES > window_end && r->first + r->count > window_end)
			PORT_GIGA_TABLE[giga] |= BLOCK_EDGE;
}

/*
 * A block may be mapped large only if all of its frames are USER. So what is not is counted
 * before anything can be mapped; the words of all giga blocks with RAM start at 0.
 */
void frame_table_init(const struct region *regions, uint32_t count)
{
	uint64_t at = regions[0].first / GIGA_FRAMES * GIGA_FRAMES;

	frame_regions = regions;
	frame_region_count = count;
	for (uint32_t i = 0; i < count; i++) {
		const struct region *r = &regions[i];

		gap_count(at, r->first);
		at = r->first + r->count;
		if (r->kind != TN_KIND_USER)
			others_count(r->first, at);
		edges_mark(r);
	}
	gap_count(at, (at + GIGA_FRAMES - 1) / GIGA_FRAMES * GIGA_FRAMES);
}

/* The frames of first .. end - 1 that lie in r. */
static struct region region_part(const struct region *r, uint64_t first, uint64_t end)
{
	uint64_t from = first < r->first ? r->first : first, to = least(end, r->first + r->count);

	return (struct region){from, from < to ? to - from : 0, r->kind};
}

bool frame_touch(pfn_t f)
{
	const struct region *last = frame_regions + frame_region_count;
	uint64_t at = f.n - f.n % BLOCK_FRAMES, end = at + BLOCK_FRAMES, frames = 0;

	if (FRAME_KIND(frame_get(f)) != KIND_UNTOUCHED)
		return false;
	for (const struct region *r = frame_regions; r < last; r++)
		frames += region_part(r, at, end).count;
	port_frame_block_back(at / BLOCK_FRAMES, frames != 0);
	if (frames == 0)
		return true;
	words_fill(frame_words(pfn(at)), BLOCK_FRAMES, FRAME_WORD(TN_KIND_HOLE, 0));
	for (const struct region *r = frame_regions; r < last; r++) {
		struct region part = region_part(r, at, end);

		words_fill(frame_words(pfn(part.first)), part.count, FRAME_WORD(part.kind, 0));
	}
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
		word += d % FRAME_LOW_UNIT; /* objects keep their pool to themselves, in the frame */
	if (kind == TN_KIND_TABLE)
		word += FRAME_ENTRIES(d) * FRAME_LOW_UNIT +
			(FRAME_IS_EXPLICIT(d) ? TN_INFO_EXPLICIT : 0);
	if (kind == TN_KIND_FREE && FRAME_IS_CLEAN(d))
		word += TN_INFO_CLEAN;
	if (frame_is_covered(f))
		word += TN_INFO_LARGE;
	return word;
}
