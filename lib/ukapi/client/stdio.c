/*
 * stdio.c - stdout and stderr of the C library, printed by mm.
 *
 * Owns one line of text and the mutex that threads share it by. A line goes out when it ends, when
 * it is as long as one request carries, or by fflush.
 */
#include <stdio.h>

#include <tenure/client.h>
#include <tenure/threads.h>

#define LINE 240u

static char line[LINE];
static size_t line_length;
static struct tn_mutex mutex;

static void line_out(void)
{
	if (line_length > 0)
		(void)tn_print(line, line_length); /* mm is the only place to complain to */
	line_length = 0;
}

static int console_flush(FILE *file)
{
	(void)file;
	tn_mutex_lock(&mutex);
	line_out();
	tn_mutex_unlock(&mutex);
	return 0;
}

static int console_put(char c, FILE *file)
{
	(void)file;
	tn_mutex_lock(&mutex);
	line[line_length++] = c;
	if (c == '\n' || line_length == sizeof(line))
		line_out();
	tn_mutex_unlock(&mutex);
	return (unsigned char)c;
}

static FILE console = FDEV_SETUP_STREAM(console_put, NULL, console_flush, _FDEV_SETUP_WRITE);

FILE *const stdin = &console;
FILE *const stdout = &console;
FILE *const stderr = &console;
