/*
 * mapstorm.c - sparse maps that eat page tables: single pages far apart, made and unmade.
 * mapstorm [ROUNDS]
 */
#include <tenure/client.h>

#include "check.h"

#define ROUNDS 16u
#define PLACES 24u
#define BASE 0x1800000000ul
#define FAR 0x40000000ul /* 1 GiB: a page table of each level */
#define LARGE 512u
#define PAGE 4096u
#define NEAR 0x200000ul /* 2 MiB: a page table of the last level */

static void *place(uint64_t i, uint64_t stride)
{
	return (void *)(BASE + i * stride);
}

static void storm(uint64_t stride)
{
	int64_t error;

	for (uint64_t i = 0; i < PLACES; i++) {
		volatile uint64_t *page = tn_map_memory(place(i, stride), 1, TN_MM_WRITE, &error);

		check_done(error, "map");
		*page = i;
	}
	for (uint64_t i = 0; i < PLACES; i++) {
		check(*(volatile uint64_t *)place(i, stride) == i, "each page keeps its own");
		check_done(tn_protect_memory(place(i, stride), 1, 0), "protect");
		check_done(tn_unmap_memory(place(i, stride), 1), "unmap");
	}
}

/* A page in the middle of a large one gets other rights, another one goes. */
static void cut_large(void)
{
	int64_t error;
	char *memory = tn_map_memory(NULL, LARGE, TN_MM_WRITE | TN_MM_LARGE | TN_MM_POPULATE,
				     &error);

	if (error == -TN_ENOMEM)
		return; /* others have it just now */
	check_done(error, "map of a large page");
	memory[100 * PAGE] = 1;
	check_done(tn_protect_memory(memory + 100 * PAGE, 2, 0), "protect inside a large page");
	check(memory[100 * PAGE] == 1, "its contents stay");
	check_done(tn_unmap_memory(memory + 200 * PAGE, 3), "unmap inside a large page");
	check_done(tn_protect_memory(memory + 100 * PAGE, 2, TN_MM_WRITE), "protect again");
	memory[101 * PAGE] = 2;
	check_done(tn_unmap_memory(memory, LARGE), "unmap of the rest");
}

int main(int argc, char **argv)
{
	uint64_t rounds = number_argument(argc, argv, 1, ROUNDS);
	struct tn_mm_statistics before, after;

	check_done(tn_statistics(0, &before), "statistics");
	for (uint64_t i = 0; i < rounds; i++) {
		storm(FAR);
		storm(NEAR);
		cut_large();
	}
	check_done(tn_statistics(0, &after), "statistics");
	check(after.user_frames == before.user_frames, "all pages are back");
	check(after.pool_used == before.pool_used, "all page tables are back");
	printf("%lu maps and unmaps, %lu kernel frames in use as before\n",
	       (unsigned long)(rounds * PLACES * 2), (unsigned long)after.pool_used);
	return 0;
}
