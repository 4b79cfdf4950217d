/*
 * test_sched.c - who runs: priorities, turns, preemption, yield, idleness.
 */
#include "sched.h"

#include "cap.h"
#include "crew.h"
#include "ipc_check.h"
#include "message.h"

#define INFO TN_INFO(1, 0)

static struct thread *s, *c, *c2, *c3;

static void priority(const struct thread *t, uint64_t p)
{
	struct tn_thread_config *config = (void *)crew.boss->utcb->words;

	crew_become(crew.boss);
	config->priority = p;
	assert_int_equal(crew_do(crew.boss, TN_CALL_THREAD_CONFIGURE, CREW_THREAD + crew_number(t),
				 TN_CONFIGURE_PRIORITY, 0, 0, 0, 0)
				 .code,
			 0);
}

static void boss_does(uint64_t number, const struct thread *t)
{
	assert_int_equal(
		crew_do(crew.boss, number, CREW_THREAD + crew_number(t), 0, 0, 0, 0, 0).code, 0);
}

/* Only s, c, c2 and c3 can run, and the boss, who waits without an endpoint. */
static int setup(void **state)
{
	int result = crew_make(state);

	s = crew.server[0];
	c = crew.client[0];
	c2 = crew.client[1];
	c3 = crew.client[2];
	boss_does(TN_CALL_THREAD_SUSPEND, crew.server[1]);
	boss_does(TN_CALL_THREAD_SUSPEND, crew.server[2]);
	boss_does(TN_CALL_THREAD_SUSPEND, crew.client[3]);
	crew.boss->utcb->signal_mask = 1;
	crew_hand(TN_SLOT_THREAD, s, 60, TN_RIGHTS_ALL, 0);
	crew_hand(TN_SLOT_THREAD, c, 60, TN_RIGHTS_ALL, 0);
	return result;
}

static void boss_waits(void)
{
	assert_int_equal(crew_say(crew.boss, TN_CALL_RECV, TN_NONE, 0, 0), 0);
	assert_state(crew.boss, TN_THREAD_RECEIVES);
	host_preempted = false;
}

static void tick_to(const struct thread *t)
{
	sched_tick();
	assert_ipc_holds();
	assert_ptr_equal(current, t);
}

static void turns_within_a_priority(void **state)
{
	(void)state;
	boss_waits();
	assert_ptr_equal(current, s);
	for (unsigned i = 0; i < 3; i++) {
		tick_to(c);
		tick_to(c2);
		tick_to(c3);
		tick_to(s);
	}
}

static void more_urgent_ones_go_first(void **state)
{
	(void)state;
	priority(c2, 40);
	priority(c3, 0);
	boss_waits();
	assert_ptr_equal(current, c2);
	tick_to(c2);
	crew_call(c2, INFO, 0);
	assert_ptr_equal(current, s);
	tick_to(c);
	tick_to(s);
	crew_call(c, INFO, 0);
	assert_ptr_equal(current, s);
	crew_reply_recv(s, INFO, 0);
	crew_reply_recv(s, INFO, 0);
	assert_true(host_preempted);
	sched_preempt();
	assert_ptr_equal(current, c2);
}

static void highest_and_lowest(void **state)
{
	(void)state;
	crew.server[0]->process->ceiling = TN_PRIORITY_MAX;
	priority(s, TN_PRIORITY_MAX);
	boss_waits();
	assert_ptr_equal(current, s);
	assert_int_equal(crew_do(s, TN_CALL_SIGNAL, 60, 1, 0, 0, 0, 0).code, 0);
	priority(s, 0);
	boss_waits();
	assert_ptr_equal(current, c);
	crew_call(c, INFO, 0);
	crew_call(c2, INFO, 0);
	crew_call(c3, INFO, 0);
	assert_ptr_equal(current, s);
}

/* The one pushed aside goes on before its equals. */
static void preemption(void **state)
{
	(void)state;
	priority(c2, 20);
	boss_waits();
	assert_ptr_equal(current, c2);
	crew_call(c2, INFO, 0);
	assert_ptr_equal(current, s);
	crew_recv(s);
	assert_ptr_equal(current, s);
	assert_false(host_preempted);
	crew_reply(s, INFO, 0);
	assert_true(host_preempted);
	assert_ptr_equal(current, s);
	sched_preempt();
	assert_ipc_holds();
	assert_ptr_equal(current, c2);
	crew_call(c2, INFO, 0);
	assert_ptr_equal(current, s);
}

