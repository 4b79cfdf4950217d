/*
 * regions.c - RAM as sorted, disjoint ranges of frames.
 *
 * Everything is painted: at first all is no RAM, then come the banks, as USER, and then each
 * stronger use on top of them. State: none, the array is the caller's.
 */
#include "regions.h"

#include <stddef.h>

#define FRAME_SHIFT 12
#define FRAMES_END ((uint64_t)1 << 32) /* frame numbers have 32 bits */
#define KIND_NO_RAM TN_KIND_COUNT      /* only while the array is filled */

/* What is no RAM becomes RAM by a bank alone; of two uses of RAM the stronger gets the frame. */
static bool kind_yields(uint32_t kind, uint32_t to)
{
	static const uint8_t rank[TN_KIND_COUNT] = {
		[TN_KIND_BOOT] = 1, [TN_KIND_IMAGE] = 2, [TN_KIND_HOLE] = 3};

	return kind == KIND_NO_RAM ? to == TN_KIND_USER : rank[kind] < rank[to];
}

static uint64_t region_end(const struct region *r)
{
	return r->first + r->count;
}

static uint64_t frame_above(uint64_t address)
{
	return (address >> FRAME_SHIFT) + (address % TN_FRAME_SIZE != 0);
}

/* All frames that these bytes touch. */
static struct region frames_around(uint64_t address, uint64_t bytes, uint32_t kind)
{
	uint64_t first = address >> FRAME_SHIFT;

	return (struct region){first, frame_above(address + bytes) - first, kind};
}

/* --- the array ------------------------------------------------------------------------------ */

/* Index of the first region that ends above frame `pfn`; their count if none does. */
static uint32_t find(const struct regions *regions, uint64_t pfn)
{
	uint32_t i = 0;

	while (i < regions->count && region_end(&regions->r[i]) <= pfn)
		i++;
	return i;
}

/* Let no region reach across the beginning of frame `pfn`. There is room for one more. */
static void cut(struct regions *regions, uint64_t pfn)
{
	uint32_t at = find(regions, pfn);
	struct region *r = &regions->r[at];

	if (at == regions->count || r->first >= pfn)
		return;
	for (uint32_t i = regions->count++; i > at; i--)
		regions->r[i] = regions->r[i - 1];
	r[0].count = pfn - r->first;
	r[1].count -= r->count;
	r[1].first = pfn;
}

/* Join neighbours that touch and are of one kind. */
static void merge(struct regions *regions)
{
	uint32_t kept = 0;

	for (uint32_t i = 1; i < regions->count; i++) {
		struct region *last = &regions->r[kept], *next = &regions->r[i];

		if (region_end(last) == next->first && last->kind == next->kind)
			last->count += next->count;
		else
			regions->r[++kept] = *next;
	}
	regions->count = kept + 1;
}

bool regions_claim(struct regions *regions, struct region frames)
{
	if (frames.count == 0)
		return true;
	if (regions->count + 2 > REGIONS_MAX)
		return false;
	cut(regions, frames.first);
	cut(regions, region_end(&frames));
	for (uint32_t i = find(regions, frames.first);
	     i < regions->count && regions->r[i].first < region_end(&frames); i++)
		if (kind_yields(regions->r[i].kind, frames.kind))
			regions->r[i].kind = frames.kind;
	merge(regions);
	return true;
}

uint64_t regions_find_user(const struct regions *regions, uint64_t count, uint64_t below)
{
	for (uint32_t i = 0; i < regions->count; i++) {
		const struct region *r = &regions->r[i];
		uint64_t end = region_end(r) < below ? region_end(r) : below;

		if (r->kind == TN_KIND_USER && r->first < end && count <= end - r->first)
			return r->first;
	}
	return REGIONS_NONE;
}

/* --- the machine's memory ------------------------------------------------------------------- */

/* The frames that lie in a bank as a whole; several banks may name the same ones. */
static struct region bank_frames(const struct machine_range *bank)
{
	uint64_t first = frame_above(bank->address);
	uint64_t end = (bank->address + bank->size) >> FRAME_SHIFT;

	return (struct region){first, first < end ? end - first : 0, TN_KIND_USER};
}

/* A reservation that is the boot loader's note of an object (initrd, tree) covers only what it
 * has beyond that object: the object itself is for user space to read. */
static void spare(struct region *frames, struct region object)
{
	if (frames->first != object.first)
		return;
	if (object.count > frames->count)
		object.count = frames->count;
	frames->first += object.count;
	frames->count -= object.count;
}

static struct region reserved_frames(const struct machine_memory *memory, struct region initrd,
				     struct region tree)
{
	struct region frames =
		frames_around(memory->range.address, memory->range.size, TN_KIND_HOLE);

	if (memory->use == MACHINE_RESERVED) {
		spare(&frames, initrd);
		spare(&frames, tree);
	}
	return frames;
}

static void drop_no_ram(struct regions *regions)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < regions->count; i++)
		if (regions->r[i].kind != KIND_NO_RAM)
			regions->r[kept++] = regions->r[i];
	regions->count = kept;
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

const char *regions_init(struct regions *regions, const struct machine *m)
{
	struct region image = frames_around(m->image.address, m->image.size, TN_KIND_IMAGE);
	struct region initrd = frames_around(m->info.initrd, m->info.initrd_bytes, TN_KIND_BOOT);
	struct region tree = frames_around(m->info.tree, m->info.tree_bytes, TN_KIND_BOOT);
	const struct machine_memory *end = m->memory + m->memory_count;
	bool fits = true;

	regions->count = 1;
	regions->r[0] = (struct region){0, FRAMES_END, KIND_NO_RAM};
	for (const struct machine_memory *memory = m->memory; memory < end; memory++)
		if (memory->use == MACHINE_BANK)
			fits &= regions_claim(regions, bank_frames(&memory->range));
	fits &= regions_claim(regions, image);
	fits &= regions_claim(regions, initrd);
	fits &= regions_claim(regions, tree);
	for (const struct machine_memory *memory = m->memory; memory < end; memory++)
		if (memory->use != MACHINE_BANK)
			fits &= regions_claim(regions, reserved_frames(memory, initrd, tree));
	drop_no_ram(regions);
	if (!fits)
		return "memory: too many ranges";
	if (regions->count == 0)
		return "device tree: no memory";
	if (!holds(regions, image))
		return "memory: the kernel lies outside RAM or is reserved";
	if (!holds(regions, initrd))
		return "memory: the boot image is not in free RAM";
	if (!holds(regions, tree))
		return "memory: the device tree is not in free RAM";
	return NULL;
}
