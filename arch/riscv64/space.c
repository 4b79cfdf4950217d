/*
 * space.c - see space.h.
 */
#include "space.h"

#include "boot/boot_memory.h"
#include "walk.h"

#define PAGE_BYTES(level) ((uint64_t)FRAME_BYTES << 9 * (level))

struct space space;

pte_t *space_entry(uint64_t va, unsigned level)
{
	pte_t *table = boot_memory_see(space.memory, space.root);

	for (unsigned l = paging_levels - 1; l > level; l--) {
		pte_t *entry = &table[pte_index(va, l)];

		if (!pte_is_valid(*entry))
			*entry = pte_table(boot_memory_frame(space.memory));
		table = boot_memory_see(space.memory, pte_frame(*entry));
	}
	return &table[pte_index(va, level)];
}

void space_map(uint64_t va, uint64_t pa, uint64_t bytes, uint64_t rights)
{
	while (bytes > 0) {
		unsigned level = LEVEL_LARGEST;
		uint64_t size, n;
		pte_t *entry, leaf = {pa / FRAME_BYTES * PTE_FRAME_UNIT + rights};

		while ((va | pa) % PAGE_BYTES(level) != 0 || bytes < PAGE_BYTES(level))
			level--;
		size = PAGE_BYTES(level);
		entry = space_entry(va, level);
		/* up to the end of the table, where a larger page may fit */
		n = TABLE_ENTRIES - pte_index(va, level);
		n = n < bytes / size ? n : bytes / size;
		va += n * size;
		pa += n * size;
		bytes -= n * size;
		for (; n > 0; n--, leaf.w += size / FRAME_BYTES * PTE_FRAME_UNIT)
			*entry++ = leaf;
	}
}
