/*
 * span.c - see span.h.
 */
#include "span.h"

#include "cap.h"
#include "table.h"

/* At most so many pages are passed in one call, so that the result's half word holds them. */
#define SPAN_FRAMES_MAX ((uint64_t)1 << 31)

/* Adds entries to the span until a table, a leaf covered in part, or the end. */
static void span_measure(struct span *s)
{
	uint64_t va = s->va, size = level_frames(s->at.level), leaves = 0;

	s->n = 0;
	s->frames = 0;
	s->cut = false;
	while (s->frames < s->count && s->at.index + s->n < TABLE_ENTRIES &&
	       leaves < ENTRIES_SLOW) {
		pte_t e = pte_read(place_entry(&s->at) + s->n);
		uint64_t rest = size - va / FRAME_BYTES % size, left = s->count - s->frames;

		if (pte_is_table(e))
			return;
		if (pte_is_leaf(e) && (rest != size || rest > left)) {
			s->cut = s->n == 0;
			return;
		}
		leaves += pte_is_leaf(e);
		s->n++;
		s->frames += least(rest, left);
		va += rest * FRAME_BYTES;
	}
}

/* Entries of level 0 are all whole: no need to look at each. */
static void span_settle(struct span *s)
{
	s->at = walk_down(s->process, s->va, 0);
	if (s->at.table == NULL) {
		s->frames = s->count;
		return;
	}
	if (s->at.level > 0) {
		span_measure(s);
		return;
	}
	s->n = least(s->count, TABLE_ENTRIES - s->at.index);
	if (s->cover != NULL)
		s->n = least(s->n, ENTRIES_SLOW);
	s->frames = s->n;
	s->cut = false;
}

result_t span_find(struct span *s, uint64_t process, uint64_t va, uint64_t count, uint64_t frames)
{
	int error = va % FRAME_BYTES != 0 || count == 0 ? TN_EINVAL : 0;

	if (error == 0 && !walk_is_user(va, count))
		error = TN_EFAULT;
	s->process = cap_find(process, TN_CAP_PROCESS, TN_PROCESS_MAP, &error);
	s->cover = NULL;
	if (frames != TN_NONE)
		s->cover = cap_find_slot(frames, slot_range_type(cap_slot(frames)), 0, &error);
	if (error != 0 || s->process->dying)
		return failure(error ?: TN_EDYING, 0);
	s->va = va;
	s->count = least(count, SPAN_FRAMES_MAX);
	span_settle(s);
	return success(0);
}

/* Tables that cutting at s->va takes: down to the largest page that s->va and the count leave
 * whole. */
static unsigned tables_to_split(const struct span *s)
{
	unsigned level = s->at.level;

	while (level > 0 &&
	       (s->va / FRAME_BYTES % level_frames(level) != 0 || s->count < level_frames(level)))
		level--;
	return s->at.level - level;
}

/* Of a 1 GiB leaf cut at 4 KiB, the second split's parts are the frames of one block. */
result_t span_split(struct span *s)
{
	unsigned splits;
	pte_t leaf, part;
	result_t r;

	if (!s->cut)
		return success(0);
	splits = tables_to_split(s);
	leaf = pte_read(place_entry(&s->at));
	part = pte_part(leaf, pte_index(s->va, 1) * BLOCK_FRAMES, 1);
	if (split_overflows(leaf, s->at.level) || (splits == 2 && split_overflows(part, 1)))
		return failure(TN_EOVERFLOW, 0);
	r = pool_take_check(s->process->pool, splits);
	if (result_code(r) != 0)
		return r;
	for (; splits > 0; splits--)
		table_split(s->process, &s->at, s->va);
	span_settle(s);
	return success(0);
}
