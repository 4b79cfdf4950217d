/*
 * first.h - the first server: its program, memory, boot information and thread.
 */
#ifndef KERNEL_FIRST_H
#define KERNEL_FIRST_H

#include <image/elf.h>

#include "bootargs.h"
#include "machine.h"
#include "regions.h"
#include "types.h"

struct hart;
struct thread;

/* What the boot knows when it starts the server. Addresses of RAM are seen through the direct
 * map. */
struct first {
	const struct machine *machine;
	const struct boot_options *options;
	struct regions *regions;
	struct elf_image program;
	uint64_t instret_at_entry;
};

/* Finds the program that the options name in the boot image. 0, or a line about why not. */
const char *first_find(struct first *first);

/* Makes the root objects and loads the program with its stack, UTCB and boot information. The
 * thread is the hart's current one and ready to enter; or NULL and a line about why not. */
struct thread *first_start(struct first *first, struct hart *hart, const char **why);

#endif
