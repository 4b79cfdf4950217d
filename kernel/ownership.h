/*
 * ownership.h - what the contracts in the sources speak of: lists and counts over the frame table.
 *
 * For the prover alone; to a compiler this file is empty. Facts about one word are the macros of
 * descriptor.h and check/invariants.h, as for the checker. What takes more than one frame to say is
 * here: I2 as links that lead back and a rank that falls along each list; I1 and I3 as counts.
 *
 * All of it is said of two shadows of the table, kind and low half of each word. frame_set keeps
 * them, and `words_shadowed` ties them to the words.
 *
 * While a call is under way a few frames are FREE and on no list: those from `lo` to before `hi`.
 */
#pragma once

#include <port/memory.h>

#include "check/invariants.h"

/*@ ghost
  @ uint64_t shadow_kind[PROOF_FRAMES];
  @ uint64_t shadow_low[PROOF_FRAMES];
  @ uint64_t list_rank[PROOF_FRAMES];
  @ uint64_t list_clock;
  @*/

/*@
  @ predicate frame_exists(integer f) = 0 <= f < PROOF_FRAMES;
  @ predicate word_shadowed(integer f) =
  @	shadow_kind[f] == FRAME_KIND(PORT_FRAME_TABLE[f]) &&
  @	shadow_low[f] == FRAME_POOL(PORT_FRAME_TABLE[f]);
  @ predicate words_shadowed = \forall integer f; frame_exists(f) ==> word_shadowed(f);
  @
  @ predicate is_free(integer f) = shadow_kind[f] == TN_KIND_FREE;
  @ predicate is_pool(integer f) = shadow_kind[f] == TN_KIND_POOL;
  @ predicate is_free_of(integer f, integer p) = is_free(f) && shadow_low[f] == p;
  @ predicate is_linked(integer f, integer lo, integer hi) =
  @	is_pool(f) || (is_free(f) && !(lo <= f < hi));
  @ predicate same_ring(integer f, integer g) =
  @	(is_free(f) && is_free(g) && shadow_low[f] == shadow_low[g]) ||
  @	(is_free(f) && is_pool(g) && shadow_low[f] == g) ||
  @	(is_pool(f) && is_free(g) && shadow_low[g] == f) || (is_pool(f) && f == g);
  @
  @ predicate next_holds(integer f, integer lo, integer hi) =
  @	proof_next[f] < PROOF_FRAMES && is_linked(proof_next[f], lo, hi) &&
  @	same_ring(f, proof_next[f]) && proof_back[proof_next[f]] == f &&
  @	(is_free(f) && is_free(proof_next[f]) ==> list_rank[proof_next[f]] < list_rank[f]);
  @ predicate back_holds(integer f, integer lo, integer hi) =
  @	proof_back[f] < PROOF_FRAMES && is_linked(proof_back[f], lo, hi) &&
  @	same_ring(f, proof_back[f]) && proof_next[proof_back[f]] == f;
  @ predicate lists_lead(integer lo, integer hi) =
  @	(\forall integer f; frame_exists(f) && is_linked(f, lo, hi) ==>
  @		next_holds(f, lo, hi) && back_holds(f, lo, hi)) &&
  @	(\forall integer f; frame_exists(f) ==> list_rank[f] < list_clock) &&
  @	(\forall integer f; frame_exists(f) && is_free(f) ==>
  @		shadow_low[f] < PROOF_FRAMES && is_pool(shadow_low[f]));
  @
  @ // The same, which the prover opens only where lists_open tells it to: from link to link there
  @ // is no end of facts.
  @ axiomatic Lists {
  @	predicate lists_hold{L}(integer lo, integer hi) reads
  @		shadow_kind[0 .. PROOF_FRAMES - 1], shadow_low[0 .. PROOF_FRAMES - 1],
  @		proof_next[0 .. PROOF_FRAMES - 1], proof_back[0 .. PROOF_FRAMES - 1],
  @		list_rank[0 .. PROOF_FRAMES - 1], list_clock;
  @ }
  @*/

/*@ ghost
  @ /@ assigns \nothing;
  @    ensures lists_hold(lo, hi) <==> lists_lead(lo, hi); @/
  @ void lists_open(uint64_t lo, uint64_t hi);
  @*/

