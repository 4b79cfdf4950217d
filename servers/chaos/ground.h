/*
 * ground.h - frames and addresses: which there are, and which are the program's own.
 *
 * The program's own frames are those that boot mapped for it, and some more that it takes at its
 * start: for the keeper, and for what its helpers read. ground.c owns the arena: a stretch of idle
 * frames, named more often than the rest of the machine, so that calls meet; and the belief which
 * of those the kernel has.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/abi.h>

#define ARENA_FRAMES 1536u /* three blocks of 2 MiB */

/* Addresses in the program's own space that random calls leave alone: the image, and the last
 * gigabyte below 2^38, with the stack, the UTCB and what chaos maps for itself. */
#define OWN_LOW_END 0x40000000ul
#define OWN_HIGH 0x3fc0000000ul
#define OWN_HIGH_END 0x4000000000ul

/* In that gigabyte, where a page table stands already. */
#define KEEPER_UTCB 0x3fffe10000ul
#define HELPER_CODE 0x3fffe20000ul
#define HELPER_SCRIPTS 0x3fffe21000ul /* in each process its own kind (helpers.h) */
#define HELPER_SCRIPTS_ELSEWHERE 0x3fffe29000ul
#define HELPER_END 0x3fffe31000ul

/* Finds arena and own frames; false if the machine is too small. */
bool ground_start(void);

/* `count` idle frames, which are the program's own from now on; the first of them. */
uint64_t ground_take(uint64_t count);

/* The same, which are nobody's in particular: to be given. */
uint64_t ground_spare(uint64_t count);

/* The first frame of the arena, a multiple of 512. */
extern uint64_t ground_arena;

extern uint64_t ground_user_top; /* addresses below are user space's */

/* One of [first, first + count) is the program's own. */
bool ground_is_own(uint64_t first, uint64_t count);

/* [va, va + bytes) touches addresses of its own space that are left alone. */
bool ground_is_kept(uint64_t va, uint64_t bytes);

/* A frame to name: most often one of the arena, but any of the machine and beyond. lent: rather one
 * that the kernel has, else rather one that is user space's. */
uint64_t ground_frame(bool lent);

/* The first frame of a block of 2 MiB, likely one that is all user space's. */
uint64_t ground_block(void);

/* These frames are the kernel's now, or user space's. */
void ground_learn(uint64_t first, uint64_t count, bool lent);

/* A frame that answers told of: given, free or used a moment ago. */
void ground_note(uint64_t frame);

/* An address to name, in a space of its own or another. */
uint64_t ground_address(void);
