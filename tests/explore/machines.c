/*
 * machines.c - see machines.h.
 *
 * Frames 0 to 3 are device pages. RAM begins with a frame of the image, one of the boot image, a
 * hole and the thread's UTCB. The root pool's frames follow, or come after the user frames; its
 * capability page, process and thread are the last of them.
 */
#include "machines.h"

#define IMAGE 4u
#define BOOT 5u
#define HOLE 6u
#define UTCB 7u

#define SCENE_END                                                                                  \
	{                                                                                          \
		.number = EVENT_END                                                                \
	}
#define CREATE(kind, target, slot)                                                                 \
	{                                                                                          \
		.number = TN_CALL_CREATE, .a = { kind, target, TN_ANY, TN_NONE, slot, 0 }          \
	}
#define GIVE(first, count)                                                                         \
	{                                                                                          \
		.number = TN_CALL_FRAME_GIVE, .a = { TN_SLOT_FRAMES, TN_SLOT_POOL, first, count }  \
	}
#define MOVE(from, to, count)                                                                      \
	{                                                                                          \
		.number = TN_CALL_FRAME_MOVE, .a = { from, to, count }                             \
	}
#define COPY(source, slot, rights, first, count)                                                   \
	{                                                                                          \
		.number = TN_CALL_CAP_COPY, .a = { source, TN_SELF, slot, rights, first, count }   \
	}

/* Slots that are empty, beyond the table, of other types. */
#define BAD_SLOTS SLOT_EMPTY, SLOT_NONE, TN_SLOT_SYSTEM, TN_SLOT_THREAD, MAX, HALF + TN_SLOT_POOL
/* Those where nothing can be put. */
#define BAD_PLACES SLOT_NONE, TN_SLOT_SYSTEM, TN_SLOT_POOL, MAX, HALF + SLOT_A
#define BAD_COUNTS 0, TN_BATCH + 1, 17, MAX, HALF, HALF + 1
#define BAD_FRAMES 0, IMAGE, BOOT, HOLE, UTCB
/* Those that a shift or a cast makes small are among them. */
#define FAR_FRAMES HALF, HALF + 9, MAX - 1, MAX / 2, (uint64_t)1 << 52

#define ADD(c, name, ...) calls_add(c, TN_CALL_##name, (const struct values[]){__VA_ARGS__})
#define ADD_EVENT(c, name, ...) calls_add(c, EVENT_##name, (const struct values[]){__VA_ARGS__})

/* --- pools ------------------------------------------------------------------------------------- */

#define POOLS_ROOT 8u
#define POOLS_USER 12u

/* frames: those that can be given; behind them lie some outside the window. */
static void pools_add(struct calls *c, const struct values *frames)
{
	const struct values pools = VALUES(PLAIN(TN_SLOT_POOL, SLOT_A, SLOT_B), BAD_SLOTS);
	const struct values own = VALUES(PLAIN(SLOT_A, SLOT_B), TN_SLOT_POOL, BAD_SLOTS);
	const struct values all = VALUES(PLAIN(TN_SLOT_FRAMES), SLOT_SOME, BAD_SLOTS);
	const struct values count = VALUES(PLAIN(1, 2), BAD_COUNTS);
	const struct values flags = VALUES(PLAIN(0, TN_FLAG_STEP), 2, MAX);
	struct values any = *frames;

	any.v[any.count++] = TN_ANY;
	ADD(c, FRAME_GIVE, all, pools, *frames, count);
	ADD(c, FRAME_RECLAIM, all, pools, any, count);
	ADD(c, FRAME_MOVE, pools, pools, count);
	ADD(c, CREATE, ONLY(TN_KIND_POOL), pools,
	    VALUES(PLAIN(TN_ANY), POOLS_USER, POOLS_USER + 2, BAD_FRAMES, FAR_FRAMES),
	    VALUES(PLAIN(TN_NONE), TN_SLOT_FRAMES, SLOT_SOME, BAD_SLOTS),
	    VALUES(PLAIN(SLOT_A, SLOT_B), BAD_PLACES), VALUES(PLAIN(0), 1, MAX));
	ADD(c, POOL_REVOKE, own, flags);
	calls_interrupt(c, TN_CALL_POOL_REVOKE);
	ADD(c, DESTROY, own, flags);
	calls_interrupt(c, TN_CALL_DESTROY);
	ADD(c, POOL_INFO, pools);
	ADD(c, CAP_DELETE, VALUES(PLAIN(TN_SELF), BAD_SLOTS),
	    VALUES(PLAIN(SLOT_A, SLOT_B), SLOT_EMPTY, SLOT_NONE, HALF));
}

