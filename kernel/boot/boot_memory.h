/*
 * boot_memory.h - frames for what must exist before there is a pool: one ascending run, taken
 * frame by frame, claimed as IMAGE once its length is known.
 */
#pragma once

#include "assert.h"
#include "words.h"

struct boot_memory {
	uint64_t first, next, end; /* frames */
	uint64_t view;             /* what is added to a physical address to reach it now */
};

/* The next frame as it is. The run's length was computed beforehand: it never runs out. */
static inline pfn_t boot_memory_take(struct boot_memory *memory)
{
	KASSERT(memory->next < memory->end, "boot memory was computed too small");
	return pfn(memory->next++);
}

/* A frame of it, as the kernel sees it now. */
inline_always void *boot_memory_see(const struct boot_memory *memory, pfn_t f)
{
	return (void *)(f.n * FRAME_BYTES + memory->view);
}

/* The next frame, zeroed. */
static inline pfn_t boot_memory_frame(struct boot_memory *memory)
{
	pfn_t f = boot_memory_take(memory);

	zero_page(boot_memory_see(memory, f));
	return f;
}
