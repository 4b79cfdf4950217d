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
	for (; size >= 32; size -= 32, at += 32)
#pragma GCC unroll 4
		for (unsigned i = 0; i < 32; i += 8)
			*(uint64_t *)(at + i) = word;
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
		for (; size >= 16; size -= 16, at += 16, source += 16)
#pragma GCC unroll 4
			for (unsigned i = 0; i < 16; i += 4)
				*(uint32_t *)(at + i) = *(const uint32_t *)(source + i);
	for (; size > 0; size--)
		*at++ = *source++;
	return to;
}