static void pools_wide_calls(struct calls *c)
{
	const struct values frames = VALUES(PLAIN(12, 13, 14, 15), BAD_FRAMES, POOLS_ROOT, 16, 17,
					    18, FAR_FRAMES);

	pools_add(c, &frames);
}

static void pools_calls(struct calls *c)
{
	const struct values frames = VALUES(PLAIN(12, 13, 14), BAD_FRAMES, POOLS_ROOT, 15, 16,
					    FAR_FRAMES);

	pools_add(c, &frames);
	ADD(c, FRAME_INFO, ONLY(TN_SLOT_FRAMES, SLOT_SOME),
	    VALUES(PLAIN(12), BAD_FRAMES, FAR_FRAMES), VALUES(PLAIN(4), BAD_COUNTS));
	ADD(c, CENSUS, VALUES(PLAIN(TN_SLOT_SYSTEM), TN_SLOT_POOL));
}

/* --- watch ------------------------------------------------------------------------------------- */

static void watch_calls(struct calls *c)
{
	const struct values pools = VALUES(PLAIN(TN_SLOT_POOL, SLOT_A), BAD_SLOTS);
	const struct values frames = VALUES(PLAIN(12, 13, 14), BAD_FRAMES);
	const struct values count = VALUES(PLAIN(1, 2), BAD_COUNTS);

	ADD(c, POOL_WATCH, pools, VALUES(PLAIN(0, 1, 2), 3, MAX),
	    VALUES(PLAIN(TN_SLOT_THREAD), SLOT_EMPTY, SLOT_NONE, TN_SLOT_POOL, MAX),
	    VALUES(PLAIN(1), 0));
	ADD(c, FRAME_GIVE, ONLY(TN_SLOT_FRAMES), pools, frames, count);
	ADD(c, FRAME_RECLAIM, ONLY(TN_SLOT_FRAMES), pools, frames, count);
	ADD(c, FRAME_RECLAIM, ONLY(TN_SLOT_FRAMES), pools, ONLY(TN_ANY), count);
	ADD(c, FRAME_MOVE, pools, pools, count);
	ADD(c, CREATE, ONLY(TN_KIND_POOL), ONLY(TN_SLOT_POOL), ONLY(TN_ANY, 12),
	    ONLY(TN_NONE, TN_SLOT_FRAMES), ONLY(SLOT_A), ONLY(0));
	ADD(c, DESTROY, ONLY(SLOT_A), ONLY(0, 1));
	ADD(c, CAP_REVOKE,
	    VALUES(PLAIN(TN_SLOT_THREAD, SLOT_A), TN_SLOT_POOL, TN_SLOT_FRAMES, SLOT_EMPTY,
		   SLOT_NONE, MAX));
	ADD(c, RECV, VALUES(PLAIN(TN_NONE), SLOT_EMPTY, SLOT_NONE, TN_SLOT_POOL),
	    ONLY(TN_INFO_TIMED));
}

/* --- objects ----------------------------------------------------------------------------------- */

#define BAD_KINDS 0, TN_KIND_TABLE, TN_KIND_FREE, TN_KIND_COUNT, MAX, HALF + 1

