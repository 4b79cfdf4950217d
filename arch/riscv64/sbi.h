/*
 * sbi.h - calls of the firmware (RISC-V Supervisor Binary Interface Specification 1.0 and 2.0).
 */
#pragma once

#include <stdint.h>

#define SBI_TIME 0x54494d45u
#define SBI_RESET 0x53525354u
#define SBI_LEGACY_SET_TIMER 0u
#define SBI_LEGACY_PUTCHAR 1u
#define SBI_LEGACY_SHUTDOWN 8u

/* 0, or an error: below 0 where the firmware lacks the extension. */
int64_t sbi_call(uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1);
