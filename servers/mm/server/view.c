/*
 * view.c - how a running system looks to the person who watches.
 */
#include "view.h"

#include <stdarg.h>
#include <stdio.h>
#include <tenure/user.h>

#define PLAIN_MS 1000u /* between two views */
#define LIVE_MS 200u
#define SAMPLE_MS 500u /* what happens in a second is measured over at least so long */
#define LIVE_ROWS 18u  /* of programs: the table has to fit the smallest terminal, 24 lines */
#define BAR_WIDTH 8u
#define HOW_WIDTH 60u /* "ended ..." fits a line of 80 */

/* What a terminal is told (ECMA-48, and "synchronized output" of several terminals). */
#define BEGIN "\033[?2026h"
#define END "\033[?2026l"
#define WRAP_OFF "\033[?7l"
#define WRAP_ON "\033[?7h"
#define UP "\033[%uA\r"
#define ERASE_LINE "\033[K"
#define ERASE_BELOW "\033[J"
#define PLAIN_COLOUR "\033[0m"

static uint64_t rate_of(const struct server *server)
{
	return server->mm->boot->timebase ? server->mm->boot->timebase : 1;
}

static uint64_t ticks_of(const struct server *server, uint64_t milliseconds)
{
	return rate_of(server) * milliseconds / 1000;
}

/* --- rates ----------------------------------------------------------------------------------- */

static uint64_t a_second(const struct server *server, uint64_t *before, uint64_t now,
			 uint64_t elapsed)
{
	uint64_t more = now - *before;

	*before = now;
	return more * rate_of(server) / elapsed;
}

static void sample(struct server *server)
{
	struct view *view = &server->view;
	uint64_t elapsed = tn_clock() - view->sampled;

	if (elapsed < ticks_of(server, SAMPLE_MS))
		return;
	view->sampled += elapsed;
	view->given_rate = a_second(server, &view->given, server->mm->frames_given, elapsed);
	view->taken_rate = a_second(server, &view->taken, server->mm->frames_taken, elapsed);
	view->fault_rate = a_second(server, &view->faults, server->faults, elapsed);
	for (unsigned i = 0; i < server->program_count; i++) {
		struct program *program = &server->programs[i];

		program->fault_rate = a_second(server, &program->sampled, program->faults, elapsed);
	}
}

/* --- the table, the same either way ------------------------------------------------------------ */

/* A line begins; live, over the one that stands there. */
static void show_name(const struct server *server, const char *name)
{
	printf("%s%11.11s │ ", server->view.live ? ERASE_LINE : "", name);
}

/* Frames in use, free in the pool, and not lent, as shares of the quota. */
static void show_bar(uint64_t used, uint64_t free, uint64_t quota)
{
	uint64_t full = (used * BAR_WIDTH + quota - 1) / quota;
	uint64_t lent = ((used + free) * BAR_WIDTH + quota - 1) / quota;

	for (uint64_t i = 0; i < BAR_WIDTH; i++)
		printf(i < full ? "█" : i < lent ? "▒" : "░");
}

static void show_share(uint64_t part, uint64_t whole, int width)
{
	char text[48];

	snprintf(text, sizeof(text), "%lu/%lu", (unsigned long)part, (unsigned long)whole);
	printf(" %*s", width, text);
}

static const char *colour_of(const struct server *server, enum program_state state,
			     const struct program *program)
{
	static const char *const colours[] = {
		[PROGRAM_STARTING] = "\033[36m",
		[PROGRAM_RUNNING] = "\033[32m",
		[PROGRAM_WAITING] = "\033[33m",
		[PROGRAM_ENDED] = "\033[2m",
	};

	if (!server->view.live)
		return "";
	return program->why[0] != '\0' ? "\033[31m" : colours[state];
}

