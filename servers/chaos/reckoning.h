/*
 * reckoning.h - the end: all that was built is taken back, and the accounts must add up.
 */
#pragma once

#include <stdbool.h>

/* What boot said, before anything is made. */
void reckoning_start(void);

/*
 * With all rights: ends everything, takes every frame back, compares each with what boot said and
 * the census with both; then makes, maps, runs and destroys a process, and looks again. Says what
 * is wrong; true if nothing is.
 */
bool reckoning_make(void);
