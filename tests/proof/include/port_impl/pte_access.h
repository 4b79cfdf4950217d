/*
 * pte_access.h (proof) - every write of a page-table entry is an event: see host.h.
 */
#pragma once

inline_always pte_t pte_read(const pte_t *at)
{
	return *at;
}

void pte_write(pte_t *at, pte_t e);
