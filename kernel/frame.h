/*
 * frame.h - the frame table: whose each frame of RAM is (I1, I4, I7). Its words: descriptor.h.
 *
 * A block's words are written when one of its frames is first touched; until then they all read
 * as UNTOUCHED, a kind that no path accepts (see frame_touch).
 */
#pragma once

#include "ownership.h"

/* What boot found, and what has become of it. */
struct ram {
	uint64_t first, count;               /* from the lowest frame to the highest, with holes */
	uint64_t frames;                     /* frames of RAM */
	uint64_t window_first, window_count; /* frames that the kernel can own: the direct map */

	/* frames by kind. Of these change: frames given and not reclaimed, which count as USER
	 * here, too; and the objects among them. What is neither is free; so the census is O(1) (I1) */
	uint64_t lent;
	uint64_t kinds[TN_KIND_COUNT];
};
extern struct ram ram;

/*@ requires frame_exists(f.n);
  @ assigns \nothing;
  @ ensures \result == PORT_FRAME_TABLE[f.n]; */
inline_always uint64_t frame_get(pfn_t f)
{
	return PORT_FRAME_TABLE[f.n];
}

/*@ requires frame_exists(f.n);
  @ assigns PORT_FRAME_TABLE[f.n], shadow_kind[f.n], shadow_low[f.n];
  @ ensures word: PORT_FRAME_TABLE[f.n] == word && word_shadowed(f.n);
  @ ensures free: \forall integer p;
  @	free_total(p) == \old(free_total(p)) + one_free(f.n, p) - \old(one_free(f.n, p));
  @ ensures kinds: \forall integer k;
  @	kind_total(k) == \old(kind_total(k)) + one_of_kind(f.n, k) - \old(one_of_kind(f.n, k));
  @ ensures others: \forall integer b; others_total(b) ==
  @	\old(others_total(b)) + (b == f.n / 512 ? one_other(f.n) - \old(one_other(f.n)) : 0);
  @ ensures sizes: totals_are_sizes;
  @ // a frame on no list stays on none, whether FREE or not
  @ ensures off: (\old(lists_hold(f.n, f.n + 1)) && !\old(is_pool(f.n))) ||
  @	(\old(lists_hold(0, 0)) && !\old(is_linked(f.n, 0, 0))) ==>
  @	!is_pool(f.n) && (is_free(f.n) ==> frame_exists(shadow_low[f.n]) && is_pool(shadow_low[f.n]))
  @	==> lists_hold(f.n, f.n + 1) && (!is_free(f.n) ==> lists_hold(0, 0)); */
inline_always void frame_set(pfn_t f, uint64_t word)
{
	//@ ghost totals_open();
	//@ ghost others_open();
	//@ ghost lists_open(0, 0);
	//@ ghost lists_open(f.n, f.n + 1);
	PORT_FRAME_TABLE[f.n] = word;
	/*@ ghost
	  @ shadow_kind[f.n] = FRAME_KIND(word);
	  @ shadow_low[f.n] = FRAME_POOL(word);
	  @ uint64_t i = 0;
	  @ /@ loop invariant 0 <= i <= PROOF_FRAMES;
	  @    loop invariant \forall integer p; free_count(p, i) == free_count{Pre}(p, i) +
	  @		(f.n < i ? one_free(f.n, p) - one_free{Pre}(f.n, p) : 0);
	  @    loop invariant \forall integer k; kind_count(k, i) == kind_count{Pre}(k, i) +
	  @		(f.n < i ? one_of_kind(f.n, k) - one_of_kind{Pre}(f.n, k) : 0);
	  @    loop invariant \forall integer p; 0 <= free_count(p, i) <= i;
	  @    loop invariant \forall integer k; 0 <= kind_count(k, i) <= i;
	  @    loop assigns i;
	  @    loop variant PROOF_FRAMES - i; @/
	  @ while (i < PROOF_FRAMES)
	  @	i++;
	  @ i = 0;
	  @ /@ loop invariant 0 <= i <= 512;
	  @    loop invariant inside: \forall integer from; from <= f.n < from + i ==>
	  @		others_count(from, i) ==
	  @		others_count{Pre}(from, i) + one_other(f.n) - one_other{Pre}(f.n);
	  @    loop invariant outside: \forall integer from; !(from <= f.n < from + i) ==>
	  @		others_count(from, i) == others_count{Pre}(from, i);
	  @    loop assigns i;
	  @    loop variant 512 - i; @/
	  @ while (i < 512)
	  @	i++;
	  @ others_open();
	  @ totals_open();
	  @ lists_open(0, 0);
	  @ lists_open(f.n, f.n + 1);
	  @*/
}

