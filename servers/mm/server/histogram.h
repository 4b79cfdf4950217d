/*
 * histogram.h - how often values of each size came up: for a median, a 99th percentile, the worst.
 *
 * Values below 64 are counted each by itself; above, each power of two is cut into 64 equal steps.
 * So a quantile is at most 1/64 (1.6 %) above the true one; the worst value is exact. Pure
 * functions.
 */
#pragma once

#include <stdint.h>

#define HISTOGRAM_FINE_BITS 6u
#define HISTOGRAM_FINE (1u << HISTOGRAM_FINE_BITS)
#define HISTOGRAM_BITS 36u /* values of more bits count in the last step */
#define HISTOGRAM_STEPS (HISTOGRAM_FINE * (HISTOGRAM_BITS - HISTOGRAM_FINE_BITS + 1))

struct histogram {
	uint64_t count, sum, worst;
	uint32_t steps[HISTOGRAM_STEPS];
};

/* The step that counts a value, and the greatest value that a step counts. */
unsigned histogram_step(uint64_t value);
uint64_t histogram_top(unsigned step);

void histogram_add(struct histogram *histogram, uint64_t value);

/*
 * A value that at least `permille` thousandths of all do not exceed: the top of the first step for
 * which that holds, or the worst if that is less. 0 if there is none.
 */
uint64_t histogram_quantile(const struct histogram *histogram, unsigned permille);