static void equals_do_not_preempt(void **state)
{
	(void)state;
	boss_waits();
	crew_recv(s);
	assert_ptr_equal(current, c);
	crew_call(c, INFO, 0);
	assert_ptr_equal(current, s); /* whom it waits for goes on before its equals */
	assert_false(host_preempted);
	tick_to(c2);
	tick_to(c3);
	tick_to(s);
}

static void yield_gives_the_turn(void **state)
{
	(void)state;
	boss_waits();
	crew_do(s, TN_CALL_YIELD, 0, 0, 0, 0, 0, 0);
	assert_true(host_switched);
	assert_ptr_equal(current, c);
	assert_int_equal(s->registers[REGISTER_A0], 0);
}

static void yield_alone(void **state)
{
	(void)state;
	priority(c, 5);
	priority(c2, 5);
	priority(c3, 5);
	boss_waits();
	crew_do(s, TN_CALL_YIELD, 0, 0, 0, 0, 0, 0);
	assert_false(host_switched);
	assert_ptr_equal(current, s);
}

static void raised_one_preempts(void **state)
{
	(void)state;
	priority(c, 31);
	assert_false(host_preempted);
	priority(c, 32);
	assert_true(host_preempted);
	sched_preempt();
	assert_ptr_equal(current, c);
}

/* A thread that lowers itself below a ready one does not wait for the tick. */
static void lowered_one_is_preempted(void **state)
{
	struct tn_thread_config *config;

	(void)state;
	crew_hand(CREW_THREAD, s, 61, TN_RIGHTS_ALL, 0);
	boss_waits();
	assert_ptr_equal(current, s);
	config = (void *)s->utcb->words;
	config->priority = 10;
	assert_int_equal(crew_do(s, TN_CALL_THREAD_CONFIGURE, 61, TN_CONFIGURE_PRIORITY, 0, 0, 0, 0)
				 .code,
			 0);
	assert_false(host_preempted);
	config->priority = 9;
	assert_int_equal(crew_do(s, TN_CALL_THREAD_CONFIGURE, 61, TN_CONFIGURE_PRIORITY, 0, 0, 0, 0)
				 .code,
			 0);
	assert_true(host_preempted);
	sched_preempt();
	assert_ptr_equal(current, c);
}

static void suspended_one_does_not_run(void **state)
{
	(void)state;
	boss_does(TN_CALL_THREAD_SUSPEND, s);
	boss_does(TN_CALL_THREAD_SUSPEND, c2);
	boss_waits();
	assert_ptr_equal(current, c);
	tick_to(c3);
	tick_to(c);
}

static void suspends_itself(void **state)
{
	(void)state;
	crew_hand(CREW_THREAD, s, 61, TN_RIGHTS_ALL, 0);
	boss_waits();
	crew_do(s, TN_CALL_THREAD_SUSPEND, 61, 0, 0, 0, 0, 0);
	assert_state(s, TN_THREAD_STOPPED);
	assert_ptr_equal(current, c);
	assert_int_equal(s->registers[REGISTER_A0], 0);
}

static void resumed_one_preempts(void **state)
{
	(void)state;
	boss_does(TN_CALL_THREAD_SUSPEND, s);
	priority(s, 35);
	host_preempted = false;
	boss_does(TN_CALL_THREAD_RESUME, s);
	assert_true(host_preempted);
}

static void nobody_is_ready(void **state)
{
	jmp_buf exit;
	int how;

	(void)state;
	boss_does(TN_CALL_THREAD_SUSPEND, s);
	boss_does(TN_CALL_THREAD_SUSPEND, c);
	boss_does(TN_CALL_THREAD_SUSPEND, c2);
	boss_does(TN_CALL_THREAD_SUSPEND, c3);
	how = setjmp(exit);
	if (how == 0) {
		host_exit = &exit;
		crew_become(crew.boss);
		host_call(TN_CALL_RECV, TN_NONE, 0, 0, 0, 0, 0);
	}
	host_exit = NULL;
	assert_int_equal(how, 3);
}

