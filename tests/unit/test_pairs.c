/*
 * test_pairs.c - every state of two threads that have to do with each other, with every call that
 * either of them, or a third, can make next.
 *
 * A (a server) and B (a client) are brought into their states by real calls. Then one call is
 * made: what it must answer stands in the table below, what it must do to everybody says the model
 * of threads and messages (model_talk.h), which is compared with the kernel after each call. At
 * last A, B and the endpoints are taken away: nobody may be left who waits.
 */
#include <stdio.h>
#include <string.h>

#include "crew.h"
#include "ipc_check.h"
#include "model_talk.h"
#include "world_check.h"

#define INFO TN_INFO(5, 7)
#define MASK 1u         /* signals that everybody waits for */
#define KEPT_FRAMES 96u /* all that are used here */

/* The clock at first, and deadlines. */
enum { START = 1000, A_TIME = 1100, B_TIME = 1200, ACTORS_TIME = 1300 };

/* Slots of the boss. */
enum { BOSS_F = CREW_SPARE, BOSS_G, BOSS_LAMB };

/* Slots of server and client alike. */
enum {
	SLOT_OWN_E = 50, /* endpoint of the server: all rights, as for the next two */
	SLOT_F,          /* endpoint of the client */
	SLOT_G,          /* endpoint of the boss: nobody waits here for long */
	SLOT_THREADS = 60,
	SLOT_PROCESS = 70, /* its own */
	SLOT_PEERS = 90,   /* REPLY: the other's call */
	SLOT_OTHERS        /* REPLY: a call of somebody else */
};

/* --- states ---------------------------------------------------------------------------------- */

/* Who is to answer what the thread has called, or its fault, or its exit. */
enum by {
	NOBODY, /* not received yet */
	PEER,   /* the other of the two */
	THIRD,
	PEER_SAVED /* a REPLY capability of the other's process */,
	THIRD_SAVED
};

struct stand {
	const char *name;
	enum tn_thread_state state;
	uint64_t at;        /* RECEIVES, CALLS: slot of the endpoint; TN_NONE: signals only */
	enum by by;         /* AWAITS, FAULTED */
	bool exits;         /* FAULTED: has exited */
	bool owes;          /* has received a third's call and not answered it */
	bool keeps;         /* and saved it */
	bool without_fault; /* no fault endpoint */
	bool dying;         /* its process is */
	bool timed;         /* RECEIVES: until A_TIME or, if it is B, B_TIME */
};

static const struct stand stands[] = {
	{.name = "stopped", .state = TN_THREAD_STOPPED},
	{.name = "ready", .state = TN_THREAD_RUNNING},
	{"ready, owes", TN_THREAD_RUNNING, .owes = true},
	{"ready, keeps", TN_THREAD_RUNNING, .keeps = true},
	{"ready, no handler", TN_THREAD_RUNNING, .without_fault = true},
	{"ready, owes, no handler", TN_THREAD_RUNNING, .owes = true, .without_fault = true},
	{"ready, dying", TN_THREAD_RUNNING, .dying = true},
	{"ready, owes, dying", TN_THREAD_RUNNING, .owes = true, .dying = true},
	{"stopped, keeps", TN_THREAD_STOPPED, .keeps = true},
	{"receives at E", TN_THREAD_RECEIVES, .at = SLOT_OWN_E},
	{"receives at F", TN_THREAD_RECEIVES, .at = SLOT_F},
	{"receives at E, keeps", TN_THREAD_RECEIVES, .at = SLOT_OWN_E, .keeps = true},
	{"receives at E, dying", TN_THREAD_RECEIVES, .at = SLOT_OWN_E, .dying = true},
	{"receives signals", TN_THREAD_RECEIVES, .at = TN_NONE},
	{"receives at E, timed", TN_THREAD_RECEIVES, .at = SLOT_OWN_E, .timed = true},
	{"receives at E, timed, dying", TN_THREAD_RECEIVES, .at = SLOT_OWN_E, .timed = true,
	 .dying = true},
	{"receives signals, timed", TN_THREAD_RECEIVES, .at = TN_NONE, .timed = true},
	{"calls E", TN_THREAD_CALLS, .at = SLOT_OWN_E},
	{"calls F", TN_THREAD_CALLS, .at = SLOT_F},
	{"calls E, owes", TN_THREAD_CALLS, .at = SLOT_OWN_E, .owes = true},
	{"calls F, dying", TN_THREAD_CALLS, .at = SLOT_F, .dying = true},
	{"awaits the other", TN_THREAD_AWAITS, .by = PEER},
	{"awaits a third", TN_THREAD_AWAITS, .by = THIRD},
	{"awaits a third, owes", TN_THREAD_AWAITS, .by = THIRD, .owes = true},
	{"awaits the other's REPLY", TN_THREAD_AWAITS, .by = PEER_SAVED},
	{"awaits a third's REPLY", TN_THREAD_AWAITS, .by = THIRD_SAVED},
	{"awaits a third, dying", TN_THREAD_AWAITS, .by = THIRD, .dying = true},
	{"faulted", TN_THREAD_FAULTED, .by = NOBODY},
	{"faulted, owes", TN_THREAD_FAULTED, .by = NOBODY, .owes = true},
	{"faulted, by the other", TN_THREAD_FAULTED, .by = PEER},
	{"faulted, by a third", TN_THREAD_FAULTED, .by = THIRD},
	{"faulted, by a third, owes", TN_THREAD_FAULTED, .by = THIRD, .owes = true},
	{"faulted, by the other's REPLY", TN_THREAD_FAULTED, .by = PEER_SAVED},
	{"faulted, by a third's REPLY", TN_THREAD_FAULTED, .by = THIRD_SAVED},
	{"exited", TN_THREAD_FAULTED, .by = NOBODY, .exits = true},
	{"exited, by the other", TN_THREAD_FAULTED, .by = PEER, .exits = true},
	{"exited, by a third", TN_THREAD_FAULTED, .by = THIRD, .exits = true},
	{"exited, by a third's REPLY", TN_THREAD_FAULTED, .by = THIRD_SAVED, .exits = true},
};
#define STANDS (sizeof(stands) / sizeof(stands[0]))

