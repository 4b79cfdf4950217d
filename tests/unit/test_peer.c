/*
 * test_peer.c - nobody hangs: every state in which a thread waits for another, with every way in
 * which either of the two, their processes, their pools or what stands between them can end.
 */
#include "message.h"

#include "cap.h"
#include "crew.h"
#include "ipc_check.h"
#include "sched.h"

#define INFO TN_INFO(5, 3)
#define SAVED 40u /* slot of the server */

enum wait {
	READY,
	CALLS,
	AWAITS,       /* the server has its call */
	SAVED_CALL,   /* in a REPLY capability */
	FAULTS,       /* not received */
	FAULT_AWAITS, /* received */
	SAVED_FAULT,
	WAITS
};

enum end {
	CLIENT_SUSPENDED,
	CLIENT_DESTROYED,
	CLIENT_PROCESS,
	CLIENT_POOL,
	SERVER_SUSPENDED,
	SERVER_DESTROYED,
	SERVER_EXITS,
	SERVER_FAULTS, /* it has no handler */
	SERVER_RECEIVES,
	SERVER_PROCESS,
	SERVER_POOL,
	ENDPOINT_DESTROYED,
	REPLY_DELETED,
	REPLY_DELETED_BY_BOSS,
	ENDS
};

static struct thread *s, *c;

static bool is_fault(enum wait w)
{
	return w >= FAULTS;
}

static bool is_saved(enum wait w)
{
	return w == SAVED_CALL || w == SAVED_FAULT;
}

static bool is_queued(enum wait w)
{
	return w == CALLS || w == FAULTS;
}

static void wait_make(enum wait w)
{
	s = crew.server[0];
	c = crew.client[0];
	if (w == READY)
		return;
	if (is_fault(w))
		crew_fault(c, TN_FAULT_LOAD, 0x123);
	else
		crew_call(c, INFO, 1);
	if (is_queued(w))
		return;
	crew_recv(s);
	assert_ptr_equal(s->caller, c);
	if (is_saved(w))
		assert_int_equal(crew_do(s, TN_CALL_SAVE_REPLY, SAVED, 0, 0, 0, 0, 0).code, 0);
}

static void boss_does(uint64_t number, uint64_t slot)
{
	assert_int_equal(crew_do(crew.boss, number, slot, 0, 0, 0, 0, 0).code, 0);
}

/* Step by step: all invariants hold between any two. */
static void boss_steps(uint64_t number, uint64_t slot)
{
	int64_t code;

	do
		code = crew_do(crew.boss, number, slot, TN_FLAG_STEP, 0, 0, 0, 0).code;
	while (code == -TN_EAGAIN);
	assert_int_equal(code, 0);
}

static void end_make(enum end e)
{
	switch (e) {
	case CLIENT_SUSPENDED:
		boss_does(TN_CALL_THREAD_SUSPEND, CREW_THREAD + CREW_SERVERS);
		break;
	case CLIENT_DESTROYED:
		boss_does(TN_CALL_DESTROY, CREW_THREAD + CREW_SERVERS);
		break;
	case CLIENT_PROCESS:
		boss_steps(TN_CALL_DESTROY, CREW_CLIENT);
		break;
	case CLIENT_POOL:
		boss_steps(TN_CALL_POOL_REVOKE, CREW_CLIENT_POOL);
		break;
	case SERVER_SUSPENDED:
		boss_does(TN_CALL_THREAD_SUSPEND, CREW_THREAD);
		break;
	case SERVER_DESTROYED:
		boss_does(TN_CALL_DESTROY, CREW_THREAD);
		break;
	case SERVER_EXITS:
		crew_do(s, TN_CALL_THREAD_EXIT, 0, 0, 0, 0, 0, 0);
		break;
	case SERVER_FAULTS:
		crew_fault(s, TN_FAULT_STORE, 0);
		break;
	case SERVER_RECEIVES:
		assert_int_equal(crew_say(s, TN_CALL_RECV, TN_NONE, 0, 0), 0);
		break;
	case SERVER_PROCESS:
		boss_steps(TN_CALL_DESTROY, CREW_SERVER);
		break;
	case SERVER_POOL:
		boss_steps(TN_CALL_POOL_REVOKE, CREW_SERVER_POOL);
		break;
	case ENDPOINT_DESTROYED:
		boss_steps(TN_CALL_DESTROY, CREW_ENDPOINT);
		break;
	case REPLY_DELETED:
		assert_int_equal(crew_do(s, TN_CALL_CAP_DELETE, TN_SELF, SAVED, 0, 0, 0, 0).code,
				 0);
		break;
	case REPLY_DELETED_BY_BOSS:
		assert_int_equal(
			crew_do(crew.boss, TN_CALL_CAP_DELETE, CREW_SERVER, SAVED, 0, 0, 0, 0).code,
			0);
		break;
	case ENDS:
		break;
	}
}

