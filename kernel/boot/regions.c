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

/* The stronger kind gets the frame. */
static uint32_t kind_rank(uint32_t kind)
{
	return kind == TN_KIND_HOLE ? 3 : kind == TN_KIND_USER ? 0 : kind == TN_KIND_BOOT ? 1 : 2;
}

static uint64_t region_end(const struct region *r)
{
	return r->first + r->count;
}

static uint64_t frame_above(uint64_t address)
{
	return (address >> FRAME_SHIFT) + (address % TN_FRAME_SIZE != 0);
}

/* All frames that a range touches. */
static struct region frames_around(const struct machine_range *range, uint32_t kind)
{
	uint64_t first = range->address >> FRAME_SHIFT;

	return (struct region){first, frame_above(range->address + range->size) - first, kind};
}

/* --- the array ------------------------------------------------------------------------------ */

/* Put a region at `index`; the caller has checked that there is room. */
static void insert(struct regions *regions, uint32_t index, struct region region)
{
	for (uint32_t i = regions->count++; i > index; i--)
		regions->r[i] = regions->r[i - 1];
	regions->r[index] = region;
}

/* Index of the first region that ends above frame `pfn`; their count if none does. */
static uint32_t find(const struct regions *regions, uint64_t pfn)
{
	uint32_t i = 0;

	while (i < regions->count && region_end(&regions->r[i]) <= pfn)
		i++;
	return i;
}

/* Let no region reach across the beginning of frame `pfn`. */
static void cut(struct regions *regions, uint64_t pfn)
{
	uint32_t i = find(regions, pfn);
	struct region *r = &regions->r[i];

	if (i == regions->count || r->first >= pfn)
		return;
	insert(regions, i + 1, (struct region){pfn, region_end(r) - pfn, r->kind});
	r->count = pfn - r->first;
}

/* Join neighbours that touch or overlap and are of one kind. */
static void merge(struct regions *regions)
{
	uint32_t kept = 0;

	for (uint32_t i = 1; i < regions->count; i++) {
		struct region *last = &regions->r[kept], *next = &regions->r[i];

		if (region_end(last) < next->first || last->kind != next->kind)
			regions->r[++kept] = *next;
		else if (region_end(last) < region_end(next))
			last->count = region_end(next) - last->first;
	}
	regions->count = kept + 1;
}

static int claim(struct regions *regions, struct region frames)
{
	if (frames.count == 0)
		return 0;
	if (regions->count + 2 > REGIONS_MAX)
		return -TN_ENOMEM;
	cut(regions, frames.first);
	cut(regions, region_end(&frames));
	for (uint32_t i = find(regions, frames.first);
	     i < regions->count && regions->r[i].first < region_end(&frames); i++)
		if (kind_rank(regions->r[i].kind) < kind_rank(frames.kind))
			regions->r[i].kind = frames.kind;
	merge(regions);
	return 0;
}

int regions_claim(struct regions *regions, uint64_t first, uint64_t count, uint32_t kind)
{
	return claim(regions, (struct region){first, count, kind});
}

uint64_t regions_carve(struct regions *regions, uint64_t count, uint64_t align, uint64_t below,
		       uint32_t kind)
{
	for (uint32_t i = 0; i < regions->count; i++) {
		const struct region *r = &regions->r[i];
		uint64_t end = region_end(r) < below ? region_end(r) : below;
		/* Below 2^32 + 2^63: cannot wrap. */
		uint64_t first = (r->first + (align - 1)) & ~(align - 1);

		if (r->kind != TN_KIND_USER || first >= end || count > end - first)
			continue;
		return regions_claim(regions, first, count, kind) == 0 ? first : REGIONS_NONE;
	}
	return REGIONS_NONE;
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
static void add_bank(struct regions *regions, const struct machine_range *bank)
{
	uint64_t first = frame_above(bank->address);
	uint64_t end = (bank->address + bank->size) >> FRAME_SHIFT;
	uint32_t at = 0;

	if (end > FRAMES_END)
		end = FRAMES_END;
	if (first >= end)
		return;
	while (at < regions->count && regions->r[at].first < first)
		at++;
	insert(regions, at, (struct region){first, end - first, TN_KIND_USER});
}

/* A reservation that is the boot loader's note of an object (initrd, tree) covers only what it
 * has beyond that object: the object itself is for user space to read. */
static void spare(struct region *frames, const struct machine_range *object)
{
	struct region kept = frames_around(object, TN_KIND_BOOT);

	if (frames->first != kept.first)
		return;
	if (kept.count > frames->count)
		kept.count = frames->count;
	frames->first += kept.count;
	frames->count -= kept.count;
}

static int claim_reserved(struct regions *regions, const struct machine *m)
{
	int error = 0;

	for (uint32_t i = 0; i < m->reserved_count && error == 0; i++) {
		struct region frames = frames_around(&m->reserved[i].range, TN_KIND_HOLE);

		if (!m->reserved[i].no_map) {
			spare(&frames, &m->initrd);
			spare(&frames, &m->tree);
		}
		error = claim(regions, frames);
	}
	return error;
}

/* Is every frame of these RAM, and of their kind? */
static bool holds(const struct regions *regions, struct region frames)
{
	const struct region *r = &regions->r[find(regions, frames.first)];

	/* One region is enough to look at: its neighbours are of other kinds. */
	return frames.count == 0 ||
	       (r < &regions->r[regions->count] && r->kind == frames.kind &&
		r->first <= frames.first && region_end(&frames) <= region_end(r));
}

static const char *lay_out(struct regions *regions, const struct machine *m)
{
	struct region image = frames_around(&m->image, TN_KIND_IMAGE);
	struct region initrd = frames_around(&m->initrd, TN_KIND_BOOT);
	struct region tree = frames_around(&m->tree, TN_KIND_BOOT);

	regions->count = 0;
	for (uint32_t i = 0; i < m->bank_count; i++)
		add_bank(regions, &m->banks[i]);
	if (regions->count == 0)
		return "memory: no whole frame of RAM";
	merge(regions);
	if (claim(regions, image) != 0 || claim(regions, initrd) != 0 ||
	    claim(regions, tree) != 0 || claim_reserved(regions, m) != 0)
		return "memory: too many ranges";
	if (!holds(regions, image))
		return "memory: the kernel lies outside RAM or is reserved";
	if (!holds(regions, initrd))
		return "memory: the boot image is not in free RAM";
	return NULL;
}

int regions_init(struct regions *regions, const struct machine *m, const char **why)
{
	*why = lay_out(regions, m);
	return *why == NULL ? 0 : -TN_EINVAL;
}
