/*
 * machine.h - what the boot loader's device tree says about this machine.
 *
 * devicetree.c fills it, regions.c turns its memory into frames, the boot code hands its devices
 * to the first server. All addresses are physical and in bytes; no range wraps. Texts point into
 * the device tree, carry their length and end in no NUL that could be relied on.
 */
#ifndef TENURE_BOOT_MACHINE_H
#define TENURE_BOOT_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#define MACHINE_BANKS 32u
#define MACHINE_RESERVED 96u
#define MACHINE_DEVICES 64u

struct machine_range {
	uint64_t address, size; /* size 0: there is none */
};

struct machine_text {
	const char *bytes; /* NULL: there is none */
	uint32_t length;
};

/* A range that user space must keep out of: what firmware reserves, and the registers of interrupt
 * controllers. */
struct machine_reserved {
	struct machine_range range;
	bool no_map; /* must not even be mapped */
};

/* One register range of an enabled node; it shares no page with RAM or with a reserved range, and
 * lies below 16 TiB. */
struct machine_device {
	struct machine_range range;
	struct machine_text compatible; /* the first string of the property */
};

struct machine {
	/* Not in the tree: the boot code fills these two after devicetree_read has cleared them. */
	struct machine_range image; /* the kernel's own */
	struct machine_range tree;  /* the device tree itself */

	struct machine_range initrd;
	struct machine_text bootargs;
	uint64_t timebase; /* rdtime ticks a second; never 0 */
	uint64_t finisher; /* registers of the first "sifive,test0"; 0: there is none */

	uint32_t hart_count;     /* enabled ones */
	uint32_t cbom_block;     /* bytes of the boot hart's cache block for Zicbom; 0: not said */
	bool sstc, svpbmt, zicbom;

	uint32_t bank_count, reserved_count, device_count;

	/* Arrays come last: entries from their count on are not initialised. */
	struct machine_range banks[MACHINE_BANKS]; /* RAM, in the tree's order, may overlap */
	struct machine_reserved reserved[MACHINE_RESERVED];
	struct machine_device devices[MACHINE_DEVICES]; /* the first that were found */
};

#endif
