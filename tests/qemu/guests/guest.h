/*
 * guest.h - what the guest programs share: frames to work with, slots, the kernel's totals.
 *
 * A guest runs in place of mm and owns all memory. It takes frames upward from the largest range
 * of idle user frames that the boot information names, and gives none back: runs are short.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/abi.h>
#include <tenure/user.h>

/* Addresses of the guest's own space that nothing else uses: [GUEST_FREE, GUEST_FREE_END). */
#define GUEST_FREE 0x40000000ul
#define GUEST_FREE_END 0x3f00000000ul
#define GUEST_TREE GUEST_FREE_END /* guest_devices maps the device tree here */

struct tn_device; /* tenure/devices.h */
struct tn_devices;

#define KIB_PAGE ((uint64_t)1)
#define MIB_PAGE ((uint64_t)512)
#define GIB_PAGE ((uint64_t)512 * 512)

#define READ_WRITE (TN_MAP_READ | TN_MAP_WRITE)

/* `count` idle user frames, the first a multiple of `align` (a power of two). Bails out if there
 * are none. */
uint64_t guest_frames(uint64_t count, uint64_t align);

/* Whether guest_frames would find them. */
bool guest_has_frames(uint64_t count, uint64_t align);

/* An empty slot of the first page, and one that was not handed out for long. */
uint64_t guest_slot(void);

/* Gives `count` frames to a pool; the first of them. */
uint64_t guest_fill(uint64_t pool, uint64_t count);

/* A new object in a new slot, from any frame of the pool; bails out on an error. */
uint64_t guest_create(uint64_t kind, uint64_t target, uint64_t argument);

/* A copy in a new slot with other rights; bails out on an error. */
uint64_t guest_copy(uint64_t source, uint64_t rights);

/* Maps `count` frames at va in the guest's own space; bails out on an error. */
void guest_map(uint64_t va, uint64_t first, uint64_t count, uint64_t flags);

/* The devices from the first on; the tree stays mapped. Bails out if it cannot be read. */
struct tn_devices *guest_devices(void);

/* The first device with this compatible text; bails out if there is none. */
struct tn_device guest_device(const char *compatible);

/* What a failing call must not change: the census and an account. */
struct guest_totals {
	struct tn_census census;
	struct tn_pool_info pool;
};

/* Of the root pool; `enomem`, which counts failures, reads as 0. */
void guest_totals_read(struct guest_totals *totals);

bool guest_totals_same(const struct guest_totals *a, const struct guest_totals *b);

/* The value behind "key=" among the boot arguments, "" if there is none; valid until the next. */
const char *guest_argument(const char *key);
