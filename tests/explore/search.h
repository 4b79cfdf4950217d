/*
 * search.h - breadth-first through all states of a machine.
 */
#pragma once

#include "machines.h"

struct found {
	uint64_t states, transitions, depth, digest;
	double seconds; /* of one CPU */
	bool exhausted; /* all states were met, and nothing was broken */
	bool broken;    /* the path was printed */
};

/* limit: of states. progress: on stderr, from the third second on. */
struct found search_run(const struct machine *m, uint32_t limit, bool progress);
