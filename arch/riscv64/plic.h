/*
 * plic.h - the interrupt controller at boot.
 */
#ifndef ARCH_PLIC_H
#define ARCH_PLIC_H

#include <stdint.h>

/* Its registers, as the kernel sees them, and the boot hart's context: nothing is enabled yet. */
void plic_start(void *registers, uint32_t context);

#endif
