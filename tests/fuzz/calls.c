/*
 * calls.c - the target `calls`: any bytes as up to 128 system calls, made to the kernel and to the
 * models. The first byte names the part of the calls, the paging mode and the world; then
 * every RECORD bytes are the chance of one step (draw.h): so a byte that changes changes one call.
 *
 * Answers are compared after each call, everything, and all invariants, each few and at the end.
 */
#include <string.h>

#include "crew.h"
#include "draw.h"
#include "model_play.h"
#include "outside.h"
#include "talk_play.h"
#include "target.h"
#include "world_check.h"

#define RECORD 24u
#define STEPS 128u
#define OFTEN 16u /* steps between comparisons of everything */

static const uint8_t *chance, *chance_end;

/* Beyond the record there are zeros. */
uint64_t draw(uint64_t bound)
{
	unsigned bytes = bound <= 256 ? 1 : bound <= 65536 ? 2 : 4;
	uint64_t number = 0;

	while (bytes-- > 0)
		number = number << 8 | (chance < chance_end ? *chance++ : 0);
	return number % bound;
}

/* The next record; false where there is none. */
static bool record_take(const uint8_t **data, size_t *size)
{
	size_t n = *size < RECORD ? *size : RECORD;

	chance = *data;
	chance_end = chance + n;
	*data += n;
	*size -= n;
	return n != 0;
}

static void check(void)
{
	struct checker_report r;

	if (!world_holds(&r))
		outside_fail("I%u broken: %s (frame 0x%llx)", r.invariant, r.what,
			     (unsigned long long)r.frame);
}

/* --- frames, pools, capabilities, spaces ----------------------------------------------------- */

static void stop_at_complaint(void)
{
	if (model_complaint[0] == '\0')
		return;
	play_tell();
	outside_fail("%s", model_complaint);
}

/* Frames of all kinds, few of them, one whole block of USER. */
static void core_begin(uint8_t choice)
{
	static const struct region regions[] = {
		{0x801c0, 0x40, TN_KIND_USER}, {0x80200, 0x200, TN_KIND_USER},
		{0x80400, 4, TN_KIND_BOOT},    {0x80404, 2, TN_KIND_IMAGE},
		{0x80406, 2, TN_KIND_HOLE},    {0x80408, 0x18, TN_KIND_USER},
	};
	struct world_options o = {
		.levels = 3 + choice % 3,
		.regions = regions,
		.region_count = 6,
		.root_frames = choice & 16 ? 40 : 14,
		.asids = choice & 32 ? 1 : 16,
		.window_first = 0x801c0,
		.window_count = 0x258,
	};

	play_begin(&o);
	play.between = check;
}

static void core_run(uint8_t choice, const uint8_t *data, size_t size)
{
	core_begin(choice);
	for (unsigned i = 1; i <= STEPS && record_take(&data, &size); i++) {
		play_call();
		stop_at_complaint();
		if (i % OFTEN == 0) {
			model_compare(true);
			check();
		}
	}
	model_compare(true);
	stop_at_complaint();
	check();
	play_end();
}

/* --- threads and messages -------------------------------------------------------------------- */

static void talk_run(const uint8_t *data, size_t size)
{
	talk.scene = "talk";
	talk.seldom = true;
	record_take(&data, &size);
	talk_play_begin();
	for (unsigned i = 1; i <= STEPS && record_take(&data, &size); i++) {
		talk_play_call();
		if (i % OFTEN == 0) {
			talk_compare();
			check();
		}
	}
	chance = chance_end = NULL;
	talk_play_end();
	talk_compare();
	check();
	crew_end(NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] & 128)
		talk_run(data + 1, size - 1);
	else
		core_run(data[0], data + 1, size - 1);
	return 0;
}
