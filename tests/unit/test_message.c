/*
 * test_message.c - messages and answers between threads: words, badges, capabilities, order,
 * errors.
 */
#include "message.h"

#include <string.h>

#include "cap.h"
#include "crew.h"
#include "object.h"
#include "snapshot.h"

#define CALL TN_CALL_CALL
#define SEND TN_CALL_SEND
#define RECV TN_CALL_RECV
#define REPLY TN_CALL_REPLY
#define REPLY_TO TN_CALL_REPLY_TO
#define REPLY_RECV TN_CALL_REPLY_RECV
#define INFO TN_INFO(5, 3)
#define ANSWER TN_INFO(6, 5)
#define MANY TN_INFO(9, TN_MESSAGE_WORDS)

static struct thread *s, *s2, *c, *c2, *c3;

static int setup(void **state)
{
	int result = crew_make(state);

	s = crew.server[0];
	s2 = crew.server[1];
	c = crew.client[0];
	c2 = crew.client[1];
	c3 = crew.client[2];
	return result;
}

static uint64_t slot_word(const struct thread *t, uint64_t index)
{
	return crew_slot(t, index)->word;
}

/* c's call has arrived at s. */
static void exchange_begin(void)
{
	crew_recv(s);
	crew_call(c, INFO, 1);
	assert_heard(s, INFO, 1, CREW_BADGE);
	assert_state(c, TN_THREAD_AWAITS);
}

static void saved(uint64_t slot)
{
	exchange_begin();
	assert_int_equal(crew_do(s, TN_CALL_SAVE_REPLY, slot, 0, 0, 0, 0, 0).code, 0);
}

/* --- words ------------------------------------------------------------------------------------ */

static void receiver_first(void **state)
{
	(void)state;
	crew_recv(s);
	assert_state(s, TN_THREAD_RECEIVES);
	crew_call(c, INFO, 1);
	assert_heard(s, INFO, 1, CREW_BADGE);
	assert_state(c, TN_THREAD_AWAITS);
	crew_reply(s, ANSWER, 2);
	assert_heard(c, ANSWER, 2, 0);
	assert_state(s, TN_THREAD_RUNNING);
}

static void caller_first(void **state)
{
	(void)state;
	crew_call(c, INFO, 1);
	assert_state(c, TN_THREAD_CALLS);
	crew_recv(s);
	assert_heard(s, INFO, 1, CREW_BADGE);
	assert_state(c, TN_THREAD_AWAITS);
	crew_reply_recv(s, ANSWER, 2);
	assert_heard(c, ANSWER, 2, 0);
	assert_state(s, TN_THREAD_RECEIVES);
}

static void every_number_of_words(void **state)
{
	(void)state;
	for (uint64_t n = 0; n <= TN_MESSAGE_WORDS; n++) {
		uint64_t info = TN_INFO(n, n);

		if (n % 2 == 0)
			crew_recv(s);
		memset(s->utcb->words, 0x5a, sizeof(s->utcb->words));
		crew_call(c, info, n);
		if (n % 2 != 0)
			crew_recv(s);
		assert_heard(s, info, n, CREW_BADGE);
		if (n >= TN_MESSAGE_REGISTERS && n % 2 == 0)
			assert_int_equal(s->utcb->words[n], 0x5a5a5a5a5a5a5a5a);
		crew_reply(s, info, n + 100);
		assert_heard(c, info, n + 100, 0);
	}
}

static void callers_are_served_in_order(void **state)
{
	struct thread *order[] = {c2, c, c3};

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		crew_call(order[i], MANY, i);
	for (unsigned i = 0; i < 3; i++) {
		crew_recv(s);
		assert_heard(s, MANY, i, CREW_BADGE);
		crew_reply(s, ANSWER, i);
		assert_heard(order[i], ANSWER, i, 0);
	}
}

static void receivers_are_served_in_order(void **state)
{
	(void)state;
	crew_recv(s2);
	crew_recv(s);
	crew_call(c, INFO, 1);
	crew_call(c2, INFO, 2);
	assert_heard(s2, INFO, 1, CREW_BADGE);
	assert_heard(s, INFO, 2, CREW_BADGE);
	crew_reply(s, ANSWER, 3);
	assert_heard(c2, ANSWER, 3, 0);
	assert_state(c, TN_THREAD_AWAITS);
}

