/*
 * test_deadline.c - until when threads wait: the ordered set beside a plain sorted array, step by
 * step; and receiving with a deadline, however the wait ends.
 *
 * TENURE_SEED: another run.
 */
#include "deadline.h"

#include <port/current.h>
#include <stdlib.h>
#include <string.h>

#include "cap.h"
#include "crew.h"
#include "ipc_check.h"
#include "process.h"
#include "sched.h"

#define THREADS 96u
#define STEPS 20000u
#define FIRE_MOST 16u /* woken by one timer interrupt */
#define DEPTH_MOST 32u
#define INFO TN_INFO(5, 7)

static uint64_t random_state;

static uint64_t draw(uint64_t n)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % n;
}

/* --- the set beside an array ----------------------------------------------------------------- */

/* No threads of the world: only what the set, and the end of a wait, look at. */
static struct thread threads[THREADS];

/* Those who have a deadline, the earliest first. */
static struct thread *sorted[THREADS];
static uint64_t until[THREADS]; /* of sorted[i] */
static unsigned count;

static void sorted_add(struct thread *t, uint64_t at)
{
	unsigned i = count++;

	for (; i > 0 && until[i - 1] > at; i--) {
		until[i] = until[i - 1];
		sorted[i] = sorted[i - 1];
	}
	until[i] = at;
	sorted[i] = t;
}

static unsigned sorted_find(const struct thread *t)
{
	unsigned i = 0;

	while (i < count && sorted[i] != t)
		i++;
	return i;
}

/* Its deadline. */
static uint64_t sorted_remove(const struct thread *t)
{
	unsigned i = sorted_find(t);
	uint64_t at;

	assert_true(i < count);
	at = until[i];
	for (count--; i < count; i++) {
		until[i] = until[i + 1];
		sorted[i] = sorted[i + 1];
	}
	return at;
}

/* t lies `depth` below the top, where its number leads, and is as the array says. */
static void assert_in_place(const struct thread *t, unsigned depth, uint32_t path)
{
	unsigned i = sorted_find(t);

	assert_true(depth <= DEPTH_MOST);
	assert_int_equal(depth < 32 ? t->self & (((uint32_t)1 << depth) - 1) : t->self, path);
	assert_true(i < count);
	assert_int_equal(t->deadline, until[i]);
	for (unsigned side = 0; side < 2; side++)
		if (t->later[side] != NULL)
			assert_true(t->later[side]->deadline >= t->deadline);
}

/* Walks the tree: all of the array are in it once. */
static void assert_set(void)
{
	struct {
		const struct thread *t;
		unsigned depth;
		uint32_t path;
	} left[THREADS + 1] = {{current->hart->deadlines, 0, 0}};
	unsigned n = left[0].t != NULL, seen = 0;

	while (n > 0) {
		const struct thread *t = left[--n].t;
		unsigned depth = left[n].depth;
		uint32_t path = left[n].path;

		assert_true(++seen <= count);
		assert_in_place(t, depth, path);
		for (uint32_t side = 0; side < 2; side++)
			if (t->later[side] != NULL) {
				assert_true(depth < DEPTH_MOST && n <= THREADS);
				left[n].t = t->later[side];
				left[n].depth = depth + 1;
				left[n++].path = path | side << depth;
			}
	}
	assert_int_equal(seen, count);
	if (count > 0)
		assert_int_equal(current->hart->deadlines->deadline, until[0]);
}

/* The timer rings in time; exactly then, if it has just been set. */
static void assert_timer(bool just_set)
{
	uint64_t first = count > 0 ? until[0] : TN_ANY;

	assert_true(host_timer <= first);
	if (just_set)
		assert_int_equal(host_timer, first);
}

static void set(struct thread *t, uint64_t at)
{
	t->state = TN_THREAD_RECEIVES;
	t->direct = &process_none;
	deadline_set(t, at);
	sorted_add(t, at);
	assert_set();
	assert_timer(current->hart->deadlines == t);
}

static void cancel(struct thread *t)
{
	sorted_remove(t);
	deadline_cancel(t);
	assert_int_equal(t->deadline, DEADLINE_NONE);
	assert_set();
	assert_timer(false);
}

