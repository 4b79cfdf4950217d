/*
 * aspace.h - for tests of address spaces: a process in a pool of its own, in every paging mode.
 *
 * The calls below go through checked_call: after each all invariants hold, and a refused one has
 * changed nothing. They act on the process at SLOT_SPACE, with authority over all RAM.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <tenure/abi.h>

#include <cmocka.h>

#include "host.h"
#include "pool.h"
#include "process.h"

/* Slots of the caller. */
#define SLOT_POOL 130u
#define SLOT_SPACE 131u
#define SLOT_SPARE 140u /* this one and the next few are empty */

#define RW (TN_MAP_READ | TN_MAP_WRITE)
#define RX (TN_MAP_READ | TN_MAP_EXECUTE)
#define PAGE ((uint64_t)TN_FRAME_SIZE)
#define LARGE (512 * PAGE)
#define HUGE_PAGE (512 * LARGE)

/* DEVICE over this range is at TN_SLOT_DEVICES: below RAM, aligned to 1 GiB. */
#define DEVICE_FIRST 0x40000u
#define DEVICE_COUNT 0x40000u

struct aspace {
	struct pool *pool;
	struct process *process;
	uint64_t block; /* first USER frame aligned to 2 MiB, with 512 more idle ones behind */
};
extern struct aspace aspace;

/* A world of 16 MiB (or as the options say) with the process; its pool has `free` free frames. */
void aspace_make(unsigned levels, uint64_t free);
void aspace_make_in(const struct world_options *options, uint64_t free);

/* A world with frames of all kinds; the last USER frames lie outside the kernel's window. */
#define MIXED_BOOT 0x80800u
#define MIXED_IMAGE 0x80810u
#define MIXED_HOLE 0x80820u
#define MIXED_OUTSIDE 0x80f00u
void aspace_make_mixed(unsigned levels, uint64_t free);

/* Makes a process that is being taken apart; its slot. */
uint64_t space_dying(void);

/* Runs `test` in Sv39, Sv48 and Sv57, each time in a fresh aspace with `free` free frames. */
void aspace_each_mode(void (*test)(void), uint64_t free);

struct answer space_map(uint64_t va, uint64_t first, uint64_t count, uint64_t flags);
struct answer space_map_device(uint64_t va, uint64_t first, uint64_t count, uint64_t flags);
struct answer space_unmap(uint64_t va, uint64_t count);
struct answer space_protect(uint64_t va, uint64_t count, uint64_t flags, uint64_t frames);
struct answer space_attach(uint64_t va, uint64_t level); /* any frame */
void space_attach_down(uint64_t va, uint64_t level); /* from the root on, where they are missing */
struct answer space_detach(uint64_t va, uint64_t level, uint64_t flags);
struct answer space_resolve(uint64_t va); /* the rest is in space_resolved() */
const struct tn_resolved *space_resolved(void);

/* A copy of the caller's slot `from` at `to` with these rights (and range, count 0: the whole). */
void slot_copy(uint64_t from, uint64_t to, uint64_t rights, uint64_t first, uint64_t count);

/* Gives the pool n frames of the root pool, or takes all but n away. */
void space_supply(uint64_t n);
void space_starve(uint64_t n);

/* References of a frame; large mappings of the blocks that hold it. */
uint64_t frame_refs(uint64_t f);
uint64_t block_mappings(uint64_t f);
uint64_t giga_mappings(uint64_t f);

/* The hardware has accessed (and written) the page at va. */
void space_touch(uint64_t va, int written);

/* The entry for the page at va as the hardware walk ends, invalid ones included. */
pte_t space_entry(uint64_t va);

#define assert_answer(a, expected_code, expected_value)                                            \
	do {                                                                                       \
		struct answer answer_ = (a);                                                       \
		assert_int_equal(answer_.code, expected_code);                                     \
		assert_int_equal(answer_.value, expected_value);                                   \
	} while (0)

#define assert_code(a, expected_code) assert_int_equal((a).code, expected_code)

/* The page at va is mapped to this frame, with a page of this level and exactly these rights. */
#define assert_mapped(va, frame, at_level, rights)                                                 \
	do {                                                                                       \
		assert_answer(space_resolve(va), 0, PAGE *(uint64_t)(frame));                      \
		assert_int_equal(space_resolved()->level, at_level);                               \
		assert_int_equal(space_resolved()->flags, rights);                                 \
	} while (0)

#define assert_unmapped(va) assert_code(space_resolve(va), -TN_ENOENT)
