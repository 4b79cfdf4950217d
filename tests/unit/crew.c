/*
 * crew.c - see crew.h.
 */
#include "crew.h"

#include <string.h>

#include "asid.h"
#include "cap.h"
#include "ipc_check.h"
#include "sched.h"
#include "snapshot.h"
#include "syscall.h"
#include "trap.h"
#include "world_check.h"

#define UTCB_VA 0x100000ul
#define START_PC 0x10000ul

struct crew crew;
uint64_t crew_root_frames = 128, crew_pool_frames = 40;

static void must(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
		 uint64_t a5)
{
	struct answer a = host_call(number, a0, a1, a2, a3, a4, a5);

	if (a.code != 0)
		fail_msg("crew: call %llu answers %lld", (unsigned long long)number,
			 (long long)a.code);
}

static void make(unsigned kind, uint64_t target, uint64_t slot, uint64_t argument)
{
	must(TN_CALL_CREATE, kind, target, TN_ANY, TN_NONE, slot, argument);
}

static void make_process(uint64_t pool, uint64_t process)
{
	make(TN_KIND_POOL, TN_SLOT_POOL, pool, 0);
	must(TN_CALL_FRAME_GIVE, TN_SLOT_FRAMES, pool, world.free_first, crew_pool_frames, 0, 0);
	world.free_first += crew_pool_frames;
	make(TN_KIND_PROCESS, pool, process, CREW_CEILING);
	make(TN_KIND_CAPS, process, 0, 0);
}

static struct thread *make_thread(unsigned i)
{
	uint64_t slot = CREW_THREAD + i, process = i < CREW_SERVERS ? CREW_SERVER : CREW_CLIENT;
	struct tn_thread_config *c = (struct tn_thread_config *)current->utcb->words;
	bool server = i < CREW_SERVERS;

	make(TN_KIND_THREAD, process, slot, 0);
	memset(c, 0, sizeof(*c));
	c->priority = CREW_PRIORITY;
	c->pc = START_PC;
	crew.utcb[i] = world.free_first++;
	must(TN_CALL_THREAD_CONFIGURE, slot,
	     TN_CONFIGURE_REGISTERS | TN_CONFIGURE_UTCB | TN_CONFIGURE_PRIORITY |
		     (server ? 0 : TN_CONFIGURE_FAULT),
	     TN_SLOT_FRAMES, crew.utcb[i], UTCB_VA + i * TN_FRAME_SIZE,
	     server ? TN_NONE : CREW_FAULTS);
	must(TN_CALL_THREAD_RESUME, slot, 0, 0, 0, 0, 0);
	return host_memory(cap_slot(slot)->frame);
}

int crew_make(void **state)
{
	struct world_options o = {.root_frames = crew_root_frames};

	(void)state;
	world_make(&o);
	crew.boss = world.thread;
	must(TN_CALL_MAP, TN_SLOT_PROCESS, UTCB_VA, TN_SLOT_FRAMES, world.free_first++, 1,
	     TN_MAP_READ); /* so that it has page tables */
	asid_activate(current->hart, world.process);
	make_process(CREW_SERVER_POOL, CREW_SERVER);
	make_process(CREW_CLIENT_POOL, CREW_CLIENT);
	make(TN_KIND_ENDPOINT, CREW_SERVER, CREW_ENDPOINT, 0);
	must(TN_CALL_CAP_COPY, CREW_ENDPOINT, TN_SELF, CREW_FAULTS, TN_RIGHTS_ALL, CREW_FAULT_BADGE,
	     0);
	crew.endpoint = host_memory(cap_slot(CREW_ENDPOINT)->frame);
	for (unsigned i = 0; i < CREW_THREADS; i++) {
		struct thread *t = make_thread(i);

		*(i < CREW_SERVERS ? &crew.server[i] : &crew.client[i - CREW_SERVERS]) = t;
	}
	crew_hand(CREW_ENDPOINT, crew.server[0], SLOT_E, TN_RIGHTS_ALL, 0);
	crew_hand(CREW_ENDPOINT, crew.client[0], SLOT_E, TN_ENDPOINT_SEND | TN_ENDPOINT_GRANT,
		  CREW_BADGE);
	crew_hand(CREW_ENDPOINT, crew.client[0], SLOT_E_BARE, TN_ENDPOINT_SEND, 0);
	host_preempted = false;
	assert_world_holds();
	assert_ipc_holds();
	return 0;
}

int crew_end(void **state)
{
	(void)state;
	world_end();
	return 0;
}

void crew_become(struct thread *t)
{
	bool preempted = host_preempted;
	struct thread *old = current;

	if (t == old)
		return;
	assert_int_equal(t->state, TN_THREAD_RUNNING);
	sched_unready(t);
	if (old->state == TN_THREAD_RUNNING)
		sched_ready(old);
	current = t;
	asid_activate(t->hart, t->process);
	host_preempted = preempted;
}

