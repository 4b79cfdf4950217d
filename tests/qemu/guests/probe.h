/*
 * probe.h - what a call and an interrupt leave in the registers of a thread. Assembly.
 */
#pragma once

#include <stdint.h>

/* x0 to x31; [0] is not used. */
struct registers {
	uint64_t x[32];
};

/* Makes the call that `in` describes (a0 to a7), every other register loaded from `in` as well,
 * and stores all registers as the call left them. s0 stays the function's own. */
void probe_call(const struct registers *in, struct registers *out);

/* Loads all registers but s0, t0 and t1 from `in`, runs until rdtime has reached `until`, stores
 * all registers. */
void probe_spin(const struct registers *in, struct registers *out, uint64_t until);
