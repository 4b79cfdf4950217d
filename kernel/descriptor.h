/*
 * descriptor.h - the words of the frame table: one for every frame of RAM, saying who owns it.
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
 */
#pragma once

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
#define FRAME_WORD(kind, low) (FRAME_KIND_UNIT * (uint64_t)(kind) + (low))
#define FRAME_ID(d) ((d) % FRAME_ID_LIMIT)
#define FRAME_REFS(d) ((d) % FRAME_LOW_UNIT)
#define FRAME_POOL(d) ((d) % FRAME_LOW_UNIT)
#define FRAME_ENTRIES(d) ((d) / FRAME_ENTRY % FRAME_ENTRY_LIMIT)
#define FRAME_IS_CLEAN(d) ((d) / FRAME_CLEAN % 2 == 1)
#define FRAME_CLEAN_ALONE(d) ((d) == 0 || (d) == FRAME_CLEAN) /* no other bit is set */
#define FRAME_IS_EXPLICIT(d) ((d) / FRAME_EXPLICIT % 2 == 1)
#define FRAME_IS_MAPPABLE(d) ((d) < FRAME_REFS_MAX) /* USER, and one more reference fits */

/* --- blocks ------------------------------------------------------------------------------ */

#define BLOCK_FRAMES (1u << TABLE_BITS)
#define GIGA_FRAMES ((uint64_t)BLOCK_FRAMES * BLOCK_FRAMES)
#define BLOCK_LARGE ((uint64_t)1 << 32) /* one large mapping */
#define BLOCK_OTHERS(w) ((w) % BLOCK_LARGE)
#define BLOCK_MAPPINGS(w) ((w) / BLOCK_LARGE % BLOCK_MAPPINGS_LIMIT)
#define BLOCK_MAPPINGS_LIMIT ((uint64_t)1 << 31)
/* Of 1 GiB: reaches beyond the kernel's window, which begins with RAM. */
#define BLOCK_EDGE ((uint64_t)1 << 63)
