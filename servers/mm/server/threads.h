/*
 * threads.h - threads and endpoints of clients.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server.h"

/* Where a thread begins. */
struct thread_begin {
	uint64_t pc, stack, locals; /* locals: tp */
	uint64_t argument;          /* a0; a1 is the UTCB's address */
	uint64_t owned;             /* slot of the client's table for a capability to signal it */
};

/* What a thread is given before it runs. */
struct thread_setup {
	struct process *process;
	uint64_t slot;    /* mm's capability to the thread */
	uint64_t utcb;    /* frame, idle and all zero */
	uint64_t address; /* where that is mapped */
	uint64_t fault;   /* slot of the endpoint that its faults call */
	struct tn_thread_config config;
};

/* Configures a thread, and writes its UTCB into the ledger. False when memory is short. */
bool thread_set_up(struct mm *mm, const struct thread_setup *setup);

/* Makes thread `number`, which the client has not, and lets it run. False when memory is short. */
bool thread_make(struct server *server, struct client *client, unsigned number,
		 const struct thread_begin *begin);

/* Ends one thread of a client that goes on. */
void thread_drop(struct server *server, struct client *client, unsigned number);

/* The client's process has ended: what mm kept for its threads and endpoints ends as well. */
void threads_forget(struct server *server, struct client *client);

/* Puts mm's endpoint, with a badge for this client, into a slot of a process (or TN_SELF). */
void badge_copy(const struct server *server, const struct client *client, unsigned thread,
		uint64_t process, uint64_t slot);
