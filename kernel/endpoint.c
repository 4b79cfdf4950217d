/*
 * endpoint.c - see endpoint.h.
 */
#include "endpoint.h"

#include "object.h"
#include "process.h"

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