/* How many of the first FIRE_MOST are due. */
static unsigned due(void)
{
	unsigned n = 0;

	while (n < count && n < FIRE_MOST && until[n] <= host_clock)
		n++;
	return n;
}

/* The threads woken stand in one queue, in the order in which they were. */
static void fire(void)
{
	unsigned expected = due(), woken = 0;
	uint64_t times[FIRE_MOST];
	struct thread *t;

	memcpy(times, until, sizeof(times));
	deadline_fire(current->hart);
	for (; (t = threads[0].line->first) != NULL; woken++) {
		assert_true(woken < expected);
		assert_int_equal(sorted_remove(t), times[woken]);
		assert_int_equal(t->state, TN_THREAD_RUNNING);
		assert_int_equal(t->registers[REGISTER_A0], -(int64_t)TN_ETIMEDOUT);
		assert_int_equal(t->deadline, DEADLINE_NONE);
		assert_ptr_equal(t->direct, t->process);
		sched_unready(t);
		t->registers[REGISTER_A0] = 0;
	}
	assert_int_equal(woken, expected);
	assert_set();
	assert_timer(true);
}

static struct thread *with_deadline(bool wanted)
{
	for (unsigned i = 0, start = (unsigned)draw(THREADS); i < THREADS; i++) {
		struct thread *t = &threads[(start + i) % THREADS];

		if ((t->deadline != DEADLINE_NONE) == wanted)
			return t;
	}
	return NULL;
}

/* spread: how far ahead deadlines lie; 1: all at the same time. */
static void step(uint64_t spread, uint64_t to_set)
{
	struct thread *t = with_deadline(draw(100) >= to_set);

	if (draw(60) == 0 || t == NULL) {
		host_clock += draw(spread / 4 + 2);
		fire();
	} else if (t->deadline == DEADLINE_NONE) {
		set(t, host_clock + 1 + draw(spread));
	} else {
		cancel(t);
	}
}

/* Frame numbers: neighbours, any, and such that the tree becomes as deep as it can. */
static uint32_t number_of(unsigned pattern, unsigned i)
{
	switch (pattern) {
	case 0:
		return 0x80000 + i;
	case 1:
		return (uint32_t)(i * 0x9e3779b1u);
	case 2:
		return i << 25 | 0x155555; /* differ at the top alone */
	default:
		return i < 32 ? (uint32_t)1 << i : i < 64 ? ~((uint32_t)1 << (i - 32)) : i * 3;
	}
}

static void threads_make(unsigned pattern)
{
	memset(threads, 0, sizeof(threads));
	count = 0;
	for (unsigned i = 0; i < THREADS; i++) {
		threads[i].self = number_of(pattern, i);
		threads[i].process = world.process;
		threads[i].state = TN_THREAD_RECEIVES;
		sched_place(&threads[i], current->hart, 7);
	}
}

static void drain(void)
{
	host_clock = TN_ANY - 1;
	while (count > 0)
		fire();
	fire();
	assert_null(current->hart->deadlines);
	assert_int_equal(host_timer, TN_ANY);
}

/* By turns more are set than cancelled, and the other way round. */
static void agrees_with_an_array(void **state)
{
	static const uint64_t spreads[] = {1, 5, 300, 20000};
	const char *seed = getenv("TENURE_SEED");

	(void)state;
	random_state = seed != NULL ? strtoull(seed, NULL, 0) : 3;
	print_message("# TENURE_SEED=%llu\n", (unsigned long long)random_state);
	for (unsigned pattern = 0; pattern < 4; pattern++) {
		world_make(NULL);
		threads_make(pattern);
		for (unsigned i = 0; i < STEPS; i++)
			step(spreads[i / 97 % 4], i / 500 % 2 ? 40 : 70);
		drain();
		world_end();
	}
}

static void is_as_deep_as_numbers_are_long(void **state)
{
	unsigned depth = 0;

	(void)state;
	world_make(NULL);
	threads_make(0);
	for (unsigned i = 0; i <= DEPTH_MOST; i++) { /* the same side i times */
		threads[i].self = i < 32 ? (uint32_t)1 << i : 0;
		set(&threads[i], 100 + i);
	}
	for (const struct thread *t = current->hart->deadlines; t != NULL; t = t->later[0])
		depth++;
	assert_int_equal(depth, DEPTH_MOST + 1);
	for (unsigned i = 0; i <= DEPTH_MOST; i++)
		cancel(&threads[i * 5 % (DEPTH_MOST + 1)]);
	assert_null(current->hart->deadlines);
	world_end();
}