/*@
  @ logic integer one_free{L}(integer f, integer p) =
  @	(shadow_kind[f] == TN_KIND_FREE && shadow_low[f] == p ? 1 : 0);
  @ logic integer one_of_kind{L}(integer f, integer k) = (shadow_kind[f] == k ? 1 : 0);
  @ axiomatic Counts {
  @	logic integer free_count{L}(integer p, integer n)
  @		reads shadow_kind[0 .. n - 1], shadow_low[0 .. n - 1];
  @	axiom free_none{L}: \forall integer p; free_count(p, 0) == 0;
  @	axiom free_more{L}: \forall integer p, n; n > 0 ==>
  @		free_count(p, n) == free_count(p, n - 1) + one_free(n - 1, p);
  @	logic integer kind_count{L}(integer k, integer n) reads shadow_kind[0 .. n - 1];
  @	axiom kind_none{L}: \forall integer k; kind_count(k, 0) == 0;
  @	axiom kind_more{L}: \forall integer k, n; n > 0 ==>
  @		kind_count(k, n) == kind_count(k, n - 1) + one_of_kind(n - 1, k);
  @ }
  @ // The counts of the whole table, which the prover opens only where totals_open tells it to.
  @ axiomatic Totals {
  @	logic integer free_total{L}(integer p) reads
  @		shadow_kind[0 .. PROOF_FRAMES - 1], shadow_low[0 .. PROOF_FRAMES - 1];
  @	logic integer kind_total{L}(integer k) reads shadow_kind[0 .. PROOF_FRAMES - 1];
  @ }
  @ predicate totals_are_sizes =
  @	(\forall integer p; 0 <= free_total(p) <= PROOF_FRAMES) &&
  @	(\forall integer k; 0 <= kind_total(k) <= PROOF_FRAMES);
  @*/

/*@ ghost
  @ /@ assigns \nothing;
  @    ensures \forall integer p; free_total(p) == free_count(p, PROOF_FRAMES);
  @    ensures \forall integer k; kind_total(k) == kind_count(k, PROOF_FRAMES); @/
  @ void totals_open(void);
  @*/

/*@ ghost
  @ /@ requires frame_exists(f) && is_free(f);
  @    assigns \nothing;
  @    ensures free_total(shadow_low[f]) > 0; @/
  @ void list_counts(uint64_t f)
  @ {
  @	uint64_t i = 0;
  @
  @	/@ loop invariant 0 <= i <= PROOF_FRAMES;
  @	   loop invariant free_count(shadow_low[f], i) >= (f < i ? 1 : 0);
  @	   loop assigns i;
  @	   loop variant PROOF_FRAMES - i; @/
  @	while (i < PROOF_FRAMES)
  @		i++;
  @	totals_open();
  @ }
  @*/

/* A pool that has free frames finds one behind its own link: from any of them, going back, the rank
 * rises until the pool is met. */
/*@ ghost
  @ /@ requires frame_exists(h) && is_pool(h) && free_total(h) > 0 && lists_hold(0, 0);
  @    assigns \nothing;
  @    ensures frame_exists(proof_next[h]) && is_free_of(proof_next[h], h); @/
  @ void list_first(uint64_t h)
  @ {
  @	uint64_t g = 0;
  @
  @	totals_open();
  @	/@ loop invariant 0 <= g <= PROOF_FRAMES;
  @	   loop invariant free_count(h, g) == 0;
  @	   loop assigns g;
  @	   loop variant PROOF_FRAMES - g; @/
  @	while (g < PROOF_FRAMES && !(shadow_kind[g] == TN_KIND_FREE && shadow_low[g] == h))
  @		g++;
  @	lists_open(0, 0);
  @	/@ loop invariant frame_exists(g) && is_free_of(g, h);
  @	   loop assigns g;
  @	   loop variant list_clock - list_rank[g]; @/
  @	while (proof_back[g] != h)
  @		g = proof_back[g];
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
  @	axiom others_rest: \forall uint64_t w; BLOCK_OTHERS(w) == w - w / BLOCK_LARGE * BLOCK_LARGE;
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
  @ logic integer one_other{L}(integer f) = (shadow_kind[f] == TN_KIND_USER ? 0 : 1);
  @ axiomatic Others {
  @	logic integer others_count{L}(integer from, integer n)
  @		reads shadow_kind[from .. from + n - 1];
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
  @ // The count of a whole block, which the prover opens only where others_open tells it to.
  @ axiomatic OthersTotal {
  @	logic integer others_total{L}(integer b) reads shadow_kind[0 .. PROOF_FRAMES - 1];
  @ }
  @ predicate block_holds(integer b) = shadow_kind[b * BLOCK_FRAMES] == KIND_UNTOUCHED ||
  @	I4_OTHERS(PORT_BLOCK_TABLE[b], others_total(b));
  @ predicate giga_holds(integer g) = I4_OTHERS(PORT_GIGA_TABLE[g], blocks_sum(g * 512, 512));
  @
  @ logic integer block_of(integer f) = f / BLOCK_FRAMES;
  @ logic integer giga_of(integer f) = f / GIGA_FRAMES;
  @ logic integer head_of(integer first, integer count) =
  @	(BLOCK_FRAMES - first % BLOCK_FRAMES < count ? BLOCK_FRAMES - first % BLOCK_FRAMES : count);
  @ logic integer signed_of(integer unit, integer n) = (unit < 0 ? -n : n);
  @*/

/*@ ghost
  @ /@ assigns \nothing;
  @    ensures \forall integer b; others_total(b) == others_count(b * 512, 512); @/
  @ void others_open(void);
  @*/
