/*
 * random.c - random calls against a model, as many as there is time for.
 *
 * Each seed is an episode: a part of the calls (part.h), a world, and a sequence of calls that
 * follows from it alone. After each call kernel and model are compared in what the call answered
 * and touched, and every so often in everything. Where that comparison finds something, the episode
 * is played again and compared after each call, so that the call is known.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <tenure/abi.h>
#include <time.h>
#include <unistd.h>

#include "draw.h"
#include "outside.h"
#include "part.h"

#define EVERY 5000u      /* calls between comparisons of everything */
#define HANG_SECONDS 20u /* that one call may take */
#define PARTS 2u

static const struct part *const parts[PARTS] = {&part_core, &part_talk};

static struct options {
	uint64_t seed, calls, every;
	double seconds; /* 0: as long as there are calls */
	const struct part *only;
} options = {.seed = 1, .calls = UINT64_MAX, .every = EVERY};

static struct {
	const struct part *part;
	uint64_t seed, compared; /* call of this seed at which everything agreed */
	uint64_t calls;          /* of the seeds before it */
	double began, shown;
} run;

/* Of each part; the time that it kept a core busy. */
static uint64_t part_calls[PARTS], part_seeds[PARTS];
static double part_seconds[PARTS];

/* --- chance ---------------------------------------------------------------------------------- */

static uint64_t state;

uint64_t draw(uint64_t bound)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (state >> 32) * bound >> 32;
}

static void seed_set(uint64_t seed)
{
	state = (seed + 1) * 0x9e3779b97f4a7c15u;
	draw(2);
}

/* --- time ------------------------------------------------------------------------------------ */

static double seconds_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double now(void)
{
	return seconds_of(CLOCK_MONOTONIC);
}

