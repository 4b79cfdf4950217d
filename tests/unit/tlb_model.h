/*
 * tlb_model.h - what a hart's TLB may hold, from the history of PTE writes, fences and switches.
 *
 * The worst hart that the privileged specification allows: it caches any translation, of pages
 * and of tables, of the current space at any time and of others as long as it has not been
 * fenced since; only a fence that covers a translation ends it. After every event, and again
 * before the next one, the model checks that
 *
 *   - a frame has at least as many references as valid and stale leaves that reach it (I4, I8);
 *   - what they reach is USER, or BOOT and only read, or a device (I5, I6);
 *   - a table that a valid or stale entry leads to is still a TABLE;
 *   - an ASID is not used for a second space while the first one's translations may remain.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "process.h"

struct tlb_report {
	const char *what; /* the first rule that was broken; NULL: none */
	uint64_t where;   /* frame, or ASID */
};

/* Begins to observe these processes (at most 16; the array is copied), of a world of at most
 * 4096 frames. Their tables may stand already; none of them has run. */
void tlb_model_begin(struct process *const *processes, unsigned count);

/* One more process. */
void tlb_model_add(struct process *p);

/* It is about to be destroyed: it must not be looked at any more once it is gone. */
void tlb_model_forget_dead(void);

/* At rest, after a call: the above, and no stale translation gives a right, or a page, that the
 * tables do not give. */
struct tlb_report tlb_model_settled(void);

/* So far. */
struct tlb_report tlb_model_report(void);

/* Events seen. */
uint64_t tlb_model_events(void);

void tlb_model_end(void);