static void wakes_some_at_a_time(void **state)
{
	(void)state;
	world_make(NULL);
	threads_make(1);
	for (unsigned i = 0; i < 40; i++)
		set(&threads[i], 1000 + i % 4);
	host_clock = 999;
	fire();
	assert_int_equal(count, 40);
	host_clock = 1000; /* ten of them */
	fire();
	assert_int_equal(count, 30);
	host_clock = 5000;
	fire();
	assert_int_equal(count, 14);
	assert_true(host_timer < host_clock); /* rings again at once */
	fire();
	assert_int_equal(count, 0);
	world_end();
}

/* --- receiving with a deadline --------------------------------------------------------------- */

static struct thread *s, *c;

static int setup(void **state)
{
	int result = crew_make(state);

	s = crew.server[0];
	c = crew.client[0];
	host_clock = 1000;
	return result;
}

static void recv_until(struct thread *t, uint64_t slot, uint64_t at)
{
	t->utcb->deadline = at;
	crew_say(t, TN_CALL_RECV, slot, TN_INFO_TIMED, 0);
}

static void rings_at(uint64_t clock)
{
	host_clock = clock;
	deadline_fire(current->hart);
	assert_ipc_holds();
}

static int64_t boss_does(uint64_t number, uint64_t a0, uint64_t a1)
{
	return crew_do(crew.boss, number, a0, a1, 0, 0, 0, 0).code;
}

static void assert_waits_until(const struct thread *t, uint64_t at)
{
	assert_state(t, TN_THREAD_RECEIVES);
	assert_int_equal(t->deadline, at);
	assert_int_equal(host_timer, at);
}

/* The wait is over, and it was not the deadline that ended it: the time may come. */
static void assert_forgotten(const struct thread *t)
{
	uint64_t a0 = t->registers[REGISTER_A0];
	uint64_t state = t->state;

	assert_int_equal(t->deadline, DEADLINE_NONE);
	assert_null(current->hart->deadlines);
	rings_at(9999);
	assert_int_equal(t->state, state);
	assert_int_equal(t->registers[REGISTER_A0], a0);
	assert_int_equal(host_timer, TN_ANY);
}

static void ends_at_an_endpoint(void **state)
{
	(void)state;
	recv_until(s, SLOT_E, 1500);
	assert_waits_until(s, 1500);
	rings_at(1499);
	assert_waits_until(s, 1500);
	rings_at(1500);
	assert_failed(s, TN_ETIMEDOUT);
	assert_null(crew.endpoint->receivers.first);
	crew_call(c, INFO, 1);
	assert_state(c, TN_THREAD_CALLS);
	crew_recv(s);
	assert_heard(s, INFO, 1, CREW_BADGE);
}

static void ends_among_others(void **state)
{
	(void)state;
	crew_recv(crew.server[1]);
	recv_until(s, SLOT_E, 1500);
	crew_recv(crew.server[2]);
	rings_at(1600);
	assert_failed(s, TN_ETIMEDOUT);
	crew_call(c, INFO, 1);
	crew_call(crew.client[1], INFO, 2);
	assert_heard(crew.server[1], INFO, 1, CREW_BADGE);
	assert_heard(crew.server[2], INFO, 2, CREW_BADGE);
}

static void ends_without_endpoint(void **state)
{
	(void)state;
	recv_until(c, TN_NONE, 1500);
	assert_waits_until(c, 1500);
	rings_at(1500);
	assert_failed(c, TN_ETIMEDOUT);
}

static void is_past(void **state)
{
	static const uint64_t past[] = {0, 1, 999, 1000};

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (unsigned j = 0; j < 2; j++) {
			s->registers[REGISTER_A0] = 0;
			recv_until(s, j ? SLOT_E : TN_NONE, past[i]);
			assert_failed(s, TN_ETIMEDOUT);
			assert_ptr_equal(current, s);
			assert_int_equal(host_timer, TN_ANY);
		}
	recv_until(s, SLOT_E, 1001);
	assert_waits_until(s, 1001);
}

