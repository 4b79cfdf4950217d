/*
 * asid.h - address space identifiers, assigned on demand and recycled by generation (I8).
 *
 * Where the hart has none (one ASID), each switch flushes. Nobody but this file and the fences
 * below knows.
 */
#pragma once

#include <port/tlb.h>

#include "hart.h"
#include "process.h"

/* No hart walks p's tables any more, nor holds a translation of them. */
void asid_retire(struct hart *h, struct process *p);

/* p may have translations in this hart's TLB. */
inline_always bool asid_is_live(const struct hart *h, const struct process *p)
{
	return p->asid_generation == h->asid_generation;
}

/* The hart goes over to p, which gets an identifier. */
void asid_activate_new(struct hart *h, struct process *p);

/* Makes p's page tables the hart's; p has a root. */
inline_always void asid_activate(struct hart *h, struct process *p)
{
	if (likely(asid_is_live(h, p)))
		port_space_use(p->satp);
	else
		asid_activate_new(h, p);
}

/* The leaf translation of one page is gone. */
inline_always void asid_fence_page(const struct hart *h, const struct process *p, vaddr_t va)
{
	if (asid_is_live(h, p))
		port_fence_page(va, p->asid);
}

/* All translations of p are gone, those of tables included. */
inline_always void asid_fence_space(const struct hart *h, const struct process *p)
{
	if (asid_is_live(h, p))
		port_fence_space(p->asid);
}
