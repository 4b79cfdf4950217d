/*
 * span.c - see span.h.
 */
#include "span.h"

#include "cap.h"
#include "table.h"

/* At most so many pages are passed in one call, so that the result's half word holds them. */
#define SPAN_FRAMES_MAX ((uint64_t)1 << 31)

/* Pages from va to the end of the entry that translates it. */
static uint64_t entry_rest(uint64_t va, unsigned level)
{
	uint64_t size = level_frames(level);

	return size - va / FRAME_BYTES % size;
}

/* Adds entries to the span until a table, a leaf covered in part, or the end. */
static void span_measure(struct span *s)
{
	uint64_t va = s->va, leaves = 0;

	s->n = 0;
	s->frames = 0;
	s->cut = false;
	while (s->frames < s->count && s->at.index + s->n < TABLE_ENTRIES &&
	       leaves < ENTRIES_SLOW) {
		pte_t e = pte_read(place_entry(&s->at) + s->n);
		uint64_t rest = entry_rest(va, s->at.level), left = s->count - s->frames;

		if (pte_is_table(e))
			return;
		if (pte_is_leaf(e) && (rest != level_frames(s->at.level) || rest > left)) {
			s->cut = s->n == 0;
			return;
		}
		leaves += pte_is_leaf(e);
		s->n++;
		s->frames += rest < left ? rest : left;
		va += rest * FRAME_BYTES;
	}
}

/* Entries of level 0 are all whole: no need to look at each. */
static void span_settle(struct span *s)
{
	uint64_t room;

	s->at = walk_down(s->process, s->va, 0);
	if (s->at.table == NULL) {
		s->frames = s->count;
		return;
	}
	if (s->at.level > 0) {
		span_measure(s);
		return;
	}
	room = TABLE_ENTRIES - s->at.index;
	if (s->cover != NULL && room > ENTRIES_SLOW)
		room = ENTRIES_SLOW;
	s->n = s->count < room ? s->count : room;
	s->frames = s->n;
	s->cut = false;
}

result_t span_find(struct span *s, uint64_t process, uint64_t va, uint64_t count, uint64_t frames)
{
	int error;

	if (va % FRAME_BYTES != 0 || count == 0)
		return failure(TN_EINVAL, 0);
	if (!walk_is_user(va, count))
		return failure(TN_EFAULT, 0);
	s->process = cap_process(process, TN_PROCESS_MAP);
	if (s->process == NULL)
		return failure(cap_refusal(process, TN_CAP_PROCESS, TN_PROCESS_MAP), 0);
	s->cover = frames != TN_NONE ? cap_slot(frames) : NULL;
	error = s->cover != NULL ? cap_refusal(frames, slot_range_type(s->cover), 0) : 0;
	if (error != 0 || s->process->dying)
		return failure(error ?: TN_EDYING, 0);
	s->va = va;
	s->count = count < SPAN_FRAMES_MAX ? count : SPAN_FRAMES_MAX;
	span_settle(s);
	return success(0);
}

/* Tables that cutting at s->va takes: down to the largest page that s->va and the count leave
 * whole. */
static unsigned tables_to_split(const struct span *s)
{
	unsigned level = s->at.level;

	while (level > 0 && (s->va / FRAME_BYTES % level_frames(level) != 0 ||
			     s->count < level_frames(level)))
		level--;
	return s->at.level - level;
}

/* Of a 1 GiB leaf cut at 4 KiB, the second split's parts: the frames of one block. */
static bool splits_overflow(const struct span *s, pte_t leaf, unsigned splits)
{
	uint64_t block = pte_index(s->va, 1) * BLOCK_FRAMES;

	if (split_overflows(leaf, s->at.level))
		return true;
	return splits == 2 && split_overflows(pte_part(leaf, block, 1), 1);
}

result_t span_split(struct span *s)
{
	struct pool *pool = s->process->pool;
	unsigned splits;

	if (!s->cut)
		return success(0);
	splits = tables_to_split(s);
	if (splits_overflow(s, pte_read(place_entry(&s->at)), splits))
		return failure(TN_EOVERFLOW, 0);
	if (pool->dying)
		return failure(TN_EDYING, 0);
	if (pool->free < splits)
		return pool_short(pool, splits);
	for (; splits > 0; splits--)
		table_split(s->process, &s->at, s->va);
	span_settle(s);
	return success(0);
}