static void badge_tells_the_capability(void **state)
{
	(void)state;
	crew_recv(s);
	assert_int_equal(crew_say(c, CALL, SLOT_E_BARE, INFO, 1), 0);
	assert_heard(s, INFO, 1, 0);
	crew_reply(s, ANSWER, 1);
	crew_hand(CREW_ENDPOINT, c, 30, TN_ENDPOINT_SEND, UINT32_MAX);
	assert_int_equal(crew_say(c, CALL, 30, INFO, 1), 0);
	crew_recv(s);
	assert_heard(s, INFO, 1, UINT32_MAX);
}

static void info_of_the_kernel_is_not_passed_on(void **state)
{
	(void)state;
	crew_recv(s);
	crew_call(c, INFO | TN_INFO_LOST | (uint64_t)1 << 63 | (uint64_t)0xffff << 40, 1);
	assert_heard(s, INFO, 1, CREW_BADGE);
}

static void send_never_waits(void **state)
{
	(void)state;
	assert_int_equal(crew_say(c, SEND, SLOT_E, INFO, 1), -TN_EAGAIN);
	crew_recv(s);
	assert_int_equal(crew_say(c, SEND, SLOT_E, MANY, 2), 0);
	assert_heard(s, MANY, 2, CREW_BADGE);
	assert_state(c, TN_THREAD_RUNNING);
	assert_int_equal(crew_say(s, REPLY, 0, INFO, 1), -TN_EPEER);
	crew_call(c2, INFO, 1);
	assert_int_equal(crew_say(c, SEND, SLOT_E, INFO, 1), -TN_EAGAIN);
}

static void sends_to_its_own_process(void **state)
{
	(void)state;
	crew_recv(s);
	crew_call(s2, MANY, 4);
	assert_heard(s, MANY, 4, 0);
	crew_reply(s, ANSWER, 5);
	assert_heard(s2, ANSWER, 5, 0);
}

static void calls_nest(void **state)
{
	(void)state;
	crew_hand(CREW_ENDPOINT, c, 30, TN_RIGHTS_ALL, 5);
	exchange_begin();
	assert_int_equal(crew_say(c2, RECV, 30, 0, 0), 0);
	crew_call(s, INFO, 7);
	assert_heard(c2, INFO, 7, 0);
	crew_reply(c2, ANSWER, 8);
	assert_heard(s, ANSWER, 8, 0);
	crew_reply(s, ANSWER, 9);
	assert_heard(c, ANSWER, 9, 0);
}

/* --- errors ----------------------------------------------------------------------------------- */

static void info_is_checked_first(void **state)
{
	static const uint64_t numbers[] = {CALL, SEND, REPLY, REPLY_TO, REPLY_RECV};
	static const uint64_t infos[] = {TN_INFO(0x80000000u, 0), TN_INFO(TN_LABEL_FAULT, 3),
					 TN_INFO(UINT32_MAX, 0), TN_INFO(1, 65), TN_INFO(1, 127)};

	(void)state;
	for (unsigned n = 0; n < 5; n++)
		for (unsigned i = 0; i < 5; i++) {
			assert_int_equal(crew_say(c, numbers[n], 9999, infos[i], 0), -TN_EINVAL);
			assert_int_equal(crew_say(c, numbers[n], 9999,
						  infos[i] | TN_INFO_CAP | (uint64_t)9999 << 40, 0),
					 -TN_EINVAL);
		}
}

static void bad_slots(uint64_t number, struct thread *t, uint64_t dead, uint64_t weak)
{
	assert_int_equal(crew_say(t, number, 256, INFO, 0), -TN_ERANGE);
	assert_int_equal(crew_say(t, number, 8192, INFO, 0), -TN_ERANGE);
	assert_int_equal(crew_say(t, number, TN_NONE - 1, INFO, 0), -TN_ERANGE);
	assert_int_equal(crew_say(t, number, 99, INFO, 0), -TN_ENOENT);
	assert_int_equal(crew_say(t, number, 50, INFO, 0), -TN_EBADF);
	assert_int_equal(crew_say(t, number, weak, INFO, 0), -TN_EPERM);
	assert_int_equal(crew_say(t, number, dead, INFO, 0), -TN_ESTALE);
}