static void is_never(void **state)
{
	(void)state;
	recv_until(s, SLOT_E, TN_ANY);
	assert_state(s, TN_THREAD_RECEIVES);
	assert_null(current->hart->deadlines);
	assert_int_equal(host_timer, TN_ANY);
	crew_call(c, INFO, 1);
	assert_heard(s, INFO, 1, CREW_BADGE);
	recv_until(s, TN_NONE, TN_ANY - 1);
	assert_waits_until(s, TN_ANY - 1);
	rings_at(TN_ANY - 2);
	assert_state(s, TN_THREAD_RECEIVES);
}

/* What the UTCB says counts only where the info word asks for it, and only when the wait begins. */
static void is_read_once_and_if_asked(void **state)
{
	(void)state;
	s->utcb->deadline = 3;
	crew_recv(s);
	assert_state(s, TN_THREAD_RECEIVES);
	assert_null(current->hart->deadlines);
	recv_until(c, TN_NONE, 1500);
	c->utcb->deadline = 1100;
	rings_at(1499);
	assert_waits_until(c, 1500);
}

/* Who has come already is heard, however late it is. */
static void finds_what_waits(void **state)
{
	(void)state;
	crew_call(c, INFO, 1);
	recv_until(s, SLOT_E, 3);
	assert_heard(s, INFO, 1, CREW_BADGE);
	s->signals = 5;
	s->utcb->signal_mask = 4;
	recv_until(s, TN_NONE, 3);
	assert_state(s, TN_THREAD_RUNNING);
	assert_int_equal(s->registers[REGISTER_A0], 0);
	assert_int_equal(s->registers[REGISTER_INFO], TN_INFO(TN_LABEL_SIGNALS, 1));
	assert_failed(c, TN_EPEER); /* as any recv does to a caller without an answer */
}

static void reply_recv_answers_first(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		crew_call(c, INFO, 1);
		crew_recv(s);
		s->utcb->deadline = i ? 3 : 1500;
		assert_int_equal(crew_say(s, TN_CALL_REPLY_RECV, SLOT_E, INFO | TN_INFO_TIMED, 2),
				 0);
		assert_heard(c, INFO, 2, 0);
		if (i == 0) {
			assert_waits_until(s, 1500);
			rings_at(1500);
		}
		assert_failed(s, TN_ETIMEDOUT);
	}
}

/* The bit that asks for a deadline is between the thread and the kernel. */
static void bit_does_not_travel(void **state)
{
	(void)state;
	crew_recv(s);
	s->utcb->deadline = c->utcb->deadline = 3;
	assert_int_equal(crew_say(c, TN_CALL_CALL, SLOT_E, INFO | TN_INFO_TIMED, 1), 0);
	assert_heard(s, INFO, 1, CREW_BADGE);
	assert_state(c, TN_THREAD_AWAITS);
	assert_int_equal(crew_say(s, TN_CALL_REPLY, 0, INFO | TN_INFO_TIMED, 2), 0);
	assert_heard(c, INFO, 2, 0);
	assert_null(current->hart->deadlines);
}

/* --- whatever else ends the wait ------------------------------------------------------------- */

static void call_comes(void **state)
{
	(void)state;
	recv_until(s, SLOT_E, 1500);
	crew_call(c, INFO, 1);
	assert_heard(s, INFO, 1, CREW_BADGE);
	assert_forgotten(s);
}

static void send_comes(void **state)
{
	(void)state;
	recv_until(s, SLOT_E, 1500);
	assert_int_equal(crew_say(c, TN_CALL_SEND, SLOT_E, INFO, 1), 0);
	assert_forgotten(s);
}

static void fault_comes(void **state)
{
	(void)state;
	recv_until(s, SLOT_E, 1500);
	crew_fault(c, TN_FAULT_LOAD, 8);
	assert_int_equal(s->registers[REGISTER_INFO], TN_INFO(TN_LABEL_FAULT, 3));
	assert_forgotten(s);
}

