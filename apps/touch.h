/*
 * touch.h - reads, writes and jumps to any address.
 *
 * In assembly: what these do has no meaning in C, and the compiler would make use of that.
 */
#pragma once

#include <stdint.h>

static inline void read_at(uint64_t address)
{
	__asm__ volatile("ld zero, 0(%0)" : : "r"(address) : "memory");
}

static inline void write_at(uint64_t address)
{
	__asm__ volatile("sd zero, 0(%0)" : : "r"(address) : "memory");
}

static inline void jump_to(uint64_t address)
{
	__asm__ volatile("jalr %0" : : "r"(address) : "ra", "memory");
}
