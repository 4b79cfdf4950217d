/*
 * process.h - a process: an address space, a directory of capability pages, threads and
 * endpoints, all paid by one pool.
 */
#pragma once

#include "pool.h"

struct thread;
struct endpoint;

struct process {
	uint64_t satp;            /* word of the address space under its present ASID */
	uint64_t asid_generation; /* hart's generation when that ASID was assigned; 0: never */
	uint64_t asid;
	/* The level-2 table of the 512 GiB around va is kept, so that the three modes walk alike:
	 * valid iff va >> 39 == top_tag. In Sv39 it is the root. */
	pte_t *top;
	uint64_t top_tag;
	pte_t *root; /* NULL until the first mapping */
	struct pool *pool;
	uint64_t dying;
	uint32_t self;
	uint32_t ceiling;                /* highest priority of its threads */
	struct process *next, *previous; /* in the pool */
	struct thread *threads;
	struct endpoint *endpoints;
	uint64_t slots; /* none from this one on has ever been filled */
	uint64_t spare[2];
	struct slot *directory[TN_CAPS_PAGES]; /* no page: caps_none */
};
_Static_assert(sizeof(struct process) % 64 == 0, "zeroed by 64 bytes");

#define PROCESS_NO_TAG (~(uint64_t)0)

/* Stands where a process has no page, so that lookup tests nothing. */
extern const struct slot caps_none[TN_CAPS_SLOTS];

/* Stands for none: it is dying, and no hart is ever of its generation. */
extern const struct process process_none;

void process_init(struct process *p, pfn_t self, struct pool *pool, uint32_t ceiling);

/* One bounded step of its end: from the first one on it answers EDYING. A thread of it
 * that is left may run between steps. True once it is gone. */
bool process_end_step(struct process *p);