/* The end leaves nobody for whom the client waits. */
static bool is_left_alone(enum wait w, enum end e)
{
	switch (e) {
	case SERVER_SUSPENDED:
	case SERVER_DESTROYED:
	case SERVER_EXITS:
	case SERVER_FAULTS:
	case SERVER_RECEIVES:
		return w == AWAITS || w == FAULT_AWAITS;
	case SERVER_PROCESS:
	case SERVER_POOL:
		return w != READY;
	case ENDPOINT_DESTROYED:
		return is_queued(w);
	case REPLY_DELETED:
	case REPLY_DELETED_BY_BOSS:
		return true;
	case CLIENT_SUSPENDED:
	case CLIENT_DESTROYED:
	case CLIENT_PROCESS:
	case CLIENT_POOL:
	case ENDS:
		break;
	}
	return false;
}

static bool is_possible(enum wait w, enum end e)
{
	return (e != REPLY_DELETED && e != REPLY_DELETED_BY_BOSS) || is_saved(w);
}

static void assert_suspended(enum wait w, uint64_t a0)
{
	assert_state(c, TN_THREAD_STOPPED);
	assert_int_equal(c->registers[REGISTER_A0],
			 w == READY || is_fault(w) ? a0 : (uint64_t)-TN_EINTR);
	assert_null(s->caller);
	if (w == AWAITS || w == FAULT_AWAITS)
		assert_int_equal(crew_say(s, TN_CALL_REPLY, 0, INFO, 0), -TN_EPEER);
	if (is_saved(w))
		assert_int_equal(crew_say(s, TN_CALL_REPLY_TO, SAVED, INFO, 0), -TN_ESTALE);
	boss_does(TN_CALL_THREAD_RESUME, CREW_THREAD + CREW_SERVERS);
	assert_state(c, TN_THREAD_RUNNING);
	crew_recv(s);
	crew_call(c, INFO, 3);
	assert_heard(s, INFO, 3, CREW_BADGE);
}

static void assert_gone(enum wait w)
{
	assert_null(s->caller);
	if (is_saved(w))
		assert_int_equal(crew_say(s, TN_CALL_REPLY_TO, SAVED, INFO, 0), -TN_ESTALE);
	assert_int_equal(crew_say(s, TN_CALL_REPLY, 0, INFO, 0), -TN_EPEER);
	crew_recv(s);
	assert_state(s, TN_THREAD_RECEIVES);
}

static void assert_result(enum wait w, enum end e, uint64_t state, uint64_t a0)
{
	if (e == CLIENT_SUSPENDED)
		assert_suspended(w, a0);
	else if (e < SERVER_SUSPENDED)
		assert_gone(w);
	else if (!is_left_alone(w, e))
		assert_state(c, state);
	else if (is_fault(w))
		assert_state(c, TN_THREAD_STOPPED);
	else
		assert_failed(c, TN_EPEER);
	if (e >= SERVER_SUSPENDED && is_fault(w))
		assert_int_equal(c->registers[REGISTER_A0], a0);
}

static void every_wait_and_every_end(void **state)
{
	for (enum wait w = READY; w < WAITS; w++)
		for (enum end e = CLIENT_SUSPENDED; e < ENDS; e++) {
			uint64_t before, a0;

			if (!is_possible(w, e))
				continue;
			crew_make(state);
			wait_make(w);
			before = c->state;
			a0 = c->registers[REGISTER_A0];
			end_make(e);
			assert_result(w, e, before, a0);
			crew_end(state);
		}
}

/* --- the other side --------------------------------------------------------------------------- */

static void receivers_of_a_dead_endpoint(void **state)
{
	crew_make(state);
	crew_recv(crew.server[0]);
	crew_recv(crew.server[1]);
	boss_does(TN_CALL_DESTROY, CREW_ENDPOINT);
	assert_failed(crew.server[0], TN_EPEER);
	assert_failed(crew.server[1], TN_EPEER);
	assert_int_equal(crew_say(crew.server[0], TN_CALL_RECV, SLOT_E, 0, 0), -TN_ESTALE);
	crew_end(state);
}

