/*
 * tally.h - how often each call was answered how, and what calls.h says of it.
 *
 * The errors that a call may answer are read from its row in calls.h. tally.c owns the counts.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/user.h>

/* Reads the rows. */
void tally_start(void);

/* Counts an answer. False if the interface has no such answer to this call. */
bool tally_count(uint64_t number, struct tn_result r);

/* Prints what was counted, and what never came of what calls.h lists, but for what a run cannot
 * show, such as a counter of 2^30 at its end. */
void tally_show(void);

/* All calls counted; of them those done. */
uint64_t tally_made(void);
uint64_t tally_done(void);
