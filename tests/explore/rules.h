/*
 * rules.h - what must hold after a call: the kernel's own checker, and what it cannot see from one
 * state alone.
 */
#pragma once

#include "live.h"

struct broken {
	char text[160]; /* "": nothing is */
};

/* Once: which errors each call may answer (calls.h). */
void rules_begin(void);

/* After a call that has changed nothing: its answer alone. */
bool rules_answer(const struct call *c, const struct outcome *o, struct broken *b);

/* After a call that has changed something: everything. before: the machine as it was. */
bool rules_change(const struct call *c, const struct outcome *o, const struct image *before,
		  struct broken *b);

/* The invariants alone. */
bool rules_invariants(struct broken *b);

/* The call was refused: it must have changed nothing. */
inline_always bool rules_is_refused(const struct outcome *o)
{
	return o->code < 0 && o->code != -TN_EAGAIN;
}
