/*
 * sbi.c - see sbi.h.
 */
#include "sbi.h"

#define SBI_BASE_PROBE 3u

struct sbi_answer sbi_call(uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1,
			   uint64_t a2)
{
	register uint64_t r0 __asm__("a0") = a0;
	register uint64_t r1 __asm__("a1") = a1;
	register uint64_t r2 __asm__("a2") = a2;
	register uint64_t r6 __asm__("a6") = function;
	register uint64_t r7 __asm__("a7") = extension;

	__asm__ volatile("ecall" : "+r"(r0), "+r"(r1) : "r"(r2), "r"(r6), "r"(r7) : "memory");
	return (struct sbi_answer){(int64_t)r0, r1};
}

bool sbi_has(uint64_t extension)
{
	struct sbi_answer answer = sbi_call(SBI_BASE, SBI_BASE_PROBE, extension, 0, 0);

	return answer.error == 0 && answer.value != 0;
}