static void create_add(struct calls *c, const struct values *pools, const struct values *processes,
		       const struct values *slots)
{
	const struct values any = VALUES(PLAIN(TN_ANY), BAD_FRAMES, FAR_FRAMES);
	const struct values none = VALUES(PLAIN(TN_NONE), TN_SLOT_FRAMES, SLOT_SOME, SLOT_EMPTY,
					  SLOT_NONE, TN_SLOT_POOL);
	const struct values zero = VALUES(PLAIN(0), 1, TN_PRIORITY_MAX + 1, MAX);
	const struct values pages = VALUES(PLAIN(0, 1), TN_CAPS_PAGES, MAX, HALF);

	ADD(c, CREATE, VALUES(PLAIN(TN_KIND_POOL, TN_KIND_PROCESS), BAD_KINDS), *pools, any, none,
	    *slots, zero);
	ADD(c, CREATE, ONLY(TN_KIND_THREAD, TN_KIND_ENDPOINT), *processes, any, none, *slots, zero);
	ADD(c, CREATE, ONLY(TN_KIND_CAPS), *processes, any, none, pages, zero);
}

static void end_add(struct calls *c, const struct values *slots)
{
	const struct values flags = VALUES(PLAIN(0, TN_FLAG_STEP), 2, MAX);

	ADD(c, POOL_REVOKE, *slots, flags);
	calls_interrupt(c, TN_CALL_POOL_REVOKE);
	ADD(c, DESTROY, *slots, flags);
	calls_interrupt(c, TN_CALL_DESTROY);
}

static void objects_calls(struct calls *c)
{
	const struct values slots = VALUES(PLAIN(SLOT_A, SLOT_B), BAD_SLOTS);
	const struct values places = VALUES(PLAIN(SLOT_A, SLOT_B), BAD_PLACES);
	const struct values pools = VALUES(PLAIN(TN_SLOT_POOL, SLOT_A), BAD_SLOTS);
	const struct values processes = VALUES(PLAIN(SLOT_A, SLOT_B), BAD_SLOTS);

	create_add(c, &pools, &processes, &places);
	end_add(c, &slots);
	ADD(c, FRAME_MOVE, pools, pools, VALUES(PLAIN(1, 2), BAD_COUNTS));
	ADD(c, CAP_DELETE, VALUES(PLAIN(TN_SELF), BAD_SLOTS), slots);
	ADD(c, SYNC_CODE, slots);
	ADD(c, POOL_INFO, slots);
}

/* --- caps --------------------------------------------------------------------------------------- */

static void caps_calls(struct calls *c)
{
	const struct values self = VALUES(PLAIN(TN_SELF), BAD_SLOTS);
	const struct values to = VALUES(PLAIN(SLOT_B), BAD_PLACES);
	const struct values slots = VALUES(PLAIN(SLOT_A, SLOT_B, SLOT_C), BAD_SLOTS);
	const struct values sources = VALUES(PLAIN(SLOT_A, SLOT_B), SLOT_EMPTY, SLOT_NONE, MAX,
					     HALF + SLOT_A);
	const struct values places = VALUES(PLAIN(SLOT_A), BAD_PLACES);
	const struct values pools = VALUES(PLAIN(TN_SLOT_POOL), BAD_SLOTS);
	const struct values processes = VALUES(PLAIN(SLOT_A, SLOT_B), BAD_SLOTS);

	create_add(c, &pools, &processes, &places);
	end_add(c, &sources);
	ADD(c, CAP_COPY, sources, self, to, VALUES(PLAIN(TN_RIGHTS_ALL, 7), 16, MAX),
	    VALUES(PLAIN(0), MAX, HALF), VALUES(PLAIN(0), 1, MAX));
	ADD(c, CAP_DELETE, self, slots);
	ADD(c, CAP_REVOKE, slots);
	ADD(c, CAP_INFO, self, slots);
}

/* --- spaces ------------------------------------------------------------------------------------ */

#define PAGE(n) ((n) * (uint64_t)FRAME_BYTES)
/* Not aligned, beyond user space of three levels and of five, no address at all. */
#define BAD_PAGES                                                                                  \
	1, PAGE(1) - 1, PAGE(16), PAGE(17), (uint64_t)1 << 39, (uint64_t)1 << 56, MAX,             \
		MAX - FRAME_BYTES + 1
