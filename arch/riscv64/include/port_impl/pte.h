/*
 * pte.h - Sv39, Sv48 and Sv57 page-table entries (privileged spec, "Sv39" and what extends it).
 *
 *   63  62..61  60..54  53........10  9..8  7 6 5 4 3 2 1 0
 *   N   PBMT    0       frame         RSW   D A G U X W R V
 *
 * Bit 8 (RSW) marks an entry that holds no reference: boot image and device pages.
 * Pure: the host compiles this file as it stands.
 */
#pragma once

#include "types.h"
#include <tenure/abi.h>

typedef struct {
	uint64_t w;
} pte_t;

#define PTE_VALID 1u
#define PTE_READ 2u
#define PTE_WRITE 4u
#define PTE_EXECUTE 8u
#define PTE_USER 16u
#define PTE_GLOBAL 32u
#define PTE_ACCESSED 64u
#define PTE_DIRTY 128u
#define PTE_UNCOUNTED 256u
#define PTE_FRAME_UNIT 1024u
#define PTE_FRAME_LIMIT ((uint64_t)1 << 44)
#define PTE_PBMT_UNIT ((uint64_t)1 << 61)

#define PTE_EMPTY ((pte_t){0})

_Static_assert(PTE_READ == TN_MAP_READ * 2 && PTE_WRITE == TN_MAP_WRITE * 2 &&
		       PTE_EXECUTE == TN_MAP_EXECUTE * 2,
	       "rights of a mapping and of an entry differ by one shift");

#include <port_impl/pte_access.h>

inline_always bool pte_is_valid(pte_t e)
{
	return e.w % 2 == 1;
}

inline_always bool pte_is_table(pte_t e)
{
	return e.w % 16 == PTE_VALID;
}

inline_always bool pte_is_leaf(pte_t e)
{
	return e.w % 2 == 1 && e.w % 16 != PTE_VALID;
}

inline_always pfn_t pte_frame(pte_t e)
{
	return pfn(e.w / PTE_FRAME_UNIT % PTE_FRAME_LIMIT);
}

/* Of a table entry, whose upper bits are zero. */
inline_always pfn_t pte_table_frame(pte_t e)
{
	return pfn(e.w / PTE_FRAME_UNIT);
}

/* rights: TN_MAP_READ | WRITE | EXECUTE; attribute: 0, TN_MAP_NOCACHE or TN_MAP_IO. */
inline_always pte_t pte_leaf(pfn_t f, uint64_t rights, uint64_t attribute, bool uncounted)
{
	return (pte_t){f.n * PTE_FRAME_UNIT + rights * 2 + PTE_VALID + PTE_USER +
		       attribute / TN_MAP_NOCACHE * PTE_PBMT_UNIT +
		       (uncounted ? PTE_UNCOUNTED : 0)};
}

inline_always pte_t pte_table(pfn_t f)
{
	return (pte_t){f.n * PTE_FRAME_UNIT + PTE_VALID};
}

inline_always uint64_t pte_rights(pte_t e)
{
	return e.w / 2 % 8;
}

inline_always uint64_t pte_attribute(pte_t e)
{
	return e.w / PTE_PBMT_UNIT % 4 * TN_MAP_NOCACHE;
}

inline_always bool pte_uncounted(pte_t e)
{
	return e.w / PTE_UNCOUNTED % 2 == 1;
}

inline_always bool pte_accessed(pte_t e)
{
	return e.w / PTE_ACCESSED % 2 == 1;
}

inline_always bool pte_dirty(pte_t e)
{
	return e.w / PTE_DIRTY % 2 == 1;
}

inline_always bool pte_user(pte_t e)
{
	return e.w / PTE_USER % 2 == 1;
}

inline_always pte_t pte_with_rights(pte_t e, uint64_t rights)
{
	return (pte_t){(e.w & ~(uint64_t)(PTE_READ | PTE_WRITE | PTE_EXECUTE)) + rights * 2};
}

/* Accessed and dirty cleared. */
inline_always pte_t pte_aged(pte_t e)
{
	return (pte_t){e.w & ~(uint64_t)(PTE_ACCESSED | PTE_DIRTY)};
}

/* Accessed set, and dirty if `write`. */
inline_always pte_t pte_touched(pte_t e, bool write)
{
	return (pte_t){e.w | PTE_ACCESSED | (write ? PTE_DIRTY : 0)};
}

/* Invalid, but still naming its frame: an entry between its end and the fence. */
inline_always pte_t pte_disabled(pte_t e)
{
	return (pte_t){e.w - PTE_VALID};
}

/* The leaf of the next smaller page size that maps the part `i` (of 512) of a large leaf. */
inline_always pte_t pte_part(pte_t e, uint64_t i, uint64_t frames)
{
	return (pte_t){e.w + i * frames * PTE_FRAME_UNIT};
}

/* Index into the table of `level` (0: holds 4 KiB leaves) that translates va. */
inline_always uint64_t pte_index(uint64_t va, unsigned level)
{
	return va >> (FRAME_BITS + TABLE_BITS * level) & ((1u << TABLE_BITS) - 1);
}