/* c's slots: 50 of another type, 51 without rights and dead, 52 dead, 53 of a dying process. */
static void bad_slots_make(void)
{
	uint64_t e = CREW_SPARE, p = CREW_SPARE + 1;

	crew_hand(TN_SLOT_SYSTEM, c, 50, TN_RIGHTS_ALL, 0);
	crew_do(crew.boss, TN_CALL_CREATE, TN_KIND_ENDPOINT, CREW_SERVER, TN_ANY, TN_NONE, e, 0);
	crew_hand(e, c, 51, 0, 0);
	crew_hand(e, c, 52, TN_RIGHTS_ALL, 0);
	assert_int_equal(crew_do(crew.boss, TN_CALL_DESTROY, e, 0, 0, 0, 0, 0).code, 0);
	crew_do(crew.boss, TN_CALL_CREATE, TN_KIND_PROCESS, CREW_SERVER_POOL, TN_ANY, TN_NONE, p,
		5);
	crew_do(crew.boss, TN_CALL_CREATE, TN_KIND_ENDPOINT, p, TN_ANY, TN_NONE, e, 0);
	crew_do(crew.boss, TN_CALL_CREATE, TN_KIND_THREAD, p, TN_ANY, TN_NONE, e + 2, 0);
	crew_hand(e, c, 53, TN_RIGHTS_ALL, 0);
	assert_int_equal(crew_do(crew.boss, TN_CALL_DESTROY, p, TN_FLAG_STEP, 0, 0, 0, 0).code,
			 -TN_EAGAIN);
}

static void endpoint_slots(void **state)
{
	static const uint64_t numbers[] = {CALL, SEND, RECV, REPLY_RECV};

	(void)state;
	bad_slots_make();
	for (unsigned i = 0; i < 4; i++) {
		bad_slots(numbers[i], c, 52, 51);
		assert_int_equal(crew_say(c, numbers[i], 53, INFO, 0), -TN_EPEER);
	}
	assert_int_equal(crew_say(c, RECV, SLOT_E, 0, 0), -TN_EPERM);
	assert_int_equal(crew_say(c, REPLY_RECV, SLOT_E, INFO, 0), -TN_EPERM);
	crew_hand(CREW_ENDPOINT, c, 54, TN_ENDPOINT_RECEIVE, 0);
	assert_int_equal(crew_say(c, CALL, 54, INFO, 0), -TN_EPERM);
	assert_int_equal(crew_say(c, SEND, 54, INFO, 0), -TN_EPERM);
	assert_int_equal(crew_say(c, CALL, TN_NONE, INFO, 0), -TN_ERANGE);
}

static void travelling_slots(void **state)
{
	static const uint64_t numbers[] = {CALL, SEND};

	(void)state;
	bad_slots_make();
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(crew_say(c, numbers[i], SLOT_E_BARE, TN_INFO_WITH(1, 0, SLOT_E),
					  0),
				 -TN_EPERM);
		assert_int_equal(crew_say(c, numbers[i], 52, TN_INFO_WITH(1, 0, 9000), 0),
				 -TN_ESTALE);
		assert_int_equal(crew_say(c, numbers[i], SLOT_E, TN_INFO_WITH(1, 0, 9000), 0),
				 -TN_ERANGE);
		assert_int_equal(crew_say(c, numbers[i], SLOT_E, TN_INFO_WITH(1, 0, 0xffff), 0),
				 -TN_ERANGE);
		assert_int_equal(crew_say(c, numbers[i], SLOT_E, TN_INFO_WITH(1, 0, 256), 0),
				 -TN_ERANGE);
		assert_int_equal(crew_say(c, numbers[i], SLOT_E, TN_INFO_WITH(1, 0, 99), 0),
				 -TN_ENOENT);
		assert_int_equal(crew_say(c, numbers[i], SLOT_E, TN_INFO_WITH(1, 0, 50), 0),
				 -TN_EBADF);
		assert_int_equal(crew_say(c, numbers[i], SLOT_E, TN_INFO_WITH(1, 0, 52), 0),
				 -TN_ESTALE);
		assert_int_equal(crew_say(c, numbers[i], 53, TN_INFO_WITH(1, 0, 52), 0),
				 -TN_ESTALE);
		assert_int_equal(crew_say(c, numbers[i], 53, TN_INFO_WITH(1, 0, SLOT_E), 0),
				 -TN_EPEER);
	}
}

