/*
 * port/irq.h - the interrupt controller: sources are numbered as its node in the device tree does,
 * below IRQ_SOURCES.
 */
#pragma once

#include <stdint.h>

/* The source that interrupts, which is then silent until port_irq_complete(); 0: none does. */
uint32_t port_irq_claim(void);

void port_irq_complete(uint32_t source);

/* The source may interrupt from now on; one that was claimed, too. */
void port_irq_enable(uint32_t source);

void port_irq_disable(uint32_t source);