#define BAD_RIGHTS                                                                                 \
	0, TN_MAP_WRITE, TN_MAP_READ | TN_MAP_WRITE | TN_MAP_EXECUTE,                              \
		TN_MAP_WRITE | TN_MAP_EXECUTE, MAX, HALF + 1, 128, TN_MAP_READ | TN_MAP_NOCACHE,   \
		TN_MAP_READ | TN_MAP_NOCACHE | TN_MAP_IO
#define R TN_MAP_READ
#define RW (TN_MAP_READ | TN_MAP_WRITE)

struct space {
	struct values processes, pages, counts, frames, ranges, flags, rights;
};

static void space_add(struct calls *c, const struct space *s)
{
	ADD(c, MAP, s->processes, s->pages, s->ranges, s->frames, s->counts, s->flags);
	ADD(c, UNMAP, s->processes, s->pages, s->counts);
	ADD(c, PROTECT, s->processes, s->pages, s->counts, s->rights, s->ranges);
	ADD(c, PROTECT, s->processes, s->pages, s->counts, s->rights, ONLY(TN_NONE));
	ADD(c, RESOLVE, s->processes, s->pages);
}

/* One process, user frames 8 to 11: a page of each size. */
static void large_calls(struct calls *c)
{
	const struct space s = {
		.processes = VALUES(PLAIN(SLOT_A), BAD_SLOTS),
		.pages = VALUES(PLAIN(0, PAGE(1), PAGE(2), PAGE(3)), PAGE(4), BAD_PAGES),
		.counts = VALUES(PLAIN(1, 2, 4), 3, BAD_COUNTS),
		.frames = VALUES(PLAIN(8, 9, 10, 11), 12, BAD_FRAMES, FAR_FRAMES),
		.ranges = VALUES(PLAIN(TN_SLOT_FRAMES), SLOT_SOME, BAD_SLOTS),
		.flags = VALUES(PLAIN(R, RW), R | TN_MAP_SMALL, R | TN_MAP_NOTABLE,
				RW | TN_MAP_ZERO, BAD_RIGHTS),
		.rights = VALUES(PLAIN(R, RW), TN_MAP_AGE, TN_MAP_AGE | R, BAD_RIGHTS),
	};

	space_add(c, &s);
}

/* Two processes, user frames 8 and 9. */
static void spaces_calls(struct calls *c)
{
	const struct space s = {
		.processes = VALUES(PLAIN(SLOT_A, SLOT_B), BAD_SLOTS),
		.pages = VALUES(PLAIN(0, PAGE(1)), PAGE(4), BAD_PAGES),
		.counts = VALUES(PLAIN(1, 2), 3, 4, BAD_COUNTS),
		.frames = VALUES(PLAIN(8, 9), 10, BAD_FRAMES, FAR_FRAMES),
		.ranges = VALUES(PLAIN(TN_SLOT_FRAMES), SLOT_SOME, BAD_SLOTS),
		.flags = VALUES(PLAIN(RW), R, RW | TN_MAP_SMALL, R | TN_MAP_NOTABLE,
				RW | TN_MAP_ZERO, BAD_RIGHTS),
		.rights = VALUES(PLAIN(R), RW, TN_MAP_AGE, BAD_RIGHTS),
	};

	space_add(c, &s);
}

/* --- lend: frames that are mapped, given and taken back ------------------------------------------- */