static void suspended_receiver(void **state)
{
	crew_make(state);
	s = crew.server[0];
	crew_recv(s);
	crew_recv(crew.server[1]);
	boss_does(TN_CALL_THREAD_SUSPEND, CREW_THREAD);
	crew_call(crew.client[0], INFO, 1);
	assert_heard(crew.server[1], INFO, 1, CREW_BADGE);
	boss_does(TN_CALL_THREAD_RESUME, CREW_THREAD);
	assert_failed(s, TN_EINTR);
	crew_end(state);
}

static void receiver_without_endpoint(void **state)
{
	crew_make(state);
	s = crew.server[0];
	assert_int_equal(crew_say(s, TN_CALL_RECV, TN_NONE, 0, 0), 0);
	assert_state(s, TN_THREAD_RECEIVES);
	boss_does(TN_CALL_DESTROY, CREW_ENDPOINT);
	assert_state(s, TN_THREAD_RECEIVES);
	boss_does(TN_CALL_THREAD_SUSPEND, CREW_THREAD);
	boss_does(TN_CALL_THREAD_RESUME, CREW_THREAD);
	assert_failed(s, TN_EINTR);
	crew_end(state);
}

/* A chain: client 0 waits for server 0, who waits for server 1, who waits for client 1. */
static void chain_make(void)
{
	crew_hand(CREW_ENDPOINT, crew.client[0], 30, TN_RIGHTS_ALL, 0);
	crew_recv(crew.server[0]);
	crew_call(crew.client[0], INFO, 1);
	crew_recv(crew.server[1]);
	crew_call(crew.server[0], INFO, 2);
	assert_int_equal(crew_say(crew.client[1], TN_CALL_RECV, 30, 0, 0), 0);
	crew_call(crew.server[1], INFO, 3);
	assert_heard(crew.client[1], INFO, 3, 0);
}

static void chains(void **state)
{
	for (unsigned cut = 0; cut < 4; cut++) {
		struct thread *order[4];

		crew_make(state);
		chain_make();
		order[0] = crew.client[0];
		order[1] = crew.server[0];
		order[2] = crew.server[1];
		order[3] = crew.client[1];
		boss_does(TN_CALL_DESTROY, CREW_THREAD + crew_number(order[cut]));
		for (unsigned i = 0; i < 4; i++) {
			if (i + 1 == cut)
				assert_failed(order[i], TN_EPEER);
			else if (i < 3 && i != cut)
				assert_state(order[i], TN_THREAD_AWAITS);
		}
		crew_end(state);
	}
}

static void chain_ends_with_its_pools(void **state)
{
	for (unsigned server = 0; server < 2; server++) {
		crew_make(state);
		chain_make();
		boss_steps(TN_CALL_POOL_REVOKE, server ? CREW_SERVER_POOL : CREW_CLIENT_POOL);
		if (server)
			assert_failed(crew.client[0], TN_EPEER);
		else
			assert_failed(crew.server[1], TN_EPEER);
		crew_end(state);
	}
}

/* Of `process`, ready; its faults go to `fault`, a slot of the boss. */
static struct thread *one_more(unsigned i, uint64_t process, uint64_t fault)
{
	struct tn_thread_config *config = (void *)crew.boss->utcb->words;
	uint64_t slot = CREW_SPARE + 20 + i;

	assert_int_equal(crew_do(crew.boss, TN_CALL_CREATE, TN_KIND_THREAD, process, TN_ANY,
				 TN_NONE, slot, 0)
				 .code,
			 0);
	*config = (struct tn_thread_config){.priority = 3};
	assert_int_equal(crew_do(crew.boss, TN_CALL_THREAD_CONFIGURE, slot,
				 TN_CONFIGURE_UTCB | TN_CONFIGURE_PRIORITY | TN_CONFIGURE_FAULT,
				 TN_SLOT_FRAMES, world.free_first++, 0x200000 + i * TN_FRAME_SIZE,
				 fault)
				 .code,
			 0);
	boss_does(TN_CALL_THREAD_RESUME, slot);
	return host_memory(crew_slot(crew.boss, slot)->frame);
}

#define CHAIN 8u /* that one end tells */

/* Each has faulted while it was to answer the next; the last has called. The end of the first
 * tells as many as one end may, the end of the last of those the rest. */
