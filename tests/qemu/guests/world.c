/*
 * world.c - see world.h.
 */
#include "world.h"

#include <string.h>
#include <tenure/message.h>

#include "guest.h"
#include "tap.h"

#define BLOCKS 0x70000000ul /* of the actors: the counter of tickets, then their blocks */
#define BLOCK_BYTES 512u
#define BLOCK_REGISTERS 64u /* see step.S */
#define UTCBS 0x71000000ul
#define WORLD_BYTES 0x100000ul /* between the conductor's views of two worlds */
#define VIEWS 0x78000000ul
#define CHILD_FRAMES 40u
#define PARKING_BADGE 1u
#define ROLE_BADGE 0x100u
#define FAULT_BADGE 0x500u
#define FAR ((uint64_t)1 << 62)

extern char step_call[], step_float[], step_load[], step_store[], step_fetch[], step_illegal[],
	step_landed[], step_stop[];

static const uint8_t kept[] = {1, 2, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26};
static const uint8_t temporaries[] = {5, 6, 7, 28, 29, 30, 31};
static uint64_t frames[2]; /* of each world: blocks, a page to map, UTCBs */

static void must(struct tn_result r, const char *why)
{
	if (r.code != 0)
		tap_bail(why);
}

static unsigned side_of(unsigned actor)
{
	return actor < ACTORS / SIDES ? 0 : 1;
}

static unsigned number_of(const struct world *w)
{
	return w->way == WAY_SHORT ? 0 : 1;
}

static volatile uint64_t *blocks(const struct world *w)
{
	return (volatile uint64_t *)(VIEWS + number_of(w) * WORLD_BYTES);
}

static struct tn_utcb *utcb(const struct world *w, unsigned actor)
{
	return (struct tn_utcb *)(VIEWS + number_of(w) * WORLD_BYTES + 0x10000 +
				  actor * TN_FRAME_SIZE);
}

static uint64_t block(unsigned actor)
{
	return BLOCKS + (actor + 1) * BLOCK_BYTES;
}

/* --- a world begins and ends ------------------------------------------------------------------ */

static void memory_make(struct world *w)
{
	uint64_t *f = &frames[number_of(w)], view = (uint64_t)blocks(w);

	if (*f == 0) {
		*f = guest_frames(2 + ACTORS, 1);
		guest_map(view, *f, 2, READ_WRITE);
		guest_map(view + 0x10000, *f + 2, ACTORS, READ_WRITE);
	}
	memset((void *)view, 0, 2 * TN_FRAME_SIZE);
	memset((void *)(view + 0x10000), 0, ACTORS * (uint64_t)TN_FRAME_SIZE);
	for (unsigned i = 0; i < SIDES; i++)
		must(tn_map(w->sides[i].process, BLOCKS, TN_SLOT_FRAMES, *f, 1, READ_WRITE),
		     "no blocks for the actors");
	for (unsigned i = 0; i < ACTORS; i++)
		blocks(w)[(i + 1) * BLOCK_BYTES / 8] = BLOCKS;
}

static void copy(const struct world *w, unsigned side, uint64_t from, uint64_t to, uint64_t rights,
		 uint64_t badge)
{
	must(tn_cap_copy(from, w->sides[side].process, to, rights, badge, 0),
	     "no capability for an actor");
}

static uint64_t badged(uint64_t endpoint, uint64_t badge)
{
	uint64_t slot = guest_slot();

	must(tn_cap_copy(endpoint, TN_SELF, slot, TN_ENDPOINT_SEND, badge, 0), "no fault endpoint");
	return slot;
}

