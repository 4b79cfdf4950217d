/*
 * scratch.h - frames that mm reads and writes for a moment, through a window in its own space.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server.h"

/*
 * Before the first use: a page beside the window stays mapped, so that opening it needs no page
 * table.
 */
void scratch_start(struct server *server);

/*
 * Maps `count` consecutive frames, fewer than 512 or one block of 2 MiB, at the window. NULL when
 * memory for the page table is short. One at a time; scratch_close before the next.
 */
void *scratch_open(struct server *server, uint64_t first, uint64_t count);

/* Unmaps them. Frames that nothing else maps are still the caller's. */
void scratch_close(struct server *server, uint64_t first, uint64_t count);

/* Clears frames. False when memory for the page table is short. */
bool scratch_clear(struct server *server, uint64_t first, uint64_t count);

/* Makes sure that the next few mappings find extents. False when memory is short. */
bool extents_ready(struct server *server);
