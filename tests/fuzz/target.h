/*
 * target.h - what a fuzzer calls with each input, and what its targets check with. A check that
 * fails aborts the program: the fuzzer keeps the input.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where it does not hold: says so and aborts. */
#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			target_fail(#condition, __FILE__, __LINE__);                               \
	} while (0)
_Noreturn void target_fail(const char *condition, const char *file, int line);

/* A copy of exactly these bytes, `offset` bytes behind what malloc aligns to: a byte before it or
 * behind it that is read is seen. target_forget frees it. */
void *target_copy(const uint8_t *data, size_t size, size_t offset);
void target_forget(void *copy, size_t offset);

/* `size` bytes at `inner` lie within `whole` bytes at `outer`. */
int target_is_inside(const void *inner, size_t size, const void *outer, size_t whole);
