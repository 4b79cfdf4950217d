/*
 * cast.h - a world with one of everything that can stand in a slot or in a frame, for tests of
 * errors: live, dead, dying and powerless capabilities, and frames of every kind.
 *
 *   0x80000 HOLE (firmware)   0x80200 USER: root pool, UTCB, then idle    0x80e00 BOOT
 *   0x80040 IMAGE             0x80e20 USER   0x81000 no RAM   0x81100 USER .. 0x81800
 *
 * The kernel's window ends at 0x81400, unless it is open.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "host.h"

enum cast_slot {
	CAST_POOL = 130, /* under the root pool, CAST_POOL_FRAMES given */
	CAST_SIBLING,    /* likewise */
	CAST_PROCESS,    /* in CAST_POOL, with a capability page */
	CAST_THREAD,     /* in CAST_PROCESS */
	CAST_ENDPOINT,   /* likewise */
	CAST_DYING_POOL, /* begun to be revoked */
	CAST_DYING_PROCESS,
	CAST_DYING_THREAD,   /* of CAST_DYING_PROCESS */
	CAST_DYING_ENDPOINT, /* likewise */
	CAST_DYING_HEIR,     /* a process of CAST_DYING_POOL, not yet taken apart */
	CAST_DEAD_POOL,      /* CAST_DEAD_POOL + kind - 1: all rights, the object is gone */
	CAST_DEAD_PROCESS,
	CAST_DEAD_THREAD,
	CAST_DEAD_ENDPOINT,
	CAST_WEAK_POOL, /* CAST_WEAK_POOL + kind - 1: no rights, and the object is gone */
	CAST_WEAK_PROCESS,
	CAST_WEAK_THREAD,
	CAST_WEAK_ENDPOINT,
	CAST_FRAMES_NONE,  /* FRAMES: the first user frames, no rights */
	CAST_FRAMES_ONE,   /* FRAMES: all rights, one frame of CAST_LAST_USER */
	CAST_SYSTEM_NONE,  /* SYSTEM without rights */
	CAST_EMPTY = 250,  /* and some after it */
	CAST_MISSING = 256 /* no page there */
};

#define CAST_POOL_FRAMES 24u

/* Frames, by kind and place. */
#define CAST_FIRMWARE 0x80000u
#define CAST_IMAGE 0x80040u
#define CAST_USER 0x80200u
#define CAST_BOOT 0x80e00u
#define CAST_BOOT_COUNT 0x20u
#define CAST_LAST_USER 0x80e20u /* up to the gap; the cast leaves these idle */
#define CAST_GAP 0x81000u
#define CAST_HIGH 0x81100u
#define CAST_WINDOW_END 0x81400u
#define CAST_END 0x81800u

/*
 * Set, the window reaches to the end of RAM. Where it ends inside a gigabyte the kernel looks at
 * each frame of it; elsewhere it may take shorter ways, so tests run in both. Likewise the block
 * of CAST_LAST_USER was touched before if the window is open.
 */
extern bool cast_window_open;
int cast_open_window(void **state);
int cast_close_window(void **state);

/* The test once more, with the window open: an entry of the list of tests. */
#define IN_OPEN_WINDOW(test)                                                                       \
	{                                                                                          \
#test "_in_open_window", test, cast_open_window, cast_close_window, NULL           \
	}

/* Makes the world and the cast; afterwards object capabilities are as the names say. */
void cast_make(void);

/* Frame of the object that a slot of the caller names. */
uint64_t cast_frame(uint64_t slot);

/* Makes an idle user frame one of `kind`: POOL to ENDPOINT in CAST_POOL and named by `slot`, CAPS
 * or the root TABLE of CAST_PROCESS, FREE in CAST_SIBLING. */
void cast_place(unsigned kind, uint64_t frame, uint64_t slot);

/* --- calls and errors --------------------------------------------------------------------- */

struct call {
	uint64_t number, a[6];
};

/* The call answers -error and this second result, and changes nothing. */
void assert_error(const struct call *call, int error, uint64_t value);

/* The call succeeds; its second result. */
uint64_t assert_done(const struct call *call);

/* Shorter: DONE(number, {arguments}), REFUSED(error, second result, number, {arguments}). */
#define DONE(...) assert_done(&(struct call){__VA_ARGS__})
#define REFUSED(error, value, ...) assert_error(&(struct call){__VA_ARGS__}, error, value)

/*
 * Argument `index` of the call is a slot that must hold a capability of `type`, live if it is an
 * object, and with some right if `guarded`: all other ones are refused, in the order ERANGE,
 * ENOENT, EBADF, EPERM, ESTALE. The other arguments are as given: those that are checked later
 * had better be wrong.
 */
void assert_slot_errors(const struct call *call, unsigned index, uint64_t type, bool guarded);
