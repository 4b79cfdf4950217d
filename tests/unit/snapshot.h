/*
 * snapshot.h - all that the kernel keeps, copied, to show that a failed call changed nothing (I9).
 *
 * What is compared: the words of frames, blocks and gigabytes, every byte of the kernel's frames
 * and of the caller's UTCB, the next id, the counts of objects, the hart. What is not: the count
 * of ENOMEM answers, the kept level-2 table of a process, and the first touch of a block.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "host.h"

struct snapshot;

/* Copies the state of the world. The caller ends it. */
struct snapshot *snapshot_take(void);

/* Frees it. */
void snapshot_end(struct snapshot *s);

/* Where the state differs from the snapshot: frame and words for a person. */
struct snapshot_difference {
	const char *what; /* NULL: nothing does */
	uint64_t frame;   /* of RAM, if `what` is about one */
};
struct snapshot_difference snapshot_compare(const struct snapshot *s);

/* Fails the cmocka test if the state differs. */
void assert_unchanged(const struct snapshot *s);

/* host_call, and then: all invariants hold, and a call that failed (EAGAIN apart) changed
 * nothing. For every call that a test makes. */
struct answer checked_call(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
			   uint64_t a4, uint64_t a5);
