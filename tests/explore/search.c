/*
 * search.c - see search.h. Whole states are kept only of the two levels at hand; of all others the
 * hash, and the call that led there, from which a path is made again.
 */
#include "search.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "rules.h"
#include "stale.h"
#include "state.h"
#include "visited.h"

#define HANG_SECONDS 10u
#define TOLD_WORDS 40u /* of the UTCB, looked at after a call */

/* States of one level, one after another: number, size, bytes. */
struct level {
	unsigned char *bytes;
	uint64_t size, room;
};

static const struct machine *machine;
static struct calls calls;
static struct level here, next;
static struct image base;
static struct found found;
static struct state first;
/* the transition at hand, for who reports it */
static uint32_t from_state, from_call;

static double seconds_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- levels ----------------------------------------------------------------------------------- */

static void level_push(struct level *l, uint32_t number, const struct state *s)
{
	uint32_t head[2] = {number, s->size};

	if (l->size + sizeof(head) + s->size > l->room) {
		l->room = l->room == 0 ? 1u << 20 : l->room + l->room / 2;
		l->bytes = realloc(l->bytes, l->room);
		if (l->bytes == NULL)
			abort();
	}
	memcpy(l->bytes + l->size, head, sizeof(head));
	memcpy(l->bytes + l->size + sizeof(head), s->bytes, s->size);
	l->size += sizeof(head) + s->size;
}

static uint64_t level_pull(const struct level *l, uint64_t at, uint32_t *number, struct state *s)
{
	uint32_t head[2];

	memcpy(head, l->bytes + at, sizeof(head));
	*number = head[0];
	s->size = head[1];
	memcpy(s->bytes, l->bytes + at + sizeof(head), s->size);
	return at + sizeof(head) + s->size;
}

/* --- paths ------------------------------------------------------------------------------------ */

static void step_print(unsigned step, const struct call *c, const struct outcome *o)
{
	char text[256];

	calls_print(c, text, sizeof(text));
	printf("  %2u  %s", step, text);
	if (o == NULL)
		printf("\n");
	else if (o->panic != NULL)
		printf(": %s\n", o->panic);
	else if (c->number >= TN_CALL_COUNT)
		printf("\n");
	else if (o->restarted)
		printf(": to be restarted\n");
	else
		printf(": %s %llu\n", calls_answer(o->code), (unsigned long long)o->value);
}

/* Makes the calls again that lead from the first state to `to`. Returns how many. */
static unsigned path_print(uint32_t to)
{
	static uint32_t path[4096];
	struct state s = first;
	unsigned n = 0;

	for (; visited_how(to).from != VISITED_NOBODY && n < 4096; to = visited_how(to).from)
		path[n++] = visited_how(to).call;
	for (unsigned i = n; i-- > 0;) {
		const struct call *c = &calls.call[path[i]];
		struct outcome o;

		state_decode(&s);
		stale_begin();
		o = live_call(c);
		step_print(n - i, c, &o);
		state_encode(&s);
	}
	state_decode(&s);
	return n;
}

static void broken_print(const char *what, const struct outcome *o)
{
	unsigned n;

	found.broken = true;
	printf("\n%s: broken: %s\n\nThe shortest way there:\n", machine->name, what);
	n = path_print(from_state);
	step_print(n + 1, &calls.call[from_call], o);
	if (live_layout->anonymous_count > 0)
		printf("\nFrames %u to %u are all alike; they are numbered anew after each call.\n",
		       (unsigned)live_layout->anonymous_first,
		       (unsigned)(live_layout->anonymous_first + live_layout->anonymous_count - 1));
	fflush(stdout);
}

/* The kernel has crashed, or goes on for ever. Printing from here is not safe in general; there is
 * nothing left to lose. */
static void crash(int signal_number)
{
	static bool again;
	static uint64_t seen;

	if (signal_number == SIGALRM && seen != found.transitions) {
		seen = found.transitions;
		alarm(HANG_SECONDS);
		return;
	}
	if (again)
		_exit(1);
	again = true;
	broken_print(signal_number == SIGALRM ? "a call, or the check after it, does not end"
					      : "a call, or the check after it, crashes",
		     NULL);
	_exit(1);
}

static void crashes_catch(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM};
	struct sigaction action = {.sa_handler = crash, .sa_flags = SA_NODEFER};

	for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
	alarm(HANG_SECONDS);
}

/* --- states ----------------------------------------------------------------------------------- */

/* The bytes say all: what they restore is the machine that they were taken from. */
static bool state_is_whole(const struct state *s, bool same_numbers, struct broken *b)
{
	static struct image settled;
	static struct state again;

	if (same_numbers) {
		state_settle();
		live_save(&settled);
	}
	state_decode(s);
	if (same_numbers && !live_equals(&settled)) {
		snprintf(b->text, sizeof(b->text), "the state holds what no rule knows of");
		for (uint64_t f = ram.first; f < ram.first + ram.count; f++)
			if (settled.words[f] != live_words[f] ||
			    memcmp(settled.memory + f * FRAME_BYTES, live_frame(f), FRAME_BYTES) !=
				    0)
				snprintf(b->text, sizeof(b->text),
					 "the state holds what no rule knows of, in frame %u",
					 (unsigned)f);
		return false;
	}
	if (!rules_invariants(b))
		return false;
	state_encode(&again);
	if (again.size == s->size && memcmp(again.bytes, s->bytes, s->size) == 0)
		return true;
	snprintf(b->text, sizeof(b->text), "the state is not the same from its bytes");
	return false;
}