/* One of the two, with those that it has to do with. */
struct role {
	const struct stand *s;
	unsigned number; /* of the crew */
	struct talk_thread *self, *third, *client;
};

static struct role a, b;
static struct talk_thread *boss, *other; /* a fourth, of the client, who only acts */

static bool by_peer(const struct stand *s)
{
	return s->by == PEER || s->by == PEER_SAVED;
}

static bool queues_at_e(const struct stand *s)
{
	return (s->state == TN_THREAD_CALLS && s->at == SLOT_OWN_E) ||
	       (s->state == TN_THREAD_FAULTED && s->by == NOBODY);
}

static bool queues_at_f(const struct stand *s)
{
	return s->state == TN_THREAD_CALLS && s->at == SLOT_F;
}

static bool receives_at(const struct stand *s, uint64_t at)
{
	return s->state == TN_THREAD_RECEIVES && s->at == at;
}

/* y can be in its state while x waits for it to answer. */
static bool can_hold(const struct stand *x, const struct stand *y)
{
	if (!by_peer(x))
		return true;
	if (by_peer(y))
		return false;
	if (x->by == PEER_SAVED)
		return !y->owes && !y->keeps;
	return !y->owes && !y->keeps && !y->exits && y->state != TN_THREAD_STOPPED &&
	       y->state != TN_THREAD_RECEIVES;
}

/* Who calls and who receives at one endpoint would meet. Processes die after all else. */
static bool can_be(const struct stand *x, const struct stand *y)
{
	if (!can_hold(x, y) || !can_hold(y, x))
		return false;
	return !(queues_at_e(x) && receives_at(y, SLOT_OWN_E)) &&
	       !(queues_at_e(y) && receives_at(x, SLOT_OWN_E)) &&
	       !(queues_at_f(x) && receives_at(y, SLOT_F)) &&
	       !(queues_at_f(y) && receives_at(x, SLOT_F));
}

/* --- the stage ------------------------------------------------------------------------------- */

/* World and model at some moment. */
struct kept {
	struct world_copy *world;
	struct talk talk;
};

static struct kept stage;

static struct kept kept_now(void)
{
	return (struct kept){world_keep(KEPT_FRAMES), talk};
}

static void kept_return(const struct kept *k)
{
	world_return(k->world);
	talk = k->talk;
}

static void kept_forget(struct kept *k)
{
	world_forget(k->world);
}

static void hand_all(struct thread *t)
{
	bool server = t == crew.server[0];

	crew_hand(CREW_ENDPOINT, t, SLOT_OWN_E, TN_RIGHTS_ALL, server ? 5 : 6);
	crew_hand(BOSS_F, t, SLOT_F, TN_RIGHTS_ALL, 0);
	crew_hand(BOSS_G, t, SLOT_G, TN_RIGHTS_ALL, 0);
	for (unsigned i = 0; i < CREW_THREADS; i++)
		crew_hand(CREW_THREAD + i, t, SLOT_THREADS + i, TN_RIGHTS_ALL, 0);
	crew_hand(server ? CREW_SERVER : CREW_CLIENT, t, SLOT_PROCESS, TN_RIGHTS_ALL, 0);
}

