/*
 * stdio.c - stdout and stderr of the C library, printed by debug_write.
 *
 * Owns one line of text. A line goes out when it ends, when it is as long as one call can print,
 * or by fflush. Printing uses the UTCB's words: read an answer that stands there first.
 */
#include <stdio.h>

#include <string.h>
#include <tenure/user.h>

static char line[TN_WRITE_MAX];
static size_t line_length;

static int console_flush(FILE *file)
{
	(void)file;
	if (line_length == 0)
		return 0;
	memcpy(tn_utcb->bytes, line, line_length);
	tn_debug_write(TN_SLOT_SYSTEM, line_length);
	line_length = 0;
	return 0;
}

static int console_put(char c, FILE *file)
{
	line[line_length++] = c;
	if (c == '\n' || line_length == sizeof(line))
		console_flush(file);
	return (unsigned char)c;
}

static FILE console = FDEV_SETUP_STREAM(console_put, NULL, console_flush, _FDEV_SETUP_WRITE);

FILE *const stdin = &console;
FILE *const stdout = &console;
FILE *const stderr = &console;
