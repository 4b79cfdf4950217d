/*
 * tlb.h - sfence.vma and satp (privileged spec, "Supervisor Memory-Management Fence
 * Instruction" and "Supervisor Address Translation and Protection Register").
 */
#pragma once

#include "types.h"

extern const uint64_t port_satp_mode; /* MODE field in place; written once at boot */
extern const uint64_t port_asids;

#define SATP_ASID_UNIT ((uint64_t)1 << 44)

inline_always void port_fence_page(vaddr_t va, uint64_t asid)
{
	__asm__ volatile("sfence.vma %0, %1" ::"r"(va.a), "r"(asid) : "memory");
}

inline_always void port_fence_space(uint64_t asid)
{
	__asm__ volatile("sfence.vma zero, %0" ::"r"(asid) : "memory");
}

inline_always void port_fence_all(void)
{
	__asm__ volatile("sfence.vma" ::: "memory");
}

inline_always uint64_t port_space_word(pfn_t root, uint64_t asid)
{
	return port_satp_mode + asid * SATP_ASID_UNIT + root.n;
}

inline_always void port_space_use(uint64_t word)
{
	__asm__ volatile(".option push\n.option arch, +zicsr\n"
			 "csrw satp, %0\n.option pop" ::"r"(word)
			 : "memory");
}

inline_always uint64_t port_asid_count(void)
{
	return port_asids;
}
