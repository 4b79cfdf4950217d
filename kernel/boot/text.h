/*
 * text.h - texts of the boot loader: they carry a length, and may end in a NUL before it.
 */
#ifndef TENURE_BOOT_TEXT_H
#define TENURE_BOOT_TEXT_H

#include <image/text.h>

#include "machine.h"

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
