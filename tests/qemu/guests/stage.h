/*
 * stage.h - two worlds in which the same is done, and which are compared after each deed.
 *
 * A stage is one result: everything was alike, and as expected. What was not is printed, the first
 * time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "world.h"

/* `way`: of the second world; the first goes the short one. */
void stage_open(enum way way);

/* Does it in both worlds and compares, unless deeds are held. False: it made no sense. */
bool stage_do(enum deed_kind kind, unsigned actor, uint64_t x, uint64_t y);

/* The actor is in this state, an enum tn_thread_state. */
void stage_expect(unsigned actor, uint64_t state);

/* The actor has come back from its call with this answer: 0 or the negative of an error. */
void stage_expect_answer(unsigned actor, int64_t code);

/* The actor has this register. */
void stage_expect_register(unsigned actor, unsigned x, uint64_t value);

/* The first world. */
const struct world *stage_world(void);

/* True while nothing has been wrong since stage_open. */
bool stage_is_good(void);

/* Ends both worlds. One result under this name. */
void stage_close(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How many deeds went the short way, so far, in the first world and not in the second. */
uint64_t stage_short_ways(void);
