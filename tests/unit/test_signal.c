/*
 * test_signal.c - signals: pending, masked, before and during a wait, and those of a pool's watch.
 */
#include "message.h"

#include "cap.h"
#include "crew.h"

#define INFO TN_INFO(5, 3)

static struct thread *s, *c;

static int setup(void **state)
{
	int result = crew_make(state);

	s = crew.server[0];
	c = crew.client[0];
	return result;
}

static void signal_to(const struct thread *t, uint64_t bits)
{
	assert_int_equal(crew_do(crew.boss, TN_CALL_SIGNAL, CREW_THREAD + crew_number(t), bits, 0,
				 0, 0, 0)
				 .code,
			 0);
}

static void assert_signalled(const struct thread *t, uint64_t bits)
{
	const uint64_t *r = t->registers;

	assert_state(t, TN_THREAD_RUNNING);
	assert_int_equal(r[REGISTER_A0], 0);
	assert_int_equal(r[REGISTER_INFO], TN_INFO(TN_LABEL_SIGNALS, 1));
	assert_int_equal(r[REGISTER_INFO + 1], bits);
	assert_int_equal(r[REGISTER_BADGE], 0);
}

static void recv_none(struct thread *t)
{
	assert_int_equal(crew_say(t, TN_CALL_RECV, TN_NONE, 0, 0), 0);
}

static void wakes_a_receiver(void **state)
{
	(void)state;
	s->utcb->signal_mask = 6;
	crew_recv(s);
	signal_to(s, 3);
	assert_signalled(s, 2);
	assert_int_equal(s->signals, 1);
	crew_call(c, INFO, 1);
	assert_state(c, TN_THREAD_CALLS);
}

static void wakes_one_without_endpoint(void **state)
{
	(void)state;
	s->utcb->signal_mask = TN_ANY;
	recv_none(s);
	assert_state(s, TN_THREAD_RECEIVES);
	signal_to(s, (uint64_t)1 << 63);
	assert_signalled(s, (uint64_t)1 << 63);
}

static void does_not_wake_outside_the_mask(void **state)
{
	(void)state;
	s->utcb->signal_mask = 4;
	crew_recv(s);
	signal_to(s, 3);
	assert_state(s, TN_THREAD_RECEIVES);
	assert_int_equal(s->signals, 3);
	crew_call(c, INFO, 1);
	assert_heard(s, INFO, 1, CREW_BADGE);
	assert_int_equal(s->signals, 3);
}

static void pends_until_received(void **state)
{
	(void)state;
	s->utcb->signal_mask = TN_ANY;
	signal_to(s, 1);
	signal_to(s, 4);
	signal_to(s, 1);
	crew_call(c, INFO, 1);
	crew_recv(s);
	assert_signalled(s, 5);
	crew_recv(s);
	assert_heard(s, INFO, 1, CREW_BADGE);
	signal_to(s, 8);
	crew_reply_recv(s, INFO, 2);
	assert_heard(c, INFO, 2, 0);
	assert_signalled(s, 8);
}

/* Only recv listens. */
static void does_not_disturb_a_caller(void **state)
{
	(void)state;
	c->utcb->signal_mask = TN_ANY;
	crew_call(c, INFO, 1);
	signal_to(c, 7);
	assert_state(c, TN_THREAD_CALLS);
	crew_recv(s);
	signal_to(c, 8);
	assert_state(c, TN_THREAD_AWAITS);
	crew_reply(s, INFO, 2);
	assert_heard(c, INFO, 2, 0);
	recv_none(c);
	assert_signalled(c, 15);
}

static void to_oneself(void **state)
{
	(void)state;
	crew_hand(CREW_THREAD, s, 30, TN_THREAD_SIGNAL, 0);
	s->utcb->signal_mask = 2;
	assert_int_equal(crew_do(s, TN_CALL_SIGNAL, 30, 2, 0, 0, 0, 0).code, 0);
	recv_none(s);
	assert_signalled(s, 2);
}

static void survives_a_stop(void **state)
{
	(void)state;
	s->utcb->signal_mask = 2;
	crew_recv(s);
	assert_int_equal(
		crew_do(crew.boss, TN_CALL_THREAD_SUSPEND, CREW_THREAD, 0, 0, 0, 0, 0).code, 0);
	signal_to(s, 2);
	assert_state(s, TN_THREAD_STOPPED);
	assert_int_equal(crew_do(crew.boss, TN_CALL_THREAD_RESUME, CREW_THREAD, 0, 0, 0, 0, 0).code,
			 0);
	assert_failed(s, TN_EINTR);
	crew_recv(s);
	assert_signalled(s, 2);
}

