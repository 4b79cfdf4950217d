/*
 * text.h - texts as others leave them in memory: device trees, archives, boot arguments. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A text with a length, which may end in a NUL before it. */
struct text {
	const char *bytes; /* NULL: there is none */
	uint32_t length;
};

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
struct text text_take(struct text *list, char separator);

/* Take the first "key=value" off `list`, with the words before it that are none; false, and the
 * list empty, if there is none. */
bool text_take_setting(struct text *list, struct text *key, struct text *value);

/* Read the whole text as a decimal number from `least` to `most`, which may end in K, M or G.
 * False, and *number undefined, if it is none. */
bool text_number(struct text text, uint64_t least, uint64_t most, uint64_t *number);

/* Copy what fits into `limit` bytes, and a NUL behind it. */
void text_copy(char *to, uint32_t limit, struct text from);
