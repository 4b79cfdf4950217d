/*
 * test_fault.c - faults and exits of threads as calls to their fault endpoints, and the answers.
 */
#include "message.h"

#include "cap.h"
#include "crew.h"

#define ADDRESS 0xabc123u
#define PC 0x10000u

static struct thread *s, *c;

static int setup(void **state)
{
	int result = crew_make(state);

	s = crew.server[0];
	c = crew.client[0];
	for (unsigned i = 1; i < 32; i++)
		c->registers[i] = 0x1000 + i;
	return result;
}

static uint64_t boss_does(uint64_t number, const struct thread *t)
{
	struct answer a = crew_do(crew.boss, number, CREW_THREAD + crew_number(t), 0, 0, 0, 0, 0);

	assert_int_equal(a.code, 0);
	return a.value;
}

static void assert_told(uint64_t label, uint64_t w0, uint64_t w1, uint64_t w2)
{
	const uint64_t *r = &s->registers[REGISTER_INFO];

	assert_state(s, TN_THREAD_RUNNING);
	assert_int_equal(s->registers[REGISTER_A0], 0);
	assert_int_equal(r[0], TN_INFO(label, 3));
	assert_int_equal(r[1], w0);
	assert_int_equal(r[2], w1);
	assert_int_equal(r[3], w2);
	assert_int_equal(s->registers[REGISTER_BADGE], CREW_FAULT_BADGE);
	assert_state(c, TN_THREAD_FAULTED);
}

static void assert_untouched(void)
{
	for (unsigned i = 1; i < 32; i++)
		assert_int_equal(c->registers[i], 0x1000 + i);
}

/* s answers with this label; the first word is crew_word(0, 0). */
static void answer(uint64_t label)
{
	crew_reply(s, TN_INFO(label, 1), 0);
}

static void arrives(bool receiver_first)
{
	if (receiver_first)
		crew_recv(s);
	crew_fault(c, TN_FAULT_STORE, ADDRESS);
	if (!receiver_first)
		crew_recv(s);
	assert_told(TN_LABEL_FAULT, TN_FAULT_STORE, ADDRESS, PC);
}

static void is_told_and_resumes(void **state)
{
	(void)state;
	for (unsigned first = 0; first < 2; first++) {
		arrives(first != 0);
		answer(TN_RESUME);
		assert_state(c, TN_THREAD_RUNNING);
		assert_int_equal(c->registers[REGISTER_PC], PC);
		assert_untouched();
	}
}

static void resumes_elsewhere(void **state)
{
	(void)state;
	arrives(true);
	answer(TN_RESUME_AT);
	assert_state(c, TN_THREAD_RUNNING);
	assert_int_equal(c->registers[REGISTER_PC], crew_word(0, 0));
	assert_untouched();
}

static void is_killed(void **state)
{
	static const uint64_t labels[] = {TN_KILL, 3, 0x7fffffff};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		arrives(true);
		answer(labels[i]);
		assert_state(c, TN_THREAD_STOPPED);
		assert_untouched();
		assert_int_equal(c->registers[REGISTER_PC], PC);
		boss_does(TN_CALL_THREAD_RESUME, c);
		assert_state(c, TN_THREAD_RUNNING);
		assert_untouched();
	}
}

/* The killed one has a caller itself. */
static void killed_server_frees_its_caller(void **state)
{
	(void)state;
	crew_hand(CREW_ENDPOINT, c, 30, TN_RIGHTS_ALL, 0);
	assert_int_equal(crew_say(c, TN_CALL_RECV, 30, 0, 0), 0);
	crew_call(crew.client[1], TN_INFO(1, 0), 1);
	assert_heard(c, TN_INFO(1, 0), 1, CREW_BADGE);
	crew_recv(s);
	crew_fault(c, TN_FAULT_LOAD, 1);
	assert_state(crew.client[1], TN_THREAD_AWAITS);
	answer(TN_RESUME);
	assert_state(crew.client[1], TN_THREAD_AWAITS);
	crew_recv(s);
	crew_fault(c, TN_FAULT_LOAD, 1);
	answer(TN_KILL);
	assert_failed(crew.client[1], TN_EPEER);
}

