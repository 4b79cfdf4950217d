/*
 * text.c - what programs say, on the console.
 */
#include <tenure/server.h>

#include <stdio.h>
#include <string.h>

/* The control characters beyond ASCII begin with the byte 0xc2 in UTF-8. */
void tn_make_printable(char *text, uint64_t bytes)
{
	unsigned char before = 0;

	for (uint64_t i = 0; i < bytes; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f ||
		    (before == 0xc2 && c < 0xa0))
			text[i] = '?';
		before = c;
	}
}

void tn_print_lines(const char *name, char *text, uint64_t bytes)
{
	const char *at = text, *end = text + bytes;

	tn_make_printable(text, bytes);
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;

		printf("%11s │ %.*s\n", name, (int)(stop - at), at);
		at = newline ? newline + 1 : end;
	}
}

uint32_t tn_print_request(const char *name, uint64_t info, uint64_t bytes)
{
	char text[TN_MM_TEXT_MAX];

	if (bytes > tn_text_room(info))
		return TN_EINVAL;
	memcpy(text, &tn_utcb->words[TN_MM_TEXT_WORD], bytes); /* printing writes there */
	tn_print_lines(name, text, bytes);
	return TN_OK;
}
