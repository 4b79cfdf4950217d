/*
 * machine.h - what the boot loader's device tree says about this machine.
 *
 * devicetree.c fills it, regions.c turns its memory into frames and what lies between them into
 * devices. All addresses are physical and in bytes; no range is empty or wraps.
 */
#pragma once

#include <tenure/abi.h>

#include <image/text.h>

#define MACHINE_RANGES 128u
#define MACHINE_ADDED 4u
#define MACHINE_PLIC_BYTES ((uint64_t)64 << 20)

struct machine_range {
	uint64_t address, size;
};

/* Whose a range of memory is, weakest first: free RAM; what the kernel and the first server read;
 * the kernel's own; or firmware's, which may forbid even to map it. Registers of interrupt
 * controllers are no RAM, but kept from user space alike. */
enum machine_use {
	MACHINE_BANK,
	MACHINE_INITRD,
	MACHINE_TREE,
	MACHINE_KERNEL,
	MACHINE_RESERVED,
	MACHINE_NO_MAP,
	MACHINE_USES
};

struct machine_memory {
	struct machine_range range;
	enum machine_use use;
};

struct machine {
	/* What the first server is told. The tree says where the initrd is, the ticks a second
	 * (never 0), the boot arguments, and the sources of the PLIC below (none: there is no
	 * PLIC) with its phandle. The boot code adds the rest. */
	struct tn_boot_info info;

	struct text bootargs; /* in the tree */
	uint64_t finisher;    /* registers of the first "sifive,test0"; 0: there is none */

	struct machine_range plic; /* registers, at most MACHINE_PLIC_BYTES; size 0: none */
	uint32_t plic_context;     /* of the boot hart in supervisor mode */

	uint32_t hart_count; /* enabled ones */
	uint64_t cbom_block; /* bytes of the boot hart's cache block for Zicbom; 0: not said */
	bool sstc, svpbmt, zicbom, floats; /* floats: F and D */

	uint32_t memory_count;
	/* In the tree's order, which names MACHINE_RANGES at most; then those that the boot code
	 * adds. They may overlap. */
	struct machine_memory memory[MACHINE_RANGES + MACHINE_ADDED];
};
