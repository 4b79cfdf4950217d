/*
 * regions.h - all RAM as a sorted array of disjoint ranges of frames, each of one kind.
 *
 * Pure functions over a caller's array. Between calls: there are some, sorted by their first
 * frame; none is empty, none overlap, neighbours that touch differ in kind, and together they
 * cover exactly the frames of RAM below frame 2^32. What no region names is no RAM. Where two
 * kinds want a frame the stronger has it: HOLE, then IMAGE (and any other kind of the kernel's),
 * then BOOT, then USER.
 */
#ifndef TENURE_BOOT_REGIONS_H
#define TENURE_BOOT_REGIONS_H

#include <stdint.h>

#include "machine.h"
#include "region.h"

#define REGIONS_MAX 128u
#define REGIONS_NONE (~(uint64_t)0) /* no such frames */

struct regions {
	struct region r[REGIONS_MAX];
	uint32_t count;
};

/*
 * Lay out the RAM of `m`: its banks rounded inward to frames are USER, the initrd and the tree
 * rounded outward BOOT, the kernel's image IMAGE, the reserved ranges HOLE. A reservation that
 * begins in the same frame as the initrd or the tree, and does not forbid mapping, is the boot
 * loader's note of that object: there the object stays BOOT.
 *
 * Returns 0, or -TN_EINVAL (no RAM, more than REGIONS_MAX regions, image or initrd not in RAM or
 * reserved by firmware) with one line in `*why`; `*regions` is then undefined.
 */
__attribute__((warn_unused_result)) int regions_init(struct regions *regions,
						      const struct machine *m, const char **why);

/*
 * Turn the frames of [first, first + count) that are RAM and of a weaker kind into `kind`,
 * splitting regions as needed. Frames that are no RAM are passed over; first + count does not
 * wrap. Returns 0, or -TN_ENOMEM (the array has no room for two more), nothing changed.
 */
__attribute__((warn_unused_result)) int regions_claim(struct regions *regions, uint64_t first,
						       uint64_t count, uint32_t kind);

/*
 * Find the lowest `count` > 0 consecutive USER frames that begin at a multiple of `align` (a power
 * of two) and end at or below frame `below`, and turn them into `kind`. Returns the first of
 * them, or REGIONS_NONE (none fit, array full), nothing changed.
 */
uint64_t regions_carve(struct regions *regions, uint64_t count, uint64_t align, uint64_t below,
		       uint32_t kind);

/* Frames of RAM. */
uint64_t regions_total_frames(const struct regions *regions);

#endif
