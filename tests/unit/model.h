/*
 * model.h - the ownership core once more, as simply as it can be said, to compare the kernel with.
 *
 * Written from the design and from calls.h: arrays of frames, pools, processes, tables of
 * capabilities and lists of pages of 4 KiB. model_expect() is told of a call and of the kernel's
 * answer; it says what the answer had to be and applies the call. Where the kernel may choose
 * (which free frame), the model looks at what was chosen and checks that it was allowed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/abi.h>

#include "host.h"
#include "frame.h"

#define MODEL_UNSAID (~(uint64_t)0 - 1) /* a second result that the interface leaves open */

struct model_object;

struct model_frame {
	struct model_object *pool; /* FREE, CAPS, TABLE */
	uint32_t refs;             /* USER */
	uint8_t kind;
	bool clean; /* FREE: all zero; of an object: so will it be again */
};

struct model_cap {
	uint16_t type, rights;
	uint32_t badge;
	struct model_object *object;
	uint64_t life; /* of the object when the capability was made */
	uint64_t first, count;
};

struct model_page {
	bool mapped, counted, accessed, dirty;
	uint8_t level; /* of the leaf that it is part of */
	uint8_t rights;
	uint64_t frame;
};

/* The pages of 2 MiB of address space. */
struct model_chunk {
	struct model_chunk *next;
	uint64_t va;
	unsigned used;
	struct model_page pages[512];
};

struct model_table {
	struct model_table *next;
	struct model_object *process;
	unsigned level;
	uint64_t va; /* of its first entry */
	uint64_t frame;
	unsigned entries; /* leaves and tables that hang in it */
	bool is_explicit;
};

#define MODEL_LEVELS 5u
#define MODEL_CHUNK_LISTS 16u

/* Of each frame one, whatever object it becomes: `life` goes on from one to the next. */
struct model_object {
	struct model_object *next, **link; /* those that are alive, the youngest first */
	unsigned kind;
	bool alive, dying;
	uint64_t frame, life;
	struct model_object *pool;    /* that it is charged to; of a pool: its parent */
	struct model_object *process; /* thread, endpoint: whose */
	struct tn_pool_info info;     /* pool */
	/* pool: its watch. The mark in force, or the one that comes back when it is reached */
	uint64_t low, rearm, watch_bits;
	struct model_cap watcher;
	/* thread: nobody but the caller runs, so it is stopped or ready */
	bool ready;
	uint64_t utcb; /* frame; 0: none */
	uint64_t signals;
	uint64_t registers[32]; /* [0]: pc */
	/* process */
	uint64_t ceiling;
	struct model_cap *caps[TN_CAPS_PAGES];
	uint64_t caps_frame[TN_CAPS_PAGES];
	struct model_chunk *chunks[MODEL_CHUNK_LISTS]; /* by address */
	struct model_table *tables[MODEL_LEVELS];
};

/* Who is signalled when a source interrupts. */
struct model_binding {
	struct model_cap thread;
	uint64_t bits;
	bool enabled;
};

#define MODEL_IRQS 256u

struct model {
	uint64_t first, count;
	struct model_frame *frames;
	uint32_t *blocks; /* large mappings of each 2 MiB block from the one of `first` on */
	uint64_t not_ram; /* frames that no region has */
	uint64_t window_first, window_count;
	unsigned levels;
	struct model_object *objects;
	struct model_object *object_at; /* by frame, as the next two */
	struct model_table *table_at;
	struct model_cap **caps_at; /* NULL: never was a page of slots */
	struct model_chunk *spare_chunks;
	struct model_object *self, *thread, *root;
	struct model_binding irqs[MODEL_IRQS];
	uint64_t completed, cache_ops, code_syncs; /* as the host counts them */
};
extern struct model model;

struct model_call {
	uint64_t number;
	uint64_t a[6];
};

/* What the model finds wrong is written here, the first thing only. */
extern char model_complaint[256];
void model_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* After world_make(o). Puts a DEVICE capability over device_first, 1024 pages, into slot
 * TN_SLOT_DEVICES, and one over all interrupts into TN_SLOT_IRQ. */
void model_begin(const struct world_options *o, uint64_t device_first);
void model_end(void);

/* The kernel answered `a` to the call, with `utcb` in the UTCB. */
void model_expect(const struct model_call *call, struct answer a, const uint64_t *utcb);

/* Compares all frames. `full`: also the entries that each table counts, all pages, all slots, all
 * pools, all threads. */
void model_compare(bool full);

/* The first server touches memory; true if the page is mapped with the right. */
bool model_touch(uint64_t va, uint64_t right);

/* A source interrupts. */
void model_interrupt(unsigned source);

/* Not of an object that ended or was revoked. */
bool model_cap_is_live(const struct model_cap *c);
