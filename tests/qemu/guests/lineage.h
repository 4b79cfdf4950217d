/*
 * lineage.h - the parts of the guest `lineage`, and what their rows share.
 *
 * A row is one demand of docs/lineage.md. Its results begin with its id, and it undoes what it did:
 * lineage_row looks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/abi.h>
#include <tenure/user.h>

#include "guest.h"

#define PAGE ((uint64_t)TN_FRAME_SIZE)
#define HERE GUEST_FREE
#define THERE (GUEST_FREE + 0x10000000ul)
#define FAR (GUEST_FREE + 0x200000000ul) /* no table below the second level stands there */

/* The rows, by the design that asks for them. */
void lineage_glenda(void);
void lineage_jinue(void);
void lineage_harmony(void);
void lineage_sel4(void);
void lineage_vesper(void);

/* As things stood before the first row. */
extern struct guest_totals lineage_start;

/* An endpoint of the guest: faults, exits and calls of its workers arrive there. */
extern uint64_t lineage_endpoint;

/* Shows a row. A result fails if the kinds do not add up to all RAM afterwards, or if the root pool
 * pays more or less than before. */
void lineage_row(const char *id, void (*show)(void));

/* --- pools and objects -------------------------------------------------------------------------- */

struct tn_pool_info lineage_account(uint64_t pool);

/* A pool below the root pool with `frames` free frames. */
uint64_t lineage_pool(uint64_t frames);

/* Ends a pool of lineage_pool; its frames are the root pool's. */
void lineage_end(uint64_t pool);

/* Empties a slot. */
void lineage_drop(uint64_t slot);

/* Stops the guest where the rest makes no sense: answers `r` if it is 0. */
struct tn_result lineage_must(struct tn_result r, const char *why);

/* --- frames and pages --------------------------------------------------------------------------- */

/* The word that frame_info answers. */
uint64_t lineage_word(uint64_t frame);

bool lineage_is(uint64_t frame, uint64_t kind);

/* A user frame with so many references. */
bool lineage_is_user(uint64_t frame, uint64_t references);

/* What a look at each frame of RAM finds. */
struct lineage_count {
	uint64_t kinds[TN_KIND_COUNT]; /* by kind */
	uint64_t strange;              /* of no kind */
	uint64_t user_used, user_idle; /* with references, without */
};
struct lineage_count lineage_count(void);

/* Calls `look` for all frames of RAM, with the word of each. */
void lineage_each_frame(void (*look)(uint64_t frame, uint64_t word));

uint64_t *lineage_at(uint64_t va);

/* Whether a page of `size` with these rights shows `address` at va. */
bool lineage_shows(uint64_t process, uint64_t va, uint64_t address, uint64_t size, uint64_t flags);

bool lineage_is_unmapped(uint64_t process, uint64_t va);

/* Unmaps `count` pages of the guest's own. */
void lineage_unmap(uint64_t va, uint64_t count);