static void endpoints_make(struct world *w)
{
	w->parking = guest_create(TN_KIND_ENDPOINT, TN_SLOT_PROCESS, 0);
	for (unsigned i = 0; i < ENDPOINTS; i++)
		w->endpoints[i] = guest_create(TN_KIND_ENDPOINT, w->sides[i / SIDES].process, 0);
	for (unsigned side = 0; side < SIDES; side++) {
		uint64_t stale = guest_create(TN_KIND_ENDPOINT, w->sides[side].process, 0);

		for (unsigned i = 0; i < ENDPOINTS; i++) {
			copy(w, side, w->endpoints[i], SLOT_SEND + i,
			     TN_ENDPOINT_SEND | TN_ENDPOINT_GRANT, ROLE_BADGE + side * 16 + i);
			copy(w, side, w->endpoints[i], SLOT_RECEIVE + i, TN_ENDPOINT_RECEIVE, 0);
		}
		copy(w, side, w->endpoints[0], SLOT_NO_GRANT, TN_ENDPOINT_SEND, 0);
		copy(w, side, w->endpoints[0], SLOT_ALL, TN_RIGHTS_ALL, 0);
		copy(w, side, w->endpoints[0], SLOT_TWIN, TN_ENDPOINT_SEND, 77);
		copy(w, side, stale, SLOT_STALE, TN_RIGHTS_ALL, 0);
		must(tn_destroy(stale, 0), "an endpoint cannot be destroyed");
	}
	for (unsigned i = 0; i < ACTORS; i++) {
		w->faults[i] = badged(w->endpoints[0], FAULT_BADGE + i);
		w->parkings[i] = badged(w->parking, PARKING_BADGE + i);
	}
}

static void actor_make(struct world *w, unsigned i)
{
	struct tn_thread_config *c = (struct tn_thread_config *)tn_utcb->words;

	w->threads[i] = guest_create(TN_KIND_THREAD, w->sides[side_of(i)].process, 0);
	memset(c, 0, sizeof(*c));
	c->priority = ACTOR_PRIORITY;
	must(tn_thread_configure(w->threads[i],
				 TN_CONFIGURE_FAULT | TN_CONFIGURE_UTCB | TN_CONFIGURE_PRIORITY,
				 TN_SLOT_FRAMES, frames[number_of(w)] + 2 + i,
				 UTCBS + i * TN_FRAME_SIZE, w->parkings[i]),
	     "an actor cannot be configured");
	w->replies[i] = guest_slot();
	must(tn_cap_copy(w->parking, TN_SELF, w->replies[i], 0, 0, 0), "no slot");
	utcb(w, i)->receive_slot = SLOT_PLACE + i;
	utcb(w, i)->deadline = FAR;
	w->gone[i] = false;
}

static void conductor_priority(uint64_t priority)
{
	struct tn_thread_config *c = (struct tn_thread_config *)tn_utcb->words;

	c->priority = priority;
	must(tn_thread_configure(TN_SLOT_THREAD, TN_CONFIGURE_PRIORITY, 0, 0, 0, TN_NONE),
	     "the conductor's priority");
}

void world_make(struct world *w, unsigned number, enum way way)
{
	memset(w, 0, sizeof(*w));
	w->way = way;
	if (number != number_of(w))
		tap_bail("the first world goes the short way, the second one another");
	for (unsigned i = 0; i < SIDES; i++)
		w->sides[i] = child_make(CHILD_FRAMES);
	memory_make(w);
	endpoints_make(w);
	for (unsigned i = 0; i < ACTORS; i++)
		actor_make(w, i);
	for (unsigned i = 0; i < ACTORS; i++)
		tn_cap_delete(TN_SELF, w->replies[i]);
	for (unsigned side = 0; side < SIDES; side++)
		for (unsigned i = 0; i < ACTORS; i++)
			copy(w, side, w->threads[i], SLOT_THREADS + i, TN_THREAD_SIGNAL, 0);
	conductor_priority(CONDUCTOR);
}

void world_end(struct world *w)
{
	for (unsigned i = 0; i < SIDES; i++)
		child_end(&w->sides[i]);
	for (unsigned i = 0; i < ENDPOINTS; i++)
		tn_cap_delete(TN_SELF, w->endpoints[i]);
	for (unsigned i = 0; i < ACTORS; i++) {
		tn_cap_delete(TN_SELF, w->threads[i]);
		tn_cap_delete(TN_SELF, w->faults[i]);
		tn_cap_delete(TN_SELF, w->parkings[i]);
		tn_cap_delete(TN_SELF, w->replies[i]);
	}
	must(tn_destroy(w->parking, 0), "the parking cannot be destroyed");
}

