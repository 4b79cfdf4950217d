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
	unsigned kind;
	struct model_object *pool; /* FREE, CAPS, TABLE */
	uint32_t refs;             /* USER */
	bool clean;                /* FREE: all zero; of an object: so will it be again */
};

struct model_cap {
	unsigned type, rights;
	struct model_object *object;
	uint64_t life; /* of the object when the capability was made */
	uint64_t first, count, badge;
};

struct model_page {
	bool mapped, counted, accessed, dirty;
	unsigned level; /* of the leaf that it is part of */
	unsigned rights;
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
	unsigned level;
	uint64_t va; /* of its first entry */
	uint64_t frame;
	bool is_explicit;
};

#define MODEL_TABLES 512u

struct model_object {
	struct model_object *next; /* all that ever were */
	unsigned kind;
	bool alive, dying;
	uint64_t frame, life;
	struct model_object *pool;    /* that it is charged to; of a pool: its parent */
	struct model_object *process; /* thread, endpoint: whose */
	struct tn_pool_info info;     /* pool */
	/* thread: nobody but the caller runs, so it is stopped or ready */
	bool ready;
	uint64_t utcb; /* frame; 0: none */
	uint64_t signals;
	uint64_t registers[32]; /* [0]: pc */
	/* process */
	uint64_t ceiling;
	struct model_cap *caps[TN_CAPS_PAGES];
	uint64_t caps_frame[TN_CAPS_PAGES];
	struct model_chunk *chunks;
	struct model_table tables[MODEL_TABLES];
	unsigned table_count;
};

struct model {
	uint64_t first, count;
	struct model_frame *frames;
	uint32_t *blocks; /* large mappings of each 2 MiB block from the one of `first` on */
	uint64_t window_first, window_count;
	unsigned levels;
	struct model_object *objects;
	struct model_object *self, *thread, *root;
};
extern struct model model;

struct model_call {
	uint64_t number;
	uint64_t a[6];
};

/* What the model finds wrong is written here, the first thing only. */
extern char model_complaint[256];
void model_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* After world_make(o). Slot TN_SLOT_DEVICES holds DEVICE over device_first, 1024 pages. */
void model_begin(const struct world_options *o, uint64_t device_first);
void model_end(void);

/* The kernel answered `a` to the call, with `utcb` in the UTCB. */
void model_expect(const struct model_call *call, struct answer a, const uint64_t *utcb);

/* Compares all frames, and of one pool, one slot and some pages what the kernel says of them.
 * `full`: also the entries that each table counts. */
void model_compare(bool full);
void model_compare_pool(uint64_t slot);
void model_compare_page(uint64_t slot, uint64_t va);

/* The first server touches memory; true if the page is mapped with the right. */
bool model_touch(uint64_t va, uint64_t right);

/* Not of an object that ended or was revoked. */
bool model_cap_is_live(const struct model_cap *c);
