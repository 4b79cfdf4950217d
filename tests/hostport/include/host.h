/*
 * host.h - the second port: a machine made of arrays, for tests on the build machine.
 *
 * A world is RAM (an arena at a physical address of the test's choice, with holes), the frame
 * table over it, and the root objects as the boot makes them. Every PTE write, fence and switch
 * goes to an observer. Interrupts, attributes and cache operations are knobs.
 */
#pragma once

#include <port/pte.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "types.h"

struct thread;
struct pool;
struct process;

/* --- world -------------------------------------------------------------------------------- */

struct world_options {
	unsigned levels;              /* 3, 4 or 5; 0: 3 */
	const struct region *regions; /* NULL: WORLD_FRAMES of USER from WORLD_FIRST on */
	uint32_t region_count;
	uint64_t root_frames;                /* frames of the root pool; 0: 64 */
	uint64_t window_first, window_count; /* kernel window; count 0: all RAM */
	uint64_t asids;                      /* 0: 16 */
};

#define WORLD_FIRST 0x80000u /* 2 GiB, the first frame of RAM */
#define WORLD_FRAMES 4096u   /* 16 MiB, if the test names no regions */

struct world {
	struct thread *thread; /* current; its UTCB is pinned, not mapped */
	struct process *process;
	struct pool *root;
	uint64_t utcb;       /* frame */
	uint64_t free_first; /* first USER frame that nobody uses; ascending from here they */
	uint64_t free_count; /* are idle as far as the first region of USER reaches */
};
extern struct world world;

/* Makes a fresh world; all kernel state is as after a boot. NULL: defaults. */
void world_make(const struct world_options *options);

/* Frees it. */
void world_end(void);

/*
 * Keeps a copy of the world as it is, of the first `count` frames of RAM, which lie in one 2 MiB
 * block: no others may be used until the world is gone. world_return goes back to it, as often as
 * wanted; world_forget frees the copy.
 */
struct world_copy;
struct world_copy *world_keep(uint64_t count);
void world_return(const struct world_copy *copy);
void world_forget(struct world_copy *copy);

/* --- calls -------------------------------------------------------------------------------- */

struct answer {
	int64_t code; /* 0 or -TN_E... */
	uint64_t value;
};

/* Makes system call `number` as the current thread, through the handler table, again and again
 * while it asks to be restarted. An unknown number answers ENOSYS, as the trap entry does. */
struct answer host_call(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
			uint64_t a4, uint64_t a5);

/* The last host_call ended in a switch: its thread has blocked, or found what it waits for in its
 * saved registers. `current` is who runs now. If nobody is ready, host_exit is taken with value 3. */
extern bool host_switched;

/* Called, if set, again and again while no thread is ready, instead of that: takes interrupts. */
extern void (*host_idle)(void);

/* A thread more urgent than the current one became ready; the test clears it. */
extern bool host_preempted;

/* Restarts that the last host_call went through. */
extern unsigned host_restarts;

/* Called before each restart, if set: a test can look at the state in between. */
extern void (*host_between)(void);

/* --- knobs -------------------------------------------------------------------------------- */

extern unsigned host_interrupt_every;     /* 0: never; n: every n-th question finds one pending */
extern unsigned host_interrupt_questions; /* asked in this world */
extern bool host_attributes, host_cache_ops;
extern uint64_t host_cache_op_count, host_sync_count;

/* The address space's word that port_space_use got last. */
extern uint64_t host_space;

/* What port_clock reads, and what port_timer_set was told last. */
extern uint64_t host_clock, host_timer;

/* The interrupt controller: what the next claim answers, what was completed last, what is enabled. */
#define HOST_IRQ_SOURCES 1024u /* those of a controller: more than can be bound */
extern uint32_t host_irq_claimed, host_irq_completed;
extern bool host_irq_enabled[HOST_IRQ_SOURCES];

/* --- what happened ------------------------------------------------------------------------ */

enum host_event_kind {
	HOST_PTE_WRITE,
	HOST_FENCE_PAGE,
	HOST_FENCE_SPACE,
	HOST_FENCE_ALL,
	HOST_USE
};

struct host_event {
	enum host_event_kind kind;
	pte_t *at;      /* PTE_WRITE */
	pte_t old, new; /* PTE_WRITE */
	uint64_t va, asid;
	uint64_t word; /* USE */
};

/* Called after each event, if set. */
extern void (*host_observer)(const struct host_event *event);

/* What went to the console since it was last emptied (host_console_size = 0). */
extern char host_console[4096];
extern unsigned host_console_size;

/* If armed, port_shutdown and port_panic jump there (value 1: shutdown, 2: panic) instead of
 * ending the program. */
extern jmp_buf *host_exit;
extern uint64_t host_exit_status;
extern const char *host_panic_rule;

/* Memory of a frame, whoever owns it. */
void *host_memory(uint64_t frame);
