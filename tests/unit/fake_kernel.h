/*
 * fake_kernel.h - frames and pools as the kernel would answer for them, for tests of mm's supply.
 *
 * Each frame is user space's (idle or in use), the kernel's for ever, free in a pool, or an object
 * of a pool. Pools are named by their slots. Owns all of that; fake_reset begins anew.
 */
#pragma once

#include <stdint.h>
#include <tenure/user.h>

#define FAKE_BASE 0x80000ul /* first frame */
#define FAKE_FRAMES 4096ul
#define FAKE_SLOTS 256u

enum fake_kind { FAKE_IDLE, FAKE_BUSY, FAKE_KERNEL, FAKE_FREE, FAKE_OBJECT };

struct fake_frame {
	enum fake_kind kind;
	uint64_t pool; /* FREE, OBJECT: slot */
};

struct fake_pool {
	int exists;
	uint64_t free, low, bits;
};

extern struct fake_frame fake_frames[FAKE_FRAMES];
extern struct fake_pool fake_pools[FAKE_SLOTS];
extern uint64_t fake_window; /* frames at and behind FAKE_BASE + fake_window cannot be given */

void fake_reset(void);

/* create: of a free frame of the pool (TN_ANY), or of an idle user frame. */
struct tn_result fake_create(uint64_t pool, uint64_t frame);

/* destroy of some object of the pool: its frame is free there. */
void fake_destroy(uint64_t pool);
