/*
 * tap.c - see tap.h.
 */
#include "tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <tenure/names.h>

static unsigned tap_count, tap_failed;

static void tap_line(bool passed, const char *format, va_list arguments)
{
	printf("%sok %u - ", passed ? "" : "not ", ++tap_count);
	vprintf(format, arguments);
	printf("\n");
	if (!passed)
		tap_failed++;
}

bool tap_ok(bool passed, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tap_line(passed, format, arguments);
	va_end(arguments);
	return passed;
}

bool tap_same(uint64_t got, uint64_t wanted, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tap_line(got == wanted, format, arguments);
	va_end(arguments);
	if (got != wanted)
		printf("# got 0x%lx, wanted 0x%lx\n", got, wanted);
	return got == wanted;
}

static void tap_answer(struct tn_result r)
{
	printf("# answered %s, second result 0x%lx\n", tn_error_name(r.code), r.value);
}

bool tap_done(struct tn_result r, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tap_line(r.code == 0, format, arguments);
	va_end(arguments);
	if (r.code != 0)
		tap_answer(r);
	return r.code == 0;
}

bool tap_error(struct tn_result r, int64_t error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tap_line(r.code == -error, format, arguments);
	va_end(arguments);
	if (r.code != -error)
		tap_answer(r);
	return r.code == -error;
}

bool tap_refused(struct tn_result r, int64_t error, uint64_t value, const char *format, ...)
{
	bool passed = r.code == -error && r.value == value;
	va_list arguments;

	va_start(arguments, format);
	tap_line(passed, format, arguments);
	va_end(arguments);
	if (!passed)
		tap_answer(r);
	return passed;
}

void tap_bail(const char *why)
{
	printf("Bail out! %s\n", why);
	exit(1);
}

int tap_end(void)
{
	printf("1..%u\n", tap_count);
	return tap_failed == 0 ? 0 : 1;
}