static void boss_makes(uint64_t kind, uint64_t process, uint64_t slot)
{
	assert_int_equal(host_call(TN_CALL_CREATE, kind, process, TN_ANY, TN_NONE, slot, 0).code,
			 0);
}

static struct talk_thread *member(unsigned i)
{
	return talk_thread_of(i < CREW_SERVERS ? crew.server[i] : crew.client[i - CREW_SERVERS]);
}

static void role_take(struct role *r, const struct stand *s, unsigned number)
{
	*r = (struct role){s, number, member(number), member(number + 1), member(number + 2)};
}

/* One thread more in each process: the youngest is the first to go when it dies. */
static int stage_make(void **state)
{
	crew_root_frames = 24;
	crew_pool_frames = 20;
	crew_make(state);
	boss_makes(TN_KIND_ENDPOINT, CREW_CLIENT, BOSS_F);
	boss_makes(TN_KIND_ENDPOINT, TN_SLOT_PROCESS, BOSS_G);
	boss_makes(TN_KIND_THREAD, CREW_SERVER, BOSS_LAMB);
	boss_makes(TN_KIND_THREAD, CREW_CLIENT, BOSS_LAMB + 1);
	hand_all(crew.server[0]);
	hand_all(crew.client[0]);
	for (unsigned i = 0; i < CREW_SERVERS; i++)
		crew.server[i]->utcb->signal_mask = MASK;
	for (unsigned i = 0; i < CREW_CLIENTS; i++)
		crew.client[i]->utcb->signal_mask = MASK;
	host_clock = START;
	talk_begin();
	stage = kept_now();
	return 0;
}

static int stage_end(void **state)
{
	kept_forget(&stage);
	return crew_end(state);
}

static void stage_set(const struct stand *of_a, const struct stand *of_b)
{
	kept_return(&stage);
	boss = talk.current;
	other = member(CREW_THREADS - 1);
	role_take(&a, of_a, 0);
	role_take(&b, of_b, CREW_SERVERS);
}

static void must(struct talk_thread *t, uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2,
		 uint64_t a3, uint64_t a4, uint64_t a5)
{
	assert_int_equal(talk_do(t, number, a0, a1, a2, a3, a4, a5), 0);
}

static void says(struct talk_thread *t, uint64_t number, uint64_t slot)
{
	assert_int_equal(talk_say(t, number, slot, INFO, talk.births++), 0);
}

static void receives(const struct role *r)
{
	r->self->kernel->utcb->deadline = r == &a ? A_TIME : B_TIME;
	assert_int_equal(talk_say(r->self, TN_CALL_RECV, r->s->at, r->s->timed ? TN_INFO_TIMED : 0,
				  talk.births++),
			 0);
}

static int64_t handler_set(const struct role *r, uint64_t endpoint)
{
	return talk_do(boss, TN_CALL_THREAD_CONFIGURE, CREW_THREAD + r->number, TN_CONFIGURE_FAULT,
		       0, 0, 0, endpoint);
}

/* Calls G, or faults there, and t receives that. */
static void is_received(const struct role *r, struct talk_thread *t, bool saved, uint64_t slot)
{
	says(t, TN_CALL_RECV, SLOT_G);
	if (r->s->state == TN_THREAD_AWAITS)
		says(r->self, TN_CALL_CALL, SLOT_G);
	else if (r->s->exits)
		must(r->self, TN_CALL_THREAD_EXIT, 9, 0, 0, 0, 0, 0);
	else
		must(r->self, TALK_FAULT, TN_FAULT_STORE, 0x777, 0, 0, 0, 0);
	assert_ptr_equal(talk_owed_by(t), r->self);
	if (saved)
		must(t, TN_CALL_SAVE_REPLY, slot, 0, 0, 0, 0, 0);
}

/* First of all: what r owes to others. */
static void duty_make(const struct role *r)
{
	assert_int_equal(handler_set(r, r->s->without_fault  ? TN_NONE
					: r->s->by == NOBODY ? CREW_ENDPOINT
							     : BOSS_G),
			 0);
	if (!r->s->owes && !r->s->keeps)
		return;
	says(r->self, TN_CALL_RECV, SLOT_G);
	says(r->client, TN_CALL_CALL, SLOT_G);
	if (r->s->keeps)
		must(r->self, TN_CALL_SAVE_REPLY, SLOT_PEERS, 0, 0, 0, 0, 0);
}