static void lend_add(struct calls *c, const struct values *frames, const struct values *pages,
		     const struct values *counts)
{
	const struct space s = {
		.processes = VALUES(PLAIN(SLOT_A), BAD_SLOTS),
		.pages = *pages,
		.counts = *counts,
		.frames = *frames,
		.ranges = VALUES(PLAIN(TN_SLOT_FRAMES), SLOT_SOME, BAD_SLOTS),
		.flags = VALUES(PLAIN(RW), R, RW | TN_MAP_SMALL, R | TN_MAP_NOTABLE,
				RW | TN_MAP_ZERO, BAD_RIGHTS),
		.rights = VALUES(PLAIN(RW), R, TN_MAP_AGE, BAD_RIGHTS),
	};
	const struct values give = VALUES(PLAIN(1, 2), BAD_COUNTS);
	const struct values pool = VALUES(PLAIN(TN_SLOT_POOL), BAD_SLOTS);

	space_add(c, &s);
	ADD(c, FRAME_GIVE, s.ranges, pool, *frames, give);
	ADD(c, FRAME_RECLAIM, s.ranges, pool, *frames, give);
	ADD(c, FRAME_RECLAIM, ONLY(SLOT_C), pool, ONLY(TN_ANY), give);
	ADD(c, TABLE_ATTACH, s.processes, VALUES(PLAIN(0), PAGE(2), BAD_PAGES),
	    VALUES(PLAIN(0), 1, 2, 3, MAX), *frames,
	    VALUES(PLAIN(TN_NONE, TN_SLOT_FRAMES), SLOT_SOME, BAD_SLOTS));
	ADD(c, TABLE_DETACH, s.processes, VALUES(PLAIN(0), BAD_PAGES),
	    VALUES(PLAIN(0, 1), 2, 3, MAX), VALUES(PLAIN(0), 1, 2, MAX));
	ADD(c, CREATE, ONLY(TN_KIND_ENDPOINT), s.processes,
	    VALUES(PLAIN(TN_ANY), 8, 9, BAD_FRAMES, FAR_FRAMES),
	    VALUES(PLAIN(TN_NONE), TN_SLOT_FRAMES, SLOT_SOME, BAD_SLOTS),
	    VALUES(PLAIN(SLOT_B), BAD_PLACES), ONLY(0));
	ADD(c, DESTROY, ONLY(SLOT_B), ONLY(0));
}

/* User frames 8 and 9: small pages and one of the next size. */
static void lend_calls(struct calls *c)
{
	const struct values frames = VALUES(PLAIN(8, 9), BAD_FRAMES, 10, FAR_FRAMES);
	const struct values pages = VALUES(PLAIN(0, PAGE(1)), PAGE(2), PAGE(4), BAD_PAGES);
	const struct values counts = VALUES(PLAIN(1, 2), 3, BAD_COUNTS);

	lend_add(c, &frames, &pages, &counts);
}

/* --- tables: by name, four levels, in steps ----------------------------------------------------------- */

static void tables_calls(struct calls *c)
{
	const struct values process = VALUES(PLAIN(SLOT_A), BAD_SLOTS);
	const struct values pages = VALUES(PLAIN(0, PAGE(4)), PAGE(8), BAD_PAGES);
	const struct values levels = VALUES(PLAIN(0, 1, 2, 3), 4, 5, MAX, HALF);
	const struct values counts = VALUES(PLAIN(1), 2, 4, 8, BAD_COUNTS);

	ADD(c, TABLE_ATTACH, process, pages, levels, VALUES(PLAIN(TN_ANY), BAD_FRAMES, FAR_FRAMES),
	    VALUES(PLAIN(TN_NONE), TN_SLOT_FRAMES, SLOT_SOME, SLOT_EMPTY, SLOT_NONE));
	ADD(c, TABLE_DETACH, process, pages, VALUES(PLAIN(0, 1, 2), 3, 4, MAX, HALF),
	    VALUES(PLAIN(0, TN_FLAG_STEP), 2, MAX));
	calls_interrupt(c, TN_CALL_TABLE_DETACH);
	ADD(c, MAP, process, pages, VALUES(PLAIN(TN_SLOT_FRAMES), SLOT_SOME, BAD_SLOTS),
	    VALUES(PLAIN(8), 9, BAD_FRAMES, FAR_FRAMES), counts,
	    VALUES(PLAIN(R), R | TN_MAP_NOTABLE, RW, BAD_RIGHTS));
	ADD(c, UNMAP, process, pages, counts);
	ADD(c, RESOLVE, process, pages);
	ADD(c, PROTECT, process, pages, counts, VALUES(PLAIN(R), RW, BAD_RIGHTS),
	    VALUES(PLAIN(TN_NONE), TN_SLOT_FRAMES, BAD_SLOTS));
}

