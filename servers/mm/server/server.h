/*
 * server.h - mm as the server of a running system: its clients and what it knows of each.
 *
 * A client is a process with a pool of its own below the root pool, threads whose faults are calls
 * to mm, and a badged capability to mm's endpoint. The badge says who calls, so nothing a client
 * sends is believed about itself:
 *
 *   badge  31 ... generation ... 12 | 11 .. index .. 6 | 5 .. thread .. 0
 *                     pid = badge >> 6
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tenure/regions.h>

#include "meter.h"
#include "programs.h"

#define SERVER_CLIENTS TN_MM_PROCESSES /* below 64: an index has 6 bits */
#define SERVER_PROGRAMS SERVER_CLIENTS
#define SERVER_NOBODY 63u   /* thread of a badge that stands for the process */
#define SERVER_RESERVE 128u /* idle user frames that clients cannot have */

/* Addresses in mm's own space; memory.h has the first window. */
#define SERVER_ARCHIVE 0x2000000000ul
#define SERVER_SCRATCH 0x2800000000ul       /* of small pages: 2 MiB */
#define SERVER_SCRATCH_LARGE 0x2800200000ul /* of a large one */
#define SERVER_SCRATCH_ANCHOR (SERVER_SCRATCH_LARGE - TN_FRAME_SIZE)
#define SERVER_EXTENTS 0x3000000000ul
/* The ticker's UTCB, beside what the boot mapped: one unmapped page between. */
#define SERVER_TICKER (TN_BOOT_INFO + (TN_BOOT_INFO_FRAMES + 1) * TN_FRAME_SIZE)

#define SERVER_PRIORITY (TN_PRIORITY_MAX / 2) /* mm's own, from the boot; clients have less */

enum client_state {
	CLIENT_NONE,
	CLIENT_LIVE,
	CLIENT_ENDED /* and its parent has not asked yet */
};

struct client_thread {
	uint64_t slot;  /* mm's capability; 0: none */
	uint64_t utcb;  /* frame, pinned */
	uint64_t owned; /* slot in the client's table */
};

/* Frames that a client builds objects of itself. */
struct untyped {
	uint64_t first, count; /* count 0: none */
};

struct client {
	enum client_state state;
	uint32_t pid, parent;    /* parent: 0 for the start list's */
	struct program *program; /* the line of the start list that it descends from */
	char name[TN_CLIENT_NAME];
	uint64_t priority;
	uint64_t pool_quota, user_quota;
	struct pool *pool;
	struct process *process;
	struct regions regions;
	struct client_thread threads[TN_CLIENT_THREADS];
	uint64_t endpoints[TN_CLIENT_ENDPOINTS]; /* mm's slots; 0: none */
	struct pool *untyped_pool; /* for what it builds of its ranges; NULL: it has none */
	struct untyped untyped[TN_CLIENT_UNTYPED];
	uint64_t mapped; /* frames, as its quota counts them: untyped ones among them */
	uint64_t wait_slot, wait_pid; /* a REPLY capability to a thread that waits; 0: none */
	int64_t code;
	enum tn_mm_end reason;
	uint64_t faults, requests, printed;
};

/* What the view shows. Ticks are the clock's. */
struct view {
	bool live;             /* a table that stays in its place, rather than lines */
	bool open;             /* live: text is on its way, the table is not on the screen */
	unsigned lines;        /* live: of the table on the screen */
	uint64_t began;        /* tick at which the programs were started */
	uint64_t sampled;      /* tick of the last sample; the counters then; what came of it */
	uint64_t given, taken; /* frames to and from pools */
	uint64_t faults;
	uint64_t given_rate, taken_rate, fault_rate; /* a second */
};

struct options;

struct server {
	struct mm *mm;
	const void *archive;
	uint64_t archive_bytes;
	uint64_t endpoint;   /* slot */
	uint32_t generation; /* of the pid given last */
	uint64_t live;
	uint64_t messages;     /* served */
	uint64_t extent_pages; /* mapped at SERVER_EXTENTS */
	uint64_t counted;      /* `messages` when the ticker told last */
	uint64_t heard;        /* tick of the clock at which more had come */
	uint64_t faults;       /* of all clients */
	uint64_t discontent;   /* programs that ended with a status not 0, or waited for ever */
	uint64_t started;      /* clients */
	const struct client *serving; /* whose message is being served; NULL: nobody's */
	struct view view;
	struct meter meter;
	struct client clients[SERVER_CLIENTS];
	struct program programs[SERVER_PROGRAMS]; /* in the order of the start list */
	unsigned program_count;
};

/* The live client of a pid, or NULL. */
struct client *server_client(struct server *server, uint64_t pid);

/*
 * Runs the programs of a start list, of `size` bytes, until all have ended. False if mm's records
 * disagree, or if a program could not be started, or ended as it should not.
 */
bool server_run(struct server *server, const struct options *options, const char *start,
		size_t size);
