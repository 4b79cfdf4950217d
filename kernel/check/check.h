/*
 * check.h - the invariants as the kernel's own test: present in the checked kernel, absent in
 * the plain one (off.c in place of the rest of this folder).
 */
#pragma once

#include "hart.h"

/* Frames that the checker keeps for itself: 4 bytes a frame of the span of RAM. */
uint64_t check_boot_frames(void);

/* Checks once, and returns the handler table that goes on checking every `every` calls (0: no
 * more). counts: those frames. A broken invariant ends the machine with its number. */
const call_handler *check_install(uint64_t every, void *counts);
