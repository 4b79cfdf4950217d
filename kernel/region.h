/*
 * region.h - consecutive frames of one kind, as boot hands them to the frame table.
 */
#ifndef KERNEL_REGION_H
#define KERNEL_REGION_H

#include <stdint.h>

struct region {
	uint64_t first, count; /* frames */
	uint32_t kind;         /* TN_KIND_USER, IMAGE, BOOT or HOLE */
};

#endif
