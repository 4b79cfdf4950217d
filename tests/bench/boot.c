/*
 * boot.c - what the boot cost: instructions from the kernel's first to the program's first, and
 * the frames that are the kernel's for ever. Owns no state.
 */
#include "measures.h"

#include <inttypes.h>
#include <stdio.h>
#include <tenure/start.h>
#include <tenure/user.h>

static void print_once(const char *name, uint64_t value)
{
	printf("bench: %s: %" PRIu64 " %" PRIu64 " %" PRIu64 " 1\n", name, value, value, value);
}

void measure_boot(void)
{
	uint64_t image = 0;

	for (uint32_t i = 0; i < tn_boot->range_count; i++)
		if (tn_boot->ranges[i].kind == TN_KIND_IMAGE)
			image += tn_boot->ranges[i].count;
	print_once("boot", tn_first_instret - tn_boot->instret_at_entry);
	print_once("image frames", image);
}
