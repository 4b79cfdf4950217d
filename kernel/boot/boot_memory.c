/*
 * boot_memory.c - see boot_memory.h.
 */
#include "boot_memory.h"

#include "assert.h"
#include "words.h"

pfn_t boot_memory_take(struct boot_memory *memory)
{
	KASSERT(memory->next < memory->end, "boot memory was computed too small");
	return pfn(memory->next++);
}

pfn_t boot_memory_frame(struct boot_memory *memory)
{
	pfn_t f = boot_memory_take(memory);

	zero_page(boot_memory_see(memory, f));
	return f;
}
