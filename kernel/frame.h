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
  @ ensures sizes: totals_are_sizes;
  @ // a frame on no list stays on none, whether FREE or not
  @ ensures off: (\old(lists_hold(f.n, f.n + 1)) && !\old(is_pool(f.n))) ||
  @	(\old(lists_hold(0, 0)) && !\old(is_linked(f.n, 0, 0))) ==>
  @	!is_pool(f.n) && (is_free(f.n) ==> frame_exists(shadow_low[f.n]) && is_pool(shadow_low[f.n]))
  @	==> lists_hold(f.n, f.n + 1) && (!is_free(f.n) ==> lists_hold(0, 0)); */
inline_always void frame_set(pfn_t f, uint64_t word)
{
	//@ ghost totals_open();
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
inline_always uint64_t frame_clean(pfn_t f)
{
	return frame_get(f) & FRAME_CLEAN;
}

inline_always uint64_t block_get(pfn_t f)
{
	return PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES];
}

inline_always uint64_t giga_get(pfn_t f)
{
	return PORT_GIGA_TABLE[f.n / GIGA_FRAMES];
}

/* Adds `delta` (wraps as two's complement) to the words of the blocks that hold f. */
inline_always void block_add(pfn_t f, uint64_t delta)
{
	uint64_t block = block_get(f) + delta, giga = giga_get(f) + delta;

	PORT_BLOCK_TABLE[f.n / BLOCK_FRAMES] = block;
	PORT_GIGA_TABLE[f.n / GIGA_FRAMES] = giga;
}

/* block_add of `unit` for each of `count` frames, at most 512: they meet at most two blocks. */
inline_always void block_add_range(pfn_t first, uint64_t count, uint64_t unit)
{
	uint64_t head = BLOCK_FRAMES - first.n % BLOCK_FRAMES;

	block_add(first, unit * (head < count ? head : count));
	if (head < count)
		block_add(pfn(first.n + count - 1), unit * (count - head));
}

/* A large mapping covers f. */
inline_always bool frame_is_covered(pfn_t f)
{
	return (block_get(f) | giga_get(f)) % BLOCK_EDGE >= BLOCK_LARGE;
}

/* No large mapping covers f, and f is surely inside the window: one test for both. False says
 * nothing. */
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
