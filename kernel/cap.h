/*
 * cap.h - finding what a slot of the caller names, and why it cannot be used (I12).
 *
 * The lookups answer NULL or false at the first doubt and stay small; the call then asks
 * cap_refusal which rule was broken. The order of the reasons is part of the interface: ERANGE,
 * ENOENT, EBADF, EPERM, ESTALE.
 */
#pragma once

#include "process.h"
#include "thread.h"

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

inline_always bool cap_is_object(uint64_t type)
{
	return type >= TN_CAP_POOL && type <= TN_CAP_ENDPOINT;
}

/* [first, first + count) lies in the range of a capability that has one. No wrap. */
inline_always bool slot_covers(const struct slot *s, uint64_t first, uint64_t count)
{
	uint64_t offset = first - s->frame; /* of one before the range: more than any badge */

	return count <= s->badge && offset <= s->badge - count;
}

/* The type of range that a call may mean by the slot: DEVICE if it is one, else FRAMES. */
inline_always uint64_t slot_range_type(const struct slot *s)
{
	return SLOT_TYPE(s->word) == TN_CAP_DEVICE ? TN_CAP_DEVICE : TN_CAP_FRAMES;
}

/* slot_covers, or EACCES and the first frame from `first` on outside the range. */
result_t slot_check(const struct slot *s, uint64_t first, uint64_t count);

/* Slot `index` of p; NULL if p has no such page. */
inline_always struct slot *cap_slot_of(const struct process *p, uint64_t index)
{
	if (index >= CAP_INDEX_LIMIT || p->directory[index / TN_CAPS_SLOTS] == caps_none)
		return NULL;
	return &p->directory[index / TN_CAPS_SLOTS][index % TN_CAPS_SLOTS];
}

/* Slot `index` of p, where there is one, is about to be filled. */
inline_always void cap_note(struct process *p, uint64_t index)
{
	if (unlikely(index >= p->slots))
		p->slots = index + 1;
}

/* Why slot `index` of the caller is not a live capability of `type` with `rights`: a positive
 * error, or 0 if it is. Types without an object are live by themselves. */
int cap_refusal(uint64_t index, uint64_t type, uint64_t rights);

/*
 * Lookups that follow one another, of the object and of the slot: each keeps an error that is
 * there already, and else sets *error to what cap_refusal says. The answer is of use only while
 * *error is 0. cap_find_slot is for types without an object.
 */
void *cap_find(uint64_t index, uint64_t type, uint64_t rights, int *error);
struct slot *cap_find_slot(uint64_t index, uint64_t type, uint64_t rights, int *error);

/* The process whose slots a call means: the caller's (TN_SELF), or one with *manage*. */
struct process *cap_process(uint64_t process, int *error);

/* A slot of p to work on: one in use (else ENOENT) or an empty one (else EEXIST). */
struct slot *cap_place(const struct process *p, uint64_t index, bool used, int *error);

/* 0, or why slot `index` of the caller is no live object that it owns. */
inline_always int cap_own_refusal(uint64_t index)
{
	uint64_t type = SLOT_TYPE(cap_slot(index)->word);

	return cap_refusal(index, cap_is_object(type) ? type : TN_CAP_POOL, TN_RIGHT_OWN);
}