static void wait_make(const struct role *r, const struct role *peer)
{
	const struct stand *s = r->s;

	if (s->by != NOBODY)
		is_received(r, by_peer(s) ? peer->self : r->third,
			    s->by == PEER_SAVED || s->by == THIRD_SAVED,
			    by_peer(s) ? SLOT_PEERS : SLOT_OTHERS);
	else if (s->state == TN_THREAD_STOPPED)
		must(boss, TN_CALL_THREAD_SUSPEND, CREW_THREAD + r->number, 0, 0, 0, 0, 0);
	else if (s->state == TN_THREAD_RECEIVES)
		receives(r);
	else if (s->state == TN_THREAD_CALLS)
		says(r->self, TN_CALL_CALL, s->at);
	else if (s->exits)
		must(r->self, TN_CALL_THREAD_EXIT, 9, 0, 0, 0, 0, 0);
	else if (s->state == TN_THREAD_FAULTED)
		must(r->self, TALK_FAULT, TN_FAULT_LOAD, 0x888, 0, 0, 0, 0);
}

static void pair_make(void)
{
	duty_make(&a);
	duty_make(&b);
	if (by_peer(b.s)) {
		wait_make(&b, &a);
		wait_make(&a, &b);
	} else {
		wait_make(&a, &b);
		wait_make(&b, &a);
	}
	for (unsigned i = 0; i < 2; i++)
		if ((i ? b.s : a.s)->dying)
			assert_int_equal(talk_do(boss, TN_CALL_DESTROY,
						 i ? CREW_CLIENT : CREW_SERVER, TN_FLAG_STEP, 0, 0,
						 0, 0),
					 -TN_EAGAIN);
	assert_int_equal(a.self->kernel->state, a.s->state);
	assert_int_equal(b.self->kernel->state, b.s->state);
}

/* --- answers: what the next call must be told ------------------------------------------------- */

/* The process of A, and with it E; of B, and with it F. */
static int dead_e(void)
{
	return a.s->dying ? TN_EPEER : 0;
}

static int dead_f(void)
{
	return b.s->dying ? TN_EPEER : 0;
}

static int done(void)
{
	return 0;
}

/* What needs control of A. */
static int controls(void)
{
	return a.s->dying ? TN_EDYING : 0;
}

static int controls_b(void)
{
	return b.s->dying ? TN_EDYING : 0;
}

static int changes_stopped(void)
{
	if (a.s->dying)
		return TN_EDYING;
	return a.s->state == TN_THREAD_STOPPED ? 0 : TN_EBUSY;
}

static int too_urgent(void)
{
	return a.s->dying ? TN_EDYING : TN_EPERM;
}

static int sends_e(void)
{
	if (a.s->dying)
		return TN_EPEER;
	return receives_at(a.s, SLOT_OWN_E) || receives_at(b.s, SLOT_OWN_E) ? 0 : TN_EAGAIN;
}

static int sends_f(void)
{
	if (b.s->dying)
		return TN_EPEER;
	return receives_at(a.s, SLOT_F) || receives_at(b.s, SLOT_F) ? 0 : TN_EAGAIN;
}

static int owes_nobody(void)
{
	return TN_EPEER;
}

static bool a_owes(void)
{
	return a.s->owes || b.s->by == PEER;
}

static bool third_owes(void)
{
	return a.s->by == THIRD;
}

static int answers(void)
{
	return a_owes() ? 0 : TN_EPEER;
}

static int third_answers(void)
{
	return third_owes() ? 0 : TN_EPEER;
}

/* In the process of A a REPLY lies there, for which B or a client of A waits. */
static int answers_saved(void)
{
	return b.s->by == PEER_SAVED || a.s->keeps ? 0 : TN_ENOENT;
}

static int third_answers_saved(void)
{
	return a.s->by == THIRD_SAVED ? 0 : TN_ENOENT;
}

static int saves(void)
{
	if (!a_owes())
		return TN_EPEER;
	return a.s->dying ? TN_EDYING : 0;
}

static int saves_where_something_is(void)
{
	if (!a_owes())
		return TN_EPEER;
	return a.s->dying ? TN_EDYING : TN_EEXIST;
}

static int third_saves(void)
{
	if (!third_owes())
		return TN_EPEER;
	return a.s->dying ? TN_EDYING : 0;
}

