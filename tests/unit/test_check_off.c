/*
 * test_check_off.c - the plain kernel's half of check.h: it takes no memory and checks nothing.
 */
#include "check/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host.h"
#include "pool.h"
#include "syscall.h"

static void nothing_is_checked(void **state)
{
	(void)state;
	world_make(NULL);
	assert_int_equal(check_boot_frames(), 0);
	assert_ptr_equal(check_install(0, NULL), call_table);
	world.root->free++; /* what the checked kernel would end the machine for */
	assert_ptr_equal(check_install(1, NULL), call_table);
	assert_int_equal(host_call(TN_CALL_YIELD, 0, 0, 0, 0, 0, 0).code, 0);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_checked),
	};

	return cmocka_run_group_tests_name("check_off", tests, NULL, NULL);
}