/* The words of consecutive frames from f on, for batches. */
inline_always uint64_t *frame_words(pfn_t f)
{
	return &PORT_FRAME_TABLE[f.n];
}

/* FRAME_CLEAN if the frame is all zero but for what its owner keeps in it, else 0. */
/*@ requires frame_exists(f.n);
  @ assigns \nothing;
  @ ensures \result == (FRAME_IS_CLEAN(PORT_FRAME_TABLE[f.n]) ? FRAME_CLEAN : 0); */
inline_always uint64_t frame_clean(pfn_t f)
{
	return frame_get(f) & FRAME_CLEAN;
}

/*@ requires exists: frame_exists(f.n);
  @ assigns \nothing;
  @ ensures \result == PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES]; */
inline_always uint64_t block_get(pfn_t f)
{
	return PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES];
}

/*@ requires exists: frame_exists(f.n);
  @ assigns \nothing;
  @ ensures \result == PORT_GIGA_TABLE[f.n / GIGA_FRAMES]; */
inline_always uint64_t giga_get(pfn_t f)
{
	return PORT_GIGA_TABLE[f.n / GIGA_FRAMES];
}

/* Adds `delta` to the words of the blocks that hold f. */
/*@ requires exists: frame_exists(f.n);
  @ requires small: -(integer)BLOCK_FRAMES <= delta <= BLOCK_FRAMES;
  @ requires block_fits:
  @	0 <= BLOCK_OTHERS(PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES]) + delta < BLOCK_LARGE;
  @ requires giga_fits:
  @	0 <= BLOCK_OTHERS(PORT_GIGA_TABLE[f.n / GIGA_FRAMES]) + delta < BLOCK_LARGE;
  @ assigns PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES], PORT_GIGA_TABLE[f.n / GIGA_FRAMES];
  @ ensures block: PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES] ==
  @	\old(PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES]) + delta;
  @ ensures giga: PORT_GIGA_TABLE[f.n / GIGA_FRAMES] ==
  @	\old(PORT_GIGA_TABLE[f.n / GIGA_FRAMES]) + delta;
  @ ensures block_others: BLOCK_OTHERS(PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES]) ==
  @	\old(BLOCK_OTHERS(PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES])) + delta;
  @ ensures giga_others: BLOCK_OTHERS(PORT_GIGA_TABLE[f.n / GIGA_FRAMES]) ==
  @	\old(BLOCK_OTHERS(PORT_GIGA_TABLE[f.n / GIGA_FRAMES])) + delta;
  @ ensures block_large: PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES] / BLOCK_LARGE ==
  @	\old(PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES] / BLOCK_LARGE);
  @ ensures giga_large: PORT_GIGA_TABLE[f.n / GIGA_FRAMES] / BLOCK_LARGE ==
  @	\old(PORT_GIGA_TABLE[f.n / GIGA_FRAMES] / BLOCK_LARGE);
  @ ensures sum: \forall integer from; blocks_sum(from, 512) == \old(blocks_sum(from, 512)) +
  @	(from <= f.n / BLOCK_FRAMES < from + 512 ? delta : 0); */