/* --- deeds of actors -------------------------------------------------------------------------- */

bool world_is_free(const struct world *w, unsigned actor)
{
	return w->parked[actor] ||
	       (!w->gone[actor] && tn_thread_info(w->threads[actor]).value == TN_THREAD_STOPPED);
}

/* Those that have met a breakpoint, or have faulted with nobody else to help; who exits stops. */
static void actors_park(struct world *w)
{
	static const uint64_t nothing[TN_MESSAGE_REGISTERS];
	struct tn_message m;

	tn_utcb->deadline = 0;
	while (m = tn_recv_timed(w->parking), m.code == 0) {
		uint64_t i = m.badge - PARKING_BADGE;

		if (TN_INFO_LABEL(m.info) == TN_LABEL_EXIT) {
			tn_reply(0, nothing);
			continue;
		}
		must(tn_save_reply(w->replies[i]), "an actor cannot be parked");
		w->parked[i] = true;
	}
}

/* It is suspended or ended: nothing is left to answer. */
static void actor_unpark(struct world *w, unsigned actor)
{
	if (w->parked[actor])
		must(tn_cap_delete(TN_SELF, w->replies[actor]), "an actor cannot be unparked");
	w->parked[actor] = false;
}

static uint64_t call_number(const struct world *w, enum deed_kind kind)
{
	static const uint64_t full[] = {
		[DO_CALL] = TN_CALL_CALL,         [DO_REPLY_RECV] = TN_CALL_REPLY_RECV,
		[DO_RECV] = TN_CALL_RECV,         [DO_SEND] = TN_CALL_SEND,
		[DO_REPLY] = TN_CALL_REPLY,       [DO_SAVE] = TN_CALL_SAVE_REPLY,
		[DO_REPLY_TO] = TN_CALL_REPLY_TO, [DO_SIGNAL] = TN_CALL_SIGNAL,
		[DO_YIELD] = TN_CALL_YIELD,       [DO_EXIT] = TN_CALL_THREAD_EXIT,
	};

	if (w->way == WAY_SHORT && kind == DO_CALL)
		return TN_CALL_SHORT;
	if (w->way == WAY_SHORT && kind == DO_REPLY_RECV)
		return TN_REPLY_RECV_SHORT;
	return full[kind];
}

static uint64_t start_of(const struct world *w, const struct deed *d)
{
	switch ((unsigned)d->kind) {
	case DO_LOAD:
		return (uint64_t)step_load;
	case DO_STORE:
		return (uint64_t)step_store;
	case DO_FETCH:
		return (uint64_t)step_fetch;
	case DO_ILLEGAL:
		return (uint64_t)step_illegal;
	default:
		return (uint64_t)(w->floats[d->actor] ? step_float : step_call);
	}
}

static uint64_t info_of(const struct world *w, const struct deed *d)
{
	bool receives = d->kind == DO_RECV || d->kind == DO_REPLY_RECV;

	return d->y | (w->way == WAY_TIMED && receives ? TN_INFO_TIMED : 0);
}

/* Values that tell actor, deed and register. */
static void registers_set(struct world *w, const struct deed *d)
{
	uint64_t *x = w->set[d->actor], value = (w->deeds << 16) + ((uint64_t)d->actor << 8);
	bool calls = d->kind <= DO_EXIT;

	for (unsigned i = 1; i < 32; i++)
		x[i] = value + i;
	x[4] = block(d->actor);
	x[26] = 1;
	x[10] = calls ? d->x : value;
	x[11] = calls ? info_of(w, d) : d->x;
	if (calls)
		x[17] = call_number(w, d->kind);
	if (d->kind == DO_SIGNAL)
		x[11] = d->y;
	if ((uint32_t)d->y == TN_RESUME_AT)
		x[12] = (uint64_t)step_landed;
}

