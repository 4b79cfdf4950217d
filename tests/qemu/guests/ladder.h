/*
 * ladder.h - a call's errors in documented order.
 *
 * A ladder begins with arguments that would succeed. Each rung breaks one more argument, the last
 * documented error first, and nothing is mended in between: so the call that a rung makes has all
 * the faults of the rungs below it as well, and must answer with the highest. After each the
 * kernel's totals must be what they were.
 */
#pragma once

#include <stdint.h>

#define ANY_VALUE 0x616e7976616c7565ul /* the second result is not looked at */

struct rung {
	unsigned argument;
	uint64_t word;
	int64_t error;
	uint64_t value; /* second result */
	const char *text;
};

/* Slots that fail, in the order in which a lookup looks. */
struct bad_slots {
	uint64_t beyond, no_page, empty, other_type, weak, dead;
};
#define NO_SLOT (~(uint64_t)0 - 1) /* this fault does not exist for the type */

/* Climbs from `arguments`, and leaves in them what the rungs made of them. */
void ladder_climb(uint64_t call, uint64_t arguments[6], const struct rung *rungs, unsigned count);
#define LADDER(call, arguments, rungs)                                                             \
	ladder_climb(call, arguments, rungs, sizeof(rungs) / sizeof((rungs)[0]))

/* The rungs of one slot argument: ESTALE, EPERM, EBADF, ENOENT, ERANGE. */
void ladder_slot(uint64_t call, uint64_t arguments[6], unsigned argument,
		 const struct bad_slots *bad);
