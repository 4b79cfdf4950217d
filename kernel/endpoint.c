/*
 * endpoint.c - see endpoint.h.
 */
#include "endpoint.h"

#include "object.h"
#include "process.h"

void endpoint_init(struct endpoint *e, pfn_t self, struct process *p)
{
	e->self = (uint32_t)self.n;
	e->process = p;
	e->next = p->endpoints;
	if (e->next != NULL)
		e->next->previous = e;
	p->endpoints = e;
}

void endpoint_end(struct endpoint *e)
{
	struct process *p = e->process;

	if (e->next != NULL)
		e->next->previous = e->previous;
	if (e->previous != NULL)
		e->previous->next = e->next;
	else
		p->endpoints = e->next;
	object_free(p->pool, TN_KIND_ENDPOINT, pfn(e->self), sizeof(*e));
}
