/*
 * workers.h - threads and processes for guests that need more than one.
 *
 * A worker runs a C function on a stack of its own, in the guest's process or in a child: a
 * process in a pool of its own that shares the guest's image, data included. Workers must not
 * print: the console goes through the main thread's UTCB.
 */
#pragma once

#include <stdint.h>
#include <tenure/abi.h>

#define WORKERS 64u
#define WORKER_PRIORITY 31u /* the main thread's */

struct child {
	uint64_t pool, process; /* slots of the guest */
};

/* A process with one page of slots in a pool with `frames` frames of the root pool. */
struct child child_make(uint64_t frames);

/* Ends pool and process and frees the slots. */
void child_end(const struct child *child);

struct worker {
	uint64_t process, thread; /* slots of the guest */
	uint64_t priority;        /* 0: WORKER_PRIORITY */
	uint64_t fault;           /* endpoint, or 0 for none */
	uint64_t frame;           /* a free one of the process's pool, or 0 for any */
	void (*body)(uint64_t number);
};

/* Worker `number` (below WORKERS) begins body(number). What it returns from is thread_exit(0). */
void worker_start(unsigned number, struct worker *worker);

/* Ends the thread, unmaps what it had. */
void worker_end(unsigned number, const struct worker *worker);

/* Where the worker itself finds its UTCB. */
struct tn_utcb *worker_utcb(uint64_t number);