/* --- fences: what a hart that runs both may still hold ------------------------------------------------ */

static void fences_calls(struct calls *c)
{
	const struct values processes = ONLY(SLOT_A, SLOT_B);
	const struct values pages = ONLY(0, PAGE(1));
	const struct values counts = ONLY(1, 2, 4);

	ADD_EVENT(c, RUN, processes);
	ADD_EVENT(c, ACCESS, ONLY(SLOT_A), pages, ONLY(1));
	ADD(c, MAP, processes, pages, ONLY(TN_SLOT_FRAMES), ONLY(8), ONLY(1, 2), ONLY(RW));
	ADD(c, UNMAP, processes, pages, counts);
	ADD(c, PROTECT, processes, pages, counts, ONLY(R, RW, TN_MAP_AGE), ONLY(TN_SLOT_FRAMES));
	ADD(c, TABLE_ATTACH, processes, pages, ONLY(0), ONLY(TN_ANY), ONLY(TN_NONE));
	ADD(c, TABLE_DETACH, processes, pages, ONLY(0, 1), ONLY(0, TN_FLAG_STEP));
	calls_interrupt(c, TN_CALL_TABLE_DETACH);
	ADD(c, CREATE, ONLY(TN_KIND_PROCESS), ONLY(TN_SLOT_POOL), ONLY(TN_ANY), ONLY(TN_NONE),
	    processes, ONLY(0));
	ADD(c, DESTROY, processes, ONLY(0, TN_FLAG_STEP));
	calls_interrupt(c, TN_CALL_DESTROY);
}

/* --- pins: UTCBs of threads ---------------------------------------------------------------------------- */

static void pins_calls(struct calls *c)
{
	const struct values process = VALUES(PLAIN(SLOT_A), BAD_SLOTS);
	const struct values thread = VALUES(PLAIN(SLOT_B), BAD_SLOTS);
	const struct values pages = VALUES(PLAIN(0), PAGE(4), BAD_PAGES);
	const struct values frames = VALUES(PLAIN(8), 10, 0, IMAGE, BOOT, HOLE, FAR_FRAMES);
	const struct values ranges = VALUES(PLAIN(TN_SLOT_FRAMES), SLOT_SOME, BAD_SLOTS);
	const struct values counts = VALUES(PLAIN(1), BAD_COUNTS);

	ADD(c, CREATE, ONLY(TN_KIND_THREAD), process, ONLY(TN_ANY), ONLY(TN_NONE), ONLY(SLOT_B),
	    ONLY(0));
	ADD(c, THREAD_CONFIGURE, thread, VALUES(PLAIN(TN_CONFIGURE_UTCB), 0, 16, MAX), ranges,
	    frames, pages, VALUES(PLAIN(TN_NONE), SLOT_EMPTY));
	ADD(c, THREAD_SUSPEND, VALUES(PLAIN(SLOT_B), SLOT_A, SLOT_NONE, MAX));
	ADD(c, THREAD_INFO, thread);
	ADD(c, MAP, process, pages, ranges, frames, counts,
	    VALUES(PLAIN(RW), RW | TN_MAP_ZERO, BAD_RIGHTS));
	ADD(c, UNMAP, process, pages, counts);
	ADD(c, FRAME_GIVE, ranges, VALUES(PLAIN(TN_SLOT_POOL), BAD_SLOTS), frames, counts);
	ADD(c, FRAME_RECLAIM, ranges, VALUES(PLAIN(TN_SLOT_POOL), BAD_SLOTS), frames, counts);
	ADD(c, DESTROY, VALUES(PLAIN(SLOT_A, SLOT_B), BAD_SLOTS),
	    VALUES(PLAIN(0, TN_FLAG_STEP), MAX));
	calls_interrupt(c, TN_CALL_DESTROY);
	ADD(c, CREATE, ONLY(TN_KIND_PROCESS), ONLY(TN_SLOT_POOL), ONLY(TN_ANY), ONLY(TN_NONE),
	    ONLY(SLOT_A), ONLY(0));
	ADD(c, CAP_DELETE, ONLY(TN_SELF), ONLY(SLOT_B));
}

