/*
 * test_model.c - random calls, half of them hostile, made to the kernel and to the reference
 * model (model.h): every answer, every frame, pool, slot and page must agree, and all invariants
 * hold. `./tenure random` is the same in millions of calls, and less often the comparison of all.
 *
 * TENURE_SEED (a number) and TENURE_CALLS (per paging mode and world) change the runs; a failure
 * prints both and the last calls.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model_play.h"
#include "world_check.h"

#define EPISODE 3000u /* calls before the world is made anew */

static uint64_t random_state, base_seed, seed;

uint64_t draw(uint64_t bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % bound;
}

/* --- runs ----------------------------------------------------------------------------------- */

static void stop_at_complaint(void)
{
	if (model_complaint[0] == '\0')
		return;
	play_tell();
	fail_msg("TENURE_SEED=%lu, episode %lu, call %lu: %s", base_seed, seed, play.count,
		 model_complaint);
}

static void look_around(uint64_t i)
{
	if (i % 16 == 0)
		model_compare(i % 64 == 0);
	stop_at_complaint();
	if (i % 128 == 0)
		assert_world_holds();
}

static void episode(const struct world_options *o, uint64_t calls)
{
	play_begin(o);
	play.between = assert_world_holds;
	for (uint64_t i = 0; i < calls; i++) {
		play_call();
		stop_at_complaint();
		look_around(i);
	}
	model_compare(true);
	stop_at_complaint();
	assert_world_holds();
	play_end();
}

static uint64_t setting(const char *name, uint64_t fallback)
{
	const char *text = getenv(name);

	return text != NULL ? strtoull(text, NULL, 0) : fallback;
}

static void run(const struct world_options *o, uint64_t which, uint64_t calls)
{
	calls = setting("TENURE_CALLS", calls);
	base_seed = setting("TENURE_SEED", 7);
	seed = base_seed * 100 + which;
	memset(&play, 0, sizeof(play));
	for (uint64_t done = 0; done < calls; done += EPISODE, seed += 1000) {
		random_state = seed;
		episode(o, calls - done < EPISODE ? calls - done : EPISODE);
	}
}

/* The runs mean something: most documented answers were met. */
static void assert_variety(void)
{
	static const int met[] = {0,         TN_ENOENT,   TN_EBADF,  TN_EPERM,  TN_ERANGE,
				  TN_EINVAL, TN_EFAULT,   TN_EACCES, TN_EEXIST, TN_EBUSY,
				  TN_ENXIO,  TN_EKERNEL,  TN_EUSER,  TN_EXDEV,  TN_ENOMEM,
				  TN_ESTALE, TN_ENOTABLE, TN_EDYING, TN_EAGAIN};

	if (getenv("TENURE_CALLS") != NULL)
		return;
	for (unsigned i = 0; i < sizeof(met) / sizeof(met[0]); i++)
		if (play.outcomes[met[i]] < 5)
			fail_msg("error %d was met %lu times", met[i],
				 (unsigned long)play.outcomes[met[i]]);
	for (unsigned i = TN_CALL_DEBUG_WRITE; i <= TN_CALL_IRQ_ACK; i++)
		if (play.done[i] < 20 && i != TN_CALL_SAVE_REPLY)
			fail_msg("call %u succeeded %lu times", i, (unsigned long)play.done[i]);
	if (play.utcbs_set < 20)
		fail_msg("a UTCB was set %lu times", (unsigned long)play.utcbs_set);
}

/* Frames of all kinds, two whole blocks of USER, some of it outside the window. */
static void mixed_world(unsigned levels, uint64_t calls)
{
	static const struct region regions[] = {
		{0x80000, 0x150, TN_KIND_USER}, {0x80150, 4, TN_KIND_BOOT},
		{0x80154, 4, TN_KIND_IMAGE},    {0x80158, 8, TN_KIND_HOLE},
		{0x80160, 0x4c0, TN_KIND_USER},
	};
	struct world_options o = {.levels = levels,
				  .regions = regions,
				  .region_count = 5,
				  .root_frames = 40,
				  .window_first = 0x80000,
				  .window_count = 0x610};

	run(&o, levels, calls);
	assert_variety();
}

/* So few frames that most calls want for some. */
static void poor_world(unsigned levels, uint64_t calls)
{
	static const struct region region = {0x80020, 0x60, TN_KIND_USER};
	struct world_options o = {.levels = levels,
				  .regions = &region,
				  .region_count = 1,
				  .root_frames = 12,
				  .asids = 1};

	run(&o, 10 + levels, calls);
}

static void model_agrees_in_sv39(void **state)
{
	(void)state;
	mixed_world(3, 48000);
}

static void model_agrees_in_sv48(void **state)
{
	(void)state;
	mixed_world(4, 48000);
}

static void model_agrees_in_sv57(void **state)
{
	(void)state;
	mixed_world(5, 48000);
}

static void model_agrees_where_frames_are_few(void **state)
{
	(void)state;
	for (unsigned levels = 3; levels <= 5; levels++)
		poor_world(levels, 24000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(model_agrees_in_sv39),
		cmocka_unit_test(model_agrees_in_sv48),
		cmocka_unit_test(model_agrees_in_sv57),
		cmocka_unit_test(model_agrees_where_frames_are_few),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