/* Slots are looked up in the order of the row: the endpoint, then the one that travels. */
static void travelling_slot_comes_second(void **state)
{
	(void)state;
	bad_slots_make();
	assert_int_equal(crew_say(c, REPLY_RECV, 99, TN_INFO_WITH(1, 0, 50), 0), -TN_ENOENT);
	assert_int_equal(crew_say(c, REPLY_RECV, 53, TN_INFO_WITH(1, 0, 50), 0), -TN_EBADF);
}

static void stale_reply_comes_first(void **state)
{
	(void)state;
	saved(40);
	crew_hand(TN_SLOT_SYSTEM, s, 50, TN_RIGHTS_ALL, 0);
	assert_int_equal(crew_do(crew.boss, TN_CALL_THREAD_SUSPEND, CREW_THREAD + crew_number(c), 0,
				 0, 0, 0, 0)
				 .code,
			 0);
	assert_int_equal(crew_say(s, REPLY_TO, 40, TN_INFO_WITH(1, 0, 50), 0), -TN_ESTALE);
}

static void only_some_types_travel(void **state)
{
	static const uint64_t slots[] = {TN_SLOT_PROCESS, TN_SLOT_POOL, TN_SLOT_FRAMES,
					 TN_SLOT_SYSTEM};

	(void)state;
	crew_hand(CREW_ENDPOINT, s, 30, TN_RIGHTS_ALL, 0);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(crew_say(crew.boss, CALL, CREW_ENDPOINT,
					  TN_INFO_WITH(1, 0, slots[i]), 0),
				 -TN_EBADF);
}

static void nobody_to_answer(void **state)
{
	(void)state;
	assert_int_equal(crew_say(s, REPLY, 0, INFO, 0), -TN_EPEER);
	assert_int_equal(crew_do(s, TN_CALL_SAVE_REPLY, 40, 0, 0, 0, 0, 0).code, -TN_EPEER);
	assert_int_equal(crew_do(s, TN_CALL_SAVE_REPLY, 9999, 0, 0, 0, 0, 0).code, -TN_EPEER);
	exchange_begin();
	crew_reply(s, ANSWER, 1);
	assert_int_equal(crew_say(s, REPLY, 0, INFO, 0), -TN_EPEER);
	crew_reply_recv(s, ANSWER, 1);
	assert_state(s, TN_THREAD_RECEIVES);
}

/* A refused answer leaves the caller waiting, and it can still be given. */
static void refused_answers(void **state)
{
	(void)state;
	exchange_begin();
	assert_int_equal(crew_say(s, REPLY, 0, TN_INFO(1, 65), 0), -TN_EINVAL);
	assert_int_equal(crew_say(s, REPLY, 0, TN_INFO_WITH(1, 0, 99), 0), -TN_ENOENT);
	assert_int_equal(crew_say(s, REPLY_RECV, 99, INFO, 0), -TN_ENOENT);
	assert_int_equal(crew_say(s, RECV, 99, 0, 0), -TN_ENOENT);
	crew_reply(s, ANSWER, 1);
	assert_heard(c, ANSWER, 1, 0);
}

/* --- capabilities ----------------------------------------------------------------------------- */