static void long_chain(void **state)
{
	struct thread *t[CHAIN + 2];

	crew_make(state);
	for (unsigned i = 0; i < CHAIN + 2; i++)
		t[i] = one_more(i, CREW_SERVER, CREW_ENDPOINT);
	for (unsigned i = CHAIN + 1; i > 0; i--) {
		crew_recv(t[i - 1]);
		if (i == CHAIN + 1)
			crew_call(t[i], INFO, 1);
		else
			crew_fault(t[i], TN_FAULT_LOAD, i);
	}
	boss_does(TN_CALL_DESTROY, CREW_SPARE + 20);
	for (unsigned i = 1; i <= CHAIN; i++)
		assert_state(t[i], TN_THREAD_STOPPED);
	assert_state(t[CHAIN + 1], TN_THREAD_AWAITS);
	boss_does(TN_CALL_DESTROY, CREW_SPARE + 20 + CHAIN);
	assert_failed(t[CHAIN + 1], TN_EPEER);
	crew_end(state);
}

/* Each has called the next. A tick while the last of them runs ends the turn of as many as one
 * entry may visit: of no others. */
static void tick_in_a_long_chain(void **state)
{
	struct thread *t[CHAIN + 2];

	crew_make(state);
	for (unsigned i = 0; i < CHAIN + 2; i++)
		t[i] = one_more(i, CREW_SERVER, TN_NONE);
	for (unsigned i = CHAIN + 1; i > 0; i--) {
		crew_recv(t[i - 1]);
		crew_call(t[i], INFO, i);
		assert_heard(t[i - 1], INFO, i, 0);
	}
	crew_become(t[0]);
	sched_tick();
	assert_ipc_holds();
	for (unsigned i = 0; i < CHAIN + 2; i++) {
		assert_int_equal(t[i]->late, i >= 1 && i <= CHAIN);
		assert_ptr_equal(t[i]->direct == t[i]->process ? NULL : t[i]->direct,
				 t[i]->late ? &process_none : NULL);
	}
	for (unsigned i = 1; i < CHAIN + 2; i++) {
		crew_reply(t[i - 1], INFO, 50 + i);
		assert_heard(t[i], INFO, 50 + i, 0);
		assert_int_equal(t[i]->late, 0);
	}
	crew_end(state);
}

#define MANY 100u

/* As many threads of the client's process, each of which has called. */
static void many_call(struct thread **t)
{
	uint64_t slot = CREW_SPARE;

	assert_int_equal(crew_do(crew.boss, TN_CALL_FRAME_MOVE, TN_SLOT_POOL, CREW_CLIENT_POOL, 90,
				 0, 0, 0)
				 .code,
			 0);
	for (unsigned i = 0; i < MANY; i++) {
		struct tn_thread_config *config = (void *)crew.boss->utcb->words;

		assert_int_equal(crew_do(crew.boss, TN_CALL_CREATE, TN_KIND_THREAD, CREW_CLIENT,
					 TN_ANY, TN_NONE, slot, 0)
					 .code,
				 0);
		t[i] = host_memory(crew_slot(crew.boss, slot)->frame);
		*config = (struct tn_thread_config){.priority = 3};
		assert_int_equal(crew_do(crew.boss, TN_CALL_THREAD_CONFIGURE, slot,
					 TN_CONFIGURE_UTCB | TN_CONFIGURE_PRIORITY, TN_SLOT_FRAMES,
					 world.free_first++, 0x200000 + i * TN_FRAME_SIZE, TN_NONE)
					 .code,
				 0);
		boss_does(TN_CALL_THREAD_RESUME, slot);
		assert_int_equal(
			crew_do(crew.boss, TN_CALL_CAP_DELETE, TN_SELF, slot, 0, 0, 0, 0).code, 0);
		crew_call(t[i], INFO, i);
	}
}

/* Steps that it takes to destroy what the slot names, before the last one. */
static uint64_t steps_of_destroy(uint64_t slot, void (*between)(struct thread *caller),
				 struct thread *caller)
{
	for (uint64_t steps = 0;; steps++) {
		int64_t code =
			crew_do(crew.boss, TN_CALL_DESTROY, slot, TN_FLAG_STEP, 0, 0, 0, 0).code;

		if (code == 0)
			return steps;
		assert_int_equal(code, -TN_EAGAIN);
		if (between != NULL)
			between(caller);
	}
}

