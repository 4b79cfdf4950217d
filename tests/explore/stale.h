/*
 * stale.h - what the hart may still hold (I8): entries that have lost something since the last
 * fence that ended them, in address spaces that have run. Until then a page keeps its reference
 * and a table stays a table; when the call ends there are none.
 *
 * Owns: where each table stands, and those entries.
 */
#pragma once

#include <port/pte.h>

struct process;

/* Forgets the entries. */
void stale_begin(void);

/* Where the tables stand now, to return to after calls. */
void stale_tables_clear(void);
void stale_tables_keep(void);
void stale_tables_return(void);

/* The table of frame f stands at `level` and holds va. */
void stale_table(uint64_t f, const struct process *owner, unsigned level, uint64_t va);

/* The same, back: of a table that was told. */
void stale_place(uint64_t f, unsigned *level, uint64_t *va);

/* NULL, or the rule that was broken since stale_begin. */
const char *stale_fault(void);