static void without_handler(void **state)
{
	(void)state;
	s->registers[REGISTER_PC] = 0x5555;
	crew_fault(s, TN_FAULT_ILLEGAL, 0);
	assert_state(s, TN_THREAD_STOPPED);
	assert_int_equal(s->registers[REGISTER_PC], 0x5555);
	assert_int_equal(boss_does(TN_CALL_THREAD_INFO, s), TN_THREAD_STOPPED);
}

static void with_a_dead_handler(void **state)
{
	(void)state;
	assert_int_equal(crew_do(crew.boss, TN_CALL_DESTROY, CREW_ENDPOINT, 0, 0, 0, 0, 0).code, 0);
	crew_fault(c, TN_FAULT_LOAD, ADDRESS);
	assert_state(c, TN_THREAD_STOPPED);
	assert_untouched();
}

/* A new id ends the weak reference, too. */
static void with_a_revoked_handler(void **state)
{
	(void)state;
	crew_recv(s);
	assert_int_equal(crew_do(crew.boss, TN_CALL_CAP_REVOKE, CREW_ENDPOINT, 0, 0, 0, 0, 0).code,
			 0);
	crew_fault(c, TN_FAULT_LOAD, ADDRESS);
	assert_state(c, TN_THREAD_STOPPED);
	assert_state(s, TN_THREAD_RECEIVES);
}

static void with_a_dying_handler(void **state)
{
	(void)state;
	assert_int_equal(crew_do(crew.boss, TN_CALL_DESTROY, CREW_SERVER, TN_FLAG_STEP, 0, 0, 0, 0)
				 .code,
			 -TN_EAGAIN);
	crew_fault(c, TN_FAULT_LOAD, ADDRESS);
	assert_state(c, TN_THREAD_STOPPED);
	assert_untouched();
}

/* The only one who could answer is the one that waits; whoever has *control* gets it out. */
static void whose_handler_is_itself(void **state)
{
	(void)state;
	assert_int_equal(crew_do(crew.boss, TN_CALL_THREAD_CONFIGURE, CREW_THREAD,
				 TN_CONFIGURE_FAULT, 0, 0, 0, CREW_FAULTS)
				 .code,
			 0);
	crew_fault(s, TN_FAULT_LOAD, 1);
	assert_state(s, TN_THREAD_FAULTED);
	boss_does(TN_CALL_THREAD_RESUME, s);
	assert_state(s, TN_THREAD_FAULTED);
	boss_does(TN_CALL_THREAD_SUSPEND, s);
	assert_state(s, TN_THREAD_STOPPED);
	boss_does(TN_CALL_THREAD_RESUME, s);
	assert_state(s, TN_THREAD_RUNNING);
}

static void handler_is_taken_away(void **state)
{
	(void)state;
	assert_int_equal(crew_do(crew.boss, TN_CALL_THREAD_CONFIGURE, CREW_THREAD + CREW_SERVERS,
				 TN_CONFIGURE_FAULT, 0, 0, 0, TN_NONE)
				 .code,
			 0);
	crew_recv(s);
	crew_fault(c, TN_FAULT_LOAD, 1);
	assert_state(c, TN_THREAD_STOPPED);
	assert_state(s, TN_THREAD_RECEIVES);
}