static void endpoint_arrives(void **state)
{
	(void)state;
	s->utcb->receive_slot = SLOT_HERE;
	crew_recv(s);
	crew_call(c, TN_INFO_WITH(3, 2, SLOT_E), 1);
	assert_heard(s, TN_INFO(3, 2) | TN_INFO_CAP, 1, CREW_BADGE);
	assert_memory_equal(crew_slot(s, SLOT_HERE), crew_slot(c, SLOT_E), sizeof(struct slot));
	c->utcb->receive_slot = 21;
	crew_reply(s, TN_INFO_WITH(4, 1, SLOT_E), 2);
	assert_heard(c, TN_INFO(4, 1) | TN_INFO_CAP, 2, 0);
	assert_memory_equal(crew_slot(c, 21), crew_slot(s, SLOT_E), sizeof(struct slot));
}

static void thread_arrives_weak(void **state)
{
	uint64_t word;

	(void)state;
	crew_hand(CREW_THREAD + 4, c, 30, TN_RIGHTS_ALL, 0);
	s->utcb->receive_slot = SLOT_HERE;
	crew_call(c, TN_INFO_WITH(3, 0, 30), 1);
	crew_recv(s);
	assert_heard(s, TN_INFO(3, 0) | TN_INFO_CAP, 1, CREW_BADGE);
	word = slot_word(s, SLOT_HERE);
	assert_int_equal(SLOT_TYPE(word), TN_CAP_THREAD);
	assert_int_equal(SLOT_RIGHTS(word), TN_THREAD_SIGNAL);
	assert_int_equal(crew_do(s, TN_CALL_SIGNAL, SLOT_HERE, 1, 0, 0, 0, 0).code, 0);
	assert_int_equal(crew_do(s, TN_CALL_THREAD_SUSPEND, SLOT_HERE, 0, 0, 0, 0, 0).code,
			 -TN_EPERM);
	assert_int_equal(SLOT_RIGHTS(slot_word(c, 30)), TN_RIGHTS_ALL);
}

static void lost_where_there_is_no_place(void **state)
{
	static const uint64_t places[] = {SLOT_E, 256, 8191, 8192, TN_NONE, (uint64_t)1 << 63};

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		uint64_t old = slot_word(s, SLOT_E);

		s->utcb->receive_slot = places[i];
		crew_recv(s);
		crew_call(c, TN_INFO_WITH(3, 1, SLOT_E), i);
		assert_heard(s, TN_INFO(3, 1) | TN_INFO_LOST, i, CREW_BADGE);
		assert_int_equal(slot_word(s, SLOT_E), old);
		crew_reply(s, ANSWER, i);
	}
}

/* The sender waits, and its slot is no longer what it was. */
static void lost_where_it_has_changed(void **state)
{
	(void)state;
	s->utcb->receive_slot = SLOT_HERE;
	crew_hand(CREW_ENDPOINT, c, 30, TN_RIGHTS_ALL, 0);
	crew_call(c, TN_INFO_WITH(3, 0, 30), 1);
	assert_int_equal(crew_do(c2, TN_CALL_CAP_DELETE, TN_SELF, 30, 0, 0, 0, 0).code, 0);
	crew_call(c2, TN_INFO_WITH(3, 0, SLOT_E_BARE), 2);
	assert_int_equal(crew_do(c3, TN_CALL_CAP_DELETE, TN_SELF, SLOT_E_BARE, 0, 0, 0, 0).code, 0);
	crew_hand(TN_SLOT_FRAMES, c, SLOT_E_BARE, TN_RIGHTS_ALL, 0);
	for (unsigned i = 1; i <= 2; i++) {
		crew_recv(s);
		assert_heard(s, TN_INFO(3, 0) | TN_INFO_LOST, i, CREW_BADGE);
		assert_int_equal(slot_word(s, SLOT_HERE), 0);
		crew_reply(s, ANSWER, 1);
	}
}

static void reply_moves(void **state)
{
	(void)state;
	saved(40);
	s2->utcb->receive_slot = 41;
	crew_recv(s2);
	crew_call(s, TN_INFO_WITH(3, 0, 40), 1);
	assert_heard(s2, TN_INFO(3, 0) | TN_INFO_CAP, 1, 0);
	assert_int_equal(slot_word(s, 40), 0);
	assert_int_equal(SLOT_TYPE(slot_word(s2, 41)), TN_CAP_REPLY);
	assert_state(c, TN_THREAD_AWAITS);
	assert_int_equal(crew_say(s2, REPLY_TO, 41, MANY, 5), 0);
	assert_heard(c, MANY, 5, 0);
}

