/*
 * objects.h - makes and ends kernel objects, and keeps the account of them.
 *
 * Each function repeats its call after ENOMEM, as long as the policy finds frames. The makers
 * answer NULL or false when it does not, or when mm's records are used up.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "mm.h"

/*
 * A pool below `parent`, empty. quota: most frames that may be lent to it, 0: no limit. terms: its
 * marks, or NULL: those of the policy, which may want frames set aside as well.
 */
struct pool *object_make_pool(struct mm *mm, struct pool *parent, uint64_t quota,
			      const struct policy_terms *terms);

/*
 * A pool below `parent` that a client fills. mm keeps the capability with all rights, and neither
 * gives to it nor counts what is in it.
 */
struct pool *object_make_delegated(struct mm *mm, struct pool *parent);

/* A process paid by the pool, without mappings and slots. */
struct process *object_make_process(struct mm *mm, struct pool *pool);

/* The same; no thread of it, and of what is built in its name, can have a higher priority. */
struct process *object_make_process_below(struct mm *mm, struct pool *pool, uint64_t ceiling);

/* Gives a process a thread or an endpoint. */
bool object_add(struct mm *mm, struct process *process, enum tn_kind kind);

/*
 * The same, with the capability's slot as the answer, 0 if it fails. The caller ends it by
 * object_end, or, after its process ended, empties the slot.
 */
uint64_t object_make(struct mm *mm, struct process *process, enum tn_kind kind);
void object_end(struct mm *mm, struct process *process, enum tn_kind kind, uint64_t slot);

/* Gives a process a page of capability slots at a directory index. */
bool object_add_slots(struct mm *mm, struct process *process, uint64_t directory);

/* Ends a process; its frames fall free in its pool. */
void object_end_process(struct mm *mm, struct process *process);

/*
 * Ends everything in and below a pool; all frames are free in it afterwards. Returns the ticks
 * of the clock that the kernel took, without mm's own records.
 */
uint64_t object_revoke_pool(struct mm *mm, struct pool *pool);

/* Ends a pool with all in it; its frames are its parent's afterwards. Never the root pool. */
void object_end_pool(struct mm *mm, struct pool *pool);
