/*
 * endpoint.h - an endpoint: belongs to one process and dies with it.
 */
#pragma once

#include "list.h"
#include "process.h"
#include "queue.h"

struct endpoint {
	struct process *process;
	struct endpoint *next, *previous; /* in the process */
	const struct process *open;       /* its process; process_none while it is taken apart */
	struct queue receivers, senders;  /* one of them is empty */
};
_Static_assert(sizeof(struct endpoint) == 64, "zeroed by 64 bytes");

/* Writes all of it. */
inline_always void endpoint_init(struct endpoint *e, struct process *p)
{
	e->process = p;
	e->open = p;
	e->receivers = e->senders = (struct queue){NULL, NULL};
	LIST_PUSH(p->endpoints, e);
}

/* One step: nobody comes any more, and those who wait at it are told, some tens a step; then it is
 * unlinked and its frame given back. True once it is gone. */
bool endpoint_end(struct endpoint *e);