/* cap_delete by A in its own table, and by the boss in that of A. */
static int deletes_saved(void)
{
	return a.s->dying ? TN_EDYING : answers_saved();
}

static int third_deletes_saved(void)
{
	return a.s->dying ? TN_EDYING : third_answers_saved();
}

static int gone_in_steps(void)
{
	return TN_EAGAIN;
}

static int own(void)
{
	return TN_EBUSY;
}

/* --- calls ----------------------------------------------------------------------------------- */

enum actor { BOSS, OTHER, SELF, HOLDER }; /* A itself; who holds or keeps A's call */

struct action {
	const char *name;
	enum actor actor;
	uint64_t number, x[6]; /* of a message: slot, info, deadline */
	int (*error)(void);
};

#define A_SLOT CREW_THREAD
#define FREE_SLOT 95u
#define KILL TN_INFO(TN_KILL, 0)
#define ELSEWHERE TN_INFO(TN_RESUME_AT, 1)
#define RESUME TN_INFO(TN_RESUME, 7)
#define TIMED (RESUME | TN_INFO_TIMED)

static const struct action actions[] = {
	/* by the boss to A, and to what is A's */
	{"suspend", BOSS, TN_CALL_THREAD_SUSPEND, {A_SLOT}, controls},
	{"resume", BOSS, TN_CALL_THREAD_RESUME, {A_SLOT}, controls},
	{"info", BOSS, TN_CALL_THREAD_INFO, {A_SLOT}, controls},
	{"signal", BOSS, TN_CALL_SIGNAL, {A_SLOT, MASK | 4}, controls},
	{"signal outside the mask", BOSS, TN_CALL_SIGNAL, {A_SLOT, 6}, controls},
	{"registers",
	 BOSS,
	 TN_CALL_THREAD_CONFIGURE,
	 {A_SLOT, TN_CONFIGURE_REGISTERS},
	 changes_stopped},
	{"UTCB",
	 BOSS,
	 TN_CALL_THREAD_CONFIGURE,
	 {A_SLOT, TN_CONFIGURE_UTCB, TN_SLOT_FRAMES, TN_ANY, 0x180000},
	 changes_stopped},
	{"handler F",
	 BOSS,
	 TN_CALL_THREAD_CONFIGURE,
	 {A_SLOT, TN_CONFIGURE_FAULT, 0, 0, 0, BOSS_F},
	 controls},
	{"no handler",
	 BOSS,
	 TN_CALL_THREAD_CONFIGURE,
	 {A_SLOT, TN_CONFIGURE_FAULT, 0, 0, 0, TN_NONE},
	 controls},
	{"raise", BOSS, TN_CALL_THREAD_CONFIGURE, {A_SLOT, TN_CONFIGURE_PRIORITY}, controls},
	{"lower", BOSS, TN_CALL_THREAD_CONFIGURE, {A_SLOT, TN_CONFIGURE_PRIORITY}, controls},
	{"raise too far",
	 BOSS,
	 TN_CALL_THREAD_CONFIGURE,
	 {A_SLOT, TN_CONFIGURE_PRIORITY},
	 too_urgent},
	{"destroy", BOSS, TN_CALL_DESTROY, {A_SLOT}, done},
	{"destroy process", BOSS, TN_CALL_DESTROY, {CREW_SERVER}, done},
	{"step process", BOSS, TN_CALL_DESTROY, {CREW_SERVER, TN_FLAG_STEP}, gone_in_steps},
	{"revoke pool", BOSS, TN_CALL_POOL_REVOKE, {CREW_SERVER_POOL}, done},
	{"destroy E", BOSS, TN_CALL_DESTROY, {CREW_ENDPOINT}, done},
	{"destroy F", BOSS, TN_CALL_DESTROY, {BOSS_F}, done},
	{"destroy G", BOSS, TN_CALL_DESTROY, {BOSS_G}, done},
	{"time passes", BOSS, TALK_TIMER, {A_TIME - START - 1}, done},
	{"the time of A comes", BOSS, TALK_TIMER, {A_TIME - START}, done},
	{"the time of both comes", BOSS, TALK_TIMER, {9999}, done},
	{"revoke E", BOSS, TN_CALL_CAP_REVOKE, {CREW_ENDPOINT}, done},
	{"revoke thread", BOSS, TN_CALL_CAP_REVOKE, {A_SLOT}, done},
	{"delete its REPLY", BOSS, TN_CALL_CAP_DELETE, {CREW_SERVER, SLOT_PEERS}, deletes_saved},
	{"delete the REPLY to it",
	 BOSS,
	 TN_CALL_CAP_DELETE,
	 {CREW_SERVER, SLOT_OTHERS},
	 third_deletes_saved},
	/* by somebody who has nothing to do with them */
	{"other calls E", OTHER, TN_CALL_CALL, {SLOT_OWN_E, INFO}, dead_e},
	{"other calls F", OTHER, TN_CALL_CALL, {SLOT_F, INFO}, dead_f},
	{"other sends E", OTHER, TN_CALL_SEND, {SLOT_OWN_E, INFO}, sends_e},
	{"other sends F", OTHER, TN_CALL_SEND, {SLOT_F, INFO}, sends_f},
	{"other receives at E", OTHER, TN_CALL_RECV, {SLOT_OWN_E}, dead_e},
	{"other receives at F", OTHER, TN_CALL_RECV, {SLOT_F}, dead_f},
	{"other receives", OTHER, TN_CALL_RECV, {TN_NONE}, done},
	{"other replies", OTHER, TN_CALL_REPLY, {0, INFO}, owes_nobody},
	{"other replies, receives", OTHER, TN_CALL_REPLY_RECV, {SLOT_OWN_E, INFO}, dead_e},
	{"other saves", OTHER, TN_CALL_SAVE_REPLY, {FREE_SLOT}, owes_nobody},
	/* by A */
	{"calls E", SELF, TN_CALL_CALL, {SLOT_OWN_E, INFO}, dead_e},
	{"calls F", SELF, TN_CALL_CALL, {SLOT_F, INFO}, dead_f},
	{"sends E", SELF, TN_CALL_SEND, {SLOT_OWN_E, INFO}, sends_e},
	{"sends F", SELF, TN_CALL_SEND, {SLOT_F, INFO}, sends_f},
	{"receives at E", SELF, TN_CALL_RECV, {SLOT_OWN_E}, dead_e},
	{"receives at F", SELF, TN_CALL_RECV, {SLOT_F}, dead_f},
	{"receives", SELF, TN_CALL_RECV, {TN_NONE}, done},
	{"receives at E, timed", SELF, TN_CALL_RECV, {SLOT_OWN_E, TIMED, ACTORS_TIME}, dead_e},
	{"receives at E, late", SELF, TN_CALL_RECV, {SLOT_OWN_E, TIMED, START}, dead_e},
	{"receives, timed", SELF, TN_CALL_RECV, {TN_NONE, TIMED, ACTORS_TIME}, done},
	{"receives, late", SELF, TN_CALL_RECV, {TN_NONE, TIMED, 0}, done},
	{"replies", SELF, TN_CALL_REPLY, {0, RESUME}, answers},
	{"replies elsewhere", SELF, TN_CALL_REPLY, {0, ELSEWHERE}, answers},
	{"replies kill", SELF, TN_CALL_REPLY, {0, KILL}, answers},
	{"replies to", SELF, TN_CALL_REPLY_TO, {SLOT_PEERS, RESUME}, answers_saved},
	{"replies kill to", SELF, TN_CALL_REPLY_TO, {SLOT_PEERS, KILL}, answers_saved},
	{"replies, receives at E", SELF, TN_CALL_REPLY_RECV, {SLOT_OWN_E, RESUME}, dead_e},
	{"replies, receives at E, timed",
	 SELF,
	 TN_CALL_REPLY_RECV,
	 {SLOT_OWN_E, TIMED, ACTORS_TIME},
	 dead_e},
	{"replies, receives, late", SELF, TN_CALL_REPLY_RECV, {TN_NONE, TIMED, START}, done},
	{"replies kill, receives at F", SELF, TN_CALL_REPLY_RECV, {SLOT_F, KILL}, dead_f},
	{"replies, receives", SELF, TN_CALL_REPLY_RECV, {TN_NONE, RESUME}, done},
	{"saves", SELF, TN_CALL_SAVE_REPLY, {FREE_SLOT}, saves},
	{"saves on top", SELF, TN_CALL_SAVE_REPLY, {SLOT_F}, saves_where_something_is},
	{"suspends itself", SELF, TN_CALL_THREAD_SUSPEND, {SLOT_THREADS}, controls},
	{"suspends B", SELF, TN_CALL_THREAD_SUSPEND, {SLOT_THREADS + CREW_SERVERS}, controls_b},
	{"signals B", SELF, TN_CALL_SIGNAL, {SLOT_THREADS + CREW_SERVERS, MASK}, controls_b},
	{"signals itself", SELF, TN_CALL_SIGNAL, {SLOT_THREADS, MASK}, controls},
	{"destroys B", SELF, TN_CALL_DESTROY, {SLOT_THREADS + CREW_SERVERS}, done},
	{"destroys E", SELF, TN_CALL_DESTROY, {SLOT_OWN_E}, done},
	{"destroys itself", SELF, TN_CALL_DESTROY, {SLOT_THREADS}, own},
	{"destroys its process", SELF, TN_CALL_DESTROY, {SLOT_PROCESS}, own},
	{"deletes REPLY", SELF, TN_CALL_CAP_DELETE, {TN_SELF, SLOT_PEERS}, deletes_saved},
	{"exits", SELF, TN_CALL_THREAD_EXIT, {3}, done},
	{"faults", SELF, TALK_FAULT, {TN_FAULT_FETCH, 0x999}, done},
	{"yields", SELF, TN_CALL_YIELD, {0}, done},
	/* by who has received what A called, and owes or keeps the answer */
	{"third replies", HOLDER, TN_CALL_REPLY, {0, RESUME}, third_answers},
	{"third replies elsewhere", HOLDER, TN_CALL_REPLY, {0, ELSEWHERE}, third_answers},
	{"third replies kill", HOLDER, TN_CALL_REPLY, {0, KILL}, third_answers},
	{"third replies to", HOLDER, TN_CALL_REPLY_TO, {SLOT_OTHERS, RESUME}, third_answers_saved},
	{"third kills by REPLY",
	 HOLDER,
	 TN_CALL_REPLY_TO,
	 {SLOT_OTHERS, KILL},
	 third_answers_saved},
	{"third replies, receives", HOLDER, TN_CALL_REPLY_RECV, {SLOT_G, RESUME}, done},
	{"third receives", HOLDER, TN_CALL_RECV, {TN_NONE}, done},
	{"third saves", HOLDER, TN_CALL_SAVE_REPLY, {FREE_SLOT}, third_saves},
	{"third suspends A", HOLDER, TN_CALL_THREAD_SUSPEND, {SLOT_THREADS}, controls},
	{"third destroys A", HOLDER, TN_CALL_DESTROY, {SLOT_THREADS}, done},
	{"third calls E", HOLDER, TN_CALL_CALL, {SLOT_OWN_E, INFO}, dead_e},
	{"third exits", HOLDER, TN_CALL_THREAD_EXIT, {3}, done},
	{"third faults", HOLDER, TALK_FAULT, {TN_FAULT_OTHER, 0}, done},
};
#define ACTIONS (sizeof(actions) / sizeof(actions[0]))

