/*
 * types.h - the words that the kernel reckons in.
 *
 * Frame numbers and virtual addresses are distinct struct types, so that mixing them
 * does not compile. Raw user arguments stay plain uint64_t until the guard that checks them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define inline_always static inline __attribute__((always_inline))

/* Off the common path: kept out of line so that the common path saves no registers for it. What
 * is cold is also made small instead of fast. */
#define apart __attribute__((noinline, noclone))
#define cold __attribute__((noinline, cold))

/* Number of a frame: physical address / 4096, absolute. Below 2^32 (16 TiB). */
typedef struct {
	uint64_t n;
} pfn_t;

typedef struct {
	uint64_t a;
} vaddr_t;

/* The shape of pages: smaller where all states of a machine are gone through (tests/explore). */
#ifndef FRAME_BITS
#define FRAME_BITS 12
#endif
#ifndef TABLE_BITS
#define TABLE_BITS 9
#endif
#define FRAME_BYTES (1u << FRAME_BITS)
#define PFN_LIMIT ((uint64_t)1 << 32)

/*@ assigns \nothing;
  @ ensures \result.n == n; */
inline_always pfn_t pfn(uint64_t n)
{
	return (pfn_t){n};
}

/*@ assigns \nothing;
  @ ensures \result == (a < b ? a : b); */
inline_always uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* n + delta, which is from 0 to 2^64 - 1: one addition. */
/*@ requires fits: delta > INT64_MIN && 0 <= n + delta <= UINT64_MAX;
  @ assigns \nothing;
  @ ensures \result == n + delta; */
inline_always uint64_t moved(uint64_t n, int64_t delta)
{
	return delta < 0 ? n - (uint64_t)-delta : n + (uint64_t)delta;
}

inline_always vaddr_t vaddr(uint64_t a)
{
	return (vaddr_t){a};
}

#include <port/result.h>

/* One that is 0 altogether lets the next guard speak: r = one() ?: another(). */
/*@ requires value < PROOF_VALUE_MAX;
  @ assigns \nothing;
  @ ensures result_code_of(\result) == 0 && result_value_of(\result) == value; */
inline_always result_t success(uint64_t value)
{
	return result(0, value);
}

/* error: one of enum tn_error, positive; value: the second result. */
/*@ requires 0 < error < 256 && value < PROOF_VALUE_MAX;
  @ assigns \nothing;
  @ ensures result_code_of(\result) == -error && result_value_of(\result) == value; */
inline_always result_t failure(int error, uint64_t value)
{
	return result(-(int64_t)error, value);
}
