/*
 * talk_play.h - plays random calls of all threads of the crew to the kernel and to the model of
 * threads and messages (model_talk.h): threads and endpoints die and are born again, capabilities
 * travel and are revoked, processes end in steps while their threads go on talking.
 *
 * Chance comes from draw (draw.h).
 */
#pragma once

#include "model_talk.h"

#define TALK_HISTORY 12u

/* A call, or what the kernel met instead (TALK_FAULT and so on). */
struct talk_made {
	unsigned thread; /* of the model's */
	uint64_t number, a[6];
	int64_t code;
};

struct talk_play {
	uint64_t count; /* calls of this world */
	uint64_t done[TN_CALL_COUNT], refused[TN_CALL_COUNT];
	uint64_t outcomes[512];   /* by error */
	uint64_t timed_out, late; /* waits that the clock ended; that it forbade */
	void (*after)(const struct talk_made *made); /* each call; NULL: nothing */
	void (*check)(void);                         /* now and then; NULL: nothing */
	struct talk_made history[TALK_HISTORY];
};
extern struct talk_play talk_play;

/* The crew's world, with a model of it. It ends with crew_end. */
void talk_play_begin(void);

/* One thread does something: a call, or several that belong together. */
void talk_play_call(void);

/* Server and client end, each by steps or at once, with calls in between. */
void talk_play_end(void);

/* The last calls, to standard error. */
void talk_play_tell(void);