/* Of this program alone, whatever else the machine does. */
static double now_busy(void)
{
	return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

static bool is_terminal;

static void progress(uint64_t calls)
{
	double t = now();

	if (t - run.shown < (is_terminal ? 1 : 10))
		return;
	run.shown = t;
	fprintf(stderr, "%srandom: %.0f s, seed %" PRIu64 ", %.1f M calls, %.2f M/s%s",
		is_terminal ? "\r\033[K" : "", t - run.began, run.seed, (double)calls / 1e6,
		(double)calls / 1e6 / (t - run.began), is_terminal ? "" : "\n");
}

static void progress_end(void)
{
	if (is_terminal)
		fprintf(stderr, "\r\033[K");
}

/* --- what breaks ----------------------------------------------------------------------------- */

static void broken(const char *what)
{
	uint64_t call = *run.part->count;

	progress_end();
	run.part->tell();
	printf("random: seed %" PRIu64 " (%s), call %" PRIu64 ": %s\n", run.seed, run.part->name,
	       call, what);
	printf("random: again: ./tenure random --seed %" PRIu64 " --calls %" PRIu64 " --every 1\n",
	       run.seed, call);
	fflush(stdout);
}

static void crashed(int number)
{
	char text[64];

	snprintf(text, sizeof(text), "the kernel crashed or panicked (signal %d)", number);
	broken(text);
	_exit(1);
}

/* Each so many seconds: has there been a call? */
static void watch(int number)
{
	static uint64_t seed, count;

	(void)number;
	if (run.part != NULL && run.seed == seed && *run.part->count == count) {
		broken("the kernel does not come back");
		_exit(1);
	}
	seed = run.seed;
	count = run.part != NULL ? *run.part->count : 0;
}

static void watch_begin(void)
{
	const struct itimerval every = {{HANG_SECONDS, 0}, {HANG_SECONDS, 0}};

	signal(SIGABRT, crashed);
	signal(SIGSEGV, crashed);
	signal(SIGBUS, crashed);
	signal(SIGFPE, crashed);
	signal(SIGILL, crashed);
	signal(SIGALRM, watch);
	setitimer(ITIMER_REAL, &every, NULL);
}

/* --- episodes -------------------------------------------------------------------------------- */

/* So that both parts get as much time: an episode of the core is long. */
static const struct part *part_of(uint64_t seed)
{
	return seed % 12 < 2 ? &part_core : &part_talk;
}

static unsigned world_of(uint64_t seed)
{
	return (unsigned)((seed / 12 * 2 + seed % 12) % run.part->worlds);
}

static void compare(void)
{
	run.part->compare();
	run.compared = *run.part->count;
}

static bool is_time_up(void)
{
	return options.seconds > 0 && now() - run.began >= options.seconds;
}

static void episode_play(uint64_t every)
{
	const struct part *p = run.part;
	uint64_t limit = options.calls - run.calls, end = limit < p->episode ? limit : p->episode;
	bool over = false;

	seed_set(run.seed);
	run.compared = 0;
	p->begin(world_of(run.seed));
	while (*p->count < end && !over) {
		p->call();
		if (*p->count - run.compared >= every) {
			compare();
			progress(run.calls + *p->count);
			over = every != 1 && is_time_up();
		}
	}
	compare();
	if (limit > p->episode && !over) {
		p->finish();
		compare();
	}
}

/* True if nothing broke. */
static bool episode(uint64_t every)
{
	jmp_buf exit;
	bool whole = setjmp(exit) == 0;

	if (whole) {
		outside_exit = &exit;
		episode_play(every);
	}
	outside_exit = NULL;
	return whole;
}

/* Something broke, perhaps some calls before it was seen. */
static void look_again(uint64_t every)
{
	char seen[OUTSIDE_TEXT];
	uint64_t at = *run.part->count;

	memcpy(seen, outside_text, sizeof(seen));
	if (every == 1 || at == run.compared + 1) {
		broken(seen);
		return;
	}
	progress_end();
	fprintf(stderr,
		"random: seed %" PRIu64 ": something broke up to call %" PRIu64
		"; looking again, call by call\n",
		run.seed, at);
	run.part->end();
	if (episode(1)) {
		printf("random: seed %" PRIu64 ": not found again: it depends on other seeds\n",
		       run.seed);
		memcpy(outside_text, seen, sizeof(seen));
	}
	broken(outside_text);
}

static bool play_seeds(void)
{
	for (run.seed = options.seed; run.calls < options.calls && !is_time_up(); run.seed++) {
		unsigned i = part_of(run.seed) == &part_talk;
		double began = now_busy();

		run.part = parts[i];
		if (options.only != NULL && options.only != run.part)
			continue;
		if (!episode(options.every)) {
			look_again(options.every);
			return false;
		}
		run.part->end();
		run.calls += *run.part->count;
		part_calls[i] += *run.part->count;
		part_seconds[i] += now_busy() - began;
		part_seeds[i]++;
	}
	return true;
}

/* --- report ---------------------------------------------------------------------------------- */

static const char *const names[] = {
#define NAME(number, upper, name, ...) [number] = #name,
	TN_CALLS(NAME) TN_MESSAGE_CALLS(NAME)
#undef NAME
};

static void report(void)
{
	double seconds = now() - run.began;

	progress_end();
	printf("%-18s %12s %12s\n", "call", "done", "refused");
	for (unsigned i = 0; i < TN_CALL_COUNT; i++)
		printf("%-18s %12" PRIu64 " %12" PRIu64 "\n", names[i],
		       part_core.done[i] + part_talk.done[i],
		       part_core.refused[i] + part_talk.refused[i]);
	printf("\n%-18s %12s %12s %18s\n", "part", "seeds", "calls", "a core, a second");
	for (unsigned i = 0; i < PARTS; i++)
		if (part_seeds[i] != 0)
			printf("%-18s %12" PRIu64 " %12" PRIu64 " %18.0f\n", parts[i]->name,
			       part_seeds[i], part_calls[i],
			       (double)part_calls[i] / part_seconds[i]);
	printf("\nrandom: seeds %" PRIu64 " to %" PRIu64 ", %" PRIu64
	       " calls in %.1f s, %.0f a second: kernel and model agreed\n",
	       options.seed, run.seed - 1, run.calls, seconds, (double)run.calls / seconds);
}

/* --- options --------------------------------------------------------------------------------- */

static _Noreturn void usage_error(const char *format, const char *what)
{
	fprintf(stderr, "random: ");
	fprintf(stderr, format, what);
	fprintf(stderr, " (see ./tenure random --help)\n");
	exit(2);
}

static uint64_t number(const char *option, const char *text)
{
	char *end;
	uint64_t n;

	if (text == NULL || *text < '0' || *text > '9')
		usage_error("%s needs a number", option);
	n = strtoull(text, &end, 10);
	if (*end != '\0')
		usage_error("%s needs a number", option);
	return n;
}

static const struct part *part_named(const char *text)
{
	for (unsigned i = 0; text != NULL && i < PARTS; i++)
		if (strcmp(parts[i]->name, text) == 0)
			return parts[i];
	usage_error("--only needs core or talk%s", "");
}

static void options_read(char **argument)
{
	bool timed = true;

	for (; *argument != NULL; argument += 2) {
		if (strcmp(*argument, "--seed") == 0) {
			options.seed = number(*argument, argument[1]);
		} else if (strcmp(*argument, "--calls") == 0) {
			options.calls = number(*argument, argument[1]);
			timed = false;
		} else if (strcmp(*argument, "--every") == 0) {
			options.every = number(*argument, argument[1]);
		} else if (strcmp(*argument, "--seconds") == 0) {
			options.seconds = (double)number(*argument, argument[1]);
			timed = false;
		} else if (strcmp(*argument, "--only") == 0) {
			options.only = part_named(argument[1]);
		} else {
			usage_error("unknown argument %s", *argument);
		}
	}
	if (timed)
		options.seconds = 10;
	if (options.every == 0)
		options.every = 1;
}

int main(int argc, char **argv)
{
	(void)argc;
	options_read(argv + 1);
	is_terminal = isatty(STDERR_FILENO);
	run.began = run.shown = now();
	watch_begin();
	if (!play_seeds())
		return 1;
	report();
	return 0;
}