static struct talk_thread *actor_of(const struct action *x)
{
	struct talk_thread *of[] = {boss, other, a.self, a.third};

	return of[x->actor];
}

static void action_make(const struct action *x)
{
	struct talk_thread *t = actor_of(x);
	const uint64_t *y = x->x;
	int64_t code;

	if (x->number >= TN_CALL_SEND && x->number <= TN_CALL_REPLY_RECV) {
		t->kernel->utcb->deadline = y[2];
		code = talk_say(t, x->number, y[0], y[1], 99);
	} else {
		struct tn_thread_config *config = (void *)boss->kernel->utcb->words;
		uint64_t frame = y[3] == TN_ANY ? world.free_first : y[3];

		memset(config, 0x11, sizeof(*config));
		config->priority = strcmp(x->name, "raise") == 0   ? CREW_PRIORITY + 5
				   : strcmp(x->name, "lower") == 0 ? CREW_PRIORITY - 5
								   : CREW_CEILING + 1;
		code = talk_do(t, x->number, y[0], y[1], y[2], frame, y[4], y[5]);
	}
	if (code != -x->error())
		fail_msg("%s: answers %lld, not %d", talk.scene, (long long)code, -x->error());
}

/* --- the end --------------------------------------------------------------------------------- */

/* From here on without the model: what it says of ends has been seen above. */
static int64_t boss_does(uint64_t number, uint64_t a0, uint64_t a1)
{
	crew_become(boss->kernel);
	return host_call(number, a0, a1, 0, 0, 0, 0).code;
}

