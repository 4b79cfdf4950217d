/*
 * tlb.h (explore) - fences are watched: see stale.h.
 */
#pragma once

#include "types.h"

void port_fence_page(vaddr_t va, uint64_t asid);
void port_fence_space(uint64_t asid);
void port_fence_all(void);
void port_space_use(uint64_t word);
uint64_t port_space_word(pfn_t root, uint64_t asid);
uint64_t port_asid_count(void);
