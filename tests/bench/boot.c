/*
 * boot.c - what the boot cost: instructions from the kernel's first to the program's first, and
 * the frames that are the kernel's for ever. Owns no state.
 */
#include "measures.h"

#include <tenure/start.h>
#include <tenure/user.h>

#include "bench.h"

void measure_boot(void)
{
	uint64_t image = 0;

	for (uint32_t i = 0; i < tn_boot->range_count; i++)
		if (tn_boot->ranges[i].kind == TN_KIND_IMAGE)
			image += tn_boot->ranges[i].count;
	bench_print_once("boot", tn_first_instret - tn_boot->instret_at_entry);
	bench_print_once("image frames", image);
}
