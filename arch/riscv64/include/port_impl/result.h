/*
 * result.h - a0 in the low half, a1 in the high half.
 *
 * A 128-bit integer stays in two registers where gcc 12 would spill a 16-byte struct.
 * Pure: the host compiles this file as it stands.
 */
#pragma once

typedef unsigned __int128 result_t;

inline_always uint64_t opaque(uint64_t n)
{
	__asm__("" : "+r"(n));
	return n;
}

inline_always result_t result(int64_t code, uint64_t value)
{
	return (result_t)opaque(value) << 64 | opaque((uint64_t)code);
}

inline_always int64_t result_code(result_t r)
{
	return (int64_t)(uint64_t)r;
}

inline_always uint64_t result_value(result_t r)
{
	return (uint64_t)(r >> 64);
}
