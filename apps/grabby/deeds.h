/*
 * deeds.h - what `grabby` does with untyped memory that it should not.
 *
 * Each deed checks the answers that the protocol and the kernel's calls document.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/untyped.h>

#include "../retype/build.h"

/* refusals.c: requests and calls that are to be refused. */
void deed_requests(void);
void deed_quota(void);
void deed_maps(void);
void deed_rights(void);

/* returns.c: a range goes back while everything is in use. */
void deed_return_used(void);
void deed_return_deep(void);
void deed_return_other(void);
void deed_return_from_below(void);
void deed_wait_from_below(void);
void deed_handler(void);

/* scramble.c: calls in any order, over and over. */
void scramble(uint64_t seed, unsigned rounds);

/* ends.c: this program again, which ends in one way or another. */
void deed_ends(void);

/* What `grabby HOW` does. */
int end_as(const char *how);

/* grow.c: as many processes as it takes. */

/* Untyped memory, or the end of the program. */
struct tn_untyped grow_get(uint64_t frames);

/*
 * A process with a thread that runs entry(a0, a1, a2); its faults go to endpoint slot `fault`. It
 * has capabilities to the builder's frames and to mm, as this program.
 */
struct built grow(struct builder *builder, const struct tn_untyped *range, uint64_t fault,
		  child_entry *entry, uint64_t a0, uint64_t a1);

/* Threads: that yields; that makes a request (a0: its label, a1: its word); that ends
 * this program after a1 ticks of the clock; that faults. */
void grow_yield(uint64_t a0, uint64_t a1, uint64_t a2);
void grow_request(uint64_t a0, uint64_t a1, uint64_t a2);
void grow_slowly(uint64_t a0, uint64_t a1, uint64_t a2);
void grow_fault(uint64_t a0, uint64_t a1, uint64_t a2);

/* Empties the slots that builders used. */
void grow_forget(void);

/* The answer is this error. */
void refused(int64_t code, int error, const char *what);
