/*
 * regions.h - all RAM as a sorted array of disjoint ranges of frames, each of one kind.
 *
 * Pure functions over a caller's array. There are some, sorted by their first frame; none is empty,
 * none overlap, neighbours that touch differ in kind, and together they cover exactly the frames of
 * RAM below frame 2^32. Where two kinds want a frame the stronger has it: HOLE, then IMAGE, then
 * BOOT, then USER.
 */
#pragma once

#include "machine.h"
#include "frame.h"

#define REGIONS_MAX 128u
#define REGIONS_NONE (~(uint64_t)0) /* no such frames */

/* A range of the machine's memory in frames; empty unless first < end. */
struct claim {
	uint64_t first, end;
	enum machine_use use;
};

struct regions {
	struct region r[REGIONS_MAX];
	uint32_t count;
	struct claim claims[MACHINE_RANGES + MACHINE_ADDED]; /* while they are laid out */
};

/*
 * Lay out the memory of `m`: its banks rounded inward to frames are USER, the initrd and the tree
 * rounded outward BOOT, the kernel's own IMAGE, the reserved ranges HOLE. What lies in no bank is
 * no RAM. A reservation that begins in the same frame as the initrd or the tree, and does not
 * forbid mapping, is the boot loader's note of that object: there the object stays BOOT.
 *
 * NULL, or one line about what is wrong (no RAM, more than REGIONS_MAX regions, the kernel, initrd
 * or tree not in RAM or reserved by firmware); `*regions` is then undefined.
 */
__attribute__((warn_unused_result)) const char *regions_init(struct regions *regions,
							     const struct machine *m);

/*
 * List in `info` the pages below frame 2^32 of which no part is memory of `m`: neither RAM, also of
 * a frame that a bank has only in part, nor reserved, nor an interrupt controller's. Each stretch
 * is as long as can be; those beyond the lowest TN_BOOT_DEVICES are left out.
 */
void regions_find_devices(struct regions *regions, const struct machine *m,
			  struct tn_boot_info *info);

/* The first of the lowest `count` > 0 consecutive USER frames that end at or below frame `below`,
 * which is the first of its region; REGIONS_NONE if there are none. */
uint64_t regions_find_user(const struct regions *regions, uint64_t count, uint64_t below);