/* --- revoke: a pool below a pool, and a process below that, taken apart in steps ------------------- */

static void revoke_calls(struct calls *c)
{
	const struct values slots = VALUES(PLAIN(SLOT_A, SLOT_B, SLOT_C), BAD_SLOTS);

	end_add(c, &slots);
	ADD(c, FRAME_MOVE, ONLY(SLOT_A, SLOT_B), ONLY(SLOT_A, SLOT_B),
	    VALUES(PLAIN(1), BAD_COUNTS));
	ADD(c, CREATE, ONLY(TN_KIND_PROCESS), ONLY(SLOT_B), ONLY(TN_ANY), ONLY(TN_NONE),
	    ONLY(SLOT_C), ONLY(0));
	ADD(c, CREATE, ONLY(TN_KIND_CAPS), ONLY(SLOT_C), ONLY(TN_ANY), ONLY(TN_NONE), ONLY(0),
	    ONLY(0));
	ADD(c, CAP_REVOKE, slots);
	ADD(c, POOL_WATCH, VALUES(PLAIN(SLOT_A), SLOT_B), ONLY(0), ONLY(TN_SLOT_THREAD), ONLY(1));
	ADD(c, TABLE_ATTACH, ONLY(SLOT_C), ONLY(0), ONLY(2, 1), ONLY(TN_ANY), ONLY(TN_NONE));
}

/* --- all ---------------------------------------------------------------------------------------- */

#define LAYOUT_POOLS(given, end)                                                                   \
	{                                                                                          \
		.regions = {{IMAGE, 1, TN_KIND_IMAGE},                                             \
			    {BOOT, 1, TN_KIND_BOOT},                                               \
			    {UTCB, (end)-UTCB, TN_KIND_USER}},                                     \
		.utcb = UTCB, .root_first = POOLS_ROOT, .root_frames = 4, .levels = 3,             \
		.window_count = POOLS_USER + (given)-IMAGE                                         \
	}
/* Of user frames, `spare` come last. `free` frames after the root pool's own are given to it by the scene, and all alike. */
#define LAYOUT(root, free, spare, levels_)                                                         \
	{                                                                                          \
		.regions = {{IMAGE, 1, TN_KIND_IMAGE},                                             \
			    {BOOT, 1, TN_KIND_BOOT},                                               \
			    {UTCB, (root) + 4 + (free) + (spare)-UTCB, TN_KIND_USER}},             \
		.utcb = UTCB, .root_first = (root), .root_frames = 4, .levels = levels_,           \
		.window_count = (root) + 4 + (free) + (spare)-IMAGE,                               \
		.anonymous_first = (root) + 4, .anonymous_count = (free)                           \
	}

#define PROCESS(slot) CREATE(TN_KIND_PROCESS, TN_SLOT_POOL, slot)
#define SOME(rights, first, count) COPY(TN_SLOT_FRAMES, SLOT_SOME, rights, first, count)

