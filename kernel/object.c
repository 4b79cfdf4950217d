/*
 * object.c - frames for objects.
 */
#include "object.h"

#include "cap.h"
#include "words.h"

uint64_t object_next_id = 1;

static int give_refusal(pfn_t f, uint64_t d)
{
	if (FRAME_KIND(d) != TN_KIND_USER)
		return TN_EKERNEL;
	if (d != 0 || frame_is_covered(f))
		return TN_EBUSY;
	return frame_in_window(f) ? 0 : TN_ENOTSUP;
}

static int free_refusal(const struct pool *pool, uint64_t d)
{
	if (FRAME_KIND(d) == TN_KIND_USER)
		return TN_EUSER;
	if (FRAME_KIND(d) != TN_KIND_FREE)
		return TN_EBUSY;
	return FRAME_POOL(d) == pool->self ? 0 : TN_EXDEV;
}

result_t range_check(const struct pool *pool, uint64_t first, uint64_t count)
{
	for (uint64_t f = first; f < first + count; f++) {
		uint64_t d;
		int error;

		if (!frame_is_known(f))
			return failure(TN_ENXIO, f);
		if (f == first || f % BLOCK_FRAMES == 0)
			frame_touch(pfn(f));
		d = frame_get(pfn(f));
		if (FRAME_KIND(d) == TN_KIND_HOLE)
			return failure(TN_ENXIO, f);
		error = pool == NULL ? give_refusal(pfn(f), d) : free_refusal(pool, d);
		if (error != 0)
			return failure(error, f);
	}
	return success(0);
}

struct supply supply_find(uint64_t frame, uint64_t frames, int *error)
{
	struct supply s = {NULL, frame, NULL};

	if (frames != TN_NONE)
		s.frames = cap_find_slot(frames, TN_CAP_FRAMES, TN_FRAMES_GIVE, error);
	return s;
}

result_t supply_check(const struct supply *s)
{
	if (s->frame == TN_ANY)
		return pool_take_check(s->pool, 1);
	if (s->frames == NULL)
		return range_check(s->pool, s->frame, 1);
	return slot_check(s->frames, s->frame, 1) ?: range_check(NULL, s->frame, 1);
}

pfn_t supply_take(const struct supply *s, unsigned kind)
{
	pfn_t f = s->frame == TN_ANY ? pool_first(s->pool) : pfn(s->frame);

	if (s->frames == NULL)
		pool_take_named(s->pool, kind, f);
	else
		frame_give_used(s->pool, kind, f);
	return f;
}

void object_free(struct pool *pool, unsigned kind, pfn_t f, size_t bytes)
{
	zero_lines(frame_memory(f), bytes);
	pool_put(pool, kind, f, frame_clean(f));
}
