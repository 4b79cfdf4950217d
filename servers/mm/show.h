/*
 * show.h - how a run looks to the person who watches. Owns no state; prints to stdout.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "mm.h"

/* What runs, by which policy: before anything is asked of it. */
void show_start(void);

/* The machine, before anything happens. */
void show_machine(struct mm *mm);

/* The heading of a phase. */
void show_phase(unsigned number, const char *title);

/* One fact of a phase: a label, then text as in printf. */
void show_fact(const char *label, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says that it does not hold that `what`. */
void show_broken(const char *what);

/* Says so if something that should hold does not. Returns `holds`; inline, so that who reads the
 * caller sees that. */
static inline bool show_expect(bool holds, const char *what)
{
	if (!holds)
		show_broken(what);
	return holds;
}

/* A call and its answer next to the one that is documented. Returns whether they are equal. */
bool show_answer(const char *call, int64_t wanted, int64_t got);

/* Frames by kind, with shares of all RAM. Asks the kernel. False if it does not answer. */
bool show_census(void);
