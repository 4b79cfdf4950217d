/*
 * programs.h - the programs of the start list: what each did, with all that descends from it, and
 * how it ended.
 *
 * A record is made when a program starts and stays until mm ends, so that the view and the summary
 * can name those that have gone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/protocol.h>

#define PROGRAM_WHY 112u
#define PROGRAM_ENDS 4u /* of enum tn_mm_end */

struct server;
struct start_entry;

struct program {
	char name[TN_CLIENT_NAME];
	bool ended;
	bool touched; /* has made a request or a fault: it has run */
	enum tn_mm_end reason;
	int64_t code;
	char why[PROGRAM_WHY]; /* where mm ended it: in words */
	uint64_t pool_quota, user_quota;
	uint64_t began, done;        /* ticks */
	uint64_t faults, requests;   /* of all its processes */
	uint64_t ends[PROGRAM_ENDS]; /* of its processes, by enum tn_mm_end */
	uint64_t sampled,
		fault_rate; /* faults at the last sample, and a second since the one before */
};

/* What its processes have just now, frames. */
struct program_share {
	uint64_t processes, used, free, mapped;
};

/* What it does just now. */
enum program_state {
	PROGRAM_STARTING, /* has not run yet */
	PROGRAM_RUNNING,  /* or ready to */
	PROGRAM_WAITING,
	PROGRAM_ENDED
};

/* A fresh record for a line of the start list; NULL when all are used. */
struct program *program_new(struct server *server, const struct start_entry *entry);

/* Its first process has ended, or could not be started. */
void program_end(struct program *program, enum tn_mm_end reason, int64_t code);

struct program_share program_share(const struct server *server, const struct program *program);

/* Asks the kernel about its threads: the UTCB's words are overwritten. *what: in words. */
enum program_state program_state(const struct server *server, const struct program *program,
				 const char **what);

/*
 * No thread of any client can go on by itself: only a message to mm, or a deadline, could help. Not
 * of one that has built something itself, whose threads mm does not know.
 */
bool programs_wait(const struct server *server);

/* How it ended, with the ends of its children, as text of at most `size` bytes. */
void program_describe(const struct program *program, char *text, unsigned size);
