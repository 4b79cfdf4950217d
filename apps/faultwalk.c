/*
 * faultwalk.c - demand paging: writes to every page of a region that was only promised, reads it
 * back, and does the same in large pages. faultwalk [PAGES [ROUNDS]]
 */
#include <tenure/client.h>

#include "check.h"

#define PAGES 2048u
#define LARGE_PAGES 1024u /* two of 2 MiB */

static void walk(const char *what, uint64_t pages, uint64_t flags)
{
	struct tn_mm_statistics before, after;
	int64_t error;
	uint64_t start;
	volatile uint64_t *memory;

	check_done(tn_statistics(0, &before), "statistics");
	start = tn_microseconds();
	memory = tn_map_memory(NULL, pages, TN_MM_WRITE | flags, &error);
	check_done(error, "map");
	for (uint64_t i = 0; i < pages; i++) {
		check(memory[i * 512] == 0, "a fresh page is zero");
		memory[i * 512 + 511] = i;
	}
	for (uint64_t i = 0; i < pages; i++)
		check(memory[i * 512 + 511] == i, "a page keeps what was written");
	start = tn_microseconds() - start;
	check_done(tn_statistics(0, &after), "statistics");
	printf("%s: %lu pages, %lu faults, " SHARE_FORMAT " a page\n", what, (unsigned long)pages,
	       (unsigned long)(after.faults - before.faults), SHARE(start, pages ? pages : 1));
	check_done(tn_unmap_memory((void *)(uintptr_t)memory, pages), "unmap");
}

int main(int argc, char **argv)
{
	uint64_t pages = number_argument(argc, argv, 1, PAGES);
	uint64_t rounds = number_argument(argc, argv, 2, 1);

	for (uint64_t i = 0; i < rounds; i++) {
		walk("4 KiB", pages, 0);
		walk("2 MiB", LARGE_PAGES, TN_MM_LARGE);
		walk("populated", pages, TN_MM_POPULATE);
	}
	return 0;
}
