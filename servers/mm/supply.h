/*
 * supply.h - carries out what the policy decides: frames to pools and back.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/user.h>

#include "mm.h"

/* Gives `count` idle frames to the pool. Returns how many: fewer when user memory runs out. */
uint64_t supply_give(struct mm *mm, struct pool *pool, uint64_t count);

/* Takes up to `count` free frames of the pool back. Returns how many. */
uint64_t supply_reclaim(struct mm *mm, struct pool *pool, uint64_t count);

/* What the policy sees of a pool. */
struct policy_view supply_view(const struct mm *mm, const struct pool *pool);

/*
 * Of `count` more frames for the pool, those that its quota and mm's reserve allow. The root pool is
 * allowed what brings it to SUPPLY_ROOT_MOST free frames.
 */
#define SUPPLY_ROOT_MOST 64u
uint64_t supply_allowed(const struct mm *mm, const struct pool *pool, uint64_t count);

/* A pool begins: its marks, and what is set aside for it. False if there is not enough for that. */
bool supply_begin(struct mm *mm, struct pool *pool);

/*
 * The answer to ENOMEM: gives the pool what the policy says. True if the call is worth repeating,
 * because what was missing is there; false for every other answer. In vain: what fell free before
 * is taken back as supply_trim does. What the root pool lacks and the policy does not give it, mm
 * takes itself: without its own calls it could serve nobody.
 */
bool supply_answer(struct mm *mm, struct pool *pool, struct tn_result result);

/*
 * Under pressure: takes free frames back from pools, as the policy allows, until `wanted` user
 * frames, which may be lent again, have come together. Not from the root pool and not from `except`.
 */
void supply_press(struct mm *mm, const struct pool *except, uint64_t wanted);

/* After a call that used frames of the pool: refills it before it runs dry, unless watched. */
void supply_top_up(struct mm *mm, struct pool *pool);

/*
 * From here on the kernel watches the pool: it signals bit `pool->index` to mm's thread when the
 * free frames fall below the low mark, or are below it now; supply_signalled is the answer. Not
 * the root pool, which mm fills after its own calls: bit 0 is free for other use.
 */
void supply_watch(struct pool *pool);
void supply_signalled(struct mm *mm, uint64_t bits);

/* After a call that freed frames of the pool: takes idle ones back. */
void supply_trim(struct mm *mm, struct pool *pool);
