/*
 * loops.h - calls of any size, made of calls of at most one batch.
 *
 * Each loop keeps its progress in *done (frames; 0 at the start) and stops at the first answer
 * that is not 0, which it returns. After mending the cause (say, giving what ENOMEM said was
 * missing) the same call with the same *done goes on where it stopped. Owns no state.
 */
#pragma once

#include <stdint.h>
#include <tenure/user.h>

/* Maps `count` frames from frame `first` at va on; flags as in map. */
struct tn_result tn_map_all(uint64_t process, uint64_t va, uint64_t first, uint64_t count,
			    uint64_t flags, uint64_t frames, uint64_t *done);

/* Unmaps `count` frames' worth of addresses from va on, passing over holes. */
struct tn_result tn_unmap_all(uint64_t process, uint64_t va, uint64_t count, uint64_t *done);

/* Gives the frames [first, first + count) to a pool. */
struct tn_result tn_give_all(uint64_t frames, uint64_t pool, uint64_t first, uint64_t count,
			     uint64_t *done);

/* Takes the frames [first, first + count), all of them free in the pool, back. */
struct tn_result tn_reclaim_all(uint64_t frames, uint64_t pool, uint64_t first, uint64_t count,
				uint64_t *done);

/*
 * Takes up to `count` free frames of the pool back, whichever the kernel picks, and calls
 * `visit` for each run of them. `visit` must not make calls that answer in the UTCB (printing
 * is one), because the runs stand there. *done says how many came back: fewer than `count` with
 * the answer 0 when the pool has no more.
 */
struct tn_result tn_reclaim_any(uint64_t frames, uint64_t pool, uint64_t count,
				void (*visit)(void *context, uint64_t first, uint64_t count),
				void *context, uint64_t *done);

/* Frames that an unmap with this second result passed. */
static inline uint64_t tn_unmap_passed(uint64_t value)
{
	return value & (((uint64_t)1 << 48) - 1);
}