inline_always void block_add(pfn_t f, int64_t delta)
{
	uint64_t block = moved(block_get(f), delta), giga = moved(giga_get(f), delta);

	//@ assert block_large: block / BLOCK_LARGE == PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES] / BLOCK_LARGE;
	//@ assert giga_large: giga / BLOCK_LARGE == PORT_GIGA_TABLE[f.n / GIGA_FRAMES] / BLOCK_LARGE;
	PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES] = block;
	PORT_GIGA_TABLE[f.n / GIGA_FRAMES] = giga;
	/*@ assert block_others: BLOCK_OTHERS(PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES]) ==
	  @	BLOCK_OTHERS(\at(PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES], Pre)) + delta; */
	/*@ ghost
	  @ uint64_t i = 0;
	  @ /@ loop invariant 0 <= i <= 512;
	  @    loop invariant inside: \forall integer from; from <= block_of(f.n) < from + i ==>
	  @		blocks_sum(from, i) == blocks_sum{Pre}(from, i) + delta;
	  @    loop invariant outside: \forall integer from; !(from <= block_of(f.n) < from + i) ==>
	  @		blocks_sum(from, i) == blocks_sum{Pre}(from, i);
	  @    loop assigns i;
	  @    loop variant 512 - i; @/
	  @ while (i < 512)
	  @	i++;
	  @*/
}

/* block_add of `unit` for each of `count` frames, at most 512: they meet at most two blocks. */
/*@ requires exists: 1 <= count <= BLOCK_FRAMES && first.n + count <= PROOF_FRAMES;
  @ requires unit: unit == 1 || unit == -1;
  @ requires block_fits: 0 <= BLOCK_OTHERS(PORT_BLOCK_TABLE[block_of(first.n)]) +
  @	signed_of(unit, head_of(first.n, count)) < BLOCK_LARGE;
  @ requires next_fits: head_of(first.n, count) < count ==>
  @	0 <= BLOCK_OTHERS(PORT_BLOCK_TABLE[block_of(first.n) + 1]) +
  @	signed_of(unit, count - head_of(first.n, count)) < BLOCK_LARGE;
  @ requires giga_fits: giga_of(first.n) == giga_of(first.n + count - 1) ==>
  @	0 <= BLOCK_OTHERS(PORT_GIGA_TABLE[giga_of(first.n)]) +
  @	signed_of(unit, count) < BLOCK_LARGE;
  @ requires gigas_fit: giga_of(first.n) != giga_of(first.n + count - 1) ==>
  @	0 <= BLOCK_OTHERS(PORT_GIGA_TABLE[giga_of(first.n)]) +
  @	signed_of(unit, head_of(first.n, count)) < BLOCK_LARGE &&
  @	0 <= BLOCK_OTHERS(PORT_GIGA_TABLE[giga_of(first.n + count - 1)]) +
  @	signed_of(unit, count - head_of(first.n, count)) < BLOCK_LARGE;
  @ assigns PORT_BLOCK_TABLE[block_of(first.n)], PORT_BLOCK_TABLE[block_of(first.n + count - 1)],
  @	PORT_GIGA_TABLE[giga_of(first.n)], PORT_GIGA_TABLE[giga_of(first.n + count - 1)];
  @ ensures block: PORT_BLOCK_TABLE[block_of(first.n)] ==
  @	\old(PORT_BLOCK_TABLE[block_of(first.n)]) + signed_of(unit, head_of(first.n, count));
  @ ensures next: head_of(first.n, count) < count ==>
  @	PORT_BLOCK_TABLE[block_of(first.n) + 1] ==
  @	\old(PORT_BLOCK_TABLE[block_of(first.n) + 1]) +
  @	signed_of(unit, count - head_of(first.n, count));
  @ ensures giga: giga_of(first.n) == giga_of(first.n + count - 1) ==>
  @	PORT_GIGA_TABLE[giga_of(first.n)] ==
  @	\old(PORT_GIGA_TABLE[giga_of(first.n)]) + signed_of(unit, count);
  @ ensures first_giga: giga_of(first.n) != giga_of(first.n + count - 1) ==>
  @	PORT_GIGA_TABLE[giga_of(first.n)] ==
  @	\old(PORT_GIGA_TABLE[giga_of(first.n)]) + signed_of(unit, head_of(first.n, count));
  @ ensures next_giga: giga_of(first.n) != giga_of(first.n + count - 1) ==>
  @	PORT_GIGA_TABLE[giga_of(first.n + count - 1)] ==
  @	\old(PORT_GIGA_TABLE[giga_of(first.n + count - 1)]) +
  @	signed_of(unit, count - head_of(first.n, count)); */
