/*
 * model_calls.h - random calls of the ownership core, half of them hostile: slots that the model
 * knows to hold what the call wants, or nearly; frames at the edges of RAM, of blocks and of what a
 * capability covers; addresses around tables and large pages.
 */
#pragma once

#include "draw.h"
#include "model.h"

struct model_call model_any_call(void);

/* One that concerns an object, named by a slot, which is being ended in steps. */
struct model_call model_any_probe(uint64_t slot);

uint64_t model_any_va(void);