/* Whatever of these is there still. */
static void take_away(uint64_t slot)
{
	int64_t code = boss_does(TN_CALL_DESTROY, slot, 0);

	assert_true(code == 0 || code == -TN_ENOENT || code == -TN_ESTALE);
}

/* A process that dies already loses its REPLYs with all the rest. */
static void take_saved(uint64_t process, uint64_t slot)
{
	if (boss_does(TN_CALL_CAP_DELETE, process, slot) == -TN_EDYING)
		take_away(process);
}

static void assert_nobody_waits(uint64_t process)
{
	const struct process *p = host_memory(crew_slot(crew.boss, process)->frame);

	if (crew_slot(crew.boss, process)->word == 0 ||
	    !slot_is_live(crew_slot(crew.boss, process)))
		return;
	for (const struct thread *t = p->threads; t != NULL; t = t->next)
		if (t->state != TN_THREAD_STOPPED && t->state != TN_THREAD_RUNNING &&
		    (t->state != TN_THREAD_RECEIVES || t->endpoint != NULL))
			fail_msg("%s: thread 0x%x hangs in state %u", talk.scene, t->self,
				 (unsigned)t->state);
}

/* A, B, the threads that answer and the endpoints go: all others must have been told. */
static void all_end(unsigned order)
{
	static const uint64_t ends[2][7] = {
		{A_SLOT, CREW_THREAD + CREW_SERVERS, A_SLOT + 1, CREW_THREAD + CREW_SERVERS + 1,
		 CREW_ENDPOINT, BOSS_F, BOSS_G},
		{BOSS_G, BOSS_F, CREW_ENDPOINT, CREW_THREAD + CREW_SERVERS + 1,
		 CREW_THREAD + CREW_SERVERS, A_SLOT + 1, A_SLOT},
	};
	static const uint64_t saved[] = {SLOT_PEERS, SLOT_OTHERS, FREE_SLOT};

	for (unsigned i = 0; i < 7; i++)
		take_away(ends[order % 2][i]);
	for (unsigned i = 0; i < 6; i++)
		take_saved(i % 2 ? CREW_SERVER : CREW_CLIENT, saved[i / 2]);
	assert_nobody_waits(CREW_SERVER);
	assert_nobody_waits(CREW_CLIENT);
	take_away(order % 3 ? CREW_SERVER : CREW_CLIENT);
	assert_nobody_waits(CREW_CLIENT);
	take_away(CREW_SERVER);
	take_away(CREW_CLIENT);
	assert_ipc_holds();
}