const struct machine machines[] = {
	{
		.name = "pools",
		.about = "the root pool and two more, three frames to give",
		.quick = true,
		.layout = LAYOUT_POOLS(3, 16),
		.scene = {SOME(9, 12, 2), SCENE_END},
		.calls = pools_calls,
	},
	{
		.name = "watch",
		.about = "two pools, a watch on each",
		.quick = true,
		.layout = LAYOUT_POOLS(3, 16),
		.scene = {SCENE_END},
		.calls = watch_calls,
	},
	{
		.name = "objects",
		.about = "two frames for objects of every kind",
		.quick = true,
		.layout = LAYOUT(8, 2, 0, 3),
		.scene = {GIVE(12, 2), SOME(9, 12, 2), SCENE_END},
		.calls = objects_calls,
	},
	{
		.name = "caps",
		.about = "capabilities copied, weakened, revoked and stale",
		.quick = true,
		.layout = LAYOUT(8, 2, 0, 3),
		.scene = {GIVE(12, 2), SOME(9, 12, 2), SCENE_END},
		.calls = caps_calls,
	},
	{
		.name = "pools-wide",
		.about = "the same with four frames to give",
		.layout = LAYOUT_POOLS(4, 18),
		.scene = {SOME(9, 12, 2), SCENE_END},
		.calls = pools_wide_calls,
	},
	{
		.name = "large",
		.about = "a process and four user frames, pages of every size",
		.quick = true,
		.layout = LAYOUT(12, 6, 0, 3),
		.scene = {GIVE(16, 2), GIVE(18, 2), GIVE(20, 2), SOME(1, 8, 2), PROCESS(SLOT_A),
			  SCENE_END},
		.calls = large_calls,
	},
	{
		.name = "spaces",
		.about = "two processes and two user frames",
		.quick = true,
		.layout = LAYOUT(10, 8, 0, 3),
		.scene = {GIVE(14, 2), GIVE(16, 2), GIVE(18, 2), GIVE(20, 2), SOME(1, 8, 1),
			  PROCESS(SLOT_A), PROCESS(SLOT_B), SCENE_END},
		.calls = spaces_calls,
	},
	{
		.name = "lend",
		.about = "two user frames that are mapped, given, made tables of and taken back",
		.quick = true,
		.layout = LAYOUT(10, 4, 0, 3),
		.scene = {GIVE(14, 2), GIVE(16, 2), SOME(1, 8, 1), PROCESS(SLOT_A),
			  COPY(TN_SLOT_FRAMES, SLOT_C, 0, 8, 2), SCENE_END},
		.calls = lend_calls,
	},
	{
		.name = "tables",
		.about = "tables by name, under four levels, taken apart in steps",
		.quick = true,
		.layout = LAYOUT(10, 6, 0, 4),
		.scene = {GIVE(14, 2), GIVE(16, 2), GIVE(18, 2), SOME(1, 8, 1), PROCESS(SLOT_A),
			  SCENE_END},
		.calls = tables_calls,
	},
	{
		.name = "fences",
		.about = "two processes that run, and what the hart may hold of them",
		.quick = true,
		.layout = LAYOUT(10, 8, 0, 3),
		.scene = {GIVE(14, 2), GIVE(16, 2), GIVE(18, 2), GIVE(20, 2), SCENE_END},
		.calls = fences_calls,
	},
	{
		.name = "pins",
		.about = "a process, threads and the frames of their UTCBs",
		.quick = true,
		.layout = LAYOUT(10, 5, 1, 3),
		.scene = {GIVE(14, 2), GIVE(16, 2), GIVE(18, 1), SOME(1, 8, 1), PROCESS(SLOT_A),
			  SCENE_END},
		.calls = pins_calls,
	},
	{
		.name = "revoke",
		.about = "a pool below a pool and a process below that, taken apart in steps",
		.quick = true,
		.layout = LAYOUT(8, 6, 0, 3),
		.scene = {GIVE(12, 2), GIVE(14, 2), GIVE(16, 2),
			  CREATE(TN_KIND_POOL, TN_SLOT_POOL, SLOT_A), MOVE(TN_SLOT_POOL, SLOT_A, 2),
			  MOVE(TN_SLOT_POOL, SLOT_A, 2), CREATE(TN_KIND_POOL, SLOT_A, SLOT_B),
			  MOVE(SLOT_A, SLOT_B, 2), CREATE(TN_KIND_PROCESS, SLOT_B, SLOT_C),
			  SCENE_END},
		.calls = revoke_calls,
	},
};
const unsigned machine_count = sizeof(machines) / sizeof(machines[0]);
