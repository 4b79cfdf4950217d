/*
 * test_world.c - a fresh world holds all invariants, in every paging mode and with holes, and
 * still does after the first calls.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <tenure/abi.h>

#include "host.h"
#include "world_check.h"

static void fresh(unsigned levels)
{
	struct world_options o = {.levels = levels};
	struct answer a;

	world_make(&o);
	assert_world_holds();
	a = host_call(TN_CALL_MAP, TN_SLOT_PROCESS, 0x10000, TN_SLOT_FRAMES, world.free_first, 10,
		      TN_MAP_READ | TN_MAP_WRITE);
	assert_int_equal(a.code, 0);
	assert_int_equal(a.value, 10);
	assert_world_holds();
	a = host_call(TN_CALL_UNMAP, TN_SLOT_PROCESS, 0x10000, 10, 0, 0, 0);
	assert_int_equal(a.code, 0);
	assert_world_holds();
	world_end();
}

static void holds_in_sv39(void **state)
{
	(void)state;
	fresh(3);
}

static void holds_in_sv48(void **state)
{
	(void)state;
	fresh(4);
}

static void holds_in_sv57(void **state)
{
	(void)state;
	fresh(5);
}

static void holds_with_holes(void **state)
{
	static const struct region regions[] = {
		{0x80000, 0x100, TN_KIND_HOLE},  {0x80100, 0x80, TN_KIND_IMAGE},
		{0x80180, 0x1000, TN_KIND_USER}, {0x81180, 0x33, TN_KIND_BOOT},
		{0x900001, 0x7ff, TN_KIND_USER},
	};
	struct world_options o = {.regions = regions, .region_count = 5};

	(void)state;
	world_make(&o);
	assert_world_holds();
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_in_sv39),
		cmocka_unit_test(holds_in_sv48),
		cmocka_unit_test(holds_in_sv57),
		cmocka_unit_test(holds_with_holes),
	};

	return cmocka_run_group_tests_name("world", tests, NULL, NULL);
}
