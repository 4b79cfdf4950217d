/*
 * short.c - the short ways of call, of reply_recv and of page faults against the full ones: the same
 * scripts in two worlds, which must look alike after every deed.
 *
 * Boot arguments: seed=N and deeds=N of the random scripts; asids=N: so many processes begin and end
 * after each of their deeds, and there are no other scripts. tick= must be long: where a turn ends
 * is no part of the comparison.
 */
#include <stdio.h>
#include <stdlib.h>

#include "guest.h"
#include "scripts.h"
#include "stage.h"
#include "tap.h"

static uint64_t number(const char *key, uint64_t otherwise)
{
	const char *text = guest_argument(key);

	return *text == '\0' ? otherwise : strtoul(text, NULL, 10);
}

int main(void)
{
	uint64_t asids = number("asids", 0), deeds = number("deeds", 10000);

	guest_fill(TN_SLOT_POOL, 400);
	if (asids == 0) {
		scripts_messages();
		scripts_partners();
		scripts_faults();
	}
	scripts_random(number("seed", 1), deeds, asids);
	/* else nothing has been compared; of random deeds it is every third or so */
	tap_ok(stage_short_ways() > deeds / 10, "the short ways were taken");
	printf("# %lu times\n", stage_short_ways());
	return tap_end();
}
