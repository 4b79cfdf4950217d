/*
 * port/pte.h - page-table entries as pure functions.
 *
 * An entry is invalid, a table, or a leaf of the page size of its level. The port defines
 * pte_t and
 *   pte_read, pte_write       the only access to an entry in memory
 *   pte_is_valid, pte_is_table, pte_is_leaf, pte_frame
 *   pte_leaf(frame, rights, attribute, uncounted), pte_table(frame)
 *   pte_rights, pte_attribute, pte_uncounted, pte_accessed, pte_dirty
 *   pte_with_rights, pte_aged, pte_disabled, pte_touched
 */
#pragma once

#include <port_impl/pte.h>
