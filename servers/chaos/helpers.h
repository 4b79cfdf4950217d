/*
 * helpers.h - other threads, in the program's own process and in others: they call, wait, compute,
 * fault and end.
 *
 * What they do stands in scripts, pages that they can read and not write. Scripts for threads of
 * the own process are another kind, since those could harm it; both kinds are found at the same
 * address, so no thread can take the wrong one. A script ends: no helper runs for ever.
 * helpers.c owns the pages.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/user.h>

/* Maps code and scripts for itself. False if that failed. */
bool helpers_start(void);

/* Takes the pages out of the own space. */
void helpers_stop(void);

/* Slot of threads of other processes that may hold an endpoint of the program's. */
#define HELPER_ENDPOINT 3u

/* A thread that begins with these registers runs a script, and nothing else. */
bool helpers_may_begin(const struct tn_thread_config *config);

/* Where a helper ends. */
uint64_t helpers_end(void);

/*
 * Makes a thread in a random process, with what it needs to run a script, and lets it run: a
 * handful of calls, each of which may fail. `make` makes and counts one.
 */
void helpers_begin(struct tn_result (*make)(uint64_t number, const uint64_t words[7]));
