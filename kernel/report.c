/*
 * report.c - see report.h.
 */
#include "report.h"

#include <port/machine.h>
#include <stdarg.h>

#include "types.h"

static void string_write(const char *s)
{
	for (; *s != '\0'; s++)
		port_console_write(s, 1);
}

static void number_write(uint64_t n, unsigned base)
{
	char digits[21], *first = &digits[20];

	*first = '\0';
	do {
		*--first = "0123456789abcdef"[n % base];
		n /= base;
	} while (n != 0);
	string_write(first);
}

void report(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	for (const char *c = format; *c != '\0'; c++)
		if (*c != '%')
			port_console_write(c, 1);
		else if (*++c == 's')
			string_write(va_arg(args, const char *));
		else
			number_write(va_arg(args, uint64_t), *c == 'x' ? 16 : 10);
	va_end(args);
}