static void lost_reply_stays(void **state)
{
	(void)state;
	saved(40);
	s2->utcb->receive_slot = SLOT_E;
	crew_recv(s2);
	crew_call(s, TN_INFO_WITH(3, 0, 40), 1);
	assert_heard(s2, TN_INFO(3, 0) | TN_INFO_LOST, 1, 0);
	assert_state(c, TN_THREAD_AWAITS);
	assert_int_equal(crew_say(s2, REPLY_TO, 40, ANSWER, 5), 0);
	assert_heard(c, ANSWER, 5, 0);
}

/* Used up by the very answer that it travels with: it must not arrive as if it were good. */
static void reply_travels_with_its_own_answer(void **state)
{
	(void)state;
	saved(40);
	c->utcb->receive_slot = SLOT_HERE;
	assert_int_equal(crew_say(s, REPLY_TO, 40, TN_INFO_WITH(3, 0, 40), 1), 0);
	assert_state(c, TN_THREAD_RUNNING);
	assert_int_equal(slot_word(s, 40), 0);
	assert_int_equal(crew_say(c, REPLY_TO, SLOT_HERE, ANSWER, 1),
			 slot_word(c, SLOT_HERE) == 0 ? -TN_ENOENT : -TN_ESTALE);
}

/* --- saved replies ---------------------------------------------------------------------------- */

static void saved_reply_answers_once(void **state)
{
	struct slot copy;

	(void)state;
	saved(40);
	copy = *crew_slot(s, 40);
	assert_int_equal(crew_say(s, REPLY, 0, ANSWER, 1), -TN_EPEER);
	assert_int_equal(crew_do(s, TN_CALL_SAVE_REPLY, 41, 0, 0, 0, 0, 0).code, -TN_EPEER);
	crew_recv(s);
	assert_state(c, TN_THREAD_AWAITS);
	crew_call(c2, INFO, 2);
	assert_int_equal(crew_say(s, REPLY_TO, 40, MANY, 3), 0);
	assert_heard(c, MANY, 3, 0);
	assert_state(c2, TN_THREAD_AWAITS);
	assert_int_equal(crew_say(s, REPLY_TO, 40, MANY, 3), -TN_ENOENT);
	*crew_slot(s, 40) = copy;
	assert_int_equal(crew_say(s, REPLY_TO, 40, MANY, 3), -TN_ESTALE);
	crew_call(c, INFO, 9);
	assert_int_equal(crew_say(s, REPLY_TO, 40, MANY, 3), -TN_ESTALE);
	crew_reply(s, ANSWER, 4);
	assert_heard(c2, ANSWER, 4, 0);
}

static void save_reply_errors(void **state)
{
	(void)state;
	exchange_begin();
	assert_int_equal(crew_do(s, TN_CALL_SAVE_REPLY, 256, 0, 0, 0, 0, 0).code, -TN_ERANGE);
	assert_int_equal(crew_do(s, TN_CALL_SAVE_REPLY, 8192, 0, 0, 0, 0, 0).code, -TN_ERANGE);
	assert_int_equal(crew_do(s, TN_CALL_SAVE_REPLY, TN_NONE, 0, 0, 0, 0, 0).code, -TN_ERANGE);
	assert_int_equal(crew_do(s, TN_CALL_SAVE_REPLY, SLOT_E, 0, 0, 0, 0, 0).code, -TN_EEXIST);
	crew_reply(s, ANSWER, 1);
	assert_heard(c, ANSWER, 1, 0);
}

static void reply_to_errors(void **state)
{
	(void)state;
	saved(40);
	assert_int_equal(crew_say(s, REPLY_TO, 256, INFO, 1), -TN_ERANGE);
	assert_int_equal(crew_say(s, REPLY_TO, 99, INFO, 1), -TN_ENOENT);
	assert_int_equal(crew_say(s, REPLY_TO, SLOT_E, INFO, 1), -TN_EBADF);
	assert_int_equal(crew_say(s, REPLY_TO, 40, TN_INFO_WITH(1, 0, 99), 1), -TN_ENOENT);
	assert_int_equal(crew_say(s, REPLY_TO, 40, ANSWER, 1), 0);
	assert_heard(c, ANSWER, 1, 0);
}

