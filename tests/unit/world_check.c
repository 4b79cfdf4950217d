/*
 * world_check.c - see world_check.h.
 */
#include "world_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "frame.h"
#include "host.h"

bool world_holds(struct checker_report *report)
{
	uint32_t *counts = calloc(checker_counts(), sizeof(*counts));
	bool holds = checker_run(world.root, counts, report);

	free(counts);
	return holds;
}

void assert_world_holds(void)
{
	struct checker_report r;

	if (!world_holds(&r))
		fail_msg("I%u broken: %s (frame 0x%llx)", r.invariant, r.what,
			 (unsigned long long)r.frame);
}
