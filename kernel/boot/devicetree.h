/*
 * devicetree.h - reads a flattened device tree (Devicetree Specification 0.4, chapter 5) in one
 * pass. Pure functions: no state, no allocation; the blob may be hostile or cut short.
 */
#pragma once

#include "machine.h"

/*
 * Fill `m`, which is zeroed, from the tree at `blob`, of which at most `limit` bytes may be read.
 * `hart` is the boot hart's id: its node decides about the ISA. The boot arguments in `m` point
 * into the blob.
 *
 * NULL, or one line about what is wrong; `m` is then undefined. Malformed structure, memory,
 * reservations, interrupt controllers, /chosen or timebase are errors, because booting on would use
 * memory that is not ours, or lend it to others; no other device matters here.
 */
__attribute__((warn_unused_result)) const char *devicetree_read(const void *blob, size_t limit,
								uint64_t hart, struct machine *m);
