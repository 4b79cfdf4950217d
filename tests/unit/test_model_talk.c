/*
 * test_model_talk.c - random calls of all threads of the crew, compared with the model of threads
 * and messages after each: states, registers, words, queues, slots, and who runs. Threads and
 * endpoints die and are born again, capabilities travel and are revoked, processes end in steps
 * while their threads go on talking.
 *
 * TENURE_SEED, TENURE_CALLS: another run. TENURE_TRACE: every call on standard error.
 */
#include <stdio.h>
#include <stdlib.h>

#include "crew.h"
#include "draw.h"
#include "talk_play.h"
#include "world_check.h"

#define EPISODE 800u
#define CALLS 100000u

static uint64_t base_seed, random_state, call_count;
static bool trace;
static char scene[80];

uint64_t draw(uint64_t bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % bound;
}

static void note(const struct talk_made *m)
{
	if (trace)
		fprintf(stderr, "# %llu: thread %u: call %llu (0x%llx, 0x%llx) = %lld\n",
			(unsigned long long)call_count, m->thread, (unsigned long long)m->number,
			(unsigned long long)m->a[0], (unsigned long long)m->a[1],
			(long long)m->code);
	call_count++;
	snprintf(scene, sizeof(scene), "TENURE_SEED=%llu, call %llu", (unsigned long long)base_seed,
		 (unsigned long long)call_count);
}

static void episode(uint64_t calls)
{
	uint64_t end = call_count + calls;

	talk_play_begin();
	while (call_count < end)
		talk_play_call();
	talk_play_end();
	assert_world_holds();
	crew_end(NULL);
}

static uint64_t setting(const char *name, uint64_t fallback)
{
	const char *text = getenv(name);

	return text != NULL ? strtoull(text, NULL, 0) : fallback;
}

/* The run means something: each answer and each call was met more than now and then. */
static void assert_variety(void)
{
	static const int met[] = {TN_OK,     TN_ENOENT, TN_EBADF,  TN_EPERM,  TN_ERANGE,
				  TN_EINVAL, TN_EEXIST, TN_EBUSY,  TN_ESTALE, TN_EAGAIN,
				  TN_EPEER,  TN_EDYING, TN_ENOTSUP};

	for (unsigned i = 0; i < sizeof(met) / sizeof(met[0]); i++)
		if (talk_play.outcomes[met[i]] < 10)
			fail_msg("error %d was met %u times", met[i],
				 (unsigned)talk_play.outcomes[met[i]]);
	if (talk_play.timed_out < 300 || talk_play.late < 100)
		fail_msg("%u waits timed out, %u did so at once", (unsigned)talk_play.timed_out,
			 (unsigned)talk_play.late);
	for (unsigned i = TN_CALL_THREAD_INFO; i < TN_CALL_COUNT; i++)
		if (talk_play.done[i] + talk_play.refused[i] < 50)
			fail_msg("call %u was made %u times", i,
				 (unsigned)(talk_play.done[i] + talk_play.refused[i]));
}

static void model_agrees(void **state)
{
	uint64_t calls = setting("TENURE_CALLS", CALLS);

	(void)state;
	base_seed = setting("TENURE_SEED", 7);
	trace = getenv("TENURE_TRACE") != NULL;
	random_state = base_seed;
	talk.scene = scene;
	talk_play.after = note;
	talk_play.check = assert_world_holds;
	while (call_count < calls)
		episode(EPISODE);
	if (getenv("TENURE_CALLS") == NULL)
		assert_variety();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(model_agrees),
	};

	return cmocka_run_group_tests_name("model_talk", tests, NULL, NULL);
}
