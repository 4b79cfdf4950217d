/*
 * ledger.h - mm's own record of who owns each frame.
 *
 * Built from the boot information and from what mm itself did, never by asking the kernel, so
 * that comparing the two (audit.h) means something. 4 bytes a frame say the owner and, for user
 * frames, the references (4 KiB mappings and pins), for the kernel's, the pool they were lent
 * to; a counter a 2 MiB block says how many large mappings cover it. What the kernel makes of a
 * lent frame is its own affair: mm counts objects per pool (pool.h), not per frame. A delegated
 * frame is a client's to map, or to give to one pool of its own: mm does not follow which.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "space.h"

#define LEDGER_POOLS 128u
#define LEDGER_BLOCK 512u /* frames of 2 MiB */
#define LEDGER_LEVELS 3u  /* page sizes: 4 KiB, 2 MiB, 1 GiB */

enum ledger_owner {
	LEDGER_HOLE = 0,  /* nobody */
	LEDGER_IMAGE = 1, /* the kernel, for ever */
	LEDGER_BOOT = 2,  /* the kernel; readable */
	LEDGER_USER = 3,
	LEDGER_LENT = 4,      /* the kernel, through a pool */
	LEDGER_ASIDE = 5,     /* user space, idle, set aside for a pool */
	LEDGER_DELEGATED = 6, /* user space, or the kernel through one pool or those below it */
	LEDGER_OWNERS = 7
};

struct ledger_frame {
	uint8_t owner;
	uint8_t unused;
	uint16_t value; /* USER: references; LENT, ASIDE, DELEGATED: index of the pool */
};

struct ledger {
	const struct space *space;
	struct ledger_frame *frames; /* by index */
	uint16_t *large;             /* large mappings, by index / LEDGER_BLOCK */
	uint64_t owned[LEDGER_OWNERS];
	uint64_t lent[LEDGER_POOLS]; /* frames by pool */
};

/* Frames of a leaf of a level: 1, 512 or 262144. */
static inline uint64_t ledger_page(unsigned level)
{
	return (uint64_t)1 << 9 * level;
}

/* Bytes of memory for the space, a multiple of 8. */
uint64_t ledger_bytes(const struct space *space);

/* Every frame is a hole. `memory` holds ledger_bytes(space), aligned to 8; space stays. */
void ledger_init(struct ledger *ledger, const struct space *space, void *memory);

/* Writes down what the boot found: holes become `owner`'s. False if they are not holes. */
bool ledger_found(struct ledger *ledger, uint64_t first, uint64_t count, enum ledger_owner owner,
		  uint16_t value);

/* Frames that are user space's for the kernel, but for delegated ones. */
uint64_t ledger_user_frames(const struct ledger *ledger);

/* What stands about a frame; a hole for frames outside the space. */
struct ledger_frame ledger_frame(const struct ledger *ledger, uint64_t frame);

/* The user frame is mapped or pinned somewhere. */
bool ledger_in_use(const struct ledger *ledger, uint64_t frame);

/* A large mapping covers the frame. */
bool ledger_is_large(const struct ledger *ledger, uint64_t frame);

/*
 * The changes. Each checks first that the ledger allows it for the whole range and
 * answers false, with no effect, where it does not: then mm, or the kernel, is wrong.
 */

/* User frames not in use go to a pool. */
bool ledger_lend(struct ledger *ledger, uint64_t first, uint64_t count, uint16_t pool);

/* Frames of a pool come back to user space, not in use. */
bool ledger_return(struct ledger *ledger, uint64_t first, uint64_t count, uint16_t pool);

/* User frames not in use are a client's from here on, to be built into objects of a pool. */
bool ledger_delegate(struct ledger *ledger, uint64_t first, uint64_t count, uint16_t pool);

/* The opposite: none of them is in that pool any more, nor in use. */
bool ledger_undelegate(struct ledger *ledger, uint64_t first, uint64_t count, uint16_t pool);

/* User frames not in use are set aside for a pool, and back. They can neither be mapped nor lent. */
bool ledger_set_aside(struct ledger *ledger, uint64_t first, uint64_t count, uint16_t pool);
bool ledger_release(struct ledger *ledger, uint64_t first, uint64_t count, uint16_t pool);

/* User frames are mapped once more by leaves of a level; at level 1 and 2 whole pages only. */
bool ledger_map(struct ledger *ledger, uint64_t first, uint64_t count, unsigned level);

/* The opposite. */
bool ledger_unmap(struct ledger *ledger, uint64_t first, uint64_t count, unsigned level);

/* All frames of a pool become another's. Looks at every frame. */
void ledger_merge(struct ledger *ledger, uint16_t from, uint16_t to);
