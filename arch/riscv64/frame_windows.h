/*
 * frame_windows.h - the three windows through which the frame table is seen.
 */
#ifndef ARCH_FRAME_WINDOWS_H
#define ARCH_FRAME_WINDOWS_H

#include "space.h"

struct boot_memory;
struct regions;

/* Frames that the windows take at most; *later: those of them that are taken only when blocks
 * are first touched. */
uint64_t frame_windows_frames(const struct regions *regions, uint64_t *later);

/* Builds them: words of memory that does not exist read as HOLE, all others as UNTOUCHED. */
void frame_windows_build(struct space *s, const struct regions *regions);

/* From here on blocks can be touched: their pages come from `later`, seen through the direct
 * map. Both are copied. */
void frame_windows_keep(const struct space *s, const struct boot_memory *later);

#endif
