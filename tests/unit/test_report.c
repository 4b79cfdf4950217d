/*
 * test_report.c - the kernel's own lines on the console.
 */
#include "report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host.h"

static void reported(const char *expected)
{
	assert_int_equal(host_console_size, strlen(expected));
	assert_memory_equal(host_console, expected, strlen(expected));
	host_console_size = 0;
}

static void formats(void **state)
{
	char text[300] = "";

	(void)state;
	world_make(NULL);
	report("plain\n");
	reported("plain\n");
	report("%s|%s|%s", "", "a", "two words");
	reported("|a|two words");
	report("%u %u %u", (uint64_t)0, (uint64_t)1234567890, ~(uint64_t)0);
	reported("0 1234567890 18446744073709551615");
	report("%x %x %x", (uint64_t)0, (uint64_t)0x80200abcdef, ~(uint64_t)0);
	reported("0 80200abcdef ffffffffffffffff");
	report("%s %u 0x%x!", "mix", (uint64_t)10, (uint64_t)10);
	reported("mix 10 0xa!");
	report("");
	reported("");
	memset(text, 'x', sizeof(text) - 1);
	report("%s", text);
	reported(text);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
