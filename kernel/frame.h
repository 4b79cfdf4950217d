/*
 * frame.h - the frame table: one word for every frame of RAM, saying who owns it (I1, I4, I7).
 *
 *   63    59 58  55 54                                                  0
 *  +--------+------+-----------------------------------------------------+
 *  | flags  | kind | USER: references | FREE, CAPS: pool's frame         |
 *  |        |      | TABLE: pool's frame + 2^32 * valid entries          |
 *  |        |      | POOL, PROCESS, THREAD, ENDPOINT: the object's id    |
 *  +--------+------+-----------------------------------------------------+
 *
 * A USER frame with no reference is 0, so that batches are checked by OR. Words are packed with
 * constants and * + / %, which compile to shifts and which provers understand.
 *
 * One word for each 2 MiB block and each 1 GiB block counts the large mappings of the block (high
 * half) and those of its frames that are not USER (low half), so that a large page costs O(1).
 *
 * A block's words are written when one of its frames is first touched; until then they all read
 * as UNTOUCHED, a kind that no path accepts (see frame_touch).
 */
#pragma once

#include <port/memory.h>
#include <tenure/abi.h>

#include "types.h"

/* --- descriptor words ------------------------------------------------------------------- */

#define FRAME_KIND_UNIT ((uint64_t)1 << 55)
#define FRAME_KIND_COUNT 16u
#define FRAME_CLEAN ((uint64_t)1 << 59)    /* all zero but for what its owner keeps in it */
#define FRAME_LOW_UNIT ((uint64_t)1 << 32) /* references, or the pool's frame, below it */
#define FRAME_ENTRY FRAME_LOW_UNIT         /* one valid entry of a TABLE */
#define FRAME_ENTRY_LIMIT 1024u
#define FRAME_EXPLICIT ((uint64_t)1 << 42) /* a TABLE made by table_attach */
#define FRAME_ID_LIMIT FRAME_KIND_UNIT

#define KIND_UNTOUCHED 15u

/* The largest reference count; a power of two, so that an OR of counts shows saturation. */
#ifndef FRAME_REFS_MAX
#define FRAME_REFS_MAX ((uint64_t)1 << 30)
#endif

/* Facts about one word, read alike by checker, tests and proofs. */
#define FRAME_KIND(d) ((d) / FRAME_KIND_UNIT % FRAME_KIND_COUNT)
#define FRAME_WORD(kind, low) ((uint64_t)(kind) * FRAME_KIND_UNIT + (low))
#define FRAME_ID(d) ((d) % FRAME_ID_LIMIT)
#define FRAME_REFS(d) ((d) % FRAME_LOW_UNIT)
#define FRAME_POOL(d) ((d) % FRAME_LOW_UNIT)
#define FRAME_ENTRIES(d) ((d) / FRAME_ENTRY % FRAME_ENTRY_LIMIT)
#define FRAME_IS_CLEAN(d) ((d) / FRAME_CLEAN % 2 == 1)
#define FRAME_IS_EXPLICIT(d) ((d) / FRAME_EXPLICIT % 2 == 1)
#define FRAME_IS_MAPPABLE(d) ((d) < FRAME_REFS_MAX) /* USER, and one more reference fits */

/* --- blocks ------------------------------------------------------------------------------ */

#define BLOCK_FRAMES (1u << TABLE_BITS)
#define GIGA_FRAMES ((uint64_t)BLOCK_FRAMES * BLOCK_FRAMES)
#define BLOCK_LARGE ((uint64_t)1 << 32) /* one large mapping */
#define BLOCK_OTHERS(w) ((w) % BLOCK_LARGE)
#define BLOCK_MAPPINGS(w) ((w) / BLOCK_LARGE % BLOCK_MAPPINGS_LIMIT)
#define BLOCK_MAPPINGS_LIMIT ((uint64_t)1 << 31)
#define BLOCK_EDGE ((uint64_t)1 << 63) /* of 1 GiB: reaches beyond the kernel's window, which
					* begins with RAM */

