/*
 * regions.c - RAM as sorted, disjoint ranges of frames.
 *
 * Everything is painted: banks first, as USER, then each stronger use on top of them. Painting
 * never adds or removes RAM, so the sum of all counts stays what the banks gave. State: none, the
 * array is the caller's.
 */
#include "regions.h"

#include <stddef.h>
#include <tenure/abi.h>

#define FRAME_SHIFT 12
#define FRAMES_END ((uint64_t)1 << 32) /* frame numbers have 32 bits */

/* A half-open range of frames. */
struct span {
	uint64_t first, end;
};

/* The stronger kind gets the frame. */
static uint32_t kind_rank(uint32_t kind)
{
	return kind == TN_KIND_HOLE ? 3 : kind == TN_KIND_USER ? 0 : kind == TN_KIND_BOOT ? 1 : 2;
}

static uint64_t region_end(const struct region *r)
{
	return r->first + r->count;
}

static uint64_t range_end(const struct machine_range *range)
{
	return range->size > UINT64_MAX - range->address ? UINT64_MAX
							  : range->address + range->size;
}

static uint64_t frame_below(uint64_t address)
{
	return address >> FRAME_SHIFT;
}

static uint64_t frame_above(uint64_t address)
{
	return (address >> FRAME_SHIFT) + ((address & (TN_FRAME_SIZE - 1)) != 0);
}

/* All frames that a range touches; none if it is empty. */
static struct span span_outward(const struct machine_range *range)
{
	struct span span = {frame_below(range->address), frame_above(range_end(range))};

	if (range->size == 0)
		span.end = span.first;
	return span;
}

/* --- the array ------------------------------------------------------------------------------ */

/* Make room at `index` for one more; the caller has checked that there is. */
static void open_gap(struct regions *regions, uint32_t index)
{
	for (uint32_t i = regions->count; i > index; i--)
		regions->r[i] = regions->r[i - 1];
	regions->count++;
}

/* Does a region begin before frame `pfn` and go on at it? */
static bool is_cut_by(const struct regions *regions, uint32_t index, uint64_t pfn, uint32_t rank)
{
	const struct region *r = &regions->r[index];

	return index < regions->count && r->first < pfn && kind_rank(r->kind) < rank;
}

/* Cut region `index` in two, the second of which begins at `pfn`. */
static void split(struct regions *regions, uint32_t index, uint64_t pfn)
{
	struct region *r = &regions->r[index];

	open_gap(regions, index + 1);
	r[1].first = pfn;
	r[1].count = region_end(r) - pfn;
	r[1].kind = r->kind;
	r->count = pfn - r->first;
}

/* Join neighbours that touch and are of one kind. */
static void merge(struct regions *regions)
{
	uint32_t kept = 0;

	for (uint32_t i = 1; i < regions->count; i++) {
		struct region *last = &regions->r[kept], *next = &regions->r[i];

		if (region_end(last) == next->first && last->kind == next->kind)
			last->count += next->count;
		else if (++kept != i)
			regions->r[kept] = *next;
	}
	if (regions->count != 0)
		regions->count = kept + 1;
}

uint32_t regions_find(const struct regions *regions, uint64_t pfn)
{
	uint32_t low = 0, high = regions->count;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (region_end(&regions->r[middle]) <= pfn)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int claim_span(struct regions *regions, struct span span, uint32_t kind)
{
	uint32_t rank = kind_rank(kind);
	uint32_t from = regions_find(regions, span.first), to = regions_find(regions, span.end);
	bool cut_first, cut_end;

	if (span.first >= span.end)
		return 0;
	cut_first = is_cut_by(regions, from, span.first, rank);
	cut_end = is_cut_by(regions, to, span.end, rank);
	if (regions->count + cut_first + cut_end > REGIONS_MAX)
		return -TN_ENOMEM;
	if (cut_end)
		split(regions, to, span.end);
	if (cut_first)
		split(regions, from, span.first);
	for (uint32_t i = from; i < regions->count && regions->r[i].first < span.end; i++)
		if (regions->r[i].first >= span.first && kind_rank(regions->r[i].kind) < rank)
			regions->r[i].kind = kind;
	merge(regions);
	return 0;
}

int regions_claim(struct regions *regions, uint64_t first, uint64_t count, uint32_t kind)
{
	if (count > UINT64_MAX - first)
		return -TN_EINVAL;
	return claim_span(regions, (struct span){first, first + count}, kind);
}

uint64_t regions_carve(struct regions *regions, uint64_t count, uint64_t align, uint64_t below,
		       uint32_t kind)
{
	if (count == 0 || align == 0 || (align & (align - 1)) != 0)
		return REGIONS_NONE;
	for (uint32_t i = 0; i < regions->count; i++) {
		const struct region *r = &regions->r[i];
		uint64_t end = region_end(r) < below ? region_end(r) : below;
		/* Below 2^32 + 2^63: cannot wrap. */
		uint64_t first = (r->first + (align - 1)) & ~(align - 1);

		if (r->kind != TN_KIND_USER || first >= end || count > end - first)
			continue;
		return claim_span(regions, (struct span){first, first + count}, kind) == 0
			       ? first
			       : REGIONS_NONE;
	}
	return REGIONS_NONE;
}

bool regions_hold(const struct regions *regions, uint64_t first, uint64_t count, uint32_t kind)
{
	uint32_t i = regions_find(regions, first);

	/* One region is enough to look at: its neighbours are of other kinds. */
	return count == 0 || (i < regions->count && regions->r[i].kind == kind &&
			      regions->r[i].first <= first &&
			      count <= region_end(&regions->r[i]) - first);
}

uint64_t regions_total_frames(const struct regions *regions)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < regions->count; i++)
		total += regions->r[i].count;
	return total;
}

