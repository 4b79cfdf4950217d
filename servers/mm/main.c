/*
 * main.c - mm, the memory manager: comes up, then serves the programs that the boot image's file
 * `start` lists; without that file, goes through its phases and audits after each.
 *
 * Ends the machine with status 0 only if everything went as it should and every audit agreed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <tenure/user.h>

#include "audit.h"
#include "memory.h"
#include "mm.h"
#include "phases/phases.h"
#include "server/archive.h"
#include "server/options.h"
#include "show.h"

struct phase {
	const char *title;
	bool (*run)(struct mm *mm);
};

static const struct phase phases[] = {
	{"boot", phase_found},
	{"pools and processes, paid exactly", phase_exact},
	{"watermarks", phase_watermarks},
	{"page sizes", phase_large},
	{"refusals", phase_refusals},
	{"revoke", phase_revoke},
};
#define PHASES (sizeof(phases) / sizeof(phases[0]))

static struct mm the_mm;
static struct server the_server;

static uint64_t milliseconds_since(uint64_t start)
{
	uint64_t rate = tn_boot->timebase ? tn_boot->timebase : 1;

	return (tn_clock() - start) * 1000 / rate;
}

static bool tour(uint64_t start)
{
	unsigned good = 0;

	for (unsigned i = 0; i < PHASES; i++) {
		bool done;

		show_phase(i + 1, phases[i].title);
		done = phases[i].run(&the_mm);
		if (audit_run(&the_mm) && done)
			good++;
	}
	show_phase(PHASES + 1, "census and summary");
	if (!show_census())
		good = 0;
	printf("\n  %u of %u phases good, %lu audits agreed, %lu ms\n", good, (unsigned)PHASES,
	       (unsigned long)the_mm.audits, (unsigned long)milliseconds_since(start));
	if (good != PHASES)
		return false;
	audit_show_last(&the_mm);
	return true;
}

/* The start list, where the boot image has one: then mm is a server. */
static bool has_programs(const struct options *options, struct cpio_file *list)
{
	the_server.mm = &the_mm;
	if (!archive_open(&the_server))
		return false;
	if (archive_find(&the_server, options->start, list))
		return true;
	archive_close(&the_server);
	return false;
}

static bool serve(const struct options *options, const struct cpio_file *list, uint64_t start)
{
	bool good = server_run(&the_server, options, (const char *)list->data, list->size);

	good = show_census() && good;
	printf("\n  %s, %lu ms\n", good ? "all of mm's records agree" : "FAILED",
	       (unsigned long)milliseconds_since(start));
	return good;
}

int main(void)
{
	uint64_t start = tn_clock();
	struct options options;
	struct cpio_file list;
	const char *wrong;
	bool good, listed;

	wrong = options_read(tn_boot->args, &options);
	the_mm.options = options.policy;
	memory_start(&the_mm, tn_boot);
	show_machine(&the_mm);
	if (wrong) {
		printf("\nmm: boot arguments: %s\n", wrong);
		return EXIT_FAILURE;
	}
	listed = has_programs(&options, &list);
	if (!listed && options.listed) {
		printf("\nmm: the boot image has no start list %s\n", options.start);
		return EXIT_FAILURE;
	}
	if (listed)
		good = serve(&options, &list, start);
	else
		good = tour(start);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
