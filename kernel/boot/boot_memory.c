/*
 * boot_memory.c - see boot_memory.h.
 */
#include "boot_memory.h"

#include "assert.h"

void *boot_memory_see(const struct boot_memory *memory, pfn_t f)
{
	return (void *)(f.n * FRAME_BYTES + memory->view);
}

pfn_t boot_memory_take(struct boot_memory *memory)
{
	KASSERT(memory->next < memory->end, "boot memory was computed too small");
	return pfn(memory->next++);
}

pfn_t boot_memory_frame(struct boot_memory *memory)
{
	pfn_t f = boot_memory_take(memory);
	uint64_t *word = boot_memory_see(memory, f);

	for (uint64_t *end = word + FRAME_BYTES / 8; word < end; word += 32)
		for (unsigned i = 0; i < 32; i++)
			word[i] = 0;
	return f;
}
