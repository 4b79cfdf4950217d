/*
 * storm.h - the calls, one after the other.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct storm {
	uint64_t calls; /* how many */
	uint64_t trace; /* print each from this one on; 0: none */
};

/* Makes them. False if an answer was none that the interface has. */
bool storm_run(const struct storm *storm);

/* A number that all calls and answers so far make up: the same if all were the same. */
uint64_t storm_digest(void);
