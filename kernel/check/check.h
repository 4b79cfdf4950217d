/*
 * check.h - the invariants as the kernel's own test: present in the checked kernel, absent in
 * the plain one (off.c in place of the rest of this folder).
 */
#ifndef KERNEL_CHECK_H
#define KERNEL_CHECK_H

#include <stdint.h>

#include "hart.h"

struct boot_memory;
struct regions;

/* Frames that the checker keeps for itself: 4 bytes a frame of the span of RAM. */
uint64_t check_boot_frames(const struct regions *regions);

/* Takes them. The direct map stands, the frame table does not yet. */
void check_boot_memory(struct boot_memory *memory, const struct regions *regions);

/* Checks once, and returns the handler table that goes on checking every `every` calls (0: no
 * more). A broken invariant ends the machine with its number. */
const call_handler *check_install(uint64_t every);

#endif
