/*
 * test_talk.c - random calls of all threads of the crew, who stop, die and are born again in
 * between; after each all invariants hold, and at last nobody waits for somebody who is gone.
 *
 * TEST_SEED: another run. It is printed on failure.
 */
#include "message.h"

#include <stdlib.h>

#include "cap.h"
#include "crew.h"
#include "ipc_check.h"
#include "process.h"
#include "sched.h"

#define STEPS 600u
#define WORLDS 4u
#define SLOTS 6u /* from 40 on: REPLYs and whatever arrives */

static uint64_t seed, random_state;

static uint64_t draw(uint64_t n)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % n;
}

static struct thread *thread_any(void)
{
	return host_memory(crew_slot(crew.boss, CREW_THREAD + draw(CREW_THREADS))->frame);
}

static uint64_t info_any(void)
{
	uint64_t words = draw(4) == 0 ? TN_MESSAGE_WORDS : draw(8);

	if (draw(3) != 0)
		return TN_INFO(draw(4), words);
	return TN_INFO_WITH(draw(4), words, draw(2) ? 40 + draw(SLOTS) : SLOT_E);
}

static uint64_t endpoint_any(void)
{
	uint64_t d = draw(16);

	return d < 12 ? SLOT_E : d < 15 ? 12 : 40 + draw(SLOTS);
}

static void thread_speaks(struct thread *t)
{
	static const uint64_t numbers[] = {TN_CALL_CALL,     TN_CALL_CALL,       TN_CALL_RECV,
					   TN_CALL_RECV,     TN_CALL_REPLY,      TN_CALL_REPLY_RECV,
					   TN_CALL_REPLY_TO, TN_CALL_REPLY_RECV, TN_CALL_SEND};
	uint64_t number = numbers[draw(9)], slot = endpoint_any();

	if (number == TN_CALL_RECV && draw(8) == 0)
		slot = TN_NONE;
	if (number == TN_CALL_REPLY_TO)
		slot = 40 + draw(SLOTS);
	t->utcb->receive_slot = 40 + draw(SLOTS);
	t->utcb->signal_mask = draw(4);
	crew_say(t, number, slot, info_any(), draw(1000));
}

static void thread_acts(struct thread *t)
{
	switch (draw(16)) {
	case 0:
		crew_fault(t, TN_FAULT_LOAD, draw(1000));
		break;
	case 1:
		crew_do(t, TN_CALL_THREAD_EXIT, draw(9), 0, 0, 0, 0, 0);
		break;
	case 2:
	case 3:
		crew_do(t, TN_CALL_SAVE_REPLY, 40 + draw(SLOTS), 0, 0, 0, 0, 0);
		break;
	case 4:
		crew_do(t, TN_CALL_CAP_DELETE, TN_SELF, 40 + draw(SLOTS), 0, 0, 0, 0);
		break;
	case 5:
		crew_do(t, TN_CALL_YIELD, 0, 0, 0, 0, 0, 0);
		break;
	default:
		thread_speaks(t);
		break;
	}
}

static void configure(uint64_t slot, uint64_t what, uint64_t fault)
{
	struct tn_thread_config *c = (void *)crew.boss->utcb->words;
	uint64_t i = slot - CREW_THREAD;

	crew_become(crew.boss);
	c->priority = draw(CREW_CEILING + 1);
	c->pc = 0x10000;
	crew_do(crew.boss, TN_CALL_THREAD_CONFIGURE, slot, what, TN_SLOT_FRAMES, crew.utcb[i],
		0x100000 + i * TN_FRAME_SIZE, fault);
}

static void thread_replace(uint64_t slot)
{
	uint64_t i = slot - CREW_THREAD, process = i < CREW_SERVERS ? CREW_SERVER : CREW_CLIENT;

	crew_do(crew.boss, TN_CALL_DESTROY, slot, 0, 0, 0, 0, 0);
	crew_do(crew.boss, TN_CALL_CREATE, TN_KIND_THREAD, process, TN_ANY, TN_NONE, slot, 0);
	crew_do(crew.boss, TN_CALL_UNMAP, process, 0x100000 + i * TN_FRAME_SIZE, 1, 0, 0, 0);
	configure(slot, 1 + 2 + 4 + 8, CREW_FAULTS);
	crew_do(crew.boss, TN_CALL_THREAD_RESUME, slot, 0, 0, 0, 0, 0);
}

