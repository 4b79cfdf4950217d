/*
 * plic.h - the interrupt controller at boot.
 */
#pragma once

#include <stdint.h>

/* Its registers, as the kernel sees them, and the boot hart's context: nothing is enabled yet. */
void plic_start(void *registers, uint32_t context);
