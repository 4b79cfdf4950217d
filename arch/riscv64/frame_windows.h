/*
 * frame_windows.h - the three windows through which the frame table is seen.
 */
#pragma once

#include <stdint.h>

struct regions;

/* Frames that the windows take at most. */
uint64_t frame_windows_frames(const struct regions *regions);

/* Builds them: words of memory that does not exist read as HOLE, all others as UNTOUCHED. Blocks
 * can be touched as soon as the direct map stands. Their pages come from the memory of the
 * kernel's space, which is cut to what they take and stays in use. */
void frame_windows_build(const struct regions *regions);
