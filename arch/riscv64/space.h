/*
 * space.h - the kernel's half of the address space: built once, at boot.
 */
#pragma once

#include <port/pte.h>

struct boot_memory;

/* What a kernel mapping allows; always valid, global, accessed and dirty. */
#define SPACE_READ (PTE_VALID | PTE_READ | PTE_GLOBAL | PTE_ACCESSED | PTE_DIRTY)
#define SPACE_WRITE (SPACE_READ | PTE_WRITE)
#define SPACE_EXECUTE (SPACE_READ | PTE_EXECUTE)

/* Set before the first mapping, as paging_levels (walk.h) is. */
extern struct space {
	pfn_t root;
	struct boot_memory *memory; /* where tables come from */
} space;

/* The entries of the boot's own text, from image_start to image_text; see port_boot_end. */
extern pte_t *space_boot_text;

/* Entry of the table of `level` that translates va; makes the tables above it. */
pte_t *space_entry(uint64_t va, unsigned level);

/* Maps physical [pa, pa + bytes) at va with the largest pages that fit; all multiples of 4 KiB. */
void space_map(uint64_t va, uint64_t pa, uint64_t bytes, uint64_t rights);
