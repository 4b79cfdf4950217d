/*
 * trace.c - how many frames were held, used and set aside over time, in bounded memory.
 */
#include "trace.h"

#include <string.h>

static struct trace_point more(struct trace_point a, struct trace_point b)
{
	if (a.held != b.held)
		return a.held > b.held ? a : b;
	return a.used > b.used ? a : b;
}

void trace_start(struct trace *trace, struct trace_point point)
{
	memset(trace, 0, sizeof(*trace));
	trace->step = 1;
	trace->count = 1;
	trace->stands = point;
	trace->points[0] = trace->stands;
}

static void halve(struct trace *trace)
{
	unsigned half = (trace->count + 1) / 2;

	for (unsigned i = 0; i < half; i++) {
		const struct trace_point *pair = &trace->points[2 * i];

		trace->points[i] = 2 * i + 1 < trace->count ? more(pair[0], pair[1]) : pair[0];
	}
	trace->count = half;
	trace->step *= 2;
}

void trace_change(struct trace *trace, uint64_t at, struct trace_point point)
{
	struct trace_point *last;

	while (at / trace->step >= TRACE_POINTS)
		halve(trace);
	while (trace->count <= at / trace->step)
		trace->points[trace->count++] = trace->stands;
	trace->stands = point;
	last = &trace->points[trace->count - 1];
	*last = more(*last, trace->stands);
}
