/*
 * machine.h - the test finisher, whose registers only the address space can place.
 */
#ifndef ARCH_MACHINE_H
#define ARCH_MACHINE_H

#include <stdint.h>

/* Its physical address (0: there is none) and where the kernel sees it. */
void machine_finisher_set(uint64_t address, uint64_t va);

#endif