static void answer_is_saved(void **state)
{
	(void)state;
	arrives(true);
	assert_int_equal(crew_do(s, TN_CALL_SAVE_REPLY, 40, 0, 0, 0, 0, 0).code, 0);
	crew_recv(s);
	assert_state(c, TN_THREAD_FAULTED);
	crew_call(crew.client[1], TN_INFO(1, 0), 1);
	assert_int_equal(crew_say(s, TN_CALL_REPLY_TO, 40, TN_INFO(TN_RESUME, 0), 0), 0);
	assert_state(c, TN_THREAD_RUNNING);
	assert_untouched();
	assert_int_equal(crew_say(s, TN_CALL_REPLY_TO, 40, TN_INFO(TN_RESUME, 0), 0), -TN_ENOENT);
}

/* Faults and calls wait in one queue. */
static void waits_its_turn(void **state)
{
	(void)state;
	crew_call(crew.client[1], TN_INFO(1, 2), 1);
	crew_fault(c, TN_FAULT_FETCH, ADDRESS);
	crew_call(crew.client[2], TN_INFO(1, 2), 2);
	crew_recv(s);
	assert_heard(s, TN_INFO(1, 2), 1, CREW_BADGE);
	crew_reply_recv(s, TN_INFO(0, 0), 0);
	assert_told(TN_LABEL_FAULT, TN_FAULT_FETCH, ADDRESS, PC);
	crew_reply_recv(s, TN_INFO(TN_RESUME, 0), 0);
	assert_state(c, TN_THREAD_RUNNING);
	assert_heard(s, TN_INFO(1, 2), 2, CREW_BADGE);
}

static void exit_is_told(void **state)
{
	static const uint64_t labels[] = {TN_RESUME, TN_RESUME_AT, TN_KILL, 99};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		crew_recv(s);
		assert_int_equal(crew_do(c, TN_CALL_THREAD_EXIT, 42, 0, 0, 0, 0, 0).code, 0);
		assert_told(TN_LABEL_EXIT, 42, 0, 0);
		answer(labels[i]);
		assert_state(c, TN_THREAD_STOPPED);
		boss_does(TN_CALL_THREAD_RESUME, c);
	}
}

static void exit_without_handler(void **state)
{
	(void)state;
	crew_do(s, TN_CALL_THREAD_EXIT, 42, 0, 0, 0, 0, 0);
	assert_state(s, TN_THREAD_STOPPED);
}

static void exit_of_the_boot_thread(void **state)
{
	jmp_buf exit;

	(void)state;
	crew_become(crew.boss);
	if (setjmp(exit) == 0) {
		host_exit = &exit;
		host_call(TN_CALL_THREAD_EXIT, 7, 0, 0, 0, 0, 0);
		fail_msg("the boot thread's exit returned");
	}
	host_exit = NULL;
	assert_int_equal(host_exit_status, 7);
}

static void thread_info_tells(void **state)
{
	const struct tn_thread_info *info = (const void *)crew.boss->utcb->words;

	(void)state;
	c->signals = 0x30;
	crew_fault(c, TN_FAULT_LOAD, ADDRESS);
	assert_int_equal(boss_does(TN_CALL_THREAD_INFO, c), TN_THREAD_FAULTED);
	assert_int_equal(info->state, TN_THREAD_FAULTED);
	assert_int_equal(info->reason, TN_LABEL_FAULT);
	assert_int_equal(info->signals, 0x30);
	assert_int_equal(info->pc, PC);
	for (unsigned i = 1; i < 32; i++)
		assert_int_equal(info->registers[i - 1], 0x1000 + i);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, crew_end)
	const struct CMUnitTest tests[] = {
		T(is_told_and_resumes),
		T(resumes_elsewhere),
		T(is_killed),
		T(killed_server_frees_its_caller),
		T(without_handler),
		T(with_a_dead_handler),
		T(with_a_revoked_handler),
		T(with_a_dying_handler),
		T(whose_handler_is_itself),
		T(handler_is_taken_away),
		T(answer_is_saved),
		T(waits_its_turn),
		T(exit_is_told),
		T(exit_without_handler),
		T(exit_of_the_boot_thread),
		T(thread_info_tells),
	};
#undef T

	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
