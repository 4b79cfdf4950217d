/*
 * untyped.h - untyped memory: frames that a program builds kernel objects of itself.
 *
 * Only where mm's policy hands it out (mm-untyped); else -TN_ENOTSUP. Errors as in client.h. What a
 * program does with the frames are calls of the kernel (user.h): frame_give and create, map,
 * pool_revoke. docs/retype.md has them beside seL4's.
 */
#pragma once

#include <stdint.h>
#include <tenure/client.h>

struct tn_untyped {
	uint64_t first, count; /* frames */
	uint64_t frames;       /* slot: FRAMES over them, all rights */
	uint64_t pool;         /* slot: the pool for what is built: give, reclaim, create */
};

/* At least so many frames, all zero, aligned to their number, which is a power of two. */
int64_t tn_untyped_get(uint64_t frames, struct tn_untyped *untyped);

/*
 * Maps frames of one range into the program itself, to read, or with TN_MM_WRITE; tn_unmap_memory ends
 * that. A frame that is mapped cannot be given. Address as in tn_map_memory. NULL if it fails.
 */
void *tn_untyped_map(uint64_t first, uint64_t pages, void *address, uint64_t flags, int64_t *error);

/*
 * Gives it back, and ends everything that was built of it or of other untyped memory of the
 * program. Its slots are empty afterwards, and so are all others that name its frames.
 */
int64_t tn_untyped_return(struct tn_untyped *untyped);
