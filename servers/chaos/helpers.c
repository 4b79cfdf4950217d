/*
 * helpers.c - see helpers.h.
 */
#include "helpers.h"

#include <tenure/records.h>

#include "ground.h"
#include "harm.h"
#include "holdings.h"
#include "mix.h"
#include "randomness.h"
#include "slots.h"

#define SCRIPTS 8u /* of each kind */
#define DEEDS 48u
#define SCRIPT_POINTER 9u /* s1, as x9 */
#define UTCB_POINTER 18u  /* s2 */
#define WAIT_TICKS 100000u
#define PAID_FRAMES 12u
#define CONFIGURE_TRIES 4u

enum { END, CALL, STORE, LOAD, SPIN, FLOAT, JUMP, WAIT, ILLEGAL };

struct script {
	struct {
		uint64_t what, registers[8];
	} deeds[DEEDS];
};
_Static_assert(sizeof(struct script) <= TN_FRAME_SIZE, "a script is a page");
_Static_assert(sizeof(((struct script *)0)->deeds[0]) == 72, "as helper.S has it");
_Static_assert(TN_CALL_THREAD_EXIT == 29, "as helper.S has it");

extern char helper_code[], helper_end[];

static struct script *script_at(unsigned number, bool elsewhere)
{
	uint64_t first = elsewhere ? HELPER_SCRIPTS_ELSEWHERE : HELPER_SCRIPTS;

	return (struct script *)(first + number * TN_FRAME_SIZE);
}

bool helpers_start(void)
{
	uint64_t code = tn_resolve(TN_SLOT_PROCESS, (uint64_t)helper_code).value / TN_FRAME_SIZE;
	uint64_t scripts = ground_take(2 * SCRIPTS);

	return tn_map(TN_SLOT_PROCESS, HELPER_CODE, TN_SLOT_FRAMES, code, 1,
		      TN_MAP_READ | TN_MAP_EXECUTE)
			       .code == 0 &&
	       tn_map(TN_SLOT_PROCESS, HELPER_SCRIPTS, TN_SLOT_FRAMES, scripts, 2 * SCRIPTS,
		      TN_MAP_READ | TN_MAP_WRITE)
			       .code == 0 &&
	       tn_cap_copy(TN_SLOT_FRAMES, TN_SELF, SLOT_HELPER_CODE,
			   TN_FRAMES_READ | TN_FRAMES_EXECUTE, code, 1)
			       .code == 0 &&
	       tn_cap_copy(TN_SLOT_FRAMES, TN_SELF, SLOT_HELPER_SCRIPTS, TN_FRAMES_READ,
			   scripts + SCRIPTS, SCRIPTS)
			       .code == 0;
}

void helpers_stop(void)
{
	(void)tn_unmap(TN_SLOT_PROCESS, HELPER_CODE, 1 + 2 * SCRIPTS);
}

uint64_t helpers_end(void)
{
	return HELPER_CODE + (uint64_t)(helper_end - helper_code);
}

bool helpers_may_begin(const struct tn_thread_config *config)
{
	uint64_t offset = config->registers[SCRIPT_POINTER - 1] - HELPER_SCRIPTS;

	return config->pc == HELPER_CODE && offset < SCRIPTS * TN_FRAME_SIZE &&
	       offset % TN_FRAME_SIZE == 0 &&
	       !ground_is_kept(config->registers[UTCB_POINTER - 1], TN_FRAME_SIZE);
}

/* --- scripts ---------------------------------------------------------------------------------- */

/* An address that helpers of the own process may store to and jump to without harm. */
static uint64_t harmless_address(unsigned what, bool elsewhere)
{
	uint64_t va = ground_address();

	if (!elsewhere && (what == JUMP || ground_is_kept(va, TN_FRAME_SIZE)))
		return 8 * below(512); /* page 0 */
	return va + 8 * below(64);
}

static void call_write(uint64_t registers[8], bool elsewhere)
{
	struct deed deed;

	do
		mix_draw(&deed, elsewhere);
	while (harm_spares(&deed, elsewhere ? BY_CHILD : BY_HELPER));
	for (unsigned i = 0; i < 7; i++)
		registers[i] = deed.words[i];
	registers[7] = deed.number;
}

static unsigned any_deed(void)
{
	static const uint8_t deeds[] = {CALL,  CALL,  CALL, CALL, CALL, CALL,  CALL, CALL,   CALL,
					STORE, STORE, LOAD, LOAD, SPIN, FLOAT, JUMP, ILLEGAL};

	return deeds[below(sizeof(deeds))];
}

/* The first two deeds: a wait of up to some milliseconds. */
static void wait_write(struct script *script, uint64_t endpoint)
{
	uint64_t *how = script->deeds[0].registers, *receive = script->deeds[1].registers;

	script->deeds[0].what = WAIT;
	how[0] = below(one_in(2) ? WAIT_TICKS / 100 : WAIT_TICKS);
	how[1] = one_in(2) ? TN_ANY : 0;
	how[2] = SLOT_WORK + below(256);
	script->deeds[1].what = CALL;
	receive[0] = one_in(8) ? TN_NONE : endpoint;
	receive[1] = one_in(4) ? 0 : TN_INFO_TIMED;
	receive[7] = TN_CALL_RECV;
}

/* Receives at an endpoint, and answers. */
static void server_write(struct script *script, unsigned count, uint64_t endpoint)
{
	for (unsigned i = 0; i < count; i++) {
		uint64_t *registers = script->deeds[i].registers;

		script->deeds[i].what = i + 1 < count ? CALL : END;
		registers[0] = endpoint;
		registers[1] = TN_INFO(below(4) & ~(uint64_t)TN_RESUME_AT, below(66)) |
			       (one_in(2) ? TN_INFO_TIMED : 0);
		registers[7] = i == 0      ? TN_CALL_RECV
			       : one_in(2) ? TN_REPLY_RECV_SHORT
					   : TN_CALL_REPLY_RECV;
	}
	wait_write(script, endpoint);
}

