/*
 * pte_access.h (explore) - writes of page-table entries are watched: see stale.h.
 */
#pragma once

inline_always pte_t pte_read(const pte_t *at)
{
	return *at;
}

void pte_write(pte_t *at, pte_t e);
