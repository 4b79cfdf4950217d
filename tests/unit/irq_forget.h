/*
 * irq_forget.h - kernel/irq.c, with a way to forget who is bound: bindings are the kernel's for
 * ever, and would outlive the world that a test ends.
 */
#pragma once

void irq_forget(void);