/* The live machine is a state. False if something is broken. */
static bool state_meet(uint32_t call, struct broken *b)
{
	static struct state s;
	struct visited_how how = {from_state, call};
	bool is_new, same_numbers = state_encode(&s);
	uint32_t number = visited_add(visited_hash(s.bytes, s.size), how, &is_new);

	if (!is_new)
		return true;
	if (number == VISITED_NOBODY) {
		found.exhausted = false;
		return true;
	}
	if (!state_is_whole(&s, same_numbers, b))
		return false;
	level_push(&next, number, &s);
	return true;
}

/* One number for all answers, whatever their order. What a call told in the UTCB is part of them;
 * a call that told nothing has left it as it was. */
static void digest_add(uint32_t call, const struct outcome *o, uint64_t state)
{
	uint64_t h = (state ^ (uint64_t)call << 40 ^ (uint64_t)o->code) * 0x9e3779b97f4a7c15u;

	h = (h ^ h >> 29 ^ o->value ^ (uint64_t)o->restarted << 63) * 0xbf58476d1ce4e5b9u;
	for (unsigned i = 0; o->code == 0 && i < TOLD_WORDS; i++)
		h = (h ^ h >> 31 ^ current->utcb->words[i]) * 0x94d049bb133111ebu;
	found.digest += h ^ h >> 32;
}

static bool state_expand(const struct state *s, struct broken *b)
{
	uint64_t hash = visited_hash(s->bytes, s->size).a;

	state_decode(s);
	stale_tables_keep();
	live_save(&base);
	for (uint32_t i = 0; i < calls.count; i++) {
		const struct call *c = &calls.call[i];
		struct outcome o;
		bool same;

		from_call = i;
		stale_begin();
		o = live_call(c);
		found.transitions++;
		digest_add(i, &o, hash);
		same = live_equals(&base);
		if (!rules_answer(c, &o, b) ||
		    (!same && (!rules_change(c, &o, &base, b) || !state_meet(i, b)))) {
			broken_print(b->text, &o);
			return false;
		}
		if (!same) {
			live_load(&base);
			stale_tables_return();
		}
	}
	return true;
}

/* --- the search ------------------------------------------------------------------------------- */

static void progress_show(double begin)
{
	static double shown;
	double now = seconds_of(CLOCK_MONOTONIC), seconds = now - begin;

	if (seconds < 2 || now - shown < 1)
		return;
	shown = now;
	fprintf(stderr, "%s%s: depth %u, %u states, %.1f million transitions, %.0f s%s",
		isatty(2) ? "\r\033[K" : "", machine->name, (unsigned)found.depth, visited_count(),
		(double)found.transitions / 1e6, seconds, isatty(2) ? "" : "\n");
}

static bool level_expand(double begin, bool progress)
{
	struct broken b = {""};
	struct state s;

	for (uint64_t at = 0, n = 0; at < here.size; n++) {
		at = level_pull(&here, at, &from_state, &s);
		if (!state_expand(&s, &b))
			return false;
		if (progress && n % 64 == 0)
			progress_show(begin);
	}
	return true;
}

static bool scene_set(void)
{
	for (const struct call *c = machine->scene; c->number != EVENT_END; c++) {
		struct outcome o;

		stale_begin();
		o = live_call(c);
		if (o.panic == NULL && o.code == 0)
			continue;
		printf("%s: the scene cannot be set:\n", machine->name);
		step_print(1 + (unsigned)(c - machine->scene), c, &o);
		found.broken = true;
		return false;
	}
	return true;
}

static bool first_meet(void)
{
	struct broken b = {""};

	from_state = VISITED_NOBODY;
	if (!rules_invariants(&b) || !state_meet(0, &b)) {
		printf("%s: broken before the first call: %s\n", machine->name, b.text);
		found.broken = true;
		return false;
	}
	state_encode(&first);
	return true;
}

struct found search_run(const struct machine *m, uint32_t limit, bool progress)
{
	double begin = seconds_of(CLOCK_MONOTONIC),
	       spent_before = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	struct level spent;

	machine = m;
	found = (struct found){.exhausted = true};
	rules_begin();
	visited_begin(limit);
	calls_free(&calls);
	m->calls(&calls);
	stale_tables_clear();
	crashes_catch();
	live_boot(&m->layout);
	state_begin();
	next.size = 0;
	if (scene_set() && first_meet())
		for (; next.size > 0; found.depth++) {
			spent = here;
			here = next;
			next = spent;
			next.size = 0;
			if (!level_expand(begin, progress))
				break;
		}
	alarm(0);
	if (progress && isatty(2))
		fprintf(stderr, "\r\033[K");
	found.states = visited_count();
	found.seconds = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - spent_before;
	found.exhausted &= !found.broken;
	return found;
}
