/*
 * result.h (proof) - both results in one integer, as large as those of the functions proved are.
 */
#pragma once

typedef uint64_t result_t;

/*@ logic integer result_code_of(integer r) = -(r % 256);
  @ logic integer result_value_of(integer r) = r / 256; */

/*@ assigns \nothing;
  @ ensures \result == n; */
inline_always uint64_t opaque(uint64_t n)
{
	return n;
}

/*@ requires -256 < code <= 0 && value < PROOF_VALUE_MAX;
  @ assigns \nothing;
  @ ensures \result == value * 256 - code;
  @ ensures result_code_of(\result) == code && result_value_of(\result) == value; */
inline_always result_t result(int64_t code, uint64_t value)
{
	return value * 256 + (uint64_t)-code;
}

/*@ assigns \nothing;
  @ ensures \result == result_code_of(r); */
inline_always int64_t result_code(result_t r)
{
	return -(int64_t)(r % 256);
}

/*@ assigns \nothing;
  @ ensures \result == result_value_of(r); */
inline_always uint64_t result_value(result_t r)
{
	return r / 256;
}