/* One that is parked goes on by an answer, one that has stopped is set up anew. */
static void actor_start(struct world *w, unsigned actor, uint64_t pc)
{
	struct tn_thread_config *c = (struct tn_thread_config *)tn_utcb->words;
	uint64_t words[TN_MESSAGE_REGISTERS] = {pc};

	if (w->parked[actor]) {
		w->parked[actor] = false;
		if (tn_reply_to(w->replies[actor], TN_INFO(TN_RESUME_AT, 1), words).code != 0)
			tap_bail("a parked actor does not go on");
		return;
	}
	memset(c, 0, sizeof(*c));
	c->pc = pc;
	c->registers[3] = block(actor);
	must(tn_thread_configure(w->threads[actor], TN_CONFIGURE_REGISTERS, 0, 0, 0, TN_NONE),
	     "an actor's registers");
	must(tn_thread_resume(w->threads[actor]), "an actor does not go on");
}

static void actor_do(struct world *w, const struct deed *d)
{
	volatile uint64_t *x = blocks(w) +
			       ((d->actor + 1) * BLOCK_BYTES + BLOCK_REGISTERS) / sizeof(*x);
	struct tn_utcb *u = utcb(w, d->actor);

	registers_set(w, d);
	for (unsigned i = 1; i < 32; i++)
		x[i] = w->set[d->actor][i];
	for (unsigned i = TN_MESSAGE_REGISTERS; i < TN_MESSAGE_WORDS; i++)
		u->words[i] = w->set[d->actor][12] + i * 0x1000000000000ul;
	w->floated[d->actor] = w->floats[d->actor] && d->kind <= DO_EXIT;
	actor_start(w, d->actor, start_of(w, d));
}

/* --- deeds of the conductor ------------------------------------------------------------------- */

static void deadline_place(struct world *w, const struct deed *d)
{
	uint64_t at = d->x == DEADLINE_SOON ? tn_clock() + tn_boot->timebase / 20 : d->x;

	utcb(w, d->actor)->deadline = at;
}

static struct tn_result fault_place(struct world *w, const struct deed *d)
{
	const uint64_t places[] = {w->parkings[d->actor], w->faults[d->actor], TN_NONE};

	return tn_thread_configure(w->threads[d->actor], TN_CONFIGURE_FAULT, 0, 0, 0, places[d->x]);
}

static struct tn_result priority_place(struct world *w, const struct deed *d)
{
	struct tn_thread_config *c = (struct tn_thread_config *)tn_utcb->words;

	c->priority = d->x;
	return tn_thread_configure(w->threads[d->actor], TN_CONFIGURE_PRIORITY, 0, 0, 0, TN_NONE);
}

/* Its deadline passes. */
static void actor_await(struct world *w, const struct deed *d)
{
	uint64_t end = tn_clock() + 2 * tn_boot->timebase;

	while (tn_thread_info(w->threads[d->actor]).value == TN_THREAD_RECEIVES && tn_clock() < end)
		;
}

static struct tn_result process_step(struct world *w, const struct deed *d)
{
	struct tn_result r = tn_destroy(w->sides[d->actor].process, TN_FLAG_STEP);

	while (d->kind == END_PROCESS && r.code == -TN_EAGAIN)
		r = tn_destroy(w->sides[d->actor].process, TN_FLAG_STEP);
	for (unsigned i = 0; i < ACTORS; i++)
		if (side_of(i) == d->actor) {
			w->gone[i] = true;
			actor_unpark(w, i);
		}
	return r;
}

static struct tn_result actor_change(struct world *w, const struct deed *d)
{
	static const struct tn_result done = {0};
	uint64_t thread = w->threads[d->actor];

