/*
 * trace.h - how many frames were held, used and set aside over time, in bounded memory.
 *
 * Time is cut into equal steps, each with one point: of all that stood during the step, the one
 * with the most frames held. When the points are used up, each two neighbours become one and
 * the steps are twice as long. Pure functions.
 */
#pragma once

#include <stdint.h>

#define TRACE_POINTS 512u /* an even number */

struct trace_point {
	uint32_t held, used, aside;
};

struct trace {
	uint64_t step;             /* ticks that a point stands for */
	unsigned count;            /* points so far, the first one of tick 0 */
	struct trace_point stands; /* since the last change */
	struct trace_point points[TRACE_POINTS];
};

/* From tick 0 on this stands. */
void trace_start(struct trace *trace, struct trace_point point);

/* From tick `at` on, not before the one named last, it is this. */
void trace_change(struct trace *trace, uint64_t at, struct trace_point point);