/* --- the matrix ------------------------------------------------------------------------------ */

static unsigned cases;

static void scene(const char *what)
{
	static char text[160];

	snprintf(text, sizeof(text), "A %s, B %s: %s", a.s->name, b.s->name, what);
	talk.scene = text;
}

static void one(const struct action *x)
{
	scene(x->name);
	action_make(x);
	if (++cases % 16 == 0)
		assert_world_holds();
	all_end(cases);
	if (cases % 16 == 0)
		assert_world_holds();
}

/* A itself acts where it is ready; a holder's acts differ where it has A's call. */
static bool is_worth(const struct action *x)
{
	if (actor_of(x)->state != TALK_READY)
		return false;
	return x->actor != HOLDER || a.s->by == THIRD || a.s->by == THIRD_SAVED ||
	       a.s->state == TN_THREAD_STOPPED;
}

/* All calls of some actor, each from the same state of the pair. */
static void pair(const struct stand *of_a, const struct stand *of_b, enum actor actor)
{
	static struct kept before;

	stage_set(of_a, of_b);
	scene("made");
	pair_make();
	before = kept_now();
	for (unsigned k = 0; k < ACTIONS; k++)
		if (actions[k].actor == actor && is_worth(&actions[k])) {
			one(&actions[k]);
			kept_return(&before);
		}
	kept_forget(&before);
}

static void pairs(enum actor actor)
{
	cases = 0;
	for (unsigned i = 0; i < STANDS; i++)
		for (unsigned j = 0; j < STANDS; j++)
			if ((actor != SELF || stands[i].state == TN_THREAD_RUNNING) &&
			    can_be(&stands[i], &stands[j]))
				pair(&stands[i], &stands[j], actor);
	print_message("# %u cases\n", cases);
	assert_true(cases > 500);
}

static void boss_acts(void **state)
{
	(void)state;
	pairs(BOSS);
}

static void other_acts(void **state)
{
	(void)state;
	pairs(OTHER);
}

static void one_of_them_acts(void **state)
{
	(void)state;
	pairs(SELF);
}

static void holder_acts(void **state)
{
	(void)state;
	pairs(HOLDER);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, stage_make, stage_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(boss_acts),
		TEST(other_acts),
		TEST(one_of_them_acts),
		TEST(holder_acts),
	};

	return cmocka_run_group_tests_name("pairs", tests, NULL, NULL);
}