static void signal_comes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		host_clock = 1000;
		s->utcb->signal_mask = 4;
		recv_until(s, i ? TN_NONE : SLOT_E, 1500);
		assert_int_equal(boss_does(TN_CALL_SIGNAL, CREW_THREAD, 3), 0);
		assert_waits_until(s, 1500);
		assert_int_equal(boss_does(TN_CALL_SIGNAL, CREW_THREAD, 4), 0);
		assert_int_equal(s->registers[REGISTER_INFO], TN_INFO(TN_LABEL_SIGNALS, 1));
		assert_forgotten(s);
	}
}

static void is_suspended(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		host_clock = 1000;
		recv_until(s, i ? TN_NONE : SLOT_E, 1500);
		assert_int_equal(boss_does(TN_CALL_THREAD_SUSPEND, CREW_THREAD, 0), 0);
		assert_state(s, TN_THREAD_STOPPED);
		assert_forgotten(s);
		assert_int_equal(boss_does(TN_CALL_THREAD_RESUME, CREW_THREAD, 0), 0);
		assert_failed(s, TN_EINTR);
	}
}

static void thread_ends(void **state)
{
	(void)state;
	recv_until(crew.server[1], SLOT_E, 1400);
	recv_until(s, SLOT_E, 1500);
	recv_until(crew.server[2], TN_NONE, 1600);
	recv_until(c, TN_NONE, 1550);
	assert_int_equal(boss_does(TN_CALL_DESTROY, CREW_THREAD + 1, 0), 0);
	assert_int_equal(boss_does(TN_CALL_DESTROY, CREW_SERVER, 0), 0);
	assert_ptr_equal(current->hart->deadlines, c);
	rings_at(1400);
	assert_waits_until(c, 1550);
	rings_at(1550);
	assert_failed(c, TN_ETIMEDOUT);
}

static void endpoint_ends(void **state)
{
	(void)state;
	recv_until(s, SLOT_E, 1500);
	assert_int_equal(boss_does(TN_CALL_DESTROY, CREW_ENDPOINT, 0), 0);
	assert_failed(s, TN_EPEER);
	assert_forgotten(s);
}

/* --- who goes on when time is up ------------------------------------------------------------- */

static void priority(const struct thread *t, uint64_t p)
{
	struct tn_thread_config *config = (void *)crew.boss->utcb->words;

	crew_become(crew.boss);
	config->priority = p;
	assert_int_equal(boss_does(TN_CALL_THREAD_CONFIGURE, CREW_THREAD + crew_number(t),
				   TN_CONFIGURE_PRIORITY),
			 0);
}

/* It waits its turn; but one more urgent than who runs does not. */
static void goes_last_of_its_priority(void **state)
{
	(void)state;
	recv_until(s, TN_NONE, 1500);
	recv_until(c, TN_NONE, 1400);
	crew_become(crew.server[1]);
	host_preempted = false;
	rings_at(1500);
	assert_false(host_preempted);
	assert_ptr_equal(s->line->last, s);
	assert_ptr_equal(s->queue_previous, c);
	recv_until(s, TN_NONE, 2000);
	priority(s, CREW_PRIORITY + 1);
	assert_state(s, TN_THREAD_RECEIVES);
	crew_say(crew.boss, TN_CALL_RECV, TN_NONE, 0, 0);
	crew_become(crew.server[1]);
	host_preempted = false;
	rings_at(2000);
	assert_true(host_preempted);
	sched_preempt();
	assert_ptr_equal(current, s);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, crew_end)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_an_array),
		cmocka_unit_test(is_as_deep_as_numbers_are_long),
		cmocka_unit_test(wakes_some_at_a_time),
		T(ends_at_an_endpoint),
		T(ends_among_others),
		T(ends_without_endpoint),
		T(is_past),
		T(is_never),
		T(is_read_once_and_if_asked),
		T(finds_what_waits),
		T(reply_recv_answers_first),
		T(bit_does_not_travel),
		T(call_comes),
		T(send_comes),
		T(fault_comes),
		T(signal_comes),
		T(is_suspended),
		T(thread_ends),
		T(endpoint_ends),
		T(goes_last_of_its_priority),
	};
#undef T

	return cmocka_run_group_tests_name("deadline", tests, NULL, NULL);
}
