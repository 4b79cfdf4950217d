/*
 * memory.h - mm comes up: from the boot information to a complete record of the machine.
 */
#pragma once

#include "mm.h"

/*
 * Where mm's records about frames lie in its own address space: far from its image and from
 * what the kernel put at TN_BOOT_*, and with room for 16 TiB of RAM.
 */
#define MEMORY_WINDOW 0x1000000000ul

/* Fills *mm, which is all zero but for `options`. Ends the machine if the boot information makes no sense. */
void memory_start(struct mm *mm, const struct tn_boot_info *boot);
