/*
 * irq_forget.c - see irq_forget.h. Stands in the place of kernel/irq.c.
 */
#include "irq_forget.h"

#include <string.h>

#include "../../kernel/irq.c"

void irq_forget(void)
{
	memset(bindings, 0, sizeof(bindings));
}
