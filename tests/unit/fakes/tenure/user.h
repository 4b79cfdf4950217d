/*
 * user.h - in place of <tenure/user.h>: the calls that mm's supply makes, answered by fake_kernel.c.
 *
 * For the files of mm that decide and count, compiled for the build machine.
 */
#pragma once

#include <stdint.h>
#include <tenure/abi.h>

struct tn_result {
	int64_t code;
	uint64_t value;
};

extern const struct tn_boot_info *tn_boot;
extern struct tn_utcb *tn_utcb;

/* A prototype for every call; fake_kernel.c has those that are made. */
#define TN_FAKE_0 void
#define TN_FAKE_1 uint64_t
#define TN_FAKE_2 uint64_t, uint64_t
#define TN_FAKE_3 uint64_t, uint64_t, uint64_t
#define TN_FAKE_4 uint64_t, uint64_t, uint64_t, uint64_t
#define TN_FAKE_5 uint64_t, uint64_t, uint64_t, uint64_t, uint64_t
#define TN_FAKE_6 uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t
#define TN_X(number, NAME, name, argc, ...) struct tn_result tn_##name(TN_FAKE_##argc);
TN_CALLS(TN_X)
#undef TN_X
