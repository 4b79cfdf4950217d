/*
 * checker.h - all invariants over the whole state: what counters say against what a walk finds.
 */
#ifndef KERNEL_CHECKER_H
#define KERNEL_CHECKER_H

#include <stdbool.h>
#include <stdint.h>

#include "pool.h"

/* Counts of its own, one word a frame, block and gigabyte from the one of ram.first on. */
struct checker_memory {
	uint32_t *frames, *blocks, *gigas;
};

struct checker_report {
	unsigned invariant; /* 0: all hold */
	const char *what;   /* the rule that is broken */
	uint64_t frame;     /* where */
};

/* Words of struct checker_memory for the span of RAM that `ram` describes. */
uint64_t checker_blocks(void);
uint64_t checker_gigas(void);

/* Walks everything below the root pool. True if all invariants hold; else the first broken one
 * that was met is in *report. */
bool checker_run(const struct pool *root, const struct checker_memory *memory,
		 struct checker_report *report);

#endif
