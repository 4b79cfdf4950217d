/*
 * bench.c - see bench.h. Owns the samples of the operation at hand.
 */
#include "bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <tenure/names.h>

static struct {
	const char *name;
	uint64_t per, rounds;
	uint64_t costs[BENCH_SAMPLES];
} operation;

uint64_t bench_overhead;

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void bench_calibrate(void)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < BENCH_ROUNDS; i++) {
		uint64_t start = bench_instret(), end = bench_instret();

		if (end - start < least)
			least = end - start;
	}
	bench_overhead = least;
}

void bench_require(int64_t code, uint64_t value, int64_t wanted, const char *file, unsigned line)
{
	if (code == wanted)
		return;
	printf("bench: the call at %s:%u answered %s and 0x%" PRIx64 ", not %s\n", file, line,
	       tn_error_name(code), value, tn_error_name(wanted));
	exit(1);
}

void bench_require_word(uint64_t found, uint64_t wanted, const char *what)
{
	if (found == wanted)
		return;
	printf("bench: %s: 0x%" PRIx64 ", not 0x%" PRIx64 "\n", what, found, wanted);
	exit(1);
}

/* With one digit after the point where `per` divides nothing evenly. */
static void print_cost(uint64_t cost, uint64_t per)
{
	uint64_t tenths = (cost * 10 + per / 2) / per;

	if (per == 1)
		printf(" %" PRIu64, cost);
	else
		printf(" %" PRIu64 ".%" PRIu64, tenths / 10, tenths % 10);
}

static void print_line(const char *name, uint64_t per, const uint64_t *costs, uint64_t samples)
{
	printf("bench: %s:", name);
	print_cost(costs[samples / 2], per);
	print_cost(costs[0], per);
	print_cost(costs[samples - 1], per);
	printf(" %" PRIu64 "\n", samples);
}

void bench_begin(const char *name, uint64_t per)
{
	operation.name = name;
	operation.per = per;
	operation.rounds = 0;
}

void bench_add(uint64_t cost)
{
	uint64_t round = operation.rounds++;

	if (round >= BENCH_WARM && round < BENCH_ROUNDS)
		operation.costs[round - BENCH_WARM] = cost;
}

void bench_end(void)
{
	uint64_t samples = operation.rounds - BENCH_WARM;

	qsort(operation.costs, samples, sizeof(operation.costs[0]), compare);
	print_line(operation.name, operation.per, operation.costs, samples);
}

void bench_print_once(const char *name, uint64_t value)
{
	print_line(name, 1, &value, 1);
}