static void saved_reply_is_never_copied(void **state)
{
	(void)state;
	saved(40);
	assert_int_equal(crew_do(s, TN_CALL_CAP_COPY, 40, TN_SELF, 41, 0, 0, 0).code, -TN_ENOTSUP);
	assert_int_equal(crew_do(s, TN_CALL_DESTROY, 40, 0, 0, 0, 0, 0).code, -TN_EBADF);
	assert_int_equal(crew_do(s, TN_CALL_CAP_REVOKE, 40, 0, 0, 0, 0, 0).code, -TN_EBADF);
	assert_state(c, TN_THREAD_AWAITS);
}

/* cap_info: `live` as long as it can be used. */
static void saved_reply_tells_if_it_lives(void **state)
{
	(void)state;
	saved(40);
	assert_int_equal(crew_do(s, TN_CALL_CAP_INFO, TN_SELF, 40, 0, 0, 0, 0).value >> 16, 1);
	crew_do(crew.boss, TN_CALL_THREAD_SUSPEND, CREW_THREAD + crew_number(c), 0, 0, 0, 0, 0);
	assert_int_equal(crew_do(s, TN_CALL_CAP_INFO, TN_SELF, 40, 0, 0, 0, 0).value >> 16, 0);
}

/* No id is left to name the call by: the caller can still be answered. */
static void save_reply_without_ids(void **state)
{
	(void)state;
	exchange_begin();
	object_next_id = FRAME_ID_LIMIT;
	assert_int_equal(crew_do(s, TN_CALL_SAVE_REPLY, SLOT_E, 0, 0, 0, 0, 0).code, -TN_EEXIST);
	assert_int_equal(crew_do(s, TN_CALL_SAVE_REPLY, 40, 0, 0, 0, 0, 0).code, -TN_EOVERFLOW);
	crew_reply(s, ANSWER, 1);
	assert_heard(c, ANSWER, 1, 0);
}

/* Pages of slots stay as long as their process. If one went, what it had would be lost. */
static void lost_where_its_page_is_gone(void **state)
{
	(void)state;
	s->utcb->receive_slot = SLOT_HERE;
	crew_call(c, TN_INFO_WITH(3, 0, SLOT_E), 1);
	c->registers[REGISTER_INFO] = TN_INFO_WITH(3, 0, 300);
	crew_recv(s);
	assert_heard(s, TN_INFO(3, 0) | TN_INFO_LOST, 1, CREW_BADGE);
	assert_int_equal(slot_word(s, SLOT_HERE), 0);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, crew_end)
	const struct CMUnitTest tests[] = {
		T(receiver_first),
		T(caller_first),
		T(every_number_of_words),
		T(callers_are_served_in_order),
		T(receivers_are_served_in_order),
		T(badge_tells_the_capability),
		T(info_of_the_kernel_is_not_passed_on),
		T(send_never_waits),
		T(sends_to_its_own_process),
		T(calls_nest),
		T(info_is_checked_first),
		T(endpoint_slots),
		T(travelling_slots),
		T(travelling_slot_comes_second),
		T(stale_reply_comes_first),
		T(only_some_types_travel),
		T(nobody_to_answer),
		T(refused_answers),
		T(endpoint_arrives),
		T(thread_arrives_weak),
		T(lost_where_there_is_no_place),
		T(lost_where_it_has_changed),
		T(reply_moves),
		T(lost_reply_stays),
		T(reply_travels_with_its_own_answer),
		T(saved_reply_answers_once),
		T(save_reply_errors),
		T(reply_to_errors),
		T(saved_reply_is_never_copied),
		T(saved_reply_tells_if_it_lives),
		T(save_reply_without_ids),
		T(lost_where_its_page_is_gone),
	};
#undef T

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
