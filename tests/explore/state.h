/*
 * state.h - a state of the live machine as a short row of bytes, and back.
 *
 * The bytes have what the kernel's behaviour depends on: of each frame its word, and of what the
 * kernel keeps in it the fields that calls change. What follows from these is left out and reckoned
 * again: counters of pools, blocks and RAM, counts of tables. The invariants were checked before,
 * so nothing is lost. States that differ only in the following have the same bytes:
 *
 *   flows of pools      only their sum with `boot` is looked at (pool_used): folded into `boot`.
 *                       Calls, peak and ENOMEM answers are told to who asks and read by nobody
 *   ids of objects      matter only by being equal or not: numbered by frame, from 2 on. A
 *                       capability or watch whose id its object has not is dead for good, since ids
 *                       are never given twice (the search checks that each new one is new): its
 *                       frame, badge and rights say nothing any more (with all rights, calls get as far
 *                       as ESTALE), and its id is 1, which nobody has
 *   the kept table      only while its tag says that it is valid; the same for ASIDs that are not
 *                       of the hart's generation. ASIDs in use are numbered by frame
 *   bytes of user frames and raw free ones      the kernel only writes them: they always hold JUNK
 *                       where a call starts, so that a field which is read before it is written
 *                       shows
 *   anonymous frames    those of the layout are never user space's and in no call's range, and the
 *                       machine's calls name each of them or none: which is which does not matter.
 *                       They are numbered in the order in which a walk from the root pool meets
 *                       them
 *   the registers of the thread and the words of its UTCB     user space's own
 *
 * That the bytes have all the rest is checked: a machine restored from them is the same to the last
 * bit as the one that they were taken from, made canonical by state_settle.
 */
#pragma once

#include "live.h"

#define STATE_MAX 1024u

struct state {
	unsigned size;
	unsigned char bytes[STATE_MAX];
};

/* After live_boot. */
void state_begin(void);

/* The live machine's bytes; true if no anonymous frame got another number. */
bool state_encode(struct state *s);

/* Makes the live machine of them. */
void state_decode(const struct state *s);

/* Bytes at its start that the kernel uses of a frame of this kind. */
size_t state_bytes_of(uint64_t kind);

/* Makes the live machine canonical without renumbering frames; for comparing with state_decode. */
void state_settle(void);
