/*
 * model_parts.h - what the files of the model know of each other; tests include model.h.
 *
 *   model.c          begin, one call, comparison
 *   model_frames.c   frames and pools
 *   model_objects.c  capabilities and objects
 *   model_space.c    pages and tables
 *   model_map.c      map, unmap, protect
 *   model_thread.c   threads as objects; how they talk says model_talk.h
 *   model_system.c   the rest: what calls say of frames and pools; the watch; interrupts
 */
#pragma once

#include "model.h"

struct model_frame *model_frame_at(uint64_t f);
bool model_block_is_user(uint64_t f);
uint32_t *model_block(uint64_t f);
bool model_covers(const struct model_cap *c, uint64_t first, uint64_t count);
uint64_t model_uncovered(const struct model_cap *c, uint64_t first, uint64_t count);

/* 0 or the error of looking up `slot`; *cap: what it names. */
int model_lookup(uint64_t slot, unsigned type, unsigned rights, struct model_cap **cap);

/* Why a user frame cannot be given; why a frame is not free in the pool. */
int model_give_refusal(uint64_t f);
int model_free_refusal(const struct model_object *pool, uint64_t f);

/* The frame leaves the pool's free list, or user space, for an object of `kind`; and back. */
void model_take(struct model_object *pool, unsigned kind, uint64_t f);
void model_take_user(struct model_object *pool, unsigned kind, uint64_t f);
void model_put(struct model_object *pool, uint64_t f, bool clean);

/* The exact frame of create and attach: 0 or an error; with TN_ANY ENOMEM's missing frames. */
int model_supply_refusal(struct model_object *pool, uint64_t frame, const struct model_cap *frames,
			 uint64_t *value);

struct answer model_answer(int error, uint64_t value);

struct answer model_map(const uint64_t *a);
/* One frame, read-write, at va: as map answers from EACCES on. */
struct answer model_map_frame(struct model_object *p, const struct model_cap *frames, uint64_t va,
			      uint64_t frame);
struct answer model_unmap(const uint64_t *a);
struct answer model_protect(const uint64_t *a);
struct answer model_attach(const uint64_t *a);
struct answer model_detach(const uint64_t *a);
struct answer model_resolve(const uint64_t *a, const uint64_t *utcb);

/* All pages and tables of a process that ends. */
void model_space_end(struct model_object *p);

/* The tables in memory are the model's tables, entry by entry. */
void model_compare_space(const struct model_object *p);

/* A refusal without a second result, or success without one (error 0). */
struct answer model_refused(int error);

bool model_is_covered(uint64_t f); /* by a large mapping */

/* 0, or ENOMEM and how many frames the pool lacks, which it counts. */
int model_short(struct model_object *pool, uint64_t need, uint64_t *missing);

/* `count` free frames changed their pool. */
void model_move_account(struct model_object *from, struct model_object *to, uint64_t count);

/* Slot of a process; NULL: none. POOL, PROCESS, THREAD and ENDPOINT name objects. */
struct model_cap *model_slot(const struct model_object *p, uint64_t slot);
bool model_is_object(unsigned type);

/* As model_lookup, whatever the type of object. */
int model_object_lookup(uint64_t slot, unsigned rights, struct model_cap **cap);

struct model_object *model_object_new(unsigned kind, uint64_t frame, struct model_object *pool);
struct model_cap model_object_cap(struct model_object *o);

/* The model's own copy of the page of slots in this frame, all empty. */
struct model_cap *model_caps_make(uint64_t frame);

/* low, thread and bits of a pool's watch. */
void model_watch(struct model_object *pool, uint64_t low, const struct model_cap *thread,
		 uint64_t bits);

/* The calls: what the kernel had to answer. They apply themselves. */
struct answer model_give(const uint64_t *a);
struct answer model_reclaim(const uint64_t *a, struct answer got, const uint64_t *utcb);
struct answer model_move(const uint64_t *a);
struct answer model_create(const uint64_t *a);
struct answer model_revoke(const uint64_t *a);
struct answer model_destroy(const uint64_t *a);

/* With STEP, and not done yet: the object answers EDYING from now on. */
struct answer model_step(const struct model_call *call);

/* `utcb`: the caller's words. */
struct answer model_thread_configure(const uint64_t *a, const uint64_t *utcb);
struct answer model_thread_resume(const uint64_t *a);
struct answer model_thread_suspend(const uint64_t *a);
struct answer model_thread_info(const uint64_t *a, const uint64_t *utcb);
struct answer model_signal(const uint64_t *a);

/* Of calls that say what there is: also whether they say it right. */
struct answer model_debug_write(const uint64_t *a);
struct answer model_shutdown(const uint64_t *a);
struct answer model_census(const uint64_t *a, const uint64_t *utcb);
struct answer model_frame_info(const uint64_t *a, const uint64_t *utcb);
struct answer model_pool_info(const uint64_t *a, const uint64_t *utcb);
struct answer model_pool_watch(const uint64_t *a);
struct answer model_sync_code(const uint64_t *a);
struct answer model_cache_op(const uint64_t *a);
struct answer model_irq_bind(const uint64_t *a);
struct answer model_irq_ack(const uint64_t *a);

/* What frame_info says of a frame; `seen`: what it said, of which a table's entries are taken over
 * unless `full`. */
uint64_t model_frame_export(uint64_t f, bool full, uint64_t seen);

/* What the host counts, and which interrupts it lets through. */
void model_compare_host(void);

/* The slots of a process; the account of a pool; signals and registers of a thread. */
void model_compare_slots(const struct model_object *p);
void model_compare_pool(const struct model_object *pool);
void model_compare_thread(const struct model_object *t);

/* A thread ends: its UTCB is no longer pinned. */
void model_thread_end(struct model_object *t);

struct answer model_cap_copy(const uint64_t *a);
struct answer model_cap_delete(const uint64_t *a);
struct answer model_cap_revoke(const uint64_t *a);
struct answer model_cap_info(const uint64_t *a, const uint64_t *utcb);

/* Bytes that an entry of a table of this level spans; the end of user space. */
uint64_t model_reach(unsigned level);
uint64_t model_user_end(void);

/* NULL: nothing is mapped there. */
struct model_chunk *model_chunk_at(const struct model_object *p, uint64_t va);

static inline struct model_page *model_page_at(const struct model_object *p, uint64_t va)
{
	struct model_chunk *c = model_chunk_at(p, va);
	struct model_page *g = c != NULL ? &c->pages[va / TN_FRAME_SIZE % 512] : NULL;

	return g != NULL && g->mapped ? g : NULL;
}

/* A leaf comes or goes, with its reference; va is that of its first page. */
void model_reference(const struct model_page *g, uint32_t delta);
void model_leaf_add(struct model_object *p, uint64_t va, struct model_page g);
void model_leaf_remove(struct model_object *p, uint64_t va);

/* The table of `level` for va, and the one where a walk ends that does not go below `level`. */
struct model_table *model_table_find(const struct model_object *p, unsigned level, uint64_t va);
struct model_table *model_table_lowest(const struct model_object *p, unsigned level, uint64_t va);

/* The kernel made one, implicitly; those from `level` up that are emptied go. */
void model_table_add(struct model_object *p, unsigned level, uint64_t va);
void model_tables_release(struct model_object *p, unsigned level, uint64_t va);
