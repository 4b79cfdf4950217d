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

/* What the device tree says of the machine: a name, or that it has none; the devices to which mm
 * has capabilities, and their interrupts. */
struct boot_machine {
	char name[64];
	unsigned devices, irqs;
};

void boot_view_machine(struct mm *mm, struct boot_machine *machine);