/* --- the machine's memory ------------------------------------------------------------------- */

/* Add a bank's whole frames, in order; several banks may name the same ones. */
static void insert_bank(struct regions *regions, const struct machine_range *bank)
{
	uint64_t first = frame_above(bank->address), end = frame_below(range_end(bank));
	uint32_t at = 0;

	if (end > FRAMES_END)
		end = FRAMES_END;
	if (first >= end)
		return;
	while (at < regions->count && regions->r[at].first < first)
		at++;
	open_gap(regions, at);
	regions->r[at] = (struct region){first, end - first, TN_KIND_USER};
}

/* Banks are sorted by now: cut what an earlier one covers already. */
static void join_banks(struct regions *regions)
{
	uint32_t kept = 0;

	for (uint32_t i = 1; i < regions->count; i++) {
		struct region *last = &regions->r[kept];
		uint64_t end = region_end(&regions->r[i]);

		if (regions->r[i].first > region_end(last))
			regions->r[++kept] = regions->r[i];
		else if (end > region_end(last))
			last->count = end - last->first;
	}
	if (regions->count != 0)
		regions->count = kept + 1;
}

/* A reservation that is the boot loader's note of an object (initrd, tree) covers only what it
 * has beyond that object: the object itself is for user space to read. */
static void spare_object(struct span *span, const struct machine_range *object)
{
	struct span kept = span_outward(object);

	if (kept.first != kept.end && span->first == kept.first)
		span->first = kept.end < span->end ? kept.end : span->end;
}

static int claim_reserved(struct regions *regions, const struct machine *m)
{
	int error = 0;

	for (uint32_t i = 0; i < m->reserved_count && error == 0; i++) {
		struct span span = span_outward(&m->reserved[i].range);

		if (!m->reserved[i].no_map) {
			spare_object(&span, &m->initrd);
			spare_object(&span, &m->tree);
		}
		error = claim_span(regions, span, TN_KIND_HOLE);
	}
	return error;
}

static int claim_range(struct regions *regions, const struct machine_range *range, uint32_t kind)
{
	return claim_span(regions, span_outward(range), kind);
}

static bool holds_range(const struct regions *regions, const struct machine_range *range,
			uint32_t kind)
{
	struct span span = span_outward(range);

	return regions_hold(regions, span.first, span.end - span.first, kind);
}

static int fail(const char **why, int error, const char *reason)
{
	*why = reason;
	return error;
}

int regions_init(struct regions *regions, const struct machine *m, const char **why)
{
	int error;

	regions->count = 0;
	for (uint32_t i = 0; i < m->bank_count; i++)
		insert_bank(regions, &m->banks[i]);
	join_banks(regions);
	if (regions->count == 0)
		return fail(why, -TN_EINVAL, "memory: no whole frame of RAM");
	error = claim_range(regions, &m->image, TN_KIND_IMAGE);
	if (error == 0)
		error = claim_range(regions, &m->initrd, TN_KIND_BOOT);
	if (error == 0)
		error = claim_range(regions, &m->tree, TN_KIND_BOOT);
	if (error == 0)
		error = claim_reserved(regions, m);
	if (error != 0)
		return fail(why, error, "memory: too many ranges");
	if (!holds_range(regions, &m->image, TN_KIND_IMAGE))
		return fail(why, -TN_EINVAL, "memory: the kernel lies outside RAM or is reserved");
	if (!holds_range(regions, &m->initrd, TN_KIND_BOOT))
		return fail(why, -TN_EINVAL, "memory: the boot image is not in free RAM");
	return 0;
}