static void second_endpoint_replace(void)
{
	crew_do(crew.boss, TN_CALL_DESTROY, CREW_SPARE, 0, 0, 0, 0, 0);
	crew_do(crew.boss, TN_CALL_CAP_DELETE, CREW_SERVER, 12, 0, 0, 0, 0);
	crew_do(crew.boss, TN_CALL_CAP_DELETE, CREW_CLIENT, 12, 0, 0, 0, 0);
	crew_do(crew.boss, TN_CALL_CREATE, TN_KIND_ENDPOINT, CREW_CLIENT, TN_ANY, TN_NONE,
		CREW_SPARE, 0);
	crew_hand(CREW_SPARE, crew.server[0], 12, TN_RIGHTS_ALL, 0);
	crew_hand(CREW_SPARE, crew.client[0], 12, TN_RIGHTS_ALL, 0);
}

static void boss_acts(void)
{
	uint64_t slot = CREW_THREAD + draw(CREW_THREADS);

	switch (draw(12)) {
	case 0:
		crew_do(crew.boss, TN_CALL_THREAD_SUSPEND, slot, 0, 0, 0, 0, 0);
		break;
	case 1:
		if (draw(4) == 0)
			thread_replace(slot);
		break;
	case 2:
		if (draw(8) == 0)
			second_endpoint_replace();
		break;
	case 3:
		crew_do(crew.boss, TN_CALL_SIGNAL, slot, draw(8), 0, 0, 0, 0);
		break;
	case 4:
		configure(slot, 8 + draw(2) * 4, draw(4) == 0 ? TN_NONE : CREW_FAULTS);
		break;
	case 5:
		crew_do(crew.boss, TN_CALL_CAP_DELETE, draw(2) ? CREW_SERVER : CREW_CLIENT,
			40 + draw(SLOTS), 0, 0, 0, 0);
		break;
	default:
		crew_do(crew.boss, TN_CALL_THREAD_RESUME, slot, 0, 0, 0, 0, 0);
		break;
	}
}

/* Its process has gone: whoever stays waits for nobody. */
static void end_of_one_side(uint64_t process, uint64_t other)
{
	struct process *p = host_memory(crew_slot(crew.boss, other)->frame);

	while (crew_do(crew.boss, TN_CALL_DESTROY, process, TN_FLAG_STEP, 0, 0, 0, 0).code != 0)
		;
	for (struct thread *t = p->threads; t != NULL; t = t->next) {
		if (t->partner != NULL)
			assert_ptr_equal(t->partner->process, p);
		if (t->caller != NULL)
			assert_ptr_equal(t->caller->process, p);
		if (t->endpoint != NULL)
			assert_ptr_equal(t->endpoint->process, p);
	}
}

static void talk(void **state)
{
	for (unsigned w = 0; w < WORLDS; w++) {
		random_state = seed + w;
		crew_make(state);
		second_endpoint_replace();
		for (unsigned i = 0; i < STEPS; i++) {
			struct thread *t = thread_any();

			if (t->state == TN_THREAD_RUNNING && draw(4) != 0)
				thread_acts(t);
			else
				boss_acts();
		}
		end_of_one_side(w % 2 ? CREW_SERVER : CREW_CLIENT,
				w % 2 ? CREW_CLIENT : CREW_SERVER);
		crew_end(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(talk),
	};
	const char *text = getenv("TEST_SEED");
	int failed;

	seed = text != NULL ? strtoull(text, NULL, 0) : 1;
	failed = cmocka_run_group_tests_name("talk", tests, NULL, NULL);
	if (failed != 0)
		print_message("# TEST_SEED=%llu\n", (unsigned long long)seed);
	return failed;
}
