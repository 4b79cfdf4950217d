/*
 * loops.c - calls of any size, made of calls of at most one batch.
 */
#include <tenure/loops.h>

static uint64_t batch(uint64_t left)
{
	return left < TN_BATCH ? left : TN_BATCH;
}

struct tn_result tn_map_all(uint64_t process, uint64_t va, uint64_t first, uint64_t count,
			    uint64_t flags, uint64_t frames, uint64_t *done)
{
	struct tn_result result = {0, 0};

	while (*done < count) {
		/* All that is left, not a batch: the page size depends on what remains. */
		result = tn_map(process, va + *done * TN_FRAME_SIZE, frames, first + *done,
				count - *done, flags);
		if (result.code)
			return result;
		*done += result.value;
	}
	return result;
}

struct tn_result tn_unmap_all(uint64_t process, uint64_t va, uint64_t count, uint64_t *done)
{
	struct tn_result result = {0, 0};

	while (*done < count) {
		result = tn_unmap(process, va + *done * TN_FRAME_SIZE, count - *done);
		if (result.code)
			return result;
		*done += tn_unmap_passed(result.value);
	}
	return result;
}

struct tn_result tn_give_all(uint64_t frames, uint64_t pool, uint64_t first, uint64_t count,
			     uint64_t *done)
{
	struct tn_result result = {0, 0};

	while (*done < count) {
		uint64_t part = batch(count - *done);

		result = tn_frame_give(frames, pool, first + *done, part);
		if (result.code)
			return result;
		*done += part;
	}
	return result;
}

struct tn_result tn_reclaim_all(uint64_t frames, uint64_t pool, uint64_t first, uint64_t count,
				uint64_t *done)
{
	struct tn_result result = {0, 0};

	while (*done < count) {
		uint64_t part = batch(count - *done);

		result = tn_frame_reclaim(frames, pool, first + *done, part);
		if (result.code)
			return result;
		*done += part;
	}
	return result;
}

struct tn_result tn_reclaim_any(uint64_t frames, uint64_t pool, uint64_t count,
				void (*visit)(void *context, uint64_t first, uint64_t count),
				void *context, uint64_t *done)
{
	struct tn_result result = {0, 0};

	while (*done < count) {
		result = tn_frame_reclaim(frames, pool, TN_ANY, batch(count - *done));
		if (result.code || (uint32_t)result.value == 0)
			return result;
		for (uint64_t run = 0; run < result.value >> 32; run++) {
			uint64_t word = tn_utcb->words[run];

			visit(context, TN_RUN_FIRST(word), TN_RUN_COUNT(word));
		}
		*done += (uint32_t)result.value;
	}
	return result;
}
