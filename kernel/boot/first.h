/*
 * first.h - the first server: its program, memory, boot information and thread.
 */
#pragma once

#include "bootargs.h"
#include "regions.h"

struct hart;

/* Finds the program that the options name in the boot image, makes the root objects, and loads the
 * program with its stack, UTCB and boot information; machine->info is completed on the way. The
 * thread is the hart's current one and ready to enter. NULL, or a line about why not. */
const char *first_start(struct machine *machine, const struct boot_options *options,
			const struct regions *regions, struct hart *hart);
