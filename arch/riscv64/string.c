/*
 * string.c - the functions that the compiler may call on its own (GCC manual, "Standards").
 */
#include <stddef.h>
#include <stdint.h>

void *memset(void *to, int byte, size_t size);
void *memcpy(void *restrict to, const void *restrict from, size_t size);

void *memset(void *to, int byte, size_t size)
{
	uint64_t word = (uint8_t)byte * (uint64_t)0x0101010101010101;
	uint8_t *at = to;

	for (; size > 0 && (uintptr_t)at % 8 != 0; size--)
		*at++ = (uint8_t)byte;
	for (; size >= 8; size -= 8, at += 8)
		*(uint64_t *)at = word;
	for (; size > 0; size--)
		*at++ = (uint8_t)byte;
	return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	const uint8_t *source = from;
	uint8_t *at = to;

	if (((uintptr_t)at | (uintptr_t)source) % 8 == 0)
		for (; size >= 8; size -= 8, at += 8, source += 8)
			*(uint64_t *)at = *(const uint64_t *)source;
	for (; size > 0; size--)
		*at++ = *source++;
	return to;
}