struct answer crew_do(struct thread *t, uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2,
		      uint64_t a3, uint64_t a4, uint64_t a5)
{
	struct answer a;

	crew_become(t);
	a = checked_call(number, a0, a1, a2, a3, a4, a5);
	assert_ipc_holds();
	return a;
}

uint64_t crew_word(uint64_t seed, uint64_t index)
{
	return (seed + 1) * 0x9e3779b97f4a7c15u + index;
}

static int64_t say(struct thread *t, uint64_t number, uint64_t slot, uint64_t info, uint64_t seed)
{
	uint64_t w[TN_MESSAGE_REGISTERS];

	for (uint64_t i = 0; i < TN_MESSAGE_WORDS; i++)
		t->utcb->words[i] = ~crew_word(seed, i);
	for (uint64_t i = 0; i < TN_MESSAGE_REGISTERS; i++)
		w[i] = crew_word(seed, i);
	for (uint64_t i = TN_MESSAGE_REGISTERS; i < TN_MESSAGE_WORDS && i < TN_INFO_WORDS(info);
	     i++)
		t->utcb->words[i] = crew_word(seed, i);
	return result_code(call_table[number](slot, info, w[0], w[1], w[2], w[3], w[4], number));
}

int64_t crew_say(struct thread *t, uint64_t number, uint64_t slot, uint64_t info, uint64_t seed)
{
	struct snapshot *before;
	uint64_t words[TN_MESSAGE_WORDS];
	int64_t code;

	crew_become(t);
	memcpy(words, t->utcb->words, sizeof(words));
	before = snapshot_take();
	code = say(t, number, slot, info, seed);
	if (code != 0) {
		memcpy(t->utcb->words, words, sizeof(words));
		assert_unchanged(before);
	}
	snapshot_end(before);
	sched_run();
	assert_world_holds();
	assert_ipc_holds();
	return code;
}

void crew_call(struct thread *t, uint64_t info, uint64_t seed)
{
	assert_int_equal(crew_say(t, TN_CALL_CALL, SLOT_E, info, seed), 0);
}

void crew_recv(struct thread *t)
{
	assert_int_equal(crew_say(t, TN_CALL_RECV, SLOT_E, 0, 0), 0);
}

void crew_reply(struct thread *t, uint64_t info, uint64_t seed)
{
	assert_int_equal(crew_say(t, TN_CALL_REPLY, 0, info, seed), 0);
}

void crew_reply_recv(struct thread *t, uint64_t info, uint64_t seed)
{
	assert_int_equal(crew_say(t, TN_CALL_REPLY_RECV, SLOT_E, info, seed), 0);
}

void crew_fault(struct thread *t, enum tn_fault kind, uint64_t address)
{
	struct fault f = {kind, "a fault", t->registers[REGISTER_PC], address};

	crew_become(t);
	trap_fault(&f);
	sched_run();
	assert_world_holds();
	assert_ipc_holds();
}

void assert_state(const struct thread *t, enum tn_thread_state state)
{
	assert_int_equal(t->state, state);
}

void assert_heard(const struct thread *t, uint64_t info, uint64_t seed, uint64_t badge)
{
	const uint64_t *r = t->registers;
	uint64_t n = TN_INFO_WORDS(info);

	assert_state(t, TN_THREAD_RUNNING);
	assert_int_equal(r[REGISTER_A0], 0);
	assert_int_equal(r[REGISTER_INFO], info);
	assert_int_equal(r[REGISTER_BADGE], badge);
	for (uint64_t i = 0; i < n; i++) {
		uint64_t word = i < TN_MESSAGE_REGISTERS ? r[REGISTER_INFO + 1 + i]
							 : t->utcb->words[i];

		assert_int_equal(word, crew_word(seed, i));
	}
}

void assert_failed(const struct thread *t, int error)
{
	assert_state(t, TN_THREAD_RUNNING);
	assert_int_equal(t->registers[REGISTER_A0], -(int64_t)error);
}

struct slot *crew_slot(const struct thread *t, uint64_t index)
{
	return &t->process->directory[index / TN_CAPS_SLOTS][index % TN_CAPS_SLOTS];
}

void crew_hand(uint64_t source, const struct thread *t, uint64_t slot, uint64_t rights,
	       uint64_t badge)
{
	bool server = t->process == crew.server[0]->process;
	struct thread *before = current;

	crew_become(crew.boss);
	must(TN_CALL_CAP_COPY, source, server ? CREW_SERVER : CREW_CLIENT, slot, rights, badge, 0);
	if (before->state == TN_THREAD_RUNNING)
		crew_become(before);
}

unsigned crew_number(const struct thread *t)
{
	for (unsigned i = 0; i < CREW_SERVERS; i++)
		if (crew.server[i] == t)
			return i;
	for (unsigned i = 0; i < CREW_CLIENTS; i++)
		if (crew.client[i] == t)
			return CREW_SERVERS + i;
	fail_msg("no thread of the crew");
	return 0;
}
