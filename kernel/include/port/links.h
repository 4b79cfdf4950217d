/*
 * port/links.h - the word that chains a free frame into its pool's ring; freelist.h brings it.
 *
 * The port defines, inline,
 *   link_get(pfn_t f) link_set(pfn_t f, uint64_t word)  the word of frame f, as LINK makes it
 *   link_next(uint64_t f)                               half of it alone
 *   link_set_next(f, n) link_set_previous(f, n)
 *   ring_next(ring, pfn_t head)                         the same of a pool's own word, which stands
 *   ring_set_next(ring, head, n)                        at `ring`, the start of frame `head`
 */
#pragma once

#include <port_impl/links.h>
