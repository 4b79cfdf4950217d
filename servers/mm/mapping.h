/*
 * mapping.h - what mm has mapped in a process: a sorted list of extents.
 *
 * An extent is consecutive addresses, consecutive frames and one page size. The list predicts
 * what the kernel does: which page size it picks, how a large page falls apart when its middle
 * goes, and how many page tables stand. Each change is written into the ledger, and frames whose
 * last mapping went become free.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

#define MAPPING_PAGE ((uint64_t)4096)

struct extent {
	struct extent *next;
	uint64_t va;
	uint64_t frame;
	uint64_t count; /* frames */
	unsigned level; /* of its pages: 0 is 4 KiB, 1 is 2 MiB, 2 is 1 GiB */
	bool apart;     /* only noted: the ledger does not count its frames here */
};

/* Extents to be had, shared by all mappings. */
struct extents {
	struct extent *unused;
	uint64_t spare; /* how many */
};

struct mapping {
	struct store *store;
	struct extents *extents;
	struct extent *first; /* by address */
	bool rooted;          /* has had a mapping, hence a root table */
	bool reshaped;        /* its page tables may be others than when they were counted */
};

/* Makes `count` extents of `memory` available. */
void extents_init(struct extents *extents, struct extent *memory, uint64_t count);

/* Makes `count` more available. */
void extents_add(struct extents *extents, struct extent *memory, uint64_t count);

/* A process without mappings. */
void mapping_init(struct mapping *mapping, struct store *store, struct extents *extents);

/* The process has got its root table, before anything is mapped. */
void mapping_note_root(struct mapping *mapping);

/*
 * Notes small pages whose frames, from `frame` on, the ledger does not count here: those that the
 * boot mapped (frame 0, where nobody says which), and delegated ones. False if there are no more
 * extents.
 */
bool mapping_note(struct mapping *mapping, uint64_t va, uint64_t frame, uint64_t count);

/*
 * The kernel mapped `count` frames, the next of `remaining` (>= count) that were asked for, with
 * the largest pages that fit, or small ones. False if the ledger does not allow it or the
 * extents are used up.
 */
bool mapping_add(struct mapping *mapping, uint64_t va, uint64_t frame, uint64_t count,
		 uint64_t remaining, bool small);

/* The kernel unmapped `count` pages from va on, holes included. False as in mapping_add. */
bool mapping_remove(struct mapping *mapping, uint64_t va, uint64_t count);

/*
 * The kernel changed the rights of `count` pages from va on, and split the large pages that either
 * end lies in. False as in mapping_add.
 */
bool mapping_split(struct mapping *mapping, uint64_t va, uint64_t count);

/* The frame mapped at va; STORE_NONE if there is none, or it was only noted. */
uint64_t mapping_frame(const struct mapping *mapping, uint64_t va);

/* Something is mapped in [va, va + bytes). */
bool mapping_has(const struct mapping *mapping, uint64_t va, uint64_t bytes);

/* The first address from va on at which something is mapped; UINT64_MAX if there is none. */
uint64_t mapping_next(const struct mapping *mapping, uint64_t va);

/* The process ended: all its mappings with it. */
bool mapping_clear(struct mapping *mapping);

/* Frames mapped, but for those that were only noted. */
uint64_t mapping_frames(const struct mapping *mapping);

/*
 * Page tables that stand for these mappings with 3, 4 or 5 paging levels, root included. Looks at
 * every extent: who keeps the number counts again where `reshaped` says so, and clears that.
 */
uint64_t mapping_tables(const struct mapping *mapping, unsigned paging_levels);
