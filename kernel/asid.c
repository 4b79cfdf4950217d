/*
 * asid.c - see asid.h. ASID 0 is the kernel's own at boot and never a process's, except where
 * the hart has no other.
 */
#include "asid.h"

/* True if a new generation began: every ASID is free again. */
static bool asid_assign(struct hart *h, struct process *p)
{
	bool renewed = h->asid_next >= port_asid_count();

	if (renewed) {
		h->direct_generation = ++h->asid_generation;
		h->asid_next = port_asid_count() > 1 ? 1 : 0;
	}
	p->asid = h->asid_next++;
	p->asid_generation = h->asid_generation;
	p->satp = port_space_word(frame_of(p->root), p->asid);
	return renewed;
}

/* Translations of an older generation end after the switch: until then the hart may walk the old
 * tables and keep what it finds (privileged spec, satp). */
void asid_activate_new(struct hart *h, struct process *p)
{
	bool renewed = asid_assign(h, p);

	port_space_use(p->satp);
	if (renewed)
		port_fence_all();
}

void asid_retire(struct hart *h, struct process *p)
{
	asid_fence_space(h, p);
	p->asid_generation = 0;
}