/* What is being taken apart lets nobody in. */
static void nobody_enters(struct thread *caller)
{
	assert_int_equal(crew_say(crew.boss, TN_CALL_SEND, CREW_ENDPOINT, INFO, 0), -TN_EPEER);
	assert_int_equal(crew_say(crew.boss, TN_CALL_RECV, CREW_ENDPOINT, 0, 0), -TN_EPEER);
	assert_int_equal(crew_say(caller, TN_CALL_CALL, SLOT_E, INFO, 0), -TN_EPEER);
}

/* The endpoint of one process, waited at by more threads than one step lets go. */
static void many_wait(void **state)
{
	struct thread *t[MANY];

	crew_make(state);
	many_call(t);
	assert_int_equal(steps_of_destroy(CREW_ENDPOINT, nobody_enters, t[0]), 3);
	for (unsigned i = 0; i < MANY; i++)
		assert_failed(t[i], TN_EPEER);
	crew_end(state);
}

static struct thread *many[MANY];
static unsigned waiting; /* of them, before the step */

/* One step lets some tens go, no more. */
static void few_at_a_time(struct thread *unused)
{
	unsigned now = 0;

	(void)unused;
	for (unsigned i = 0; i < MANY; i++)
		now += many[i]->state == TN_THREAD_AWAITS;
	assert_true(waiting - now <= 40);
	waiting = now;
}

/* A process that has saved more calls than one step lets go. */
static void many_saved(void **state)
{
	struct thread **t = many;

	crew_make(state);
	many_call(t);
	s = crew.server[0];
	for (unsigned i = 0; i < MANY; i++) {
		crew_recv(s);
		assert_int_equal(crew_do(s, TN_CALL_SAVE_REPLY, 100 + i, 0, 0, 0, 0, 0).code, 0);
	}
	waiting = MANY;
	steps_of_destroy(CREW_SERVER, few_at_a_time, NULL);
	assert_int_equal(waiting, 0);
	for (unsigned i = 0; i < MANY; i++)
		assert_failed(t[i], TN_EPEER);
	crew_end(state);
}

/* Revoking a pool below one that is being revoked does not bring it back to life. */
static void revoked_below_the_dying(void **state)
{
	uint64_t pool = CREW_SPARE, process = CREW_SPARE + 1;
	struct thread *boss;

	crew_make(state);
	boss = crew.boss;
	assert_int_equal(crew_do(boss, TN_CALL_CREATE, TN_KIND_POOL, CREW_CLIENT_POOL, TN_ANY,
				 TN_NONE, pool, 0)
				 .code,
			 0);
	assert_int_equal(crew_do(boss, TN_CALL_FRAME_MOVE, CREW_CLIENT_POOL, pool, 4, 0, 0, 0).code,
			 0);
	assert_int_equal(crew_do(boss, TN_CALL_CREATE, TN_KIND_PROCESS, pool, TN_ANY, TN_NONE,
				 process, 0)
				 .code,
			 0);
	assert_int_equal(
		crew_do(boss, TN_CALL_POOL_REVOKE, CREW_CLIENT_POOL, TN_FLAG_STEP, 0, 0, 0, 0).code,
		-TN_EAGAIN);
	boss_does(TN_CALL_POOL_REVOKE, pool);
	assert_int_equal(crew_do(boss, TN_CALL_CREATE, TN_KIND_PROCESS, pool, TN_ANY, TN_NONE,
				 process + 1, 0)
				 .code,
			 -TN_EDYING);
	crew_end(state);
}

/* Another thread may get the boot thread's frame: it must not end the machine when it ends. */
static void boot_thread_is_forgotten(void **state)
{
	crew_make(state);
	s = crew.server[0];
	crew_hand(TN_SLOT_THREAD, s, 30, TN_RIGHTS_ALL, 0);
	assert_int_equal(crew_do(s, TN_CALL_DESTROY, 30, 0, 0, 0, 0, 0).code, 0);
	assert_null(thread_boot);
	crew_end(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_wait_and_every_end),
		cmocka_unit_test(receivers_of_a_dead_endpoint),
		cmocka_unit_test(suspended_receiver),
		cmocka_unit_test(receiver_without_endpoint),
		cmocka_unit_test(chains),
		cmocka_unit_test(chain_ends_with_its_pools),
		cmocka_unit_test(long_chain),
		cmocka_unit_test(tick_in_a_long_chain),
		cmocka_unit_test(many_wait),
		cmocka_unit_test(many_saved),
		cmocka_unit_test(revoked_below_the_dying),
		cmocka_unit_test(boot_thread_is_forgotten),
	};

	return cmocka_run_group_tests_name("peer", tests, NULL, NULL);
}
