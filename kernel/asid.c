/*
 * asid.c - see asid.h. ASID 0 is the kernel's own at boot and never a process's, except where
 * the hart has no other.
 */
#include "asid.h"

/* A new generation: every ASID is free again, so no translation of an old one may remain. */
static void generation_begin(struct hart *h)
{
	h->asid_generation++;
	h->asid_next = port_asid_count() > 1 ? 1 : 0;
	port_fence_all();
}

static void asid_assign(struct hart *h, struct process *p)
{
	if (h->asid_next >= port_asid_count())
		generation_begin(h);
	p->asid = h->asid_next++;
	p->asid_generation = h->asid_generation;
	p->satp = port_space_word(frame_of(p->root), p->asid);
}

void asid_activate(struct hart *h, struct process *p)
{
	if (!asid_is_live(h, p))
		asid_assign(h, p);
	h->space = p;
	port_space_use(p->satp);
}

void asid_retire(struct hart *h, struct process *p)
{
	asid_fence_space(h, p);
	p->asid_generation = 0;
}
