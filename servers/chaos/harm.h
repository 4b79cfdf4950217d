/*
 * harm.h - what is spared: calls after which nobody could go on, or tell how it went.
 *
 * Each exclusion is one rule of harm.c, with its reason. All else may happen.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A call to be: number and arguments, a0 to a6. */
struct deed {
	uint64_t number, words[7];
};

/* Who makes it. */
enum harm_by {
	BY_MAIN = 1,
	BY_HELPER = 2, /* another thread of the same process, with the same slots */
	BY_CHILD = 4   /* a thread of another process, with what was copied to it */
};

/* True if the call must not be made. Some rules mend an argument instead: the deed is then another,
 * and may be made. */
bool harm_spares(struct deed *deed, enum harm_by by);

/* How many calls were spared so far, by all rules. */
uint64_t harm_spared(void);

/* Prints the rules, and how often each has spared or mended a call. */
void harm_show(void);
