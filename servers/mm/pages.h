/*
 * pages.h - maps and unmaps user frames in processes, and keeps the account of it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "mm.h"

/*
 * Maps `count` frames, user space's, at va. flags as in map. False when user memory cannot pay
 * for the page tables any more; what was mapped until then stays.
 */
bool pages_map(struct mm *mm, struct process *process, uint64_t va, uint64_t first, uint64_t count,
	       uint64_t flags);

/*
 * Maps frames whose state mm does not know, in small pages that the ledger does not count. 0, or
 * why not, an enum tn_error: then nothing is mapped.
 */
uint32_t pages_map_apart(struct mm *mm, struct process *process, uint64_t va, uint64_t first,
			 uint64_t count, uint64_t flags);

/* Maps a fresh block of 2^order frames for reading and writing. False when memory runs out. */
bool pages_map_new(struct mm *mm, struct process *process, uint64_t va, unsigned order,
		   uint64_t flags);

/*
 * Unmaps `count` pages from va on. Frames that nothing else maps become free. False when a large
 * page had to be split and user memory cannot pay for the tables.
 */
bool pages_unmap(struct mm *mm, struct process *process, uint64_t va, uint64_t count);
