/*
 * child.h - what runs in the processes that `retype` builds.
 */
#pragma once

#include <stdint.h>

/* Labels of what they say, by a call at BUILD_TALK. */
enum child_says {
	CHILD_DID = 1,     /* (operation, frame, code): it has built something, or failed to */
	CHILD_TOUCHED = 2, /* (word): what it read at BUILD_PAGE, after its fault */
	CHILD_RUNS = 3     /* (generation, frames it has left) */
};

/* Touches BUILD_PAGE, says what is there, and then only yields. */
void child_touch(uint64_t a0, uint64_t a1, uint64_t a2);

/* Generation 1 builds generation 2 out of the second half of its share of frames. */
#define CHILD_GENERATIONS 2u
void child_build(uint64_t generation, uint64_t share, uint64_t priority);
