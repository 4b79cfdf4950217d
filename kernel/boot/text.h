/*
 * text.h - texts of the boot loader: they carry a length, and may end in a NUL before it.
 */
#ifndef TENURE_BOOT_TEXT_H
#define TENURE_BOOT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "machine.h"

/* Are these two, which end in NUL, the same? */
static inline bool text_same(const char *a, const char *b)
{
	for (; *a == *b; a++, b++)
		if (*a == '\0')
			return true;
	return false;
}

/* Is the text at `bytes`, which ends at its first NUL or after `limit` bytes, this constant? */
static inline bool text_is(const char *bytes, size_t limit, const char *constant)
{
	size_t i = 0;

	while (i < limit && bytes[i] != '\0' && bytes[i] == constant[i])
		i++;
	return constant[i] == '\0' && (i == limit || bytes[i] == '\0');
}

/* Take the first word off `list`, with what ends it: the separator, a blank or a NUL. */
static inline struct machine_text text_take(struct machine_text *list, char separator)
{
	struct machine_text word = {list->bytes, 0};

	while (list->length > 0) {
		char c = *list->bytes++;

		list->length--;
		if (c == separator || (unsigned char)c <= ' ')
			break;
		word.length++;
	}
	return word;
}

#endif
