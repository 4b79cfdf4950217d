/*
 * main.c - mm, the memory manager: comes up, then serves the programs that the boot image's start
 * list names until all have ended.
 *
 * Ends the machine with status 0 only if everything went as it should and every audit agreed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <tenure/user.h>

#include "memory.h"
#include "mm.h"
#include "server/archive.h"
#include "server/options.h"
#include "show.h"

static struct mm the_mm;
static struct server the_server;

static unsigned long milliseconds_since(uint64_t start)
{
	uint64_t rate = tn_boot->timebase ? tn_boot->timebase : 1;

	return (unsigned long)((tn_clock() - start) * 1000 / rate);
}

static bool has_hooks(const struct policy *policy)
{
	return policy->begin && policy->object && policy->refill && policy->idle && policy->press;
}

/* NULL, or why there is nothing to serve. */
static const char *find_list(const struct options *options, struct cpio_file *list)
{
	if (!archive_open(&the_server))
		return "there is no boot image";
	return archive_find(&the_server, options->start, list) ? NULL
							       : "the boot image has no start list";
}

int main(void)
{
	uint64_t start = tn_clock();
	struct options options;
	struct cpio_file list;
	const char *wrong = options_read(tn_boot->args, &options);
	bool good;

	the_server.mm = &the_mm;
	the_mm.options = options.policy;
	show_start();
	if (!has_hooks(&mm_policy)) {
		printf("\nmm: the policy %s lacks a hook: all five must be there\n",
		       mm_policy.name);
		return EXIT_FAILURE;
	}
	memory_start(&the_mm, tn_boot);
	show_machine(&the_mm);
	if (wrong) {
		printf("\nmm: boot arguments: %s\n", wrong);
		return EXIT_FAILURE;
	}
	wrong = find_list(&options, &list);
	if (wrong) {
		printf("\nmm: %s %s\n", wrong, options.start);
		return EXIT_FAILURE;
	}
	good = server_run(&the_server, &options, (const char *)list.data, list.size);
	good = show_census() && good;
	printf("\n  %s, %lu ms\n", good ? "all of mm's records agree" : "FAILED",
	       milliseconds_since(start));
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
