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
  @	axiom free_more{L}: \forall integer p, n; n > 0 ==>
  @		free_count(p, n) == free_count(p, n - 1) + one_free(n - 1, p);
  @ }
  @*/

/* --- bits ----------------------------------------------------------------------------------- */

/*
 * What the contracts know of | ^ & >>. Provers reckon in integers and know next to nothing of bits, so
 * these are axioms here; tests/proof/bits.smt2 proves each, under the same name, over 64 bits.
 */
/*@ axiomatic Bits {
  @	axiom or_least: \forall uint64_t a, b; a <= (a | b) && b <= (a | b) && (a | b) <= UINT64_MAX;
  @	axiom or_refs: \forall uint64_t a, b; a < FRAME_REFS_MAX && b < FRAME_REFS_MAX ==>
  @		(a | b) < FRAME_REFS_MAX;
  @	axiom or_large: \forall uint64_t a, b; a < BLOCK_LARGE && b < BLOCK_LARGE ==>
  @		(a | b) < BLOCK_LARGE;
  @	axiom or_large_refs: \forall uint64_t a, b;
  @		a < FRAME_REFS_MAX * BLOCK_LARGE && b < FRAME_REFS_MAX * BLOCK_LARGE ==>
  @		(a | b) < FRAME_REFS_MAX * BLOCK_LARGE;
  @	axiom or_covered: \forall uint64_t a, b; (a | b) % BLOCK_EDGE >= BLOCK_LARGE <==>
  @		a % BLOCK_EDGE >= BLOCK_LARGE || b % BLOCK_EDGE >= BLOCK_LARGE;
  @	axiom or_clean: \forall uint64_t a, b; FRAME_CLEAN_ALONE(a | b) <==>
  @		FRAME_CLEAN_ALONE(a) && FRAME_CLEAN_ALONE(b);
  @	axiom xor_range: \forall uint64_t a, b; 0 <= (a ^ b) <= UINT64_MAX;
  @	axiom xor_equal: \forall uint64_t a, b; (a ^ b) <= 0 <==> a == b;
  @	axiom xor_clean: \forall uint64_t a, b; a < FRAME_CLEAN || b < FRAME_CLEAN ==>
  @		((a ^ b) == FRAME_CLEAN <==> a == b + FRAME_CLEAN || b == a + FRAME_CLEAN);
  @	axiom clean_bit: \forall uint64_t d;
  @		(d & FRAME_CLEAN) == (FRAME_IS_CLEAN(d) ? FRAME_CLEAN : 0);
  @	axiom block_parts: \forall uint64_t w; w == w / BLOCK_EDGE * BLOCK_EDGE +
  @		BLOCK_MAPPINGS(w) * BLOCK_LARGE + BLOCK_OTHERS(w);
  @	axiom table_parts: \forall uint64_t d; d == d / FRAME_EXPLICIT * FRAME_EXPLICIT +
  @		FRAME_ENTRIES(d) * FRAME_ENTRY + FRAME_POOL(d);
  @	axiom kind_part: \forall uint64_t a, b; a / FRAME_EXPLICIT == b / FRAME_EXPLICIT ==>
  @		a / FRAME_KIND_UNIT == b / FRAME_KIND_UNIT;
  @	axiom shift_level: \forall uint64_t n, integer bits;
  @		(bits == 0 ==> (n >> bits) == n) &&
  @		(bits == 9 ==> (n >> bits) == n / BLOCK_FRAMES) &&
  @		(bits == 18 ==> (n >> bits) == n / GIGA_FRAMES);
  @ }
  @*/

/* --- references ----------------------------------------------------------------------------- */

/*
 * The counting half of I4. others_count: of n frames from `from` on, those that are not USER;
 * blocks_sum: the lower halves of n blocks from `from` on. A block that was never touched says what its
 * frames will be.
 */
/*@
  @ logic integer one_other{L}(integer f) =
  @	(FRAME_KIND(PORT_FRAME_TABLE[f]) == TN_KIND_USER ? 0 : 1);
  @ axiomatic Others {
  @	logic integer others_count{L}(integer from, integer n)
  @		reads PORT_FRAME_TABLE[from .. from + n - 1];
  @	axiom others_none{L}: \forall integer from; others_count(from, 0) == 0;
  @	axiom others_more{L}: \forall integer from, n; n > 0 ==>
  @		others_count(from, n) == others_count(from, n - 1) + one_other(from + n - 1);
  @	logic integer blocks_sum{L}(integer from, integer n)
  @		reads PORT_BLOCK_TABLE[from .. from + n - 1];
  @	axiom blocks_none{L}: \forall integer from; blocks_sum(from, 0) == 0;
  @	axiom blocks_more{L}: \forall integer from, n; n > 0 ==>
  @		blocks_sum(from, n) ==
  @		blocks_sum(from, n - 1) + BLOCK_OTHERS(PORT_BLOCK_TABLE[from + n - 1]);
  @ }
  @ predicate block_holds(integer b) =
  @	FRAME_KIND(PORT_FRAME_TABLE[b * BLOCK_FRAMES]) == KIND_UNTOUCHED ||
  @	I4_OTHERS(PORT_BLOCK_TABLE[b], others_count(b * BLOCK_FRAMES, BLOCK_FRAMES));
  @ predicate giga_holds(integer g) = I4_OTHERS(PORT_GIGA_TABLE[g], blocks_sum(g * 512, 512));
  @
  @ logic integer block_of(integer f) = f / BLOCK_FRAMES;
  @ logic integer giga_of(integer f) = f / GIGA_FRAMES;
  @ logic integer head_of(integer first, integer count) =
  @	(BLOCK_FRAMES - first % BLOCK_FRAMES < count ? BLOCK_FRAMES - first % BLOCK_FRAMES : count);
  @ logic integer signed_of(integer unit, integer n) = (unit < 0 ? -n : n);
  @
  @ lemma others_rest: \forall uint64_t w; BLOCK_OTHERS(w) == w - w / BLOCK_LARGE * BLOCK_LARGE;
  @*/
