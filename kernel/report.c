/*
 * report.c - see report.h. Lines are short: what does not fit is cut.
 */
#include "report.h"

#include <port/machine.h>
#include <stdarg.h>

#include "types.h"

#define LINE_BYTES 256u

struct line {
	char text[LINE_BYTES];
	size_t size;
};

static void line_put(struct line *line, char c)
{
	if (line->size < LINE_BYTES)
		line->text[line->size++] = c;
}

static void line_string(struct line *line, const char *s)
{
	while (*s != '\0')
		line_put(line, *s++);
}

static void line_number(struct line *line, uint64_t n, unsigned base)
{
	char digits[20];
	unsigned count = 0;

	do {
		digits[count++] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n != 0);
	while (count > 0)
		line_put(line, digits[--count]);
}

void report(const char *format, ...)
{
	struct line line;
	va_list args;

	line.size = 0;
	va_start(args, format);
	for (const char *c = format; *c != '\0'; c++) {
		if (*c != '%') {
			line_put(&line, *c);
			continue;
		}
		c++;
		if (*c == 's')
			line_string(&line, va_arg(args, const char *));
		else
			line_number(&line, va_arg(args, uint64_t), *c == 'x' ? 16 : 10);
	}
	va_end(args);
	port_console_write(line.text, line.size);
}
