/*
 * build.h - a process, built frame by frame from untyped memory.
 *
 * The same code builds for `retype` itself and, inside a child, for the child's own child. There it
 * runs from a copy of the program's image, which is mapped to be read and executed and nothing
 * else: so it writes no variable but those on its stack, and uses no library that does.
 */
#pragma once

#include <stdint.h>
#include <tenure/user.h>

#include "operations.h"

/* Addresses in a process built here: all below 2 MiB, under one set of page tables. */
#define BUILD_IMAGE 0x10000ul
#define BUILD_PAGE 0x180000ul   /* of nobody: the first touch is a fault */
#define BUILD_WINDOW 0x190000ul /* where it maps frames to write into them */
#define BUILD_UTCB 0x1e0000ul
#define BUILD_STACK 0x1f0000ul
#define BUILD_LARGE 0x200000ul /* room for a large page */

/* Slots of its capability table. */
#define BUILD_TALK 1u   /* an endpoint, to whoever began it all */
#define BUILD_SELF 2u   /* its own process */
#define BUILD_FRAMES 3u /* the frames that it may build from */
#define BUILD_POOL 4u   /* the pool that pays for it, and below which it builds */
#define BUILD_FREE 16u

struct builder {
	uint64_t frames;      /* slot: FRAMES over those to build from */
	uint64_t first, end;  /* of these, the ones not used yet */
	uint64_t slot;        /* the next empty slot of the builder's table */
	uint64_t talk;        /* slot: the endpoint that what is built may call */
	uint64_t badge;       /* as whom; 0: it may choose badges itself */
	uint64_t priority;    /* of its thread, and its most */
	struct tn_utcb *utcb; /* of the thread that builds */
	/* Maps frames to be written; `close` ends that. */
	void *(*open)(const struct builder *builder, uint64_t frame, uint64_t pages);
	void (*close)(const struct builder *builder, void *memory, uint64_t pages);
	/* An operation has answered: says so, or ends the builder. Any part may be NULL's. */
	void (*report)(const struct builder *builder, enum operation operation, uint64_t frame,
		       int64_t code);
};

/* Where its thread begins. */
typedef void child_entry(uint64_t a0, uint64_t a1, uint64_t a2);

/* Slots of the builder's table. */
struct built {
	uint64_t pool, process, thread;
};

/* The next frame, for an object of its own. */
uint64_t build_frame(struct builder *builder);

/* A pool below `parent`, made of the next frame. */
uint64_t build_pool(struct builder *builder, uint64_t parent);

/* A process in the pool, with a page of slots. */
uint64_t build_process(struct builder *builder, uint64_t pool);

/* The page tables above va, from the root to the last one that is missing. */
void build_tables(struct builder *builder, uint64_t process, uint64_t va);

/* Image and stack. */
void build_memory(struct builder *builder, uint64_t process);

/* A thread that will run entry(a0, a1, a2), with its UTCB. Its faults go to endpoint `fault`. */
uint64_t build_thread(struct builder *builder, uint64_t process, uint64_t fault, child_entry *entry,
		      const uint64_t arguments[3]);

/* A frame of the builder's for the process' address va. */
void build_map(struct builder *builder, uint64_t process, uint64_t va, uint64_t frame,
	       uint64_t count, uint64_t flags);

/*
 * All of it, with the capabilities to go on building from the frames [first, first + count), which
 * cover all that the builder has left.
 */
struct built build_child(struct builder *builder, uint64_t parent, child_entry *entry,
			 const uint64_t arguments[3]);
