/*
 * irq.h - interrupts of devices, each a signal to the thread that is bound to its source.
 */
#pragma once

#define IRQ_SOURCES 256u /* 1 to 255 can be handed out */

/* A device interrupts: its thread is signalled, and the source is silent until irq_ack. Where no
 * thread is bound any more it is silent until the next irq_bind. */
void irq_take(void);
