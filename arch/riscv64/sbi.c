/*
 * sbi.c - see sbi.h.
 */
#include "sbi.h"

int64_t sbi_call(uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1)
{
	register uint64_t r0 __asm__("a0") = a0;
	register uint64_t r1 __asm__("a1") = a1;
	register uint64_t r6 __asm__("a6") = function;
	register uint64_t r7 __asm__("a7") = extension;

	__asm__ volatile("ecall" : "+r"(r0), "+r"(r1) : "r"(r6), "r"(r7) : "memory");
	return (int64_t)r0;
}
