/*
 * target.c - see target.h.
 */
#include "target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void target_fail(const char *condition, const char *file, int line)
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, condition);
	abort();
}

void *target_copy(const uint8_t *data, size_t size, size_t offset)
{
	char *block = malloc(offset + size);

	if (size != 0)
		memcpy(block + offset, data, size);
	return block + offset;
}

void target_forget(void *copy, size_t offset)
{
	free((char *)copy - offset);
}

int target_is_inside(const void *inner, size_t size, const void *outer, size_t whole)
{
	uintptr_t at = (uintptr_t)inner - (uintptr_t)outer;

	return at <= whole && size <= whole - at;
}
