/*
 * test_system.c - yield, debug_write, shutdown, unknown numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <port/current.h>
#include <tenure/abi.h>

#include "cast.h"
#include "snapshot.h"
#include "thread.h"

#define WRITE TN_CALL_DEBUG_WRITE
#define ALL TN_RIGHTS_ALL

static void yield_comes_back(void **state)
{
	struct snapshot *before;

	(void)state;
	world_make(NULL);
	before = snapshot_take();
	assert_int_equal(DONE(TN_CALL_YIELD, {~(uint64_t)0}), 0);
	assert_unchanged(before);
	snapshot_end(before);
	world_end();
}

static void write_errors_in_order(void **state)
{
	static const uint64_t sizes[] = {257,
					 4096,
					 (uint64_t)1 << 32,
					 ((uint64_t)1 << 32) + 1,
					 (uint64_t)1 << 63,
					 ~(uint64_t)0};

	(void)state;
	cast_make();
	for (unsigned i = 0; i < 6; i++)
		REFUSED(TN_EINVAL, 0, WRITE, {CAST_MISSING, sizes[i]});
	assert_slot_errors(&(struct call){WRITE, {0, 256}}, 0, TN_CAP_SYSTEM, true);
	DONE(TN_CALL_CAP_COPY, {TN_SLOT_SYSTEM, TN_SELF, CAST_EMPTY, ALL & ~TN_SYSTEM_LOG, 0, 0});
	REFUSED(TN_EPERM, 0, WRITE, {CAST_EMPTY, 1});
	assert_int_equal(host_console_size, 0);
	world_end();
}

static void write_prints_bytes_as_they_are(void **state)
{
	(void)state;
	world_make(NULL);
	for (unsigned i = 0; i < 256; i++)
		current->utcb->bytes[i] = (char)(i * 7);
	DONE(WRITE, {TN_SLOT_SYSTEM, 0});
	assert_int_equal(host_console_size, 0);
	DONE(WRITE, {TN_SLOT_SYSTEM, 1});
	assert_int_equal(host_console_size, 1);
	host_console_size = 0;
	DONE(WRITE, {TN_SLOT_SYSTEM, TN_WRITE_MAX});
	assert_int_equal(host_console_size, TN_WRITE_MAX);
	assert_memory_equal(host_console, current->utcb->bytes, TN_WRITE_MAX);
	world_end();
}

static void shutdown_errors_in_order(void **state)
{
	(void)state;
	cast_make();
	assert_slot_errors(&(struct call){TN_CALL_SHUTDOWN, {0, 0}}, 0, TN_CAP_SYSTEM, true);
	DONE(TN_CALL_CAP_COPY,
	     {TN_SLOT_SYSTEM, TN_SELF, CAST_EMPTY, ALL & ~TN_SYSTEM_SHUTDOWN, 0, 0});
	REFUSED(TN_EPERM, 0, TN_CALL_SHUTDOWN, {CAST_EMPTY, 0});
	world_end();
}

static void shutdown_hands_the_code_on(void **state)
{
	static jmp_buf here;

	(void)state;
	world_make(NULL);
	host_exit = &here;
	if (setjmp(here) == 0) {
		host_call(TN_CALL_SHUTDOWN, TN_SLOT_SYSTEM, 42, 0, 0, 0, 0);
		fail_msg("shutdown came back");
	}
	assert_int_equal(host_exit_status, 42);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(yield_comes_back),
		cmocka_unit_test(write_errors_in_order),
		cmocka_unit_test(write_prints_bytes_as_they_are),
		cmocka_unit_test(shutdown_errors_in_order),
		cmocka_unit_test(shutdown_hands_the_code_on),
	};

	return cmocka_run_group_tests_name("system", tests, NULL, NULL);
}
