/*
 * plic.c - the platform-level interrupt controller (RISC-V PLIC specification 1.0): one context,
 * that of the boot hart in supervisor mode.
 */
#include "plic.h"

#include <port/irq.h>
#include <stddef.h>

#include "irq.h"

#define PRIORITY(source) (4 * (source))
#define ENABLE(context, source) (0x2000 + 0x80 * (context) + (source) / 32 * 4)
#define THRESHOLD(context) (0x200000 + 0x1000 * (context))
#define CLAIM(context) (THRESHOLD(context) + 4)

static volatile uint8_t *registers; /* NULL: there is none */
static uint64_t context;

static volatile uint32_t *at(uint64_t offset)
{
	return (volatile uint32_t *)(registers + offset);
}

void plic_start(void *base, uint32_t of_hart)
{
	registers = base;
	context = of_hart;
	for (uint32_t source = 0; source < IRQ_SOURCES; source += 32)
		*at(ENABLE(context, source)) = 0;
	*at(THRESHOLD(context)) = 0;
}

uint32_t port_irq_claim(void)
{
	return registers != NULL ? *at(CLAIM(context)) : 0;
}

void port_irq_complete(uint32_t source)
{
	*at(CLAIM(context)) = source;
}

void port_irq_enable(uint32_t source)
{
	*at(PRIORITY(source)) = 1;
	*at(ENABLE(context, source)) |= (uint32_t)1 << source % 32;
	port_irq_complete(source);
}

void port_irq_disable(uint32_t source)
{
	*at(ENABLE(context, source)) &= ~((uint32_t)1 << source % 32);
}
