/*
 * aside.h - user frames that are set aside for one pool: idle, and nobody else's to use.
 *
 * A pool's policy says how many it is promised (struct policy_terms). Lent and set aside, it has
 * as many as that, but not more than its quota. So its objects never wait for memory, and what it
 * does not use, nobody can. Where memory was too short for that, more is set aside when the pool
 * needs it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "mm.h"

/*
 * After the promise or the quota changed, or frames of the pool came back: sets frames aside, or
 * releases them. False if there are not enough, or they lie in too many pieces; then the pool has
 * what there was.
 */
bool aside_renew(struct mm *mm, struct pool *pool);

/*
 * After frames were lent to the pool: releases of those set aside what the promise or the quota no
 * longer covers.
 */
void aside_cut(struct mm *mm, struct pool *pool);

/* Releases all. */
void aside_release(struct mm *mm, struct pool *pool);

/*
 * Takes up to `count` frames in a row out of those set aside: they are idle, in nobody's list, and
 * the caller's to lend or to put back (store_put_idle). Without any the run is empty.
 */
struct run aside_take(struct mm *mm, struct pool *pool, uint64_t count);

/* Frames set aside for all pools. */
uint64_t aside_sum(const struct mm *mm);
