/*
 * process.c - a process's birth, and its end piece by piece.
 */
#include "process.h"

#include "asid.h"
#include "dissolve.h"
#include "message.h"
#include "object.h"

#define REPLIES_MAX 32u

const struct process process_none = {.dying = 1};

void process_init(struct process *p, pfn_t self, struct pool *pool, uint32_t ceiling)
{
	p->self = (uint32_t)self.n;
	p->pool = pool;
	p->ceiling = ceiling;
	p->top_tag = PROCESS_NO_TAG;
#pragma GCC unroll 32
	for (unsigned i = 0; i < TN_CAPS_PAGES; i++)
		p->directory[i] = (struct slot *)caps_none;
	LIST_PUSH(pool->processes, p);
}

/* Empties the slots of the page that begins with slot `first`. Those whose calls are saved in one
 * are told that nobody will answer: some tens, then false, and the next step goes on. */
static bool page_clear(struct process *p, uint64_t first)
{
	struct slot *s = p->directory[first / TN_CAPS_SLOTS];
	unsigned replies = 0;

	for (uint64_t i = first; i < least(p->slots, first + TN_CAPS_SLOTS); i++, s++) {
		if (SLOT_TYPE(s->word) == TN_CAP_REPLY) {
			if (replies++ == REPLIES_MAX)
				return false;
			message_forget(s);
		}
		slot_set(s, 0, 0, 0);
	}
	return true;
}

/* Goes on with one capability page, to give it back; false if there was none. Mostly a pool pays
 * for one process: that it has no page left then spares the search. */
static apart bool caps_end(struct process *p)
{
	struct slot **place = p->directory, *page;

	if (p->pool->kinds[TN_KIND_CAPS] == 0)
		return false;
	while (place < p->directory + TN_CAPS_PAGES && *place == caps_none)
		place++;
	if (place == p->directory + TN_CAPS_PAGES)
		return false;
	page = *place;
	if (!page_clear(p, (uint64_t)(place - p->directory) * TN_CAPS_SLOTS))
		return true;
	*place = (struct slot *)caps_none;
	pool_put(p->pool, TN_KIND_CAPS, frame_of(page), FRAME_CLEAN);
	return true;
}

bool process_end_step(struct process *p)
{
	if (!p->dying)
		asid_retire(current->hart, p);
	p->dying = 1;
	if (p->threads != NULL)
		thread_end(p->threads);
	else if (p->endpoints != NULL)
		endpoint_end(p->endpoints);
	if (p->threads != NULL || p->endpoints != NULL || caps_end(p) || !dissolve_space_step(p))
		return false;
	LIST_REMOVE(p->pool->processes, p);
	object_free(p->pool, TN_KIND_PROCESS, pfn(p->self), sizeof(*p));
	return true;
}
