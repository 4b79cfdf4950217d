/*
 * forkbomb.c - spawns itself as often as it is let, each child with half of what is left.
 */
#include <string.h>
#include <tenure/client.h>
#include <tenure/user.h>

#include "check.h"

static unsigned bomb(int64_t *error)
{
	unsigned children = 0;
	struct tn_mm_statistics left;

	do {
		check_done(tn_statistics(0, &left), "statistics");
		*error = tn_spawn("forkbomb child", left.pool_quota / 3, left.user_quota / 3,
				  tn_client->priority);
		children += *error >= 0;
	} while (*error >= 0);
	return children;
}

int main(int argc, char **argv)
{
	int64_t error;
	unsigned children = bomb(&error);
	unsigned ended = 0;

	if (argc > 1 && strcmp(argv[1], "child") == 0) {
		for (unsigned i = 0; i < 1000; i++)
			tn_yield();
		return 0;
	}
	while (tn_wait(0, NULL) == 0)
		ended++;
	check(ended == children, "every child ended");
	printf("%u children of its own, then %s\n", children, tn_error_name(error));
	return 0;
}
