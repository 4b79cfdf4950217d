/*
 * slot.h - one capability slot: 16 bytes.
 *
 *   63 62    59 58  55 54                                   0
 *  +--+--------+------+--------------------------------------+
 *  |0 | rights | type | id of the object                     |
 *  +--+--------+------+--------------------------------------+
 *  | badge (32), or a range's count       | frame or first (32)  |
 *  +------------------------------------------------------------+
 *
 * The id stands where the object's descriptor has it, and the type where that has the kind, so
 * one load and one exclusive-or prove both. An empty slot is all zero.
 */
#pragma once

#include "frame.h"

#define SLOT_RIGHTS_UNIT (FRAME_KIND_UNIT * 16)
#define SLOT_RIGHTS_SHIFT 32u /* a word times this is its type and id alone, moved to the top */
#define SLOT_WORD(type, rights, id)                                                                \
	(SLOT_RIGHTS_UNIT * (uint64_t)(rights) + FRAME_KIND_UNIT * (uint64_t)(type) + (id))
#define SLOT_TYPE(w) ((w) / FRAME_KIND_UNIT % 16)
#define SLOT_RIGHTS(w) ((w) / SLOT_RIGHTS_UNIT % 16)

/* The word of a slot that does not exist: not empty, and of no type. */
#define SLOT_NOWHERE SLOT_WORD(15, 0, 0)

struct slot {
	uint64_t word;
	uint32_t frame; /* object's frame, or first frame of a range */
	uint32_t badge; /* badge, or frames in a range */
};
_Static_assert(sizeof(struct slot) == 16, "256 slots fill a frame");

inline_always bool slot_is_empty(const struct slot *s)
{
	return s->word == 0;
}

/* Type and all of `rights`; of objects, not yet that they live. */
inline_always bool slot_grants(const struct slot *s, uint64_t type, uint64_t rights)
{
	return (s->word / FRAME_KIND_UNIT & (rights * 16 + 15)) == rights * 16 + type;
}

/* The object that an object capability names is alive. */
inline_always bool slot_is_live(const struct slot *s)
{
	return (s->word ^ frame_get(pfn(s->frame))) * SLOT_RIGHTS_SHIFT == 0;
}

inline_always void slot_set(struct slot *s, uint64_t word, uint64_t frame, uint64_t badge)
{
	s->word = word;
	s->frame = (uint32_t)frame;
	s->badge = (uint32_t)badge;
}
