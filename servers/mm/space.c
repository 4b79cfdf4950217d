/*
 * space.c - dense numbers for frames.
 */
#include "space.h"

static uint64_t unit_floor(uint64_t frame)
{
	return frame & ~(SPACE_UNIT - 1);
}

static uint64_t unit_ceiling(uint64_t frame)
{
	return unit_floor(frame + SPACE_UNIT - 1);
}

void space_init(struct space *space)
{
	space->span_count = 0;
	space->size = 0;
}

static bool space_open(struct space *space, uint64_t first, uint64_t count)
{
	struct span *span = &space->spans[space->span_count];

	if (space->span_count == SPACE_SPANS)
		return false;
	span->first = unit_floor(first);
	span->count = first + count - span->first;
	span->index = unit_ceiling(space->size);
	space->span_count++;
	space->size = span->index + span->count;
	return true;
}

bool space_add(struct space *space, uint64_t first, uint64_t count)
{
	struct span *last;

	if (count == 0 || count > UINT64_MAX / 2 || first > UINT64_MAX / 2)
		return false;
	if (space->span_count == 0)
		return space_open(space, first, count);
	last = &space->spans[space->span_count - 1];
	if (first < last->first + last->count)
		return false;
	if (unit_floor(first) > unit_ceiling(last->first + last->count))
		return space_open(space, first, count);
	last->count = first + count - last->first;
	space->size = last->index + last->count;
	return true;
}

/* The last span that begins at or below a key, or NULL. */
static const struct span *span_find(const struct space *space, uint64_t key, bool by_index)
{
	uint32_t low = 0, high = space->span_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct span *span = &space->spans[middle];

		if ((by_index ? span->index : span->first) <= key)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &space->spans[low - 1] : 0;
}

uint64_t space_index(const struct space *space, uint64_t frame)
{
	const struct span *span = span_find(space, frame, false);

	if (!span || frame - span->first >= span->count)
		return SPACE_NONE;
	return span->index + (frame - span->first);
}

uint64_t space_frame(const struct space *space, uint64_t index)
{
	const struct span *span = span_find(space, index, true);

	return span->first + (index - span->index);
}

uint64_t space_lower(const struct space *space, uint64_t frame)
{
	const struct span *span = span_find(space, frame, false);

	if (!span)
		return 0;
	if (frame - span->first < span->count)
		return span->index + (frame - span->first);
	if (span + 1 < space->spans + space->span_count)
		return span[1].index;
	return space->size;
}
