/*
 * endpoint.c - see endpoint.h.
 */
#include "endpoint.h"

#include "list.h"
#include "object.h"
#include "process.h"

void endpoint_end(struct endpoint *e)
{
	struct process *p = e->process;

	LIST_REMOVE(p->endpoints, e);
	object_free(p->pool, TN_KIND_ENDPOINT, pfn(e->self), sizeof(*e));
}
