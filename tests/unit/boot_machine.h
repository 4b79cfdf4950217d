/*
 * boot_machine.h - a machine to boot on: RAM of 16 MiB from 0x80000000 on with the tree "small",
 * a boot image with a program made here, and the port's half of the boot.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <elf.h>

#include "boot/boot_memory.h"
#include "boot/bootargs.h"
#include "boot/machine.h"
#include "hart.h"

#define MACHINE_RAM 0x80000u /* frame */
#define MACHINE_FRAMES 4096u
#define MACHINE_IMAGE 0x80200u /* the kernel's, of this many frames */
#define MACHINE_IMAGE_FRAMES 16u
#define MACHINE_ARCHIVE 0x80100u
#define MACHINE_BLOB 0x80f00u /* the device tree */
#define MACHINE_HOLE 0x80a00u /* to _HOLE_END */
#define MACHINE_HOLE_END 0x80c00u
#define MACHINE_SEGMENTS 8u

/* The program, as a file: a test may break any field before the boot. */
struct machine_program {
	Elf64_Ehdr header;
	Elf64_Phdr segments[MACHINE_SEGMENTS];
	uint8_t bytes[256];
};

extern struct boot_machine {
	struct machine_program program; /* two segments, `mm` in the archive */
	const char *bootargs;
	bool archive; /* there is a boot image; or the tree names none */
	bool plic;    /* with ten sources */
	bool hole;    /* MACHINE_HOLE is no RAM */
	uint32_t ram_bytes;
	uint64_t map_frames;      /* what the port takes for the kernel's own tables */
	uint64_t map_promised;    /* what it has said that it will take at most */
	const char *why_no_space; /* why there is no address space, or NULL */
	uint64_t levels;

	/* what the boot told the port */
	const struct machine *told;
	uint64_t tick;
	struct hart hart;
} boot_machine;

/* Fresh, all kernel state (but boot.c's own) as before a boot. */
void boot_machine_make(void);

/* Writes tree and archive into RAM; what boot() is called with. */
uint64_t boot_machine_load(void);
