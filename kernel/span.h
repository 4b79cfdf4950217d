/*
 * span.h - the entries that one call of unmap or protect visits: a run in one table.
 */
#pragma once

#include "walk.h"

/* The second result: frames passed, entries accessed, entries dirty. */
#define SPAN_ACCESSED ((uint64_t)1 << 32)
#define SPAN_DIRTY ((uint64_t)1 << 48)

struct span {
	struct process *process;
	const struct slot *cover; /* range that allows adding rights; NULL: none was named */
	uint64_t va, count;       /* asked for: pages */
	struct place at;          /* first entry; table NULL: no root, all is a hole */
	uint64_t n;               /* entries: holes and leaves wholly covered, or one leaf to cut */
	uint64_t frames;          /* that these entries span, of those asked for */
	bool cut;                 /* the first entry is a large leaf, covered in part */
};

/* Guards (shape, capabilities, dying) and the walk. frames: slot of a FRAMES or DEVICE, or
 * TN_NONE. */
result_t span_find(struct span *s, uint64_t process, uint64_t va, uint64_t count, uint64_t frames);

/* Splits a cut leaf until the span begins with whole ones. All or nothing; the answer is the
 * call's if its code is not 0. */
result_t span_split(struct span *s);
