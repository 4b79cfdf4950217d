/*
 * object.h - births and ends of kernel objects: each is exactly one frame.
 */
#pragma once

#include "pool.h"

/* The next object's id; never repeats (I12). FRAME_ID_LIMIT: they have run out. */
extern uint64_t object_next_id;

/*
 * Where an object's frame comes from: any free one of the pool (frame TN_ANY), a named free one,
 * or, with a FRAMES capability, a user frame that is given and used in one step.
 */
struct supply {
	struct pool *pool;
	uint64_t frame;
	const struct slot *frames; /* NULL: from the pool */
};

/* Looks the FRAMES slot up, if one is named; *error as cap_find. The caller sets the pool. */
struct supply supply_find(uint64_t frame, uint64_t frames, int *error);

/* The remaining guards, ENOMEM last. */
result_t supply_check(const struct supply *s);

/* Takes the frame: supply_check() agreed. Its word as after pool_take. */
pfn_t supply_take(const struct supply *s, unsigned kind);

/*
 * The frames can leave the free list of `pool` (else ENXIO, EUSER, EBUSY, EXDEV) or, if it is
 * NULL, user space (else ENXIO, EKERNEL, EBUSY, ENOTSUP): success, or the first that cannot.
 */
result_t range_check(const struct pool *pool, uint64_t first, uint64_t count);

/* A user frame becomes the pool's and is used at once. */
inline_always void frame_give_used(struct pool *p, unsigned kind, pfn_t f)
{
	block_add(f, 1);
	ram.lent++;
	p->given.frames++;
	pool_count(p, kind);
}

/* Ends a kind of object that has no parts: zeroes `bytes` at its start, frees the frame. */
void object_free(struct pool *pool, unsigned kind, pfn_t f, size_t bytes);
