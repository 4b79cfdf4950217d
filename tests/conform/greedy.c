/*
 * greedy.c - wants more than its quotas. `greedy ask` is refused and goes on; `greedy pages` and
 * `greedy tables` touch what was promised until nobody pays, and do not come back.
 */
#include <string.h>
#include <tenure/client.h>

#include "check.h"

#define PAGE ((uint64_t)TN_FRAME_SIZE)
#define MIB_2 ((uint64_t)1 << 21)

static int64_t map(uint64_t address, uint64_t pages, uint64_t flags)
{
	int64_t error;

	tn_map_memory((void *)address, pages, flags, &error);
	return error;
}

static void touch(uint64_t stride)
{
	uint64_t limit = tn_client->user_quota + tn_client->pool_quota;

	check_done(map(TN_CLIENT_LOW, (TN_CLIENT_HIGH - TN_CLIENT_LOW) / PAGE, TN_MM_WRITE), "map");
	printf("touches memory until nobody pays\n");
	for (uint64_t i = 0; i < limit; i++)
		*(volatile uint64_t *)(TN_CLIENT_LOW + i * stride) = i;
	printf("FAILED: %lu touches are more than was promised\n", (unsigned long)limit);
}

/* What is refused leaves nothing behind: the same place is free for what can be paid. */
static void ask(void)
{
	const uint64_t most = TN_MM_WRITE | TN_MM_POPULATE;
	uint64_t pages = tn_client->user_quota;
	unsigned refused = 0;

	check(map(TN_CLIENT_LOW, pages + 1, most) == -TN_ENOMEM,
	      "more than the user quota is refused");
	while (map(TN_CLIENT_LOW, pages, most) == -TN_ENOMEM && pages > 1) {
		refused++;
		pages -= pages / 8 + 1;
	}
	check(pages > tn_client->user_quota / 2, "half of the quota can be had at once");
	for (uint64_t i = 0; i < pages; i++)
		*(volatile uint64_t *)(TN_CLIENT_LOW + i * PAGE) = i;
	check(tn_refill(tn_client->pool_quota + 1) == -TN_ENOMEM,
	      "more than the pool quota is refused");
	check(tn_refill((uint64_t)1 << 40) == -TN_ENOMEM, "so is a very large number");
	printf("was refused %u times and has %lu of %lu pages\n", refused + 3, (unsigned long)pages,
	       (unsigned long)tn_client->user_quota);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "ask";

	if (strcmp(what, "pages") == 0)
		touch(PAGE);
	else if (strcmp(what, "tables") == 0)
		touch(MIB_2);
	else
		ask();
	return strcmp(what, "ask") != 0;
}
