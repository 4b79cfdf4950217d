/*
 * ownership.h - what the contracts in the sources speak of: lists and counts over the frame table.
 *
 * For the prover alone; to a compiler this file is empty. Facts about one frame it takes from
 * descriptor.h and check/invariants.h, as the checker does. What takes more than one frame to say is
 * here: I2 as links that lead back and a rank that falls along each list, I3 and I4 as counts.
 *
 * While a call is under way a few frames are neither on a list nor yet what they will become:
 * those from `lo` to before `hi`, which the predicates leave out.
 */
#pragma once

#include <port/memory.h>

#include "check/invariants.h"

//@ ghost uint64_t ownership_rank[PROOF_FRAMES];
//@ ghost uint64_t ownership_clock;

/*@
  @ predicate frame_exists(integer f) = 0 <= f < PROOF_FRAMES;
  @ logic integer kind_of(integer f) = FRAME_KIND(PORT_FRAME_TABLE[f]);
  @ predicate is_free(integer f) = FRAME_KIND(PORT_FRAME_TABLE[f]) == TN_KIND_FREE;
  @ predicate is_free_of(integer f, integer p) = I2_ON_LIST(PORT_FRAME_TABLE[f], p);
  @ predicate is_pool(integer f) = FRAME_KIND(PORT_FRAME_TABLE[f]) == TN_KIND_POOL;
  @ predicate is_listed(integer f, integer lo, integer hi) = is_free(f) && !(lo <= f < hi);
  @ predicate is_linked(integer f, integer lo, integer hi) = is_pool(f) || is_listed(f, lo, hi);
  @ logic integer ring_of(integer f) =
  @	(FRAME_KIND(PORT_FRAME_TABLE[f]) == TN_KIND_FREE ? FRAME_POOL(PORT_FRAME_TABLE[f]) : f);
  @
  @ predicate next_holds(integer f, integer lo, integer hi) =
  @	proof_next[f] < PROOF_FRAMES && is_linked(proof_next[f], lo, hi) &&
  @	ring_of(proof_next[f]) == ring_of(f) && proof_back[proof_next[f]] == f &&
  @	(is_free(f) && is_free(proof_next[f]) ==>
  @	 ownership_rank[proof_next[f]] < ownership_rank[f]);
  @ predicate back_holds(integer f, integer lo, integer hi) =
  @	proof_back[f] < PROOF_FRAMES && is_linked(proof_back[f], lo, hi) &&
  @	ring_of(proof_back[f]) == ring_of(f) && proof_next[proof_back[f]] == f;
  @ predicate lists_hold(integer lo, integer hi) =
  @	\forall integer f; frame_exists(f) && is_linked(f, lo, hi) ==>
  @		next_holds(f, lo, hi) && back_holds(f, lo, hi) &&
  @		ownership_rank[f] < ownership_clock;
  @ predicate pools_hold = \forall integer f; frame_exists(f) && is_free(f) ==>
  @		FRAME_POOL(PORT_FRAME_TABLE[f]) < PROOF_FRAMES &&
  @		is_pool(FRAME_POOL(PORT_FRAME_TABLE[f]));
  @
  @ logic integer one_free{L}(integer f, integer p) =
  @	(FRAME_KIND(PORT_FRAME_TABLE[f]) == TN_KIND_FREE && FRAME_POOL(PORT_FRAME_TABLE[f]) == p) ? 1 : 0;
  @ axiomatic Counts {
  @	logic integer free_count{L}(integer p, integer n) reads PORT_FRAME_TABLE[0 .. n - 1];
  @	axiom free_none{L}: \forall integer p; free_count(p, 0) == 0;
  @	axiom free_more{L}: \forall integer p, n; n >= 0 ==>
  @		free_count(p, n + 1) == free_count(p, n) + one_free(n, p);
  @ }
  @*/
