/*
 * meter.h - what a run costs and how much kernel memory it holds, for the lab (lab=1).
 *
 * The words, once; all counts are frames:
 *
 *   held   lent to pools, mm's own and what the boot had put there among them
 *   idle   of these, free in a pool: the kernel's FREE
 *   used   of these, objects: the kernel's POOL to TABLE
 *   aside  beside these: idle user frames that only one pool can have (aside.h)
 *
 * They are looked at whenever mm has served what it received and is about to wait; until the next
 * such moment the former values count. What happens within one message is not seen. Cost is counted
 * in instructions, from mm's receipt of a message to its answer, the kernel's for mm among them.
 *
 * Switched off, it is a test of a flag at each of these places.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "../mm.h"
#include "histogram.h"
#include "trace.h"

#define METER_OFF 0u
#define METER_ON 1u
#define METER_CHECK 2u /* also, at each wait: do the ledger's idle and used equal the kernel's? */

struct request;

/* What is timed by itself. */
enum meter_kind {
	METER_SPAWN,
	METER_MAP,
	METER_FAULT,
	METER_END, /* whatever ended a process of mm's clients */
	METER_KINDS
};

struct meter_level {
	uint64_t at_start, now, least, peak;
	uint64_t integral; /* frames times ticks */
};

struct meter {
	uint64_t mode;          /* METER_OFF, ... */
	uint64_t began, looked; /* ticks: of the start, and of the last look */
	uint64_t began_instret;
	uint64_t own;          /* instructions of the meter itself */
	uint64_t given, taken; /* mm's counters at the start */
	uint64_t received;     /* instructions, when the message came */
	uint64_t live;         /* processes then */
	uint64_t last;         /* instructions of the message served last */
	uint64_t requests, faults, signals;
	uint64_t work; /* instructions for all of them */
	uint64_t shortages, paid, top_ups, stocked, trims, returned; /* of pools that have ended */
	uint64_t waits, checked, wrong;
	struct meter_level held, used, idle, aside;
	struct histogram latencies[METER_KINDS];
	struct trace trace;
	/* of the end */
	uint64_t ticks, instructions;
	uint64_t settled; /* instructions from the last program's end until all was given back */
};

static inline uint64_t meter_instret(void)
{
	uint64_t count;

	__asm__ volatile(".option push\n\t.option arch, +zicsr\n\trdinstret %0\n\t.option pop"
			 : "=r"(count)::"memory");
	return count;
}

/* Before the first program is started. */
void meter_start(struct meter *meter, const struct mm *mm, uint64_t mode);

/* mm is about to wait. With METER_CHECK the UTCB's words are overwritten. */
void meter_look(struct meter *meter, const struct mm *mm);

static inline void meter_wait(struct meter *meter, const struct mm *mm)
{
	if (meter->mode != METER_OFF)
		meter_look(meter, mm);
}

/* A message has come; `live` processes. */
static inline void meter_receive(struct meter *meter, uint64_t live)
{
	if (meter->mode == METER_OFF)
		return;
	meter->live = live;
	meter->received = meter_instret();
}

/* It has been served; request: NULL for signals. */
void meter_count(struct meter *meter, const struct request *request, uint64_t live);

static inline void meter_serve(struct meter *meter, const struct request *request, uint64_t live)
{
	if (meter->mode != METER_OFF)
		meter_count(meter, request, live);
}

/* A pool is about to end, and its counters with it. */
void meter_pool_end(struct meter *meter, const struct pool *pool);

/* The last program has ended: the rest of what mm's own pool does not need goes back. */
void meter_settle(struct meter *meter, struct mm *mm);

/* Lines that begin with `lab: `, for tools/lab. */
void meter_print(const struct meter *meter, const struct mm *mm);
