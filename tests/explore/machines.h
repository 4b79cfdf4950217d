/*
 * machines.h - the tiny machines: a layout of RAM, calls that set the scene, and the calls made
 * from every state.
 */
#pragma once

#include "calls.h"

struct machine {
	const char *name, *about;
	bool quick; /* one of those that run when none is named */
	struct layout layout;
	struct call scene[16]; /* ends with number EVENT_END; all succeed */
	void (*calls)(struct calls *c);
};

extern const struct machine machines[];
extern const unsigned machine_count;

/* Slots of the caller, by what machines put there. */
enum {
	SLOT_EMPTY = 0,
	SLOT_A = 6, /* free ones that calls fill and empty */
	SLOT_B = 7,
	SLOT_C = 8,
	SLOT_SOME = 9,           /* FRAMES that cover a part of RAM, or with few rights */
	SLOT_NONE = CALLER_SLOTS /* no page */
};
