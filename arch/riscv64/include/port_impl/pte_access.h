/*
 * pte_access.h - the only loads and stores of page-table entries. The host port has its own,
 * which records every write.
 */
#pragma once

inline_always pte_t pte_read(const pte_t *at)
{
	return *at;
}

inline_always void pte_write(pte_t *at, pte_t e)
{
	*at = e;
}
