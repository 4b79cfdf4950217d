/*
 * checker.h - all invariants over the whole state: what counters say against what a walk finds.
 */
#pragma once

#include "pool.h"

struct checker_report {
	unsigned invariant; /* 0: all hold */
	const char *what;   /* the rule that is broken */
	uint64_t frame;     /* where */
};

/* Words that the checker counts in: one for each frame, block and gigabyte of the span of RAM that
 * `ram` describes. */
uint64_t checker_counts(void);

/* Walks everything below the root pool. True if all invariants hold; else the first broken one
 * that was met is in *report. `counts` has checker_counts() words, for the walk alone. */
bool checker_run(const struct pool *root, uint32_t *counts, struct checker_report *report);
