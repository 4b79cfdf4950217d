/*
 * protect.c - the call `protect`: other rights for pages that are mapped, or their age.
 *
 * Removing rights needs nothing but *map*; adding one needs a capability that covers the pages
 * with that right. What one call visits, unmap defines (span.h).
 */
#include "asid.h"
#include "cap.h"
#include "map.h"
#include "span.h"
#include "syscall.h"
#include "table.h"

/* Whether `leaf`, of `size` frames, may gain what `rights` has more. BOOT has all it may, to
 * be read; a device page needs its DEVICE capability. */
static int gain_refusal(const struct slot *frames, pte_t leaf, uint64_t rights, uint64_t size)
{
	uint64_t gained = rights & ~pte_rights(leaf);
	uint64_t type = TN_CAP_FRAMES;
	bool boot = pte_uncounted(leaf) && frame_is_known(pte_frame(leaf).n) &&
		    FRAME_KIND(frame_get(pte_frame(leaf))) == TN_KIND_BOOT;

	if (gained == 0)
		return 0;
	if (pte_uncounted(leaf) && !boot)
		type = TN_CAP_DEVICE;
	if (frames == NULL || boot || !slot_grants(frames, type, gained))
		return TN_EPERM;
	return slot_covers(frames, pte_frame(leaf).n, size) ? 0 : TN_EACCES;
}

/* Of a leaf that will be cut: its pages that were asked for. */
static result_t gains_check(const struct span *s, uint64_t rights)
{
	uint64_t size = level_frames(s->at.level), pages = size, offset = 0;

	if (s->cut) {
		offset = s->va / FRAME_BYTES % size;
		pages = least(s->count, size - offset);
	}
	for (uint64_t i = 0; i < s->n + s->cut; i++) {
		pte_t e = pte_read(place_entry(&s->at) + i);
		int error = 0;

		if (pte_is_valid(e))
			error = gain_refusal(s->cover, pte_part(e, offset, 1), rights, pages);
		if (error != 0)
			return failure(error, s->va + i * size * FRAME_BYTES);
	}
	return success(0);
}

/* What was accessed or dirty before, as the result counts it. */
static uint64_t span_change(const struct span *s, uint64_t rights, bool age)
{
	uint64_t found = 0, lost = 0;

	for (pte_t *entry = place_entry(&s->at), *end = entry + s->n; entry < end; entry++) {
		pte_t e = pte_read(entry), to = age ? pte_aged(e) : pte_with_rights(e, rights);

		if (!pte_is_valid(e) || to.w == e.w)
			continue;
		found += pte_accessed(e) * SPAN_ACCESSED + pte_dirty(e) * SPAN_DIRTY;
		lost |= e.w & ~to.w;
		pte_write(entry, to);
	}
	/* a hart that holds the old entry would not set the bits again, and allow what is lost; a
	 * right that was added it may miss: the fault path mends that */
	if (lost != 0)
		asid_fence_space(current->hart, s->process);
	return age ? found : 0;
}

result_t call_protect(uint64_t process, uint64_t va, uint64_t count, uint64_t flags,
		      uint64_t frames)
{
	bool age = (flags & TN_MAP_AGE) != 0;
	struct span s;
	result_t r;

	if (flags > MAP_RIGHTS ? flags != TN_MAP_AGE : !rights_legal(flags))
		return failure(TN_EINVAL, 0);
	r = span_find(&s, process, va, count, frames);
	if (result_code(r) != 0)
		return r;
	if (s.at.table == NULL)
		return success(s.frames);
	r = (age ? success(0) : gains_check(&s, flags)) ?: span_split(&s);
	if (result_code(r) != 0)
		return r;
	return success(s.frames + span_change(&s, flags, age));
}
