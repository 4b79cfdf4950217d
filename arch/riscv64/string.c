/*
 * string.c - the functions that the compiler may call on its own (GCC manual, "Standards").
 */
#include <port/string.h>
#include <stdint.h>

void *memset(void *to, int byte, size_t size)
{
	uint64_t word = (uint8_t)byte * (uint64_t)0x0101010101010101;
	uint8_t *at = to;

	for (; size > 0 && (uintptr_t)at % 8 != 0; size--)
		*at++ = (uint8_t)byte;
#pragma GCC unroll 4
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

	/* files of a boot image are aligned to 4 bytes */
	if (((uintptr_t)at | (uintptr_t)source) % 4 == 0)
#pragma GCC unroll 4
		for (; size >= 4; size -= 4, at += 4, source += 4)
			*(uint32_t *)at = *(const uint32_t *)source;
	for (; size > 0; size--)
		*at++ = *source++;
	return to;
}
