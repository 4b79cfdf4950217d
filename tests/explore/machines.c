/*
 * machines.c - see machines.h.
 *
 * Frames 0 to 3 are device pages. RAM begins with a frame of the image, one of the boot image and a
 * hole; then comes the thread's UTCB, then the root pool with its capability page, process and
 * thread.
 */
#include "machines.h"

#define RAM_FIRST 4u
#define ROOT 8u /* root pool's first frame */
#define USER 12u

/* IMAGE, BOOT, a hole, and user frames up to `end`. */
#define REGIONS(end)                                                                              \
	.regions = {{RAM_FIRST, 1, TN_KIND_IMAGE},                                                \
		    {RAM_FIRST + 1, 1, TN_KIND_BOOT},                                             \
		    {RAM_FIRST + 3, (end) - RAM_FIRST - 3, TN_KIND_USER}},                        \
	.utcb = RAM_FIRST + 3, .root_first = ROOT
#define WHOLE(end) .window_count = (end) - RAM_FIRST
#define SCENE_END {.number = EVENT_END}
#define BAD_SLOTS SLOT_EMPTY, SLOT_NONE, TN_SLOT_SYSTEM, TN_SLOT_THREAD, MAX, HALF + TN_SLOT_POOL
#define BAD_COUNTS 0, TN_BATCH + 1, 17, MAX, HALF, HALF + 1
/* device, IMAGE, BOOT, hole, pinned, pool, process, beyond, and those that a wrap makes small */
#define BAD_FRAMES 0, RAM_FIRST, RAM_FIRST + 1, RAM_FIRST + 2, RAM_FIRST + 3, ROOT, ROOT + 2
#define FAR_FRAMES HALF, HALF + USER, MAX - 1, MAX / 2, (uint64_t)1 << 52

#define ADD(c, name, ...) calls_add(c, TN_CALL_##name, (const struct values[]){__VA_ARGS__})
#define ADD_EVENT(c, name, ...) calls_add(c, EVENT_##name, (const struct values[]){__VA_ARGS__})

/* --- pools ------------------------------------------------------------------------------------- */

#define POOLS_END 18u /* the last user frame lies outside the window */

static void pools_calls(struct calls *c)
{
	const struct values pools = VALUES(PLAIN(TN_SLOT_POOL, SLOT_A, SLOT_B), BAD_SLOTS);
	const struct values own = VALUES(PLAIN(SLOT_A, SLOT_B), TN_SLOT_POOL, BAD_SLOTS);
	const struct values all = VALUES(PLAIN(TN_SLOT_FRAMES), SLOT_SOME, BAD_SLOTS);
	const struct values count = VALUES(PLAIN(1, 2), BAD_COUNTS);
	const struct values first = VALUES(PLAIN(12, 13, 14, 15, 16), BAD_FRAMES, POOLS_END - 1,
					   POOLS_END, FAR_FRAMES);
	const struct values any = VALUES(PLAIN(12, 13, 14, 15, 16, TN_ANY), BAD_FRAMES,
					 POOLS_END - 1, POOLS_END, FAR_FRAMES);
	const struct values flags = VALUES(PLAIN(0, TN_FLAG_STEP), 2, MAX);

	ADD(c, FRAME_GIVE, all, pools, first, count);
	ADD(c, FRAME_RECLAIM, all, pools, any, count);
	ADD(c, FRAME_MOVE, pools, pools, count);
	ADD(c, CREATE, ONLY(TN_KIND_POOL), pools, VALUES(PLAIN(TN_ANY), 12, 14, BAD_FRAMES, FAR_FRAMES),
	    VALUES(PLAIN(TN_NONE), TN_SLOT_FRAMES, SLOT_SOME, BAD_SLOTS), own, VALUES(PLAIN(0), 1, MAX));
	ADD(c, POOL_REVOKE, own, flags);
	calls_interrupt(c, TN_CALL_POOL_REVOKE);
	ADD(c, DESTROY, own, flags);
	calls_interrupt(c, TN_CALL_DESTROY);
	ADD(c, POOL_INFO, pools);
	ADD(c, CAP_DELETE, VALUES(PLAIN(TN_SELF), BAD_SLOTS), VALUES(PLAIN(SLOT_A, SLOT_B), SLOT_EMPTY, SLOT_NONE, HALF));
	ADD(c, FRAME_INFO, all, VALUES(PLAIN(12), BAD_FRAMES, FAR_FRAMES), VALUES(PLAIN(6), BAD_COUNTS));
	ADD(c, CENSUS, VALUES(PLAIN(TN_SLOT_SYSTEM), TN_SLOT_POOL));
}

const struct machine machines[] = {
	{
		.name = "pools",
		.about = "three pools, six user frames",
		.quick = true,
		.layout = {REGIONS(POOLS_END), .levels = 3, .window_count = POOLS_END - 1 - RAM_FIRST,
			   .root_frames = 4},
		.scene = {SCENE_END},
		.calls = pools_calls,
	},
};
const unsigned machine_count = sizeof(machines) / sizeof(machines[0]);
