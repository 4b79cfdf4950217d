/*
 * part_core.c - the ownership core: two kinds of RAM in three paging modes. See part.h.
 */
#include "model_play.h"
#include "outside.h"
#include "part.h"
#include "world_check.h"

#define WORLDS 6u
#define EPISODE 20000u

static void check(void)
{
	struct checker_report r;

	if (!world_holds(&r))
		outside_fail("I%u broken: %s (frame 0x%llx)", r.invariant, r.what,
			     (unsigned long long)r.frame);
}

static void stop_at_complaint(void)
{
	if (model_complaint[0] != '\0')
		outside_fail("%s", model_complaint);
}

/* Steps of long calls are many. */
static void check_seldom(void)
{
	static unsigned steps;

	if (++steps % 256 == 0)
		check();
}

/* Even: frames of all kinds, two whole blocks of USER, some of it outside the window. Odd: so few
 * frames that most calls want for some. */
static void begin(unsigned world_number)
{
	static const struct region mixed[] = {
		{0x80000, 0x150, TN_KIND_USER}, {0x80150, 4, TN_KIND_BOOT},
		{0x80154, 4, TN_KIND_IMAGE},    {0x80158, 8, TN_KIND_HOLE},
		{0x80160, 0x4c0, TN_KIND_USER},
	};
	static const struct region poor = {0x80020, 0x60, TN_KIND_USER};
	struct world_options o = {.levels = 3 + world_number / 2};

	if (world_number % 2 == 0) {
		o.regions = mixed;
		o.region_count = 5;
		o.root_frames = 40;
		o.window_first = 0x80000;
		o.window_count = 0x610;
	} else {
		o.regions = &poor;
		o.region_count = 1;
		o.root_frames = 12;
		o.asids = 1;
	}
	play_begin(&o);
	play.between = check_seldom;
}

static void call(void)
{
	play_call();
	stop_at_complaint();
}

static void compare(void)
{
	model_compare(true);
	stop_at_complaint();
	check();
}

static void finish(void)
{
}

const struct part part_core = {
	.name = "core",
	.worlds = WORLDS,
	.episode = EPISODE,
	.begin = begin,
	.call = call,
	.compare = compare,
	.finish = finish,
	.end = play_end,
	.tell = play_tell,
	.count = &play.count,
	.done = play.done,
	.refused = play.refused,
};
