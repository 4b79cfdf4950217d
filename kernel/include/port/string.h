/*
 * port/string.h - the two functions of <string.h> that every C environment, this one too, has for
 * the compiler's own use.
 */
#pragma once

#include <stddef.h>

void *memset(void *to, int byte, size_t size);
void *memcpy(void *restrict to, const void *restrict from, size_t size);