static void show_program(const struct server *server, const struct program *program)
{
	const char *what, *end = server->view.live ? PLAIN_COLOUR : "";
	enum program_state state = program_state(server, program, &what);
	struct program_share share = program_share(server, program);
	char how[HOW_WIDTH + 1];

	show_name(server, program->name);
	printf("%s", colour_of(server, state, program));
	if (state == PROGRAM_ENDED) {
		program_describe(program, how, sizeof(how));
		printf("ended %s%s\n", how, end);
		return;
	}
	printf("%-19s%s", what, end);
	show_share(share.used, program->pool_quota, 9);
	printf(" ");
	show_bar(share.used, share.free, program->pool_quota);
	printf(" %5lu", (unsigned long)share.free);
	show_share(share.mapped, program->user_quota, 11);
	printf(" %8lu\n", (unsigned long)program->fault_rate);
}

static unsigned show_head(const struct server *server)
{
	const struct view *view = &server->view;
	const struct mm *mm = server->mm;
	uint64_t tenths = (tn_clock() - view->began) * 10 / rate_of(server);

	show_name(server, "mm");
	printf("%lu.%lu s, %lu process%s; frames: %lu idle, %lu lent, %lu of them mm's own\n",
	       (unsigned long)(tenths / 10), (unsigned long)(tenths % 10),
	       (unsigned long)server->live, server->live == 1 ? "" : "es",
	       (unsigned long)mm->store.buddy.free,
	       (unsigned long)mm->store.ledger.owned[LEDGER_LENT],
	       (unsigned long)pool_frames(mm, &mm->pools[0]));
	show_name(server, "");
	printf("a second: %lu frames given, %lu taken back, %lu faults\n",
	       (unsigned long)view->given_rate, (unsigned long)view->taken_rate,
	       (unsigned long)view->fault_rate);
	show_name(server, "");
	printf("%-19s %18s %5s %11s %8s\n", "", "kernel frames used", "free", "user frames",
	       "faults/s");
	return 3;
}

/* Live, those that have ended stay as long as there is room. Returns the lines. */
static unsigned show_programs(const struct server *server)
{
	bool all = server->view.live && server->program_count <= LIVE_ROWS;
	unsigned rows = 0;

	for (unsigned i = 0; i < server->program_count; i++) {
		const struct program *program = &server->programs[i];

		if ((program->ended && !all) || (server->view.live && rows == LIVE_ROWS))
			continue;
		show_program(server, program);
		rows++;
	}
	return rows;
}

static unsigned show_table(struct server *server)
{
	unsigned lines;

	sample(server);
	lines = show_head(server);
	lines += show_programs(server);
	return lines;
}

/* --- on the screen ----------------------------------------------------------------------------- */

/* Live: from here on the terminal's cursor is where the table began. */
static void go_up(struct view *view)
{
	if (view->open)
		return;
	view->open = true;
	printf(BEGIN);
	if (view->lines > 0)
		printf(UP, view->lines);
	view->lines = 0;
}

void view_clear(struct server *server)
{
	if (!server->view.live || server->view.open)
		return;
	go_up(&server->view);
	printf(ERASE_BELOW);
}

/* Over the table that stands there, line by line: where all is erased first, it flickers. */
static void draw(struct server *server)
{
	go_up(&server->view);
	printf(WRAP_OFF);
	server->view.lines = show_table(server);
	printf(ERASE_BELOW WRAP_ON END);
	fflush(stdout); /* none of these ends a line */
	server->view.open = false;
}

void view_line(struct server *server, const char *name, const char *format, ...)
{
	va_list arguments;

	view_clear(server);
	printf("%11s │ ", name);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
}

void view_tick(struct server *server)
{
	if (server->view.live)
		draw(server);
	else
		show_table(server);
}

void view_settle(struct server *server)
{
	if (server->view.open)
		draw(server);
}

uint64_t view_period(const struct server *server, bool live)
{
	return ticks_of(server, live ? LIVE_MS : PLAIN_MS);
}

void view_start(struct server *server, bool live)
{
	uint64_t now = tn_clock();

	server->view = (struct view){
		.live = live,
		.began = now,
		.sampled = now,
		.given = server->mm->frames_given,
		.taken = server->mm->frames_taken,
	};
	view_clear(server);
}

void view_stop(struct server *server)
{
	struct view *view = &server->view;

	if (!view->live)
		return;
	view_clear(server);
	printf(END);
	fflush(stdout);
	view->live = false;
	view->open = false;
}