/* What boot found, and what has become of it. */
struct ram {
	uint64_t first, count;               /* from the lowest frame to the highest, with holes */
	uint64_t frames;                     /* frames of RAM */
	uint64_t window_first, window_count; /* frames that the kernel can own: the direct map */

	/* frames by kind. Of these change: frames given and not reclaimed, which count as USER
	 * here, too; and the objects among them. What is neither is free; so the census is O(1) (I1) */
	uint64_t lent;
	uint64_t kinds[TN_KIND_COUNT];
};
extern struct ram ram;

inline_always uint64_t frame_get(pfn_t f)
{
	return PORT_FRAME_TABLE[f.n];
}

inline_always void frame_set(pfn_t f, uint64_t word)
{
	PORT_FRAME_TABLE[f.n] = word;
}

/* The words of consecutive frames from f on, for batches. */
inline_always uint64_t *frame_words(pfn_t f)
{
	return &PORT_FRAME_TABLE[f.n];
}

/* FRAME_CLEAN if the frame is all zero but for what its owner keeps in it, else 0. */
inline_always uint64_t frame_clean(pfn_t f)
{
	return frame_get(f) & FRAME_CLEAN;
}

inline_always uint64_t block_get(pfn_t f)
{
	return PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES];
}

inline_always uint64_t giga_get(pfn_t f)
{
	return PORT_GIGA_TABLE[f.n / GIGA_FRAMES];
}

/* Adds `delta` (wraps as two's complement) to the words of the blocks that hold f. */
inline_always void block_add(pfn_t f, uint64_t delta)
{
	uint64_t block = block_get(f) + delta, giga = giga_get(f) + delta;

	PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES] = block;
	PORT_GIGA_TABLE[f.n / GIGA_FRAMES] = giga;
}

/* block_add of `unit` for each of `count` frames, at most 512: they meet at most two blocks. */
inline_always void block_add_range(pfn_t first, uint64_t count, uint64_t unit)
{
	uint64_t head = BLOCK_FRAMES - first.n % BLOCK_FRAMES;

	block_add(first, unit * (head < count ? head : count));
	if (head < count)
		block_add(pfn(first.n + count - 1), unit * (count - head));
}

/* A large mapping covers f. */
inline_always bool frame_is_covered(pfn_t f)
{
	return (block_get(f) | giga_get(f)) % BLOCK_EDGE >= BLOCK_LARGE;
}

/* No large mapping covers f, and f is surely inside the window: one test for both. False says
 * nothing. */
inline_always bool frame_is_plain(pfn_t f)
{
	return (block_get(f) | giga_get(f)) < BLOCK_LARGE;
}

inline_always bool frame_in_window(pfn_t f)
{
	return f.n - ram.window_first < ram.window_count;
}

/* f lies between the lowest and the highest RAM: its word can be read. */
inline_always bool frame_is_known(uint64_t f)
{
	return f - ram.first < ram.count;
}

/* The frame through the direct map; only for frames in the window. */
inline_always void *frame_memory(pfn_t f)
{
	void *memory = (void *)(f.n * FRAME_BYTES + PORT_DMAP_OFFSET);

	if (memory == NULL) /* never: spares those who ask whether they found something the test */
		__builtin_unreachable();
	return memory;
}

inline_always pfn_t frame_of(const void *memory)
{
	return pfn(((uint64_t)memory - PORT_DMAP_OFFSET) / FRAME_BYTES);
}

/* Writes the first words of the block of f, if that has not been done. True if it did. */
bool frame_touch(pfn_t f);

/* As frame_touch for all blocks of first .. first + count - 1. True if any was untouched. */
bool frame_touch_range(pfn_t first, uint64_t count);

/* Consecutive frames of one kind. */
struct region {
	uint64_t first, count; /* frames */
	uint32_t kind;         /* TN_KIND_USER, IMAGE, BOOT or HOLE */
};

/* Boot: tells the table which kinds lie where. The array stays in use; sorted and disjoint. */
void frame_table_init(const struct region *regions, uint32_t count);

/* frame_info's word for f (see abi.h), whose block has been touched. */
uint64_t frame_export(pfn_t f);
