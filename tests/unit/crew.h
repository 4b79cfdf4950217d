/*
 * crew.h - a world of threads that talk: a server and a client process, each in a pool of its own,
 * and the boot thread, which made them. The host runs no user code, so a test says who does what:
 * that thread becomes the current one and makes the call.
 *
 * After each call all invariants hold, those of messages (ipc_check.h) among them, and a call that
 * was refused has changed nothing.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <tenure/abi.h>

#include <cmocka.h>

#include "endpoint.h"
#include "host.h"
#include "thread.h"

#define CREW_SERVERS 3u
#define CREW_CLIENTS 4u
#define CREW_THREADS (CREW_SERVERS + CREW_CLIENTS)
#define CREW_PRIORITY 10u
#define CREW_CEILING 40u
#define CREW_BADGE 77u
#define CREW_FAULT_BADGE 88u /* of the server's endpoint as the clients' fault endpoint */

/* Slots of the boot thread. */
enum crew_slot {
	CREW_SERVER_POOL = 130,
	CREW_CLIENT_POOL,
	CREW_SERVER,                            /* process */
	CREW_CLIENT,                            /* process */
	CREW_ENDPOINT,                          /* of the server */
	CREW_FAULTS,                            /* the same, badged */
	CREW_THREAD,                            /* and the next: servers, then clients */
	CREW_SPARE = CREW_THREAD + CREW_THREADS /* empty from here on */
};

/* Slots of server and clients alike; all others are empty. */
#define SLOT_E 10u      /* the endpoint: server all rights; clients send and grant, CREW_BADGE */
#define SLOT_E_BARE 11u /* clients: without grant, no badge */
#define SLOT_HERE 20u   /* empty: where arriving capabilities go */

struct crew {
	struct thread *boss; /* the boot thread */
	struct thread *server[CREW_SERVERS], *client[CREW_CLIENTS];
	struct endpoint *endpoint;
	uint64_t utcb[CREW_THREADS]; /* frames */
};
extern struct crew crew;

/* Frames of the root pool and of each of the two others: less makes a crew faster. */
extern uint64_t crew_root_frames, crew_pool_frames;

/* Setup and teardown of a cmocka test. All threads are ready. */
int crew_make(void **state);
int crew_end(void **state);

/* t, which is ready, becomes the current thread. */
void crew_become(struct thread *t);

/* t makes a call without a message. */
struct answer crew_do(struct thread *t, uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2,
		      uint64_t a3, uint64_t a4, uint64_t a5);

/* t makes a call with a message: words are made of `seed` (crew_word), those beyond the fifth
 * in its UTCB. The immediate result; 0 also if it waits now. */
int64_t crew_say(struct thread *t, uint64_t number, uint64_t slot, uint64_t info, uint64_t seed);

/* crew_say that must not be refused, in short. */
void crew_call(struct thread *t, uint64_t info, uint64_t seed);
void crew_recv(struct thread *t);
void crew_reply(struct thread *t, uint64_t info, uint64_t seed);
void crew_reply_recv(struct thread *t, uint64_t info, uint64_t seed);

/* t faults. */
void crew_fault(struct thread *t, enum tn_fault kind, uint64_t address);

uint64_t crew_word(uint64_t seed, uint64_t index);

/* t is ready, with this message: code 0, `info`, the words made of `seed`, the badge. */
void assert_heard(const struct thread *t, uint64_t info, uint64_t seed, uint64_t badge);

/* t is ready, its wait failed. */
void assert_failed(const struct thread *t, int error);

void assert_state(const struct thread *t, enum tn_thread_state state);

/* A slot of t's process. */
struct slot *crew_slot(const struct thread *t, uint64_t index);

/* The boss copies its slot to one of t's process; which must succeed. */
void crew_hand(uint64_t source, const struct thread *t, uint64_t slot, uint64_t rights,
	       uint64_t badge);

/* Number of a crew thread: its slot is CREW_THREAD + that. */
unsigned crew_number(const struct thread *t);
