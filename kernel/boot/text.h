/*
 * text.h - texts of the boot loader: they carry a length, and may end in a NUL before it.
 */
#pragma once

#include <image/text.h>
#include <stdint.h>

struct text {
	const char *bytes; /* NULL: there is none */
	uint32_t length;
};

/* Take the first word off `list`, with what ends it: the separator, a blank or a NUL. */
static inline struct text text_take(struct text *list, char separator)
{
	const char *end = list->bytes + list->length, *at = list->bytes;
	struct text word;

	while (at < end && *at != separator && (unsigned char)*at > ' ')
		at++;
	word = (struct text){list->bytes, (uint32_t)(at - list->bytes)};
	at += at < end;
	*list = (struct text){at, (uint32_t)(end - at)};
	return word;
}

/* Copy what fits into `limit` bytes, and a NUL behind it. */
static inline void text_copy(char *to, uint32_t limit, struct text from)
{
	uint32_t i = 0;

	for (; i < from.length && i + 1 < limit; i++)
		to[i] = from.bytes[i];
	to[i] = '\0';
}
