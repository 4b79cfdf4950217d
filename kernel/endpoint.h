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
	uint64_t self;                   /* own frame */
	struct queue receivers, senders; /* one of them is empty */
};
_Static_assert(sizeof(struct endpoint) == 64, "zeroed by 64 bytes");

/* Writes all of it. */
inline_always void endpoint_init(struct endpoint *e, pfn_t self, struct process *p)
{
	e->process = p;
	e->self = self.n;
	e->receivers = e->senders = (struct queue){NULL, NULL};
	LIST_PUSH(p->endpoints, e);
}

/* One step: those who wait at it are told, some tens a step; then it is unlinked and its frame
 * given back. True once it is gone. */
bool endpoint_end(struct endpoint *e);
