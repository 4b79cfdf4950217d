/*
 * hog.c - takes all kernel memory that it can get, in each way it knows, until it is refused.
 */
#include <tenure/client.h>

#include "check.h"

#define BASE 0x1800000000ul
#define STRIDE 0x40000000ul
#define MOST 64u

/* A page in a GiB of its own costs two page tables. */
static unsigned take_tables(int64_t *error)
{
	unsigned taken = 0;

	while (taken < MOST && tn_map_memory((void *)(BASE + taken * STRIDE), 1,
					     TN_MM_WRITE | TN_MM_POPULATE, error))
		taken++;
	return taken;
}

static unsigned take_endpoints(int64_t *error)
{
	unsigned taken = 0;
	uint64_t number;

	while (taken < MOST && (*error = tn_endpoint_create(&number)) >= 0)
		taken++;
	return taken;
}

int main(void)
{
	struct tn_mm_statistics statistics;
	int64_t error = 0;
	unsigned taken = take_tables(&error);

	printf("%u sparse pages, then %s\n", taken, tn_error_name(error));
	check(error == -TN_ENOMEM || error == -TN_EOVERFLOW, "there is an end to it");
	taken = take_endpoints(&error);
	printf("%u endpoints, then %s\n", taken, tn_error_name(error));
	check(error < 0, "there is an end to it");
	check(!tn_map_memory(NULL, 1 << 20, TN_MM_WRITE | TN_MM_POPULATE, &error) &&
		      error == -TN_ENOMEM,
	      "4 GiB are refused");
	check(tn_refill(1000000) == -TN_ENOMEM, "a large refill is refused");
	check_done(tn_statistics(0, &statistics), "statistics");
	check(statistics.pool_used + statistics.pool_free <= statistics.pool_quota,
	      "the quota was kept");
	printf("%lu of %lu kernel frames, and still alive\n", (unsigned long)statistics.pool_used,
	       (unsigned long)statistics.pool_quota);
	return 0;
}
