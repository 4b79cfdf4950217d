/*
 * frames.c - what user space can learn about frames: frame_info, census; cache_op.
 */
#include <port/machine.h>

#include "cap.h"
#include "syscall.h"

#define CACHE_FRAMES_MAX 16u

/* The caller's slot `frames` covers the range, with these rights. */
static result_t cover_check(uint64_t frames, uint64_t rights, uint64_t first, uint64_t count)
{
	int error = cap_refusal(frames, TN_CAP_FRAMES, rights);

	return error != 0 ? failure(error, 0) : slot_check(cap_slot(frames), first, count);
}

result_t call_frame_info(uint64_t frames, uint64_t first, uint64_t count)
{
	result_t r;

	if (count == 0 || count > TN_UTCB_WORDS)
		return failure(TN_EINVAL, 0);
	r = cover_check(frames, 0, first, count);
	if (result_code(r) != 0)
		return r;
	frame_touch_range(pfn(first), count);
	for (uint64_t i = 0; i < count; i++)
		current->utcb->words[i] = frame_export(pfn(first + i));
	return success(count);
}

/* Frames that are lent and not an object are free; what no one else has is user space's. */
result_t call_census(uint64_t system)
{
	struct tn_census *census = (struct tn_census *)current->utcb->words;
	int error = cap_refusal(system, TN_CAP_SYSTEM, TN_SYSTEM_CENSUS);

	if (error != 0)
		return failure(error, 0);
	census->frames = ram.frames;
	for (unsigned kind = 0; kind < TN_KIND_COUNT; kind++)
		census->kinds[kind] = ram.kinds[kind];
	census->kinds[TN_KIND_USER] -= ram.lent;
	census->kinds[TN_KIND_FREE] = ram.lent;
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_TABLE; kind++)
		census->kinds[TN_KIND_FREE] -= ram.kinds[kind];
	return success(ram.frames);
}

/* Why the contents of f are not the caller's to work on: 0 or ENXIO, EKERNEL, ENOTSUP. */
static int cache_refusal(pfn_t f)
{
	frame_touch(f);
	if (FRAME_KIND(frame_get(f)) == TN_KIND_HOLE)
		return TN_ENXIO;
	if (FRAME_KIND(frame_get(f)) != TN_KIND_USER)
		return TN_EKERNEL;
	return port_has_cache_ops() && frame_in_window(f) ? 0 : TN_ENOTSUP;
}

/* Source: CMO extension (Zicbom), "Cache-Block Management Instructions". */
result_t call_cache_op(uint64_t frames, uint64_t first, uint64_t count, uint64_t op)
{
	uint64_t right = op == TN_CACHE_CLEAN ? TN_FRAMES_READ : TN_FRAMES_WRITE;
	result_t r;

	if (op > TN_CACHE_FLUSH || count == 0 || count > CACHE_FRAMES_MAX)
		return failure(TN_EINVAL, 0);
	r = cover_check(frames, right, first, count);
	if (result_code(r) != 0)
		return r;
	for (uint64_t f = first; f < first + count; f++) {
		int error = cache_refusal(pfn(f));

		if (error != 0)
			return failure(error, f);
	}
	for (uint64_t f = first; f < first + count; f++)
		port_cache_op(frame_memory(pfn(f)), op);
	return success(0);
}
