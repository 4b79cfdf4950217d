/*
 * outside.c - see outside.h: the functions behind cmocka's macros, as far as the worlds use them.
 */
#include "outside.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

jmp_buf *outside_exit;
char outside_text[OUTSIDE_TEXT];

static _Noreturn void leave(void)
{
	if (outside_exit != NULL)
		longjmp(*outside_exit, 1);
	fprintf(stderr, "%s\n", outside_text);
	abort();
}

void outside_fail(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(outside_text, sizeof(outside_text), format, list);
	va_end(list);
	leave();
}

/* fail_msg prints first and fails then: its words go before the place. */
void print_error(const char *const format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(outside_text, sizeof(outside_text), format, list);
	va_end(list);
	outside_text[strcspn(outside_text, "\n")] = '\0';
}

void _fail(const char *const file, const int line)
{
	char *end = outside_text + strlen(outside_text);

	snprintf(end, sizeof(outside_text) - (size_t)(end - outside_text), " (%s:%d)", file, line);
	leave();
}

void _assert_true(const LargestIntegralType result, const char *const expression,
		  const char *const file, const int line)
{
	if (!result)
		outside_fail("not so: %s (%s:%d)", expression, file, line);
}

void _assert_int_equal(const LargestIntegralType a, const LargestIntegralType b,
		       const char *const file, const int line)
{
	if (a != b)
		outside_fail("0x%llx is not 0x%llx (%s:%d)", (unsigned long long)a,
			     (unsigned long long)b, file, line);
}