inline_always void block_add_range(pfn_t first, uint64_t count, int64_t unit)
{
	int64_t head = (int64_t)least(BLOCK_FRAMES - first.n % BLOCK_FRAMES, count);
	int64_t rest = (int64_t)count - head;

	//@ assert head: head == head_of(first.n, count) && 0 < head <= count;
	/*@ assert giga_head: 0 <= BLOCK_OTHERS(PORT_GIGA_TABLE[giga_of(first.n)]) +
	  @	signed_of(unit, head) < BLOCK_LARGE; */
	/*@ assert two: giga_of(first.n) != giga_of(first.n + count - 1) ==> rest > 0; */
	//@ assert next: rest > 0 ==> block_of(first.n + count - 1) == block_of(first.n) + 1;
	block_add(first, unit < 0 ? -head : head);
	if (rest > 0)
		block_add(pfn(first.n + count - 1), unit < 0 ? -rest : rest);
}

/* A large mapping covers f. */
/*@ requires exists: frame_exists(f.n);
  @ assigns \nothing;
  @ ensures \result <==> BLOCK_MAPPINGS(PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES]) != 0 ||
  @	BLOCK_MAPPINGS(PORT_GIGA_TABLE[f.n / GIGA_FRAMES]) != 0; */
inline_always bool frame_is_covered(pfn_t f)
{
	return (block_get(f) | giga_get(f)) % BLOCK_EDGE >= BLOCK_LARGE;
}

/* No large mapping covers f, and f is surely inside the window: one test for both. False says
 * nothing. */
/*@ requires exists: frame_exists(f.n);
  @ assigns \nothing;
  @ ensures \result <==> PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES] < BLOCK_LARGE &&
  @	PORT_GIGA_TABLE[f.n / GIGA_FRAMES] < BLOCK_LARGE; */
inline_always bool frame_is_plain(pfn_t f)
{
	return (block_get(f) | giga_get(f)) < BLOCK_LARGE;
}

inline_always bool frame_in_window(pfn_t f)
{
	return f.n - ram.window_first < ram.window_count;
}

/* f lies between the lowest and the highest RAM: its word can be read. */
inline_always bool frame_is_known(uint64_t f)
{
	return f - ram.first < ram.count;
}

/* The frame through the direct map; only for frames in the window. */
inline_always void *frame_memory(pfn_t f)
{
	void *memory = (void *)(f.n * FRAME_BYTES + PORT_DMAP_OFFSET);

	if (memory == NULL) /* never: spares those who ask whether they found something the test */
		__builtin_unreachable();
	return memory;
}

inline_always pfn_t frame_of(const void *memory)
{
	return pfn(((uint64_t)memory - PORT_DMAP_OFFSET) / FRAME_BYTES);
}

/* Writes the first words of the block of f, if that has not been done. True if it did. */
bool frame_touch(pfn_t f);

/* As frame_touch for all blocks of first .. first + count - 1. True if any was untouched. */
bool frame_touch_range(pfn_t first, uint64_t count);

/* Consecutive frames of one kind. */
struct region {
	uint64_t first, count; /* frames */
	uint32_t kind;         /* TN_KIND_USER, IMAGE, BOOT or HOLE */
};

/* Boot: tells the table which kinds lie where. The array stays in use; sorted and disjoint. */
void frame_table_init(const struct region *regions, uint32_t count);

/* frame_info's word for f (see abi.h), whose block has been touched. */
uint64_t frame_export(pfn_t f);
