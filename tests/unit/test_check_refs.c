/*
 * test_check_refs.c - the checker of a kernel whose frames have room for two references: one more
 * than that is reported, although it is counted.
 */
#define FRAME_REFS_MAX ((uint64_t)2)
#include "check/checker.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <tenure/abi.h>

#include "host.h"

/* The first idle frame, mapped so often, by a kernel that has more room. */
static bool holds_with(unsigned references, struct checker_report *r)
{
	uint32_t *counts;
	bool holds;

	world_make(NULL);
	for (unsigned i = 0; i < references; i++)
		assert_int_equal(host_call(TN_CALL_MAP, TN_SLOT_PROCESS, 0x10000 + i * 0x1000,
					   TN_SLOT_FRAMES, world.free_first, 1, TN_MAP_READ)
					 .code,
				 0);
	counts = calloc(checker_counts(), sizeof(*counts));
	holds = checker_run(world.root, counts, r);
	assert_int_equal(r->frame, holds ? 0 : world.free_first);
	free(counts);
	world_end();
	return holds;
}

static void references_end_at_the_maximum(void **state)
{
	struct checker_report r;

	(void)state;
	for (unsigned references = 0; references <= FRAME_REFS_MAX; references++)
		assert_true(holds_with(references, &r));
	assert_false(holds_with(FRAME_REFS_MAX + 1, &r));
	assert_int_equal(r.invariant, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(references_end_at_the_maximum),
	};

	return cmocka_run_group_tests_name("check_refs", tests, NULL, NULL);
}
