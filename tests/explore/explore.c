/*
 * explore.c - the program: which machines, how far, and what came of it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recorded.h"
#include "search.h"

/* States of one machine at most: some 2.2 GiB of hashes, and what two levels take. */
#define LIMIT 55000000u

static const char usage[] =
	"usage: explore [--machine NAME]... [--all] [--list] [--limit STATES] [--digest]\n";

struct options {
	const char *names[16];
	unsigned count;
	bool all, list, digest;
	uint32_t limit;
};

static _Noreturn void usage_error(const char *what, const char *value)
{
	fprintf(stderr, "explore: %s%s\n%s", what, value, usage);
	exit(2);
}

static const char *value_of(char **argv, int *i)
{
	if (argv[*i + 1] == NULL)
		usage_error(argv[*i], " needs a value");
	return argv[++*i];
}

static void name_add(struct options *o, const char *name)
{
	unsigned i = 0;

	while (i < machine_count && strcmp(machines[i].name, name) != 0)
		i++;
	if (i == machine_count)
		usage_error("no such machine: ", name);
	if (o->count < sizeof(o->names) / sizeof(o->names[0]))
		o->names[o->count++] = name;
}

static uint32_t limit_read(const char *text)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno != 0 || *end != '\0' || n == 0 || n > UINT32_MAX / 2)
		usage_error("not a number of states: ", text);
	return (uint32_t)n;
}

static void options_read(struct options *o, char **argv)
{
	for (int i = 1; argv[i] != NULL; i++) {
		if (strcmp(argv[i], "--machine") == 0)
			name_add(o, value_of(argv, &i));
		else if (strcmp(argv[i], "--limit") == 0)
			o->limit = limit_read(value_of(argv, &i));
		else if (strcmp(argv[i], "--all") == 0)
			o->all = true;
		else if (strcmp(argv[i], "--digest") == 0)
			o->digest = true;
		else if (strcmp(argv[i], "--list") == 0)
			o->list = true;
		else
			usage_error("unknown argument ", argv[i]);
	}
}

static bool is_chosen(const struct options *o, const struct machine *m)
{
	for (unsigned i = 0; i < o->count; i++)
		if (strcmp(o->names[i], m->name) == 0)
			return true;
	return o->count == 0 && (o->all || m->quick);
}

static void machines_list(void)
{
	for (unsigned i = 0; i < machine_count; i++)
		printf("  %-13s %s%s\n", machines[i].name, machines[i].about,
		       machines[i].quick ? "" : " (with --all)");
}

/* What the machine was found to do when that was last recorded; NULL: never. */
static const struct recorded *recorded_find(const char *name)
{
	for (unsigned i = 0; i < sizeof(recorded) / sizeof(recorded[0]); i++)
		if (strcmp(recorded[i].name, name) == 0)
			return &recorded[i];
	return NULL;
}

/* False if the kernel answers anything otherwise than it did. */
static bool is_as_recorded(const struct machine *m, const struct found *f)
{
	const struct recorded *r = recorded_find(m->name);

	return r != NULL && r->states == f->states && r->transitions == f->transitions &&
	       r->answers == f->digest;
}

static const char *verdict(const struct machine *m, const struct found *f)
{
	if (f->broken)
		return "broken";
	if (!f->exhausted)
		return "not every state: there are more than the limit";
	return is_as_recorded(m, f) ? "every state"
				    : "every state, but other answers than recorded";
}

static void found_print(const struct machine *m, const struct found *f, bool digest)
{
	printf("%-13s %10llu %13llu %5llu %8.1f   %s\n", m->name, (unsigned long long)f->states,
	       (unsigned long long)f->transitions, (unsigned long long)f->depth, f->seconds,
	       verdict(m, f));
	if (digest)
		printf("digest %s 0x%llx\n", m->name, (unsigned long long)f->digest);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct options o = {.limit = LIMIT};
	int status = 0;

	(void)argc;
	options_read(&o, argv);
	if (o.list) {
		machines_list();
		return 0;
	}
	printf("%-13s %10s %13s %5s %8s\n", "machine", "states", "transitions", "depth", "seconds");
	for (unsigned i = 0; i < machine_count; i++) {
		struct found f;

		if (!is_chosen(&o, &machines[i]))
			continue;
		f = search_run(&machines[i], o.limit, true);
		found_print(&machines[i], &f, o.digest);
		if (!f.exhausted)
			return 1;
		if (!is_as_recorded(&machines[i], &f))
			status = 1;
	}
	if (status != 0 && !o.digest)
		printf("\nThe kernel answers otherwise than it did. If that is meant: tools/explore "
		       "--record\n");
	return status;
}
