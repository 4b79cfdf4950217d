/*
 * live.h - the tiny machine that the kernel runs on: RAM and the tables over it are arrays, and
 * frame numbers begin near 0. One thread runs, the first server's; nobody else is ever ready.
 *
 * Owns: the memory of the machine, its hart, the answers of the port.
 */
#pragma once

#include "hart.h"
#include "process.h"
#include "thread.h"

#define FRAMES_MAX 32u /* frame numbers are below */
#define REGIONS_MAX 16u
#define CALLER_SLOTS TN_CAPS_SLOTS

/* What user frames and raw free ones hold: whatever the giver left, always the same. */
#define JUNK 0xa5a5a5a5a5a5a5a5u

/* Beyond the kernel's calls: what the machine does by itself. */
enum {
	EVENT_RUN = 100, /* slot of a process: the hart goes over to it and comes back */
	EVENT_ACCESS,    /* slot of a process, va, write: the hart sets accessed, and dirty */
	EVENT_END
};

struct call {
	uint64_t number;
	uint64_t a[6];
	bool interrupted; /* an interrupt is pending whenever the kernel asks */
};

struct outcome {
	int64_t code;
	uint64_t value;
	bool restarted;
	const char *panic; /* else NULL */
};

/* What is there before the first call. */
struct layout {
	struct region regions[REGIONS_MAX]; /* ends with count 0 */
	unsigned levels;
	uint64_t window_count;            /* frames from the first on that the kernel can own */
	uint64_t root_first, root_frames; /* of the root pool */
	uint64_t utcb;                    /* the thread's */
	uint64_t anonymous_first, anonymous_count; /* see state.h */
};

extern struct hart live_hart;
extern const struct layout *live_layout;
extern struct pool *live_root;

/* Makes the machine as it is after a boot. */
void live_boot(const struct layout *layout);

/* One call, or event, by the thread. */
struct outcome live_call(const struct call *c);

/* All that a call may change. */
struct image {
	uint64_t words[FRAMES_MAX], blocks[FRAMES_MAX / BLOCK_FRAMES],
		gigas[FRAMES_MAX / GIGA_FRAMES];
	struct ram ram;
	uint64_t next_id, asid_next, asid_generation, direct_generation, ready;
	struct thread *current;
	unsigned char memory[FRAMES_MAX * FRAME_BYTES] __attribute__((aligned(64)));
};

/* Bytes of an image that are in use: those of the machine's RAM. */
void live_save(struct image *to);
void live_load(const struct image *from);
bool live_equals(const struct image *other);

/* The frame's memory. */
inline_always uint64_t *live_frame(uint64_t f)
{
	return (uint64_t *)(live_memory + f * FRAME_BYTES);
}
