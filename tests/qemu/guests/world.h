/*
 * world.h - a small system of actors that a conductor leads deed by deed, to be built twice and
 * compared.
 *
 * An actor is a thread of a child that makes one call, or one access, from registers the conductor
 * has set, and then meets a breakpoint: that parks it, with whom it has to answer, until the
 * conductor answers the fault. The conductor (the guest's main thread) is the least urgent: when it
 * goes on, all actors wait, are parked or have stopped. Two worlds in which the same deeds are done look
 * alike, whichever numbers their call and reply_recv have: that is what is compared. The actors
 * are alike in slots, addresses and register values.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/records.h>

#include "workers.h"

#define ACTORS 6u
#define SIDES 2u     /* processes; actors 0 to 2 are in the first */
#define ENDPOINTS 3u /* two of the first process, one of the second */
#define CONDUCTOR 8u /* its priority */
#define ACTOR_PRIORITY 20u

/* Slots in both processes of a world. */
enum {
	SLOT_SEND = 1,     /* + endpoint: send and grant, badged */
	SLOT_RECEIVE = 4,  /* + endpoint */
	SLOT_NO_GRANT = 7, /* of endpoint 0: send, without a badge */
	SLOT_ALL = 8,      /* of endpoint 0 */
	SLOT_STALE = 9,    /* of an endpoint that is gone */
	SLOT_TWIN = 10,    /* of endpoint 0: send, to be deleted */
	SLOT_EMPTY = 11,
	SLOT_THREADS = 16, /* + actor: signal */
	SLOT_PLACE = 32,   /* + actor: where capabilities arrive */
	SLOT_REPLIES = 48, /* + any: for save_reply */
	SLOT_OUTSIDE = 256 /* no page of slots is there */
};

/* What a world does in another way than its twin. */
enum way {
	WAY_SHORT, /* the short numbers */
	WAY_FULL,  /* the full ones */
	WAY_TIMED  /* the full ones, and every receive has a deadline that is never reached: then no
		    * receiver is met in a short way, not even by a fault */
};

/* clang-format off */
enum deed_kind {
	/* of an actor: x is the slot, y the info word */
	DO_CALL, DO_REPLY_RECV, DO_RECV, DO_SEND, DO_REPLY, DO_SAVE, DO_REPLY_TO, DO_SIGNAL,
	DO_YIELD, DO_EXIT,
	DO_LOAD, DO_STORE, DO_FETCH, /* x: address */
	DO_ILLEGAL,
	/* of the conductor, about an actor: x is the value (SET_FAULT: 0 the parking, 1 endpoint 0, 2
	 * nobody) */
	SET_MASK, SET_DEADLINE, SET_PLACE, SET_PRIORITY, SET_FAULT, SET_FLOAT,
	SUSPEND, RESUME, POST, END_THREAD,
	/* about the world; actor is the number of the process or endpoint */
	END_ENDPOINT, REVOKE_ENDPOINT, END_PROCESS, STEP_PROCESS, DELETE, MAP, UNMAP,
	HOLD, GO, /* what actors do in between begins at GO, in the order of their priorities */
	GO_AND_AWAIT, /* the same, and the actor's deadline passes */
	DEEDS
};
/* clang-format on */

#define DEADLINE_SOON 1u /* of SET_DEADLINE: 50 milliseconds from now; only while deeds are held */

struct deed {
	enum deed_kind kind;
	unsigned actor;
	uint64_t x, y;
};

/* What an actor looks like. */
struct look {
	uint64_t parked;
	uint64_t gone; /* no thread any more: the rest is 0 */
	struct tn_thread_info info;
	uint64_t kept_s11;
	uint64_t words;                  /* of the UTCB, as a sum */
	uint64_t arrived, arrived_badge; /* in its receive slot: what cap_info says */
	uint64_t replies;                /* the slots for REPLY, as a sum */
};

struct world {
	enum way way;
	struct child sides[SIDES];
	uint64_t parking; /* slot of an endpoint, as are the next three */
	uint64_t endpoints[ENDPOINTS], faults[ACTORS], parkings[ACTORS];
	uint64_t threads[ACTORS], replies[ACTORS]; /* slots */
	bool floats[ACTORS], floated[ACTORS];      /* from now on; in its last deed */
	uint64_t set[ACTORS][32];                  /* the registers of its last deed */
	bool gone[ACTORS], parked[ACTORS];
	uint64_t deeds;
	struct tn_result result; /* of the conductor's last deed */
	struct look looks[ACTORS];
};

/* `number`: 0 or 1, of the two that may stand at the same time. */
void world_make(struct world *w, unsigned number, enum way way);
void world_end(struct world *w);

/* The actor has landed or stopped, and can be given a deed. */
bool world_is_free(const struct world *w, unsigned actor);

/* False: the deed makes no sense now, and was left out. */
bool world_do(struct world *w, const struct deed *d);

/* The actor has come back from its call. */
bool world_has_landed(const struct world *w, unsigned actor);

/* Reads all actors, and checks those that have come back from a call: kept registers are their own,
 * the others results or zero. NULL, or what is wrong. */
const char *world_look(struct world *w);

/* NULL, or what differs, and where. */
const char *world_difference(const struct world *a, const struct world *b, unsigned *actor,
			     uint64_t *of_a, uint64_t *of_b);

/* A waiting caller of a has kept its message in registers, that of b has it saved: it went the
 * short way, and the other did not. */
bool world_went_short(const struct world *a, const struct world *b);
