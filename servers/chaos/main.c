/*
 * main.c - chaos: a hostile first server. Makes random calls with all the rights of a memory
 * manager, or with few, and then takes back all that it has built.
 *
 * Boot arguments: calls=N, seed=N, rights=all or rights=dropped, trace=N. What it spares, and why,
 * stands in harm.c. Ends the machine with status 0 only if each answer was one that calls.h lists,
 * and at the end each frame is as it was at boot.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tenure/user.h>

#include "ground.h"
#include "harm.h"
#include "helpers.h"
#include "holdings.h"
#include "keeper.h"
#include "mix.h"
#include "randomness.h"
#include "reckoning.h"
#include "slots.h"
#include "storm.h"
#include "tally.h"

#define CALLS 10000000u
#define SEED 1u
#define SEED_FRAMES 64u /* of the root pool, to begin with */

/* The last of the boot arguments that begins with `key`, an equals sign behind it; or NULL. */
static const char *argument(const char *key)
{
	size_t length = strlen(key);
	const char *found = NULL;

	for (const char *at = tn_boot->args; (at = strstr(at, key)) != NULL; at += length)
		if ((at == tn_boot->args || at[-1] == ' ') && at[length] == '=')
			found = at + length + 1;
	return found;
}

static _Noreturn void refuse(const char *key)
{
	printf("chaos: the boot argument %s is malformed\n", key);
	exit(EXIT_FAILURE);
}

static uint64_t number_argument(const char *key, uint64_t otherwise)
{
	const char *text = argument(key);
	char *end;
	uint64_t number;

	if (text == NULL)
		return otherwise;
	number = strtoul(text, &end, 0);
	if (end == text || (*end != ' ' && *end != '\0') || *text == '-')
		refuse(key);
	return number;
}

/* rights=dropped */
static bool rights_argument(void)
{
	const char *text = argument("rights");
	size_t length = text != NULL ? strcspn(text, " ") : 0;

	if (text == NULL || (length == 3 && memcmp(text, "all", 3) == 0))
		return false;
	if (length != 7 || memcmp(text, "dropped", 7) != 0)
		refuse("rights");
	return true;
}

/* Slots, own frames, the keeper. */
static bool prepare(bool drop)
{
	if (!ground_start() ||
	    tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, ground_spare(SEED_FRAMES), SEED_FRAMES)
			    .code != 0 ||
	    tn_create(TN_KIND_CAPS, TN_SLOT_PROCESS, TN_ANY, TN_NONE, PAGE_WORK, 0).code != 0 ||
	    tn_create(TN_KIND_CAPS, TN_SLOT_PROCESS, TN_ANY, TN_NONE, PAGE_ANCHORS, 0).code != 0)
		return false;
	return helpers_start() && keeper_start() && (!drop || keeper_drop_rights());
}

int main(void)
{
	struct storm storm = {number_argument("calls", CALLS), number_argument("trace", 0)};
	uint64_t seed = number_argument("seed", SEED), start;
	bool drop = rights_argument(), good;

	printf("chaos: %lu calls, seed %lu, %s\n", (unsigned long)storm.calls, (unsigned long)seed,
	       drop ? "rights dropped" : "all rights");
	randomness_start(seed);
	holdings_start();
	mix_start();
	tally_start();
	reckoning_start();
	if (!prepare(drop)) {
		printf("chaos: the machine is too small\n");
		return EXIT_FAILURE;
	}
	start = tn_clock();
	good = storm_run(&storm);
	start = tn_clock() - start;
	keeper_restore_rights();
	tally_show();
	harm_show();
	printf("\nchaos: %lu calls in %lu ms: %lu done, %lu refused; %lu spared; "
	       "%lu times woken; digest %016lx\n",
	       (unsigned long)tally_made(), (unsigned long)(start * 1000 / tn_boot->timebase),
	       (unsigned long)tally_done(), (unsigned long)(tally_made() - tally_done()),
	       (unsigned long)harm_spared(), (unsigned long)keeper_wakes(),
	       (unsigned long)storm_digest());
	good = reckoning_make() && good;
	if (!good)
		printf("chaos: FAILED: seed %lu, %s\n", (unsigned long)seed,
		       drop ? "rights dropped" : "all rights");
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
