/*
 * mm.h - all that mm knows: frames, pools, processes and its own capability slots.
 *
 * One struct, handed to every function that needs it. Pool 0 is the root pool and process 0 is
 * mm itself. What the kernel holds for a pool is predicted here, from mm's own calls alone, so
 * that an audit has something to compare with.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/abi.h>

#include "mapping.h"
#include "policy.h"
#include "store.h"

#define MM_POOLS LEDGER_POOLS
#define MM_POOLS_SUPPLIED 64u /* those that mm fills come first: a signal bit each, supply_watch */
#define MM_PROCESSES 64u
#define MM_EXTENTS 4096u   /* to begin with */
#define MM_SLOT_PAGES 8u   /* most pages of mm's own capability slots */
#define MM_OBJECT_KINDS 8u /* by enum tn_kind; POOL to TABLE are used */
#define MM_PROCESS_SLOTS 4u
#define POOL_RUNS 16u

/* Frames in a row. */
struct run {
	uint64_t first, count;
};

struct pool {
	bool live;
	uint16_t index;  /* in mm's array; the ledger's name of the pool */
	uint16_t parent; /* index; its own for the root pool */
	uint64_t depth;
	uint64_t slot;      /* of the capability */
	uint64_t frame;     /* the kernel's name of the pool */
	uint64_t low, high; /* its policy's marks */
	uint64_t promise;   /* frames that its policy wants lent to it or set aside for it */
	uint64_t aside;     /* set aside */
	struct run runs[POOL_RUNS]; /* these, the next ones last */
	unsigned run_count;
	bool delegated; /* its client fills it: mm gives it nothing and counts nothing in it */
	bool watched;   /* the kernel signals when it falls below `low`: refilled then */
	uint64_t quota; /* most frames lent to it; 0: no limit */
	uint64_t kinds[MM_OBJECT_KINDS]; /* objects charged to it */
	uint64_t shortages, paid;        /* ENOMEM answers; frames given for them */
	uint64_t top_ups, stocked;       /* times the policy refilled it unasked; frames */
	uint64_t trims, returned;        /* times frames came back as idle; frames */
};

struct process {
	bool live;
	uint16_t pool; /* index */
	uint64_t slot;
	uint64_t kinds[MM_OBJECT_KINDS];  /* what it holds of the pool, besides itself */
	uint64_t standing_tables;         /* page tables of the boot that no extent explains */
	uint64_t slots[MM_PROCESS_SLOTS]; /* mm's capabilities to its threads and endpoints */
	unsigned slot_count;
	struct mapping mapping;
};

struct mm {
	const struct tn_boot_info *boot;
	struct store store;
	struct extents extents;
	struct extent extent_memory[MM_EXTENTS];
	struct pool pools[MM_POOLS];
	struct process processes[MM_PROCESSES];
	uint64_t slots_taken[MM_SLOT_PAGES * TN_CAPS_SLOTS / 64]; /* bits */
	uint64_t slot_pages;                                      /* that mm has */
	uint64_t reserve;                    /* frames that may be lent, for the root pool alone */
	uint64_t baseline;                   /* frames of the root pool when mm was up */
	uint64_t baseline_used;              /* of these, objects */
	uint64_t early_frames;               /* of these, lent by mm to map its own records */
	uint64_t records_frames;             /* frames that hold mm's own records */
	uint64_t frames_given, frames_taken; /* to and from pools, so far */
	uint64_t refusals; /* answers of the policy that could not be carried out */
	struct policy_options options;
	uint64_t audits, audited; /* audits that agreed; frames of the last one */
};

/* Frames of the pool that objects occupy. */
uint64_t pool_used(const struct pool *pool);

/* Frames lent to the pool. */
uint64_t pool_frames(const struct mm *mm, const struct pool *pool);

/* Frames on the pool's free list. */
uint64_t pool_free(const struct mm *mm, const struct pool *pool);

/* The same of all pools. */
uint64_t pools_free(const struct mm *mm);

/* `inner` is `outer` or below it. */
bool pool_within(const struct mm *mm, const struct pool *inner, const struct pool *outer);

/* An unused record, live from here on; NULL when all are used. */
struct pool *pool_new(struct mm *mm);
struct pool *pool_new_delegated(struct mm *mm);
struct process *process_new(struct mm *mm);

/* After mappings of a process changed: its page tables, in its own account and its pool's. */
void process_count_tables(struct mm *mm, struct process *process);

/* An empty capability slot of mm's own table, or 0. */
uint64_t slot_take(struct mm *mm);

/* Empties a slot, whatever it holds. */
void slot_put(struct mm *mm, uint64_t slot);
