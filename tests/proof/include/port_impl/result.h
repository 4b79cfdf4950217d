/*
 * result.h (proof) - both results in one integer, as large as those of the functions proved are.
 */
#pragma once

typedef uint64_t result_t;

/*@ assigns \nothing;
  @ ensures \result == n; */
inline_always uint64_t opaque(uint64_t n)
{
	return n;
}

/*@ requires -64 < code <= 0 && value < 0x100000000000000;
  @ assigns \nothing;
  @ ensures \result == value * 64 - code; */
inline_always result_t result(int64_t code, uint64_t value)
{
	return value * 64 + (uint64_t)-code;
}

/*@ assigns \nothing;
  @ ensures \result == -(r % 64); */
inline_always int64_t result_code(result_t r)
{
	return -(int64_t)(r % 64);
}

/*@ assigns \nothing;
  @ ensures \result == r / 64; */
inline_always uint64_t result_value(result_t r)
{
	return r / 64;
}
