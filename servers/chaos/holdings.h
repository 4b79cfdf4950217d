/*
 * holdings.h - what the program believes its slots to hold, so that choosing one takes no call.
 *
 * The belief follows from the answers, and from looking at one slot after the other now and then
 * (holdings_look): what ends with something else is noticed late. So calls also name what has just
 * ended. holdings.c owns the beliefs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/user.h>

/* What is believed of a slot. */
struct holding {
	uint8_t type, rights; /* TN_CAP_NONE: it is empty */
	bool stale;           /* the object is gone */
};

/* The slot of the pool from which a process was made; it may hold something else by now. */
uint64_t holdings_payer(uint64_t process);

/* All slots of work and all anchors are empty; the others are as boot left them. */
void holdings_start(void);

/* Of a slot that is neither work nor anchor: type NONE, unless it is one of boot's. */
struct holding holdings_at(uint64_t slot);

void holdings_set(uint64_t slot, uint8_t type, uint8_t rights, bool stale);

/* A slot of work, or an anchor, with this type; mostly of a live object. Else any slot of work. */
uint64_t holdings_pick(uint8_t type);

/* An empty slot of work; an empty anchor. Some other slot if there is none. */
uint64_t holdings_empty(void);
uint64_t holdings_empty_anchor(void);

/* Any slot of work; one that is most likely not empty. */
uint64_t holdings_any(void);
uint64_t holdings_filled(void);

/* A slot worth emptying: one whose object is gone, if there is one. */
uint64_t holdings_worn(void);

/* The slot that is to be looked at next, by cap_info. */
uint64_t holdings_next(void);

/* What the answer to a call of the main thread says. */
void holdings_learn(uint64_t call, const uint64_t words[7], struct tn_result r);
