/*
 * part.h - what is played at random: a part of the kernel's calls, in worlds of its own, with a
 * model of its own.
 */
#pragma once

#include <stdint.h>

struct part {
	const char *name;
	unsigned worlds;
	uint64_t episode;               /* calls of a world before the next is made */
	void (*begin)(unsigned world);  /* makes one of the worlds */
	void (*call)(void);             /* one call, or several that belong together */
	void (*compare)(void);          /* everything, and all invariants */
	void (*finish)(void);           /* last calls, which take the world apart */
	void (*end)(void);              /* frees it */
	void (*tell)(void);             /* the last calls, to standard error */
	const uint64_t *count;          /* calls of this world */
	const uint64_t *done, *refused; /* of all, by number */
};

/* Frames, pools, capabilities, spaces, objects: model.h. */
extern const struct part part_core;

/* Threads and messages: model_talk.h. */
extern const struct part part_talk;