/* A script, of either kind; its address. The endpoint is where a server receives. */
static uint64_t script_write(bool elsewhere, uint64_t endpoint)
{
	unsigned number = (unsigned)below(SCRIPTS), count = 4 + (unsigned)below(DEEDS - 4);
	struct script *script = script_at(number, elsewhere);

	if (one_in(3)) {
		server_write(script, count, elsewhere ? HELPER_ENDPOINT : endpoint);
		return HELPER_SCRIPTS + number * TN_FRAME_SIZE;
	}
	for (unsigned i = 0; i < count; i++) {
		unsigned what = i + 1 < count ? any_deed() : END;
		uint64_t *registers = script->deeds[i].registers;

		script->deeds[i].what = what;
		if (what == CALL)
			call_write(registers, elsewhere);
		else if (what == SPIN)
			registers[0] = 1 + below((uint64_t)1 << below(14));
		else
			registers[0] = harmless_address(what, elsewhere);
	}
	return HELPER_SCRIPTS + number * TN_FRAME_SIZE;
}

/* --- beginning one ---------------------------------------------------------------------------- */

static void room_make(struct tn_result (*make)(uint64_t number, const uint64_t words[7]),
		      uint64_t process, uint64_t endpoint)
{
	const uint64_t code[7] = {process,
				  HELPER_CODE,
				  SLOT_HELPER_CODE,
				  tn_resolve(TN_SLOT_PROCESS, HELPER_CODE).value / TN_FRAME_SIZE,
				  1,
				  TN_MAP_READ | TN_MAP_EXECUTE};
	const uint64_t scripts[7] = {process,
				     HELPER_SCRIPTS,
				     SLOT_HELPER_SCRIPTS,
				     tn_resolve(TN_SLOT_PROCESS, HELPER_SCRIPTS_ELSEWHERE).value /
					     TN_FRAME_SIZE,
				     SCRIPTS,
				     TN_MAP_READ | (one_in(4) ? TN_MAP_SMALL : 0)};

	(void)make(TN_CALL_MAP, code);
	(void)make(TN_CALL_MAP, scripts);
	(void)make(TN_CALL_CREATE, (const uint64_t[7]){TN_KIND_CAPS, process, TN_ANY, TN_NONE});
	(void)make(TN_CALL_CAP_COPY, (const uint64_t[7]){endpoint, process, HELPER_ENDPOINT, 7});
}

/* Frames for the thread and what else its process may lack, one by one: few lie together. */
static void frames_pay(struct tn_result (*make)(uint64_t number, const uint64_t words[7]),
		       uint64_t process)
{
	uint64_t payer = holdings_payer(process);

	if (make(TN_CALL_FRAME_MOVE, (const uint64_t[7]){TN_SLOT_POOL, payer, PAID_FRAMES}).code ==
	    0)
		return;
	for (unsigned i = 0; i < PAID_FRAMES; i++)
		(void)make(TN_CALL_FRAME_GIVE,
			   (const uint64_t[7]){TN_SLOT_FRAMES, payer, ground_frame(false), 1});
}

/* Tries with frames that may not be idle, and, where the process has a low ceiling, with less. */
static bool configure(struct tn_result (*make)(uint64_t number, const uint64_t words[7]),
		      uint64_t thread, uint64_t script, uint64_t endpoint)
{
	uint64_t utcb = OWN_LOW_END + below(2048) * TN_FRAME_SIZE;
	uint64_t what = TN_CONFIGURE_REGISTERS | TN_CONFIGURE_UTCB | TN_CONFIGURE_PRIORITY |
			(one_in(3) ? 0 : TN_CONFIGURE_FAULT);

	for (unsigned tries = 0; tries < CONFIGURE_TRIES; tries++) {
		uint64_t frame = ground_frame(false);
		struct tn_result r;

		if (ground_is_own(frame, 1)) /* as harm.c has it */
			continue;

		mix_config_write(script, utcb);
		r = make(TN_CALL_THREAD_CONFIGURE,
			 (const uint64_t[7]){thread, what, TN_SLOT_FRAMES, frame, utcb, endpoint});
		if (r.code == 0)
			return true;
		if (r.code == -TN_EPERM || r.code == -TN_ESTALE)
			what = TN_CONFIGURE_REGISTERS | TN_CONFIGURE_UTCB;
	}
	return false;
}

void helpers_begin(struct tn_result (*make)(uint64_t number, const uint64_t words[7]))
{
	bool elsewhere = !one_in(4);
	uint64_t process = elsewhere ? holdings_pick(TN_CAP_PROCESS) : TN_SLOT_PROCESS;
	uint64_t thread = elsewhere ? holdings_empty() : holdings_empty_anchor();
	uint64_t endpoint = holdings_pick(TN_CAP_ENDPOINT),
		 script = script_write(elsewhere, endpoint);

	if (elsewhere && !(holdings_at(process).rights & TN_PROCESS_MANAGE))
		process = holdings_pick(TN_CAP_PROCESS);
	frames_pay(make, process);
	if (make(TN_CALL_CREATE,
		 (const uint64_t[7]){TN_KIND_THREAD, process, TN_ANY, TN_NONE, thread})
		    .code != 0)
		return;
	if (elsewhere)
		room_make(make, process, endpoint);
	if (configure(make, thread, script, endpoint))
		(void)make(TN_CALL_THREAD_RESUME, (const uint64_t[7]){thread});
}
