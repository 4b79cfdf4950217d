/*
 * irq.c - see irq.h.
 */
#include "irq.h"

#include <port/irq.h>

#include "cap.h"
#include "message.h"
#include "syscall.h"

/* Who is signalled, and how, by source. Weak: the thread may end. */
static struct {
	struct slot thread;
	uint64_t bits;
} bindings[IRQ_SOURCES];

void irq_take(void)
{
	uint32_t source = port_irq_claim();
	struct thread *t;

	if (source == 0)
		return;
	t = source < IRQ_SOURCES ? thread_of_slot(&bindings[source].thread) : NULL;
	if (t != NULL)
		thread_signal(t, bindings[source].bits);
	else
		port_irq_disable(source);
}

result_t call_irq_bind(uint64_t irq, uint64_t thread, uint64_t bits)
{
	int error = 0;
	const struct slot *s = cap_find_slot(irq, TN_CAP_IRQ, TN_IRQ_BIND, &error);
	const struct thread *t = cap_find(thread, TN_CAP_THREAD, TN_THREAD_SIGNAL, &error);

	if (error == 0 && s->badge != 1)
		error = TN_EINVAL;
	if (error == 0 && t->process->dying)
		error = TN_EDYING;
	if (error == 0 && thread_of_slot(&bindings[s->frame].thread) != NULL)
		error = TN_EBUSY;
	if (error != 0)
		return failure(error, 0);
	bindings[s->frame].thread = *cap_slot(thread);
	bindings[s->frame].bits = bits;
	port_irq_enable(s->frame);
	return success(0);
}

result_t call_irq_ack(uint64_t irq)
{
	int error = 0;
	const struct slot *s = cap_find_slot(irq, TN_CAP_IRQ, TN_IRQ_BIND, &error);

	if (error == 0 && s->badge != 1)
		error = TN_EINVAL;
	if (error != 0)
		return failure(error, 0);
	port_irq_complete(s->frame);
	return success(0);
}
