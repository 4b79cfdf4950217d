/*
 * slots.h - what stands where in the program's own table of capabilities.
 *
 *   1 .. 5         what boot gave: process, thread, root pool, all frames, the machine
 *   11, 12         the code and the scripts of helpers
 *   13 .. 15       the keeper's: endpoint, process, pool
 *   16 .. 80       devices and interrupts, as boot gave them
 *   96 .. 127      graves: capabilities to what ends (graves.h)
 *   128 .. 319     work: anything may happen to these
 *   7936 .. 7999   anchors: the strong capabilities to what the root pool pays (harm.h)
 *
 * No random call names 11 to 15, or 96 to 127.
 */
#pragma once

#include <tenure/abi.h>

#define SLOT_HELPER_CODE 11u
#define SLOT_HELPER_SCRIPTS 12u
#define SLOT_KEEPER 13u /* its endpoint, to send to */
#define SLOT_KEEPER_PROCESS 14u
#define SLOT_KEEPER_POOL 15u
#define SLOT_GRAVES 96u
#define SLOT_GRAVES_END 128u
#define SLOT_WORK TN_SLOT_FREE
#define SLOT_WORK_END 320u
#define SLOT_ANCHORS 7936u
#define SLOT_ANCHORS_END (SLOT_ANCHORS + 64u)

/* Pages of slots that the program has besides the first. */
#define PAGE_WORK 1u
#define PAGE_ANCHORS (SLOT_ANCHORS / TN_CAPS_SLOTS)

/* Of the keeper, the helpers and the graves: never an argument. */
static inline _Bool slot_is_reserved(uint64_t slot)
{
	return slot - SLOT_HELPER_CODE <= SLOT_KEEPER_POOL - SLOT_HELPER_CODE ||
	       slot - SLOT_GRAVES < SLOT_GRAVES_END - SLOT_GRAVES;
}

static inline _Bool slot_is_anchor(uint64_t slot)
{
	return slot - SLOT_ANCHORS < SLOT_ANCHORS_END - SLOT_ANCHORS;
}
