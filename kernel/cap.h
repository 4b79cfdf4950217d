/*
 * cap.h - finding what a slot of the caller names, and why it cannot be used (I12).
 *
 * The lookups answer NULL or false at the first doubt and stay small; the call then asks
 * cap_refusal which rule was broken. The order of the reasons is part of the interface: ERANGE,
 * ENOENT, EBADF, EPERM, ESTALE.
 */
#ifndef KERNEL_CAP_H
#define KERNEL_CAP_H

#include <port/current.h>

#include "pool.h"
#include "process.h"
#include "slot.h"
#include "thread.h"
#include "types.h"

#define CAP_INDEX_LIMIT ((uint64_t)TN_CAPS_PAGES * TN_CAPS_SLOTS)

/* Slot `index` of the caller. Where there is none, one that is neither empty nor of any type. */
inline_always struct slot *cap_slot(uint64_t index)
{
	if (unlikely(index >= CAP_INDEX_LIMIT))
		return (struct slot *)caps_none;
	return &current->directory[index / TN_CAPS_SLOTS][index % TN_CAPS_SLOTS];
}

/* The live object of `type` that the caller's slot names with all of `rights`, else NULL. */
inline_always void *cap_object(uint64_t index, uint64_t type, uint64_t rights)
{
	const struct slot *s = cap_slot(index);

	if (unlikely(!slot_grants(s, type, rights)) || unlikely(!slot_is_live(s)))
		return NULL;
	return frame_memory(pfn(s->frame));
}

inline_always struct pool *cap_pool(uint64_t index, uint64_t rights)
{
	return cap_object(index, TN_CAP_POOL, rights);
}

inline_always struct process *cap_process(uint64_t index, uint64_t rights)
{
	return cap_object(index, TN_CAP_PROCESS, rights);
}

/* The caller's FRAMES capability with all of `rights`, else NULL. */
inline_always const struct slot *cap_frames(uint64_t index, uint64_t rights)
{
	const struct slot *s = cap_slot(index);

	return likely(slot_grants(s, TN_CAP_FRAMES, rights)) ? s : NULL;
}

/* [first, first + count) lies in the range of a FRAMES or DEVICE capability. No wrap. */
inline_always bool slot_covers(const struct slot *s, uint64_t first, uint64_t count)
{
	uint64_t offset = first - s->frame;

	return first >= s->frame && count <= s->badge && offset <= s->badge - count;
}

/* First frame from `first` on outside the range, for the second result. */
uint64_t slot_uncovered(const struct slot *s, uint64_t first);

/* Why slot `index` of the caller is not a live capability of `type` with `rights`: a positive
 * error, or 0 if it is. Types without an object are live by themselves. */
int cap_refusal(uint64_t index, uint64_t type, uint64_t rights);

/* The slot that a call may fill: of the caller (TN_SELF) or of a process with *manage*. */
struct cap_place {
	struct process *process;
	struct slot *slot;
};

/* Finds the place, guards in the order of the interface; 0 or a positive error. The slot may be
 * occupied. */
int cap_place_find(uint64_t process, uint64_t index, struct cap_place *place);

#endif
