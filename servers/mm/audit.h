/*
 * audit.h - mm's ledger against the kernel's table.
 */
#pragma once

#include <stdbool.h>

#include "mm.h"

/*
 * Compares every frame of RAM: owner, references of user frames, pool of lent ones, and that
 * delegated ones are where delegation.h lets them be; then every pool's counters, the census, and
 * that no idle user frame is lost. Prints one line if all agree, else the first disagreements.
 * Counts in mm->audits.
 */
bool audit_run(struct mm *mm);

/* The line that a run ends with: the last audit's count. */
void audit_show_last(const struct mm *mm);
