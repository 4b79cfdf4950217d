/*
 * options.h - the boot arguments that are mm's. Pure functions.
 *
 *   workload=NAME[,ARGUMENT...]  one program alone, with arguments of its own where there are any;
 *                                quotas and other arguments are the start list's, if it is there
 *   start=FILE                   the start list: a file of the boot image
 *   view=plain, view=live        the table in lines once a second, or in its place on a terminal
 *   idle=SECONDS                 end programs that have all waited so long for nothing
 *   low=N, high=N                marks of the pools of programs, for policies that have such
 *   audit=N                      an audit after every N messages
 *   quota=PERCENT                of each pool quota, the start list's and the workload's
 *   lab=1, lab=2                 lines for the lab at the end; 2: with a check at each wait
 */
#pragma once

#include <stdbool.h>

#include "../policy.h"
#include "startlist.h"

#define OPTIONS_IDLE 60u /* seconds, unless idle= says otherwise */

struct options {
	char start[TN_CLIENT_NAME];
	bool live;
	uint64_t idle; /* seconds */
	struct policy_options policy;
	uint64_t audit;            /* 0: only at the end */
	uint64_t quota;            /* percent of the pool quotas */
	uint64_t lab;              /* METER_OFF and the like */
	char name[TN_CLIENT_NAME]; /* of the workload; empty: all programs of the list */
	char args[TN_CLIENT_ARGS]; /* empty: those of the list */
};

/*
 * Reads the boot arguments; others than mm's do not count. NULL, or what is wrong with one of mm's;
 * then what could be read before it stands in *options.
 */
const char *options_read(const char *boot_arguments, struct options *options);

/* Whether the entry is wanted; if so, it gets the workload's arguments. */
bool options_select(const struct options *options, struct start_entry *entry);

/* The workload as an entry with quotas of its own, for a list without it. False: there is none. */
bool options_workload(const struct options *options, struct start_entry *entry);