	switch ((unsigned)d->kind) {
	case SET_MASK:
		utcb(w, d->actor)->signal_mask = d->x;
		return done;
	case SET_DEADLINE:
		deadline_place(w, d);
		return done;
	case SET_PLACE:
		utcb(w, d->actor)->receive_slot = d->x;
		return done;
	case SET_PRIORITY:
		return priority_place(w, d);
	case SET_FAULT:
		return fault_place(w, d);
	case SET_FLOAT:
		w->floats[d->actor] = d->x != 0;
		return done;
	case SUSPEND:
		actor_unpark(w, d->actor);
		return tn_thread_suspend(thread);
	case RESUME:
		return tn_thread_resume(thread);
	case POST:
		return tn_signal(thread, d->x);
	default:
		w->gone[d->actor] = true;
		actor_unpark(w, d->actor);
		return tn_destroy(thread, 0);
	}
}

static struct tn_result world_change(struct world *w, const struct deed *d)
{
	uint64_t process = w->sides[d->actor % SIDES].process;

	switch ((unsigned)d->kind) {
	case END_ENDPOINT:
		return tn_destroy(w->endpoints[d->actor], 0);
	case REVOKE_ENDPOINT:
		return tn_cap_revoke(w->endpoints[d->actor]);
	case END_PROCESS:
	case STEP_PROCESS:
		return process_step(w, d);
	case DELETE:
		return tn_cap_delete(process, d->x);
	case MAP:
		return tn_map(process, d->x, TN_SLOT_FRAMES, frames[number_of(w)] + 1, 1, d->y);
	case UNMAP:
		return tn_unmap(process, d->x, 1);
	default:
		conductor_priority(d->kind == HOLD ? TN_PRIORITY_MAX : CONDUCTOR);
		if (d->kind == GO_AND_AWAIT)
			actor_await(w, d);
		return (struct tn_result){0, 0};
	}
}

bool world_do(struct world *w, const struct deed *d)
{
	w->result = (struct tn_result){0, 0};
	w->deeds++;
	if (d->kind < END_ENDPOINT && w->gone[d->actor])
		return false;
	if (d->kind < SET_MASK) {
		if (!world_is_free(w, d->actor))
			return false;
		actor_do(w, d);
		return true;
	}
	w->result = d->kind < END_ENDPOINT ? actor_change(w, d) : world_change(w, d);
	return true;
}

/* --- what it looks like ----------------------------------------------------------------------- */

static uint64_t x_of(const struct look *l, unsigned i)
{
	return l->info.registers[i - 1];
}

bool world_has_landed(const struct world *w, unsigned actor)
{
	return w->parked[actor] && w->looks[actor].info.pc == (uint64_t)step_stop;
}

static void actor_look(struct world *w, unsigned i)
{
	struct look *l = &w->looks[i];
	uint64_t process = w->sides[side_of(i)].process;
	struct tn_cap_info cap;

	memset(l, 0, sizeof(*l));
	l->parked = w->parked[i];
	if (w->gone[i] || tn_thread_read(w->threads[i], &l->info).code != 0) {
		l->gone = 1;
		return;
	}
	l->kept_s11 = blocks(w)[((i + 1) * BLOCK_BYTES + 8) / 8];
	for (unsigned k = 0; k < TN_MESSAGE_WORDS; k++)
		l->words = l->words * 31 + utcb(w, i)->words[k];
	l->arrived = tn_cap_info(process, SLOT_PLACE + i).value;
	if (tn_cap_read(process, SLOT_PLACE + i, &cap).code == 0)
		l->arrived_badge = cap.badge;
	for (unsigned k = 0; k < 4; k++)
		l->replies = l->replies * 1024 + tn_cap_info(process, SLOT_REPLIES + k).value;
}

