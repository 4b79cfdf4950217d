/*
 * model_play.h - plays random calls (model_calls.h) to the kernel and to the model (model.h), side
 * by side: what there is between calls as well, long calls in steps with others in between, memory
 * that is touched, interrupts of devices.
 */
#pragma once

#include "model_calls.h"

#define PLAY_HISTORY 12u

struct play {
	uint64_t count; /* calls of this world */
	uint64_t done[TN_CALL_COUNT], refused[TN_CALL_COUNT];
	uint64_t outcomes[512]; /* by error */
	uint64_t utcbs_set;
	void (*between)(void); /* sometimes, between two steps of a long call; NULL: nothing */
	struct model_call history[PLAY_HISTORY];
	struct answer answers[PLAY_HISTORY];
};
extern struct play play;

/* Makes a world and its model. DEVICE capabilities cover pages from this one on. */
#define PLAY_DEVICES 0x40000u
void play_begin(const struct world_options *o);
void play_end(void);

/* One call and what goes with it. What the model finds wrong is in model_complaint. */
void play_call(void);

/* The last calls, to standard error. */
void play_tell(void);
