/*
 * regions.c - RAM as sorted, disjoint ranges of frames.
 *
 * One sweep from frame 0 upwards: between two ends of claims all frames are wanted for the same
 * uses, of which the strongest decides. State: none, the arrays are the caller's.
 */
#include "regions.h"

#define FRAMES_END ((uint64_t)1 << 32) /* frame numbers have 32 bits */
#define KIND_NO_RAM TN_KIND_COUNT

/* The kind that a use makes of its frames; and what is said if some of them are not of it, which
 * only banks and reservations may be. */
static const struct {
	uint32_t kind;
	const char *missing;
} uses[MACHINE_USES] = {
	[MACHINE_BANK] = {TN_KIND_USER, NULL},
	[MACHINE_INITRD] = {TN_KIND_BOOT, "memory: the boot image is not in free RAM"},
	[MACHINE_TREE] = {TN_KIND_BOOT, "memory: the device tree is not in free RAM"},
	[MACHINE_KERNEL] = {TN_KIND_IMAGE, "memory: the kernel lies outside RAM or is reserved"},
	[MACHINE_RESERVED] = {TN_KIND_HOLE, NULL},
	[MACHINE_NO_MAP] = {TN_KIND_HOLE, NULL},
};

/* --- claims --------------------------------------------------------------------------------- */

static uint64_t frame_above(uint64_t address)
{
	return address / TN_FRAME_SIZE + (address % TN_FRAME_SIZE != 0);
}

/* All frames that it touches; whole: those that lie in it as a whole. */
static struct claim claim_round(const struct machine_memory *memory, bool whole)
{
	uint64_t address = memory->range.address, end = address + memory->range.size;

	if (whole)
		return (struct claim){frame_above(address), end / TN_FRAME_SIZE, memory->use};
	return (struct claim){address / TN_FRAME_SIZE, frame_above(end), memory->use};
}

/* A reservation that is the boot loader's note of an object (initrd, tree) covers only what it
 * has beyond that object: the object itself is for user space to read. */
static void claim_spare(struct claim *reserved, const struct claim *claims, uint32_t count)
{
	for (const struct claim *c = claims; c < claims + count; c++)
		if ((c->use == MACHINE_INITRD || c->use == MACHINE_TREE) &&
		    c->first == reserved->first)
			reserved->first = c->end;
}

static void claims_make(struct claim *claims, const struct machine *m)
{
	for (uint32_t i = 0; i < m->memory_count; i++)
		claims[i] = claim_round(&m->memory[i], m->memory[i].use == MACHINE_BANK);
	for (uint32_t i = 0; i < m->memory_count; i++)
		if (claims[i].use == MACHINE_RESERVED)
			claim_spare(&claims[i], claims, m->memory_count);
}

/* --- the sweep ------------------------------------------------------------------------------ */

/* The uses that frame f is wanted for, a bit each. *end: the frame at which that may change. */
static uint32_t claims_at(const struct claim *claims, uint32_t count, uint64_t f, uint64_t *end)
{
	uint32_t wanted = 0;

	*end = FRAMES_END;
	for (const struct claim *c = claims; c < claims + count; c++) {
		uint64_t next = f < c->first ? c->first : c->end;

		*end = f < next && next < *end ? next : *end;
		wanted |= (uint32_t)(c->first <= f && f < c->end) << c->use;
	}
	return wanted;
}

/* Where there is no bank nothing else makes RAM. */
static uint32_t kind_of(uint32_t wanted, const char **why)
{
	uint32_t kind = KIND_NO_RAM;

	for (unsigned use = MACHINE_BANK; use < MACHINE_USES && wanted % 2 == 1; use++)
		if (wanted >> use & 1)
			kind = uses[use].kind;
	for (unsigned use = MACHINE_BANK; use < MACHINE_USES; use++)
		if (wanted >> use & 1 && uses[use].missing != NULL && uses[use].kind != kind)
			*why = uses[use].missing;
	return kind;
}

/* Adds frames behind all others; false if there is no room. */
static bool region_add(struct regions *regions, struct region frames)
{
	struct region *next = &regions->r[regions->count], *last = next - 1;

	if (regions->count > 0 && last->first + last->count == frames.first &&
	    last->kind == frames.kind) {
		last->count += frames.count;
		return true;
	}
	if (regions->count == REGIONS_MAX)
		return false;
	*next = frames;
	regions->count++;
	return true;
}

const char *regions_init(struct regions *regions, const struct machine *m)
{
	const char *why = NULL;
	uint64_t end;

	claims_make(regions->claims, m);
	regions->count = 0;
	for (uint64_t f = 0; f < FRAMES_END; f = end) {
		uint32_t wanted = claims_at(regions->claims, m->memory_count, f, &end);
		uint32_t kind = kind_of(wanted, &why);

		if (kind != KIND_NO_RAM && !region_add(regions, (struct region){f, end - f, kind}))
			return "memory: too many ranges";
	}
	return regions->count == 0 ? "device tree: no memory" : why;
}

void regions_find_devices(struct regions *regions, const struct machine *m,
			  struct tn_boot_info *info)
{
	uint64_t end;

	for (uint32_t i = 0; i < m->memory_count; i++)
		regions->claims[i] = claim_round(&m->memory[i], false);
	for (uint64_t f = 0; f < FRAMES_END && info->device_count < TN_BOOT_DEVICES; f = end)
		if (claims_at(regions->claims, m->memory_count, f, &end) == 0)
			info->devices[info->device_count++] =
				(struct tn_boot_device){(uint32_t)f, (uint32_t)(end - f)};
}

uint64_t regions_find_user(const struct regions *regions, uint64_t count, uint64_t below)
{
	for (const struct region *r = regions->r; r < &regions->r[regions->count]; r++) {
		uint64_t end = r->first + r->count < below ? r->first + r->count : below;

		if (r->kind == TN_KIND_USER && r->first < end && count <= end - r->first)
			return r->first;
	}
	return REGIONS_NONE;
}