/* Of an actor that has come back from its call. */
static const char *look_refusal(const struct world *w, unsigned i)
{
	const struct look *l = &w->looks[i];
	const uint64_t *set = w->set[i];

	for (unsigned k = 0; k < sizeof(kept); k++) {
		uint64_t own = w->floated[i] && (kept[k] == 20 || kept[k] == 21) ? set[kept[k] - 2]
										 : set[kept[k]];

		if (x_of(l, kept[k]) != own)
			return "a kept register is not its own";
	}
	/* whom a pager made land a second time has kept its ticket */
	if (l->kept_s11 != set[27] && l->kept_s11 > w->deeds * ACTORS)
		return "s11 is not its own";
	if (set[17] < TN_CALL_COUNT || set[17] >= TN_REPLY_RECV_SHORT)
		for (unsigned k = 0; k < sizeof(temporaries); k++)
			if (x_of(l, temporaries[k]) != 0)
				return "a temporary is not zero";
	return NULL;
}

const char *world_look(struct world *w)
{
	const char *why = NULL;

	actors_park(w);
	for (unsigned i = 0; i < ACTORS; i++) {
		actor_look(w, i);
		if (world_has_landed(w, i) && why == NULL)
			why = look_refusal(w, i);
	}
	return why;
}

/* --- two of them ------------------------------------------------------------------------------ */

/* Register i counts: of who waits those that calls keep, of a failed wait a0 as well; of who faulted
 * or came back all. */
static bool register_counts(const struct look *l, unsigned i)
{
	bool waits = l->info.state >= TN_THREAD_RECEIVES && l->info.state <= TN_THREAD_AWAITS;
	bool message = i >= 11 && i <= 17;

	if (memchr(kept, (int)i, sizeof(kept)) != NULL || i == 27)
		return true;
	if (waits)
		return false;
	return i == 10 || !message || (int64_t)x_of(l, 10) >= 0;
}

static const char *look_difference(const struct look *a, const struct look *b, uint64_t *of_a,
				   uint64_t *of_b)
{
	static const char *const names[] = {"x0", "ra", "sp", "gp", "tp", "t0",  "t1",
					    "t2", "s0", "s1", "a0", "a1", "a2",  "a3",
					    "a4", "a5", "a6", "a7", "s2", "s3",  "s4",
					    "s5", "s6", "s7", "s8", "s9", "s10", "s11 (ticket)",
					    "t3", "t4", "t5", "t6"};
	const struct {
		const char *name;
		uint64_t a, b;
	} fields[] = {
		{"gone", a->gone, b->gone},
		{"parking", a->parked, b->parked},
		{"state", a->info.state, b->info.state},
		{"reason", a->info.reason, b->info.reason},
		{"signals", a->info.signals, b->info.signals},
		{"pc", a->info.pc, b->info.pc},
		{"s11", a->kept_s11, b->kept_s11},
		{"UTCB", a->words, b->words},
		{"capability", a->arrived, b->arrived},
		{"its badge", a->arrived_badge, b->arrived_badge},
		{"replies", a->replies, b->replies},
	};

	for (unsigned i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		*of_a = fields[i].a;
		*of_b = fields[i].b;
		if (*of_a != *of_b)
			return fields[i].name;
	}
	for (unsigned i = 1; i < 32; i++) {
		*of_a = x_of(a, i);
		*of_b = x_of(b, i);
		if (register_counts(a, i) && *of_a != *of_b)
			return names[i];
	}
	return NULL;
}

const char *world_difference(const struct world *a, const struct world *b, unsigned *actor,
			     uint64_t *of_a, uint64_t *of_b)
{
	const char *what;

	*actor = ACTORS;
	*of_a = (uint64_t)a->result.code;
	*of_b = (uint64_t)b->result.code;
	if (a->result.code != b->result.code)
		return "conductor's answer";
	for (unsigned i = 0; i < ACTORS; i++) {
		*actor = i;
		what = look_difference(&a->looks[i], &b->looks[i], of_a, of_b);
		if (what != NULL)
			return what;
	}
	return NULL;
}

bool world_went_short(const struct world *a, const struct world *b)
{
	for (unsigned i = 0; i < ACTORS; i++)
		if (b->looks[i].info.state == TN_THREAD_AWAITS &&
		    x_of(&a->looks[i], 12) != x_of(&b->looks[i], 12))
			return true;
	return false;
}
