/*
 * boot_view.h - what the boot left in memory to be read: the boot image and the device tree.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "mm.h"

/* Maps `bytes` at a physical address, of kind BOOT, at va in mm's own space, read-only. Returns
 * where they are seen; NULL if there are none. */
const void *boot_view_open(struct mm *mm, uint64_t va, uint64_t address, uint64_t bytes);

/* Ends what boot_view_open mapped there. */
void boot_view_close(struct mm *mm, uint64_t va, uint64_t address, uint64_t bytes);

/* Copies the machine's name, as the device tree gives it, into `name`; empty if it gives none. */
void boot_view_machine(struct mm *mm, char *name, size_t size);
