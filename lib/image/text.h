/*
 * text.h - comparing texts that end in a NUL, or before it. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

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
