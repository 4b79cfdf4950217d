/*
 * own.h - `retype` itself as a builder.
 */
#pragma once

#include <stdbool.h>
#include <tenure/untyped.h>

#include "build.h"

/* Slots for what is built begin here, beyond those that the library hands out. */
#define OWN_SLOTS 64u

/* From the frames [first, end) of the range. Says nothing of what goes well if `quiet`. */
struct builder own_builder(const struct tn_untyped *range, uint64_t first, uint64_t end,
			   bool quiet);