/* --- idle ------------------------------------------------------------------------------------- */

static unsigned idle_count;

/* Some interrupts wake nobody. */
static void deadline_comes(void)
{
	idle_count++;
	host_clock += 100;
	deadline_fire(current->hart);
}

static void signal_comes(void)
{
	if (++idle_count == 3)
		thread_signal(c, 1);
}

/* s, the last who was ready, waits; the others do so already. */
static void all_wait(void (*idle)(void))
{
	idle_count = 0;
	boss_does(TN_CALL_THREAD_SUSPEND, c2);
	boss_does(TN_CALL_THREAD_SUSPEND, c3);
	c->utcb->signal_mask = 1;
	assert_int_equal(crew_say(c, TN_CALL_RECV, TN_NONE, 0, 0), 0);
	boss_waits();
	assert_ptr_equal(current, s);
	s->utcb->deadline = 250;
	host_idle = idle;
	assert_int_equal(crew_say(s, TN_CALL_RECV, SLOT_E, TN_INFO_TIMED, 0), 0);
}

/* Whose time has come may be the one who ran last. */
static void time_ends_idleness(void **state)
{
	(void)state;
	all_wait(deadline_comes);
	assert_ptr_equal(current, s);
	assert_failed(s, TN_ETIMEDOUT);
	assert_int_equal(idle_count, 3);
}

static void signal_ends_idleness(void **state)
{
	(void)state;
	all_wait(signal_comes);
	assert_ptr_equal(current, c);
	assert_int_equal(c->registers[REGISTER_INFO], TN_INFO(TN_LABEL_SIGNALS, 1));
	assert_state(s, TN_THREAD_RECEIVES);
	assert_int_equal(idle_count, 3);
}

/* Server s more urgent than clients c and c2, who are equals; nobody else can run. */
static void alone_with_a_server(void)
{
	boss_does(TN_CALL_THREAD_SUSPEND, c3);
	priority(s, 20);
	boss_waits();
	assert_ptr_equal(current, s);
	crew_recv(s);
	assert_ptr_equal(current, c);
}

/* Who has a more urgent one work whenever the tick comes has its turns all the same. */
static void a_tick_in_the_server_ends_the_clients_turn(void **state)
{
	unsigned turns = 0;

	(void)state;
	alone_with_a_server();
	for (unsigned i = 0; i < 100; i++) {
		struct thread *client = current;

		crew_call(client, INFO, 0);
		sched_tick();
		assert_ptr_equal(current, s);
		crew_reply_recv(s, INFO, 0);
		assert_ipc_holds();
		assert_ptr_not_equal(current, client);
		turns += current == c2;
	}
	assert_int_equal(turns, 50);
}

/* So has who is pushed aside by a more urgent one that still runs as the tick comes. */
static void a_tick_ends_the_turn_of_who_was_pushed_aside(void **state)
{
	unsigned turns = 0;

	(void)state;
	alone_with_a_server();
	for (unsigned i = 0; i < 100; i++) {
		struct thread *client = current;

		assert_int_equal(crew_say(client, TN_CALL_SEND, SLOT_E, INFO, 0), 0);
		assert_true(host_preempted);
		sched_preempt();
		assert_ptr_equal(current, s);
		sched_tick();
		crew_recv(s);
		assert_ipc_holds();
		assert_ptr_not_equal(current, client);
		turns += current == c2;
	}
	assert_int_equal(turns, 50);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, crew_end)
	const struct CMUnitTest tests[] = {
		T(turns_within_a_priority),
		T(more_urgent_ones_go_first),
		T(highest_and_lowest),
		T(preemption),
		T(equals_do_not_preempt),
		T(yield_gives_the_turn),
		T(yield_alone),
		T(raised_one_preempts),
		T(lowered_one_is_preempted),
		T(suspended_one_does_not_run),
		T(suspends_itself),
		T(resumed_one_preempts),
		T(nobody_is_ready),
		T(time_ends_idleness),
		T(signal_ends_idleness),
		T(a_tick_in_the_server_ends_the_clients_turn),
		T(a_tick_ends_the_turn_of_who_was_pushed_aside),
	};
#undef T

	return cmocka_run_group_tests_name("sched", tests, NULL, NULL);
}
