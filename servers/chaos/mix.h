/*
 * mix.h - the calls that are made: how often each, and what each of its arguments may be.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct deed; /* harm.h */

void mix_start(void);

/* A random call. elsewhere: for a thread of another process, whose slots are few and not known. */
void mix_draw(struct deed *deed, bool elsewhere);

/* Before the main thread makes it: what the call reads in the UTCB. */
void mix_prepare(const struct deed *deed);

/* Registers and priority for thread_configure, in the UTCB: a thread that runs this script, with
 * its own UTCB there. */
void mix_config_write(uint64_t script, uint64_t utcb);
