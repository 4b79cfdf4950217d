/*
 * csr.h - control and status registers from C (privileged spec, "Supervisor-Level CSRs").
 */
#pragma once

#include <stdint.h>

#define csr_read(name)                                                                             \
	({                                                                                         \
		uint64_t csr_value;                                                                \
		__asm__ volatile(".option push\n.option arch, +zicsr\n"                            \
				 "csrr %0, " #name "\n.option pop"                                 \
				 : "=r"(csr_value)::"memory");                                     \
		csr_value;                                                                         \
	})

#define csr_write(name, value)                                                                     \
	__asm__ volatile(".option push\n.option arch, +zicsr\n"                                    \
			 "csrw " #name ", %0\n.option pop" ::"r"((uint64_t)(value))                \
			 : "memory")

#define csr_set(name, bits)                                                                        \
	__asm__ volatile(".option push\n.option arch, +zicsr\n"                                    \
			 "csrs " #name ", %0\n.option pop" ::"r"((uint64_t)(bits))                 \
			 : "memory")

#define csr_clear(name, bits)                                                                      \
	__asm__ volatile(".option push\n.option arch, +zicsr\n"                                    \
			 "csrc " #name ", %0\n.option pop" ::"r"((uint64_t)(bits))                 \
			 : "memory")

#define SSTATUS_SPIE ((uint64_t)1 << 5)
#define SSTATUS_FS ((uint64_t)3 << 13)        /* floating-point unit: 0 off */
#define INTERRUPT_SOFTWARE ((uint64_t)1 << 1) /* sie, sip */
#define INTERRUPT_TIMER ((uint64_t)1 << 5)
#define INTERRUPT_EXTERNAL ((uint64_t)1 << 9)
