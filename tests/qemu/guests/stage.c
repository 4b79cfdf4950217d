/*
 * stage.c - see stage.h.
 */
#include "stage.h"

#include <stdarg.h>
#include <stdio.h>
#include <tenure/names.h>

#include "tap.h"

static struct world worlds[2];
static bool good, held;
static uint64_t shorts;

/* clang-format off */
static const char *const deed_names[DEEDS] = {
	[DO_CALL] = "call", [DO_REPLY_RECV] = "reply_recv", [DO_RECV] = "recv", [DO_SEND] = "send",
	[DO_REPLY] = "reply", [DO_SAVE] = "save_reply", [DO_REPLY_TO] = "reply_to",
	[DO_SIGNAL] = "signal", [DO_YIELD] = "yield", [DO_EXIT] = "thread_exit",
	[DO_LOAD] = "load", [DO_STORE] = "store", [DO_FETCH] = "fetch", [DO_ILLEGAL] = "illegal",
	[SET_MASK] = "mask", [SET_DEADLINE] = "deadline", [SET_PLACE] = "receive slot",
	[SET_PRIORITY] = "priority", [SET_FAULT] = "fault endpoint", [SET_FLOAT] = "float",
	[SUSPEND] = "suspend", [RESUME] = "resume", [POST] = "post", [END_THREAD] = "end thread",
	[END_ENDPOINT] = "end endpoint", [REVOKE_ENDPOINT] = "revoke endpoint",
	[END_PROCESS] = "end process", [STEP_PROCESS] = "step of a process's end",
	[DELETE] = "delete", [MAP] = "map", [UNMAP] = "unmap", [HOLD] = "hold", [GO] = "go",
	[GO_AND_AWAIT] = "go and await"};
/* clang-format on */

/* True the first time. */
static bool fails(void)
{
	bool first = good;

	good = false;
	return first;
}

void stage_open(enum way way)
{
	world_make(&worlds[0], 0, WAY_SHORT);
	world_make(&worlds[1], 1, way);
	good = true;
	held = false;
}

static void deed_print(const struct deed *d)
{
	printf("# deed %lu: %s, actor %u, 0x%lx, 0x%lx\n", worlds[0].deeds, deed_names[d->kind],
	       d->actor, d->x, d->y);
}

static void compare(const struct deed *d)
{
	uint64_t a, b;
	unsigned actor;
	const char *own = world_look(&worlds[0]), *other = world_look(&worlds[1]);
	const char *what = world_difference(&worlds[0], &worlds[1], &actor, &a, &b);

	shorts += world_went_short(&worlds[0], &worlds[1]);
	if (what != NULL && fails()) {
		deed_print(d);
		printf("# %s of actor %u: 0x%lx the short way, 0x%lx in full\n", what, actor, a, b);
	}
	if ((own != NULL || other != NULL) && fails()) {
		deed_print(d);
		printf("# the short way: %s; in full: %s\n", own ? own : "good",
		       other ? other : "good");
	}
}

bool stage_do(enum deed_kind kind, unsigned actor, uint64_t x, uint64_t y)
{
	struct deed d = {kind, actor, x, y};
	bool done = world_do(&worlds[0], &d), other = world_do(&worlds[1], &d);

	if (done != other && fails()) {
		deed_print(&d);
		printf("# possible in one world alone\n");
	}
	if (kind >= HOLD)
		held = kind == HOLD;
	if (!held)
		compare(&d);
	return done;
}

static const struct tn_thread_info *info_of(unsigned actor)
{
	return &worlds[0].looks[actor].info;
}

static void expect(unsigned actor, const char *what, uint64_t got, uint64_t wanted)
{
	if (got != wanted && fails())
		printf("# deed %lu: %s of actor %u is 0x%lx, wanted 0x%lx\n", worlds[0].deeds, what,
		       actor, got, wanted);
}

void stage_expect(unsigned actor, uint64_t state)
{
	expect(actor, "state", info_of(actor)->state, state);
}

void stage_expect_answer(unsigned actor, int64_t code)
{
	if (!world_has_landed(&worlds[0], actor) && fails())
		printf("# deed %lu: actor %u is not back from its call\n", worlds[0].deeds, actor);
	expect(actor, "a0", info_of(actor)->registers[9], (uint64_t)code);
}

void stage_expect_register(unsigned actor, unsigned x, uint64_t value)
{
	expect(actor, "a register", info_of(actor)->registers[x - 1], value);
}

const struct world *stage_world(void)
{
	return &worlds[0];
}

bool stage_is_good(void)
{
	return good;
}

void stage_close(const char *format, ...)
{
	char name[100];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(name, sizeof(name), format, arguments);
	va_end(arguments);
	world_end(&worlds[0]);
	world_end(&worlds[1]);
	tap_ok(good, "%s", name);
}

uint64_t stage_short_ways(void)
{
	return shorts;
}
