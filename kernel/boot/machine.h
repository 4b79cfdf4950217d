/*
 * machine.h - what the boot loader's device tree says about this machine.
 *
 * devicetree.c fills it, regions.c turns its memory into frames, the boot code hands its devices
 * to the first server. All addresses are physical and in bytes; no range wraps.
 */
#ifndef TENURE_BOOT_MACHINE_H
#define TENURE_BOOT_MACHINE_H

#include <stdbool.h>
#include <stdint.h>
#include <tenure/abi.h>

#include "text.h"

#define MACHINE_RANGES 128u

struct machine_range {
	uint64_t address, size;
};

/* Whose a range of memory is: free RAM; or firmware's, which may forbid even to map it. Registers
 * of interrupt controllers are no RAM, but kept from user space alike. */
enum machine_use { MACHINE_BANK, MACHINE_RESERVED, MACHINE_NO_MAP };

struct machine_memory {
	struct machine_range range;
	enum machine_use use;
};

struct machine {
	/* What the first server is told. The tree says where the initrd is, the ticks a second
	 * (never 0), the boot arguments, and the devices: each a register range of an enabled node
	 * that shares no page with the memory below and lies below 16 TiB. The boot code adds the
	 * rest. */
	struct tn_boot_info info;

	struct machine_range image; /* the kernel's own, which the tree does not know */
	struct text bootargs;       /* in the tree */
	uint64_t finisher;          /* registers of the first "sifive,test0"; 0: there is none */

	uint32_t hart_count; /* enabled ones */
	uint64_t cbom_block; /* bytes of the boot hart's cache block for Zicbom; 0: not said */
	bool sstc, svpbmt, zicbom;

	uint32_t memory_count;
	struct machine_memory memory[MACHINE_RANGES]; /* in the tree's order, may overlap */
};

#endif
