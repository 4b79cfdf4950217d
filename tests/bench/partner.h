/*
 * partner.h - a process with one thread that runs a body (bodies.h), paid by SLOT_POOL.
 *
 * Owns no state: the caller names the slots and keeps the frame of the UTCB.
 */
#pragma once

#include <stdint.h>

#define PARTNER_PRIORITY 31u /* the bench's own */

/* Frames of SLOT_POOL that one partner needs. */
uint64_t partner_frames(void);

struct partner {
	uint64_t process, thread; /* slots of the bench */
	uint64_t utcb;            /* a user frame */
};

/* The frame of the page that all bodies lie in. */
uint64_t partner_code(void);

/* What thread_configure finds in the bench's UTCB: the body's registers, all but pc, sp and a0
 * zero. */
void partner_registers(void (*body)(uint64_t), uint64_t argument);

/* The user frame becomes a UTCB ready to wait, for every signal, until `deadline`. */
void partner_utcb(uint64_t frame, uint64_t deadline);

/* Makes process and thread, with an empty page of slots, and the UTCB ready to wait: no deadline,
 * every signal. */
void partner_make(const struct partner *partner);

/* The body begins; `fault`: a slot, or TN_NONE. */
void partner_start(const struct partner *partner, void (*body)(uint64_t), uint64_t argument,
		   uint64_t fault);

/* Ends the process; both slots are empty again. */
void partner_end(const struct partner *partner);
