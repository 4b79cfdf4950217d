/*
 * tables.h - page tables made and ended by name, for a policy with explicit_tables.
 *
 * A table stands as long as something is mapped below it, as it does where the kernel makes tables
 * by itself; so both kinds are counted alike (mapping.h). Without explicit_tables nothing here does
 * anything.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/user.h>

#include "mm.h"

/* TN_MAP_NOTABLE, or 0. */
uint64_t tables_flag(void);

/*
 * The tables above a 4 KiB page at va, all that are missing. False when one cannot be paid for; then
 * those made here are gone again.
 */
bool tables_ensure(struct mm *mm, struct process *process, uint64_t va);

/*
 * The answer to a map that was refused: makes the table that was missing, or supplies the pool. True
 * if the call is worth repeating. *topmost: level of the first table made for it, TABLES_NONE at
 * the beginning; tables_undo takes that down when the map fails in the end. A root stays: it ends
 * with the process.
 */
#define TABLES_NONE 0xffu
bool tables_answer(struct mm *mm, struct process *process, uint64_t va, struct tn_result result,
		   unsigned *topmost);
void tables_undo(struct mm *mm, struct process *process, uint64_t va, unsigned topmost);

/*
 * The pages [va, va + bytes) are unmapped, and still in the process' mapping: detaches the tables
 * below which nothing else is.
 */
void tables_prune(struct mm *mm, struct process *process, uint64_t va, uint64_t bytes);