static void errors(void **state)
{
	uint64_t p = CREW_SPARE;

	(void)state;
	crew_hand(CREW_THREAD, c, 30, TN_RIGHTS_ALL - TN_THREAD_SIGNAL, 0);
	assert_int_equal(crew_do(c, TN_CALL_SIGNAL, 256, 1, 0, 0, 0, 0).code, -TN_ERANGE);
	assert_int_equal(crew_do(c, TN_CALL_SIGNAL, TN_NONE, 1, 0, 0, 0, 0).code, -TN_ERANGE);
	assert_int_equal(crew_do(c, TN_CALL_SIGNAL, 99, 1, 0, 0, 0, 0).code, -TN_ENOENT);
	assert_int_equal(crew_do(c, TN_CALL_SIGNAL, SLOT_E, 1, 0, 0, 0, 0).code, -TN_EBADF);
	assert_int_equal(crew_do(c, TN_CALL_SIGNAL, 30, 1, 0, 0, 0, 0).code, -TN_EPERM);
	assert_int_equal(crew_do(crew.boss, TN_CALL_CAP_REVOKE, CREW_THREAD, 0, 0, 0, 0, 0).code,
			 0);
	crew_hand(CREW_THREAD + 1, c, 31, TN_RIGHTS_ALL, 0);
	crew_do(crew.boss, TN_CALL_DESTROY, CREW_THREAD + 1, 0, 0, 0, 0, 0);
	assert_int_equal(crew_do(c, TN_CALL_SIGNAL, 31, 1, 0, 0, 0, 0).code, -TN_ESTALE);
	crew_do(crew.boss, TN_CALL_CREATE, TN_KIND_PROCESS, CREW_SERVER_POOL, TN_ANY, TN_NONE, p,
		5);
	crew_do(crew.boss, TN_CALL_CREATE, TN_KIND_THREAD, p, TN_ANY, TN_NONE, p + 1, 0);
	crew_do(crew.boss, TN_CALL_CREATE, TN_KIND_THREAD, p, TN_ANY, TN_NONE, p + 2, 0);
	crew_do(crew.boss, TN_CALL_DESTROY, p, TN_FLAG_STEP, 0, 0, 0, 0);
	assert_int_equal(crew_do(crew.boss, TN_CALL_SIGNAL, p + 1, 1, 0, 0, 0, 0).code, -TN_EDYING);
}

/* --- pool_watch ------------------------------------------------------------------------------- */

static void watch(uint64_t low, uint64_t bits)
{
	assert_int_equal(crew_do(crew.boss, TN_CALL_POOL_WATCH, CREW_CLIENT_POOL, low, CREW_THREAD,
				 bits, 0, 0)
				 .code,
			 0);
}

static uint64_t client_pool_free(void)
{
	return (uint64_t)crew_do(crew.boss, TN_CALL_POOL_INFO, CREW_CLIENT_POOL, 0, 0, 0, 0, 0)
		.value;
}

static void take_one(void)
{
	assert_int_equal(crew_do(crew.boss, TN_CALL_CREATE, TN_KIND_ENDPOINT, CREW_CLIENT, TN_ANY,
				 TN_NONE, CREW_SPARE, 0)
				 .code,
			 0);
	assert_int_equal(
		crew_do(crew.boss, TN_CALL_CAP_DELETE, TN_SELF, CREW_SPARE, 0, 0, 0, 0).code, 0);
}

static void watch_wakes_a_receiver(void **state)
{
	(void)state;
	s->utcb->signal_mask = 0x10;
	watch(client_pool_free(), 0x10);
	crew_recv(s);
	assert_state(s, TN_THREAD_RECEIVES);
	take_one();
	assert_signalled(s, 0x10);
	crew_recv(s);
	take_one();
	assert_state(s, TN_THREAD_RECEIVES);
}

static void watch_fires_at_once(void **state)
{
	(void)state;
	s->utcb->signal_mask = 0x10;
	crew_recv(s);
	watch(client_pool_free() + 1, 0x10);
	assert_signalled(s, 0x10);
}

static void watch_arms_again(void **state)
{
	(void)state;
	watch(client_pool_free(), 1);
	take_one();
	assert_int_equal(s->signals, 1);
	s->signals = 0;
	assert_int_equal(crew_do(crew.boss, TN_CALL_FRAME_MOVE, TN_SLOT_POOL, CREW_CLIENT_POOL, 1,
				 0, 0, 0)
				 .code,
			 0);
	take_one();
	assert_int_equal(s->signals, 1);
}

static void watch_of_a_dead_thread(void **state)
{
	(void)state;
	watch(client_pool_free(), 1);
	assert_int_equal(crew_do(crew.boss, TN_CALL_DESTROY, CREW_THREAD, 0, 0, 0, 0, 0).code, 0);
	take_one();
	assert_int_equal(crew.server[1]->signals, 0);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, crew_end)
	const struct CMUnitTest tests[] = {
		T(wakes_a_receiver),
		T(wakes_one_without_endpoint),
		T(does_not_wake_outside_the_mask),
		T(pends_until_received),
		T(does_not_disturb_a_caller),
		T(to_oneself),
		T(survives_a_stop),
		T(errors),
		T(watch_wakes_a_receiver),
		T(watch_fires_at_once),
		T(watch_arms_again),
		T(watch_of_a_dead_thread),
	};
#undef T

	return cmocka_run_group_tests_name("signal", tests, NULL, NULL);
}
