/*
 * show.h - what `retype` prints: operations, and maps of the frames.
 */
#pragma once

#include <stdint.h>
#include <tenure/untyped.h>

#include "operations.h"

/* The head of a table of operations. */
void show_head(const char *title);

/* An operation that has answered 0, on a frame, or on none: 0. */
void show_operation(enum operation operation, uint64_t frame);

/* How many were shown. */
unsigned show_count(void);

/* Frames by what the kernel calls them; of the whole range. */
struct show_frames {
	uint64_t idle; /* user space's, not in use */
	uint64_t used; /* user space's, in use */
	uint64_t objects;
	uint64_t free; /* in a pool */
};

/* Draws the range, a character a frame. */
struct show_frames show_map(const char *title, const struct tn_untyped *range);
