/*
 * port/tlb.h - translations that the hart may still hold (privileged spec, "Supervisor
 * Memory-Management Fence Instruction").
 *
 * The port defines, inline,
 *   port_fence_page(vaddr_t va, uint64_t asid)  ends the leaf translations of one page
 *   port_fence_space(uint64_t asid)             ends all of one address space, tables included
 *   port_fence_all(void)                        ends all of all address spaces
 *   port_space_use(uint64_t word)               makes an address space the current one
 *   port_space_word(pfn_t root, uint64_t asid)  the word for it (satp)
 *   port_asid_count(void)                       ASIDs of the hart; 1: it has none
 */
#pragma once

#include <port_impl/tlb.h>
