/*
 * tide.c - kernel memory that rises and falls in waves: children are started and memory is mapped
 * where each page needs page tables of its own, step by step; then all of it goes back the same
 * way. Between the steps it computes, so that time passes without anybody waiting.
 * tide [WAVES [STEPS]]
 *
 * A child is this program as `tide child`: it maps a little and waits until it is stopped.
 */
#include <string.h>
#include <tenure/client.h>
#include <tenure/threads.h>
#include <tenure/user.h>

#include "check.h"

#define WAVES 3u
#define STEPS 6u
#define STEPS_MAX 12u
#define PLACE 0x1800000000ul
#define GIB 0x40000000ul
#define REGIONS 2u /* a step; each a GiB from the next: two page tables for one page */
#define CHILD_REGIONS 4u
#define CHILD_POOL 40u
#define CHILD_USER 64u
#define CALM 100000u /* turns of a loop from one step to the next */
#define HIGH 5u      /* times as long at high water, and at low */
#define FOREVER_MS 1000000u

static int64_t children[STEPS_MAX];

static void compute(uint64_t turns)
{
	for (volatile uint64_t i = 0; i < turns; i++)
		;
}

static void *place_of(uint64_t region)
{
	return (void *)(PLACE + region * GIB);
}

static void map_one(uint64_t region)
{
	volatile uint64_t *memory;
	int64_t error;

	memory = tn_map_memory(place_of(region), 1, TN_MM_WRITE, &error);
	check_done(error, "map");
	memory[0] = region;
}

static void rise(uint64_t step)
{
	for (uint64_t i = 0; i < REGIONS; i++)
		map_one(step * REGIONS + i);
	children[step] = (int64_t)check_done(tn_spawn("tide child", CHILD_POOL, CHILD_USER,
						      tn_client->priority),
					     "spawn");
	tn_yield(); /* the child maps what it wants */
}

static void fall(uint64_t step)
{
	check_done(tn_stop((uint64_t)children[step]), "stop");
	check_done(tn_wait((uint64_t)children[step], NULL), "wait");
	for (uint64_t i = 0; i < REGIONS; i++)
		check_done(tn_unmap_memory(place_of(step * REGIONS + i), 1), "unmap");
}

/* Until it is stopped. */
static void child(void)
{
	for (uint64_t i = 0; i < CHILD_REGIONS; i++)
		map_one(i);
	for (;;)
		tn_sleep_ms(FOREVER_MS);
}

int main(int argc, char **argv)
{
	uint64_t waves, steps;

	if (argc > 1 && strcmp(argv[1], "child") == 0)
		child();
	waves = number_argument(argc, argv, 1, WAVES);
	steps = number_argument(argc, argv, 2, STEPS);
	check(steps <= STEPS_MAX, "there are at most 12 steps");
	for (uint64_t wave = 0; wave < waves; wave++) {
		for (uint64_t i = 0; i < steps; i++, compute(CALM))
			rise(i);
		compute(HIGH * CALM);
		for (uint64_t i = steps; i-- > 0; compute(CALM))
			fall(i);
		compute(HIGH * CALM);
	}
	printf("%lu waves of %lu steps\n", (unsigned long)waves, (unsigned long)steps);
	return 0;
}
