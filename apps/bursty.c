/*
 * bursty.c - idle and peak in turn: maps and touches a lot, gives it back, waits. bursty [ROUNDS]
 */
#include <tenure/client.h>
#include <tenure/threads.h>

#include "check.h"

#define ROUNDS 6u
#define REGIONS 8u
#define PAGES 64u
#define IDLE_MS 50u

static void peak(void)
{
	void *memory[REGIONS];
	int64_t error;

	for (unsigned i = 0; i < REGIONS; i++) {
		memory[i] = tn_map_memory((void *)(0x1800000000ul + i * 0x40000000ul), PAGES,
					  TN_MM_WRITE, &error);
		check_done(error, "map");
		for (unsigned page = 0; page < PAGES; page++)
			((volatile uint64_t *)memory[i])[page * 512] = page;
	}
	for (unsigned i = 0; i < REGIONS; i++)
		check_done(tn_unmap_memory(memory[i], PAGES), "unmap");
}

int main(int argc, char **argv)
{
	uint64_t rounds = number_argument(argc, argv, 1, ROUNDS), most = 0;
	struct tn_mm_statistics statistics;

	for (uint64_t i = 0; i < rounds; i++) {
		peak();
		check_done(tn_statistics(0, &statistics), "statistics");
		if (statistics.pool_free > most)
			most = statistics.pool_free;
		tn_sleep_ms(IDLE_MS);
	}
	printf("%lu bursts of %u pages; idle kernel frames afterwards: at most %lu\n",
	       (unsigned long)rounds, REGIONS * PAGES, (unsigned long)most);
	return 0;
}
