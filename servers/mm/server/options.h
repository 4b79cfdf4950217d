/*
 * options.h - the boot arguments that are mm's. Pure functions.
 *
 *   workload=NAME[,ARGUMENT...]  one program of the start list alone, with arguments of its own
 *                                where there are any
 *   audit=N                      an audit after every N messages
 */
#ifndef MM_SERVER_OPTIONS_H
#define MM_SERVER_OPTIONS_H

#include <stdbool.h>

#include "startlist.h"

struct options {
	uint64_t audit;            /* 0: only at the end */
	char name[TN_CLIENT_NAME]; /* of the workload; empty: all programs of the list */
	char args[TN_CLIENT_ARGS]; /* empty: those of the list */
};

/* Reads the boot arguments; others than mm's do not count. False if one of mm's is malformed. */
bool options_read(const char *boot_arguments, struct options *options);

/* Whether the entry is wanted; if so, it gets the workload's arguments. */
bool options_select(const struct options *options, struct start_entry *entry);

#endif
