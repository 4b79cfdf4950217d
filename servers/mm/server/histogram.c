/*
 * histogram.c - how often values of each size came up.
 */
#include "histogram.h"

#define BITS_OF_64 63u

unsigned histogram_step(uint64_t value)
{
	unsigned top, shift;

	if (value < HISTOGRAM_FINE)
		return (unsigned)value;
	top = BITS_OF_64 - (unsigned)__builtin_clzll(value);
	if (top >= HISTOGRAM_BITS)
		return HISTOGRAM_STEPS - 1;
	shift = top - HISTOGRAM_FINE_BITS;
	return HISTOGRAM_FINE * (shift + 1) + (unsigned)(value >> shift) % HISTOGRAM_FINE;
}

uint64_t histogram_top(unsigned step)
{
	unsigned shift;

	if (step < HISTOGRAM_FINE)
		return step;
	shift = step / HISTOGRAM_FINE - 1;
	return ((uint64_t)(HISTOGRAM_FINE + step % HISTOGRAM_FINE + 1) << shift) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t value)
{
	histogram->count++;
	histogram->sum += value;
	if (value > histogram->worst)
		histogram->worst = value;
	histogram->steps[histogram_step(value)]++;
}

uint64_t histogram_quantile(const struct histogram *histogram, unsigned permille)
{
	uint64_t seen = 0;

	for (unsigned step = 0; step < HISTOGRAM_STEPS; step++) {
		seen += histogram->steps[step];
		if (seen == 0 || seen * 1000 < histogram->count * permille)
			continue;
		/* The last step has no top of its own: what is too great for it counts there. */
		if (step == HISTOGRAM_STEPS - 1 || histogram_top(step) > histogram->worst)
			return histogram->worst;
		return histogram_top(step);
	}
	return 0;
}
