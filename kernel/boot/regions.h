/*
 * regions.h - all RAM as a sorted array of disjoint ranges of frames, each of one kind.
 *
 * Pure functions over a caller's array. Between calls: there are some, sorted by their first
 * frame; none is empty, none overlap, neighbours that touch differ in kind, and together they
 * cover exactly the frames of RAM below frame 2^32. What no region names is no RAM. Where two
 * kinds want a frame the stronger has it: HOLE, then IMAGE, then BOOT, then USER.
 */
#ifndef TENURE_BOOT_REGIONS_H
#define TENURE_BOOT_REGIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"
#include "frame.h"

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
 * NULL, or one line about what is wrong (no RAM, more than REGIONS_MAX regions, image, initrd or
 * tree not in RAM or reserved by firmware); `*regions` is then undefined.
 */
__attribute__((warn_unused_result)) const char *regions_init(struct regions *regions,
							     const struct machine *m);

/*
 * Give those of `frames` that are RAM and of a weaker kind the kind of `frames`, splitting regions
 * as needed. Frames that are no RAM are passed over; their end does not wrap. False, and nothing
 * changed, if the array has no room for two more.
 */
__attribute__((warn_unused_result)) bool regions_claim(struct regions *regions,
						       struct region frames);

/* The first of the lowest `count` > 0 consecutive USER frames that end at or below frame `below`;
 * REGIONS_NONE if there are none. */
uint64_t regions_find_user(const struct regions *regions, uint64_t count, uint64_t below);

#endif
