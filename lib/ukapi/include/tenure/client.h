/*
 * client.h - what a program that mm starts can ask of it, as functions.
 *
 * Those that answer int64_t return a number >= 0 or the negative of an enum tn_error; the errors
 * of each are listed with its request in protocol.h. A request that found the caller's kernel
 * memory short is repeated after a refill. Any thread may call any of them.
 */
#pragma once

#include <stdint.h>
#include <tenure/message.h>
#include <tenure/protocol.h>

/* Set before main runs. */
extern const struct tn_client_start *tn_client;

/* The calling thread's UTCB. */
struct tn_utcb *tn_own_utcb(void);

/* --- memory: addresses are page-aligned; where 0 may be given, mm finds a place ------------- */

/* NULL if it fails; *error, where not NULL, says why. */
void *tn_map_memory(void *address, uint64_t pages, uint64_t flags, int64_t *error);
int64_t tn_unmap_memory(void *address, uint64_t pages);
int64_t tn_protect_memory(void *address, uint64_t pages, uint64_t flags);

/* Lets process `pid` attach these pages, with TN_MM_WRITE or only to read. */
int64_t tn_offer(void *address, uint64_t pages, uint64_t pid, uint64_t flags);
void *tn_attach(uint64_t pid, void *theirs, uint64_t pages, void *own, uint64_t flags,
		int64_t *error);

/* --- processes ------------------------------------------------------------------------------ */

/* Starts the program that `text` names, arguments behind the name. Answers its pid. */
int64_t tn_spawn(const char *text, uint64_t pool_quota, uint64_t user_quota, uint64_t priority);

struct tn_ended {
	uint64_t pid;
	int64_t code;
	enum tn_mm_end reason;
};

/* Waits until a child (pid), or any (0), has ended. */
int64_t tn_wait(uint64_t pid, struct tn_ended *ended);

/* Ends a child. */
int64_t tn_stop(uint64_t pid);

/* --- endpoints and slots --------------------------------------------------------------------- */

/* A slot of the capability table that this library has not handed out; 0: none left. */
uint64_t tn_slot_take(void);

/* Two side by side: the first of them, or 0. */
uint64_t tn_slot_take_pair(void);

/* Empties a slot and takes it back. */
void tn_slot_put(uint64_t slot);

/* Makes an endpoint in a fresh slot. Answers the slot; *number: its number for others. */
int64_t tn_endpoint_create(uint64_t *number);
int64_t tn_endpoint_destroy(uint64_t slot, uint64_t number);

/* A slot from which endpoint `number` of process `pid` can be called. */
int64_t tn_connect(uint64_t pid, uint64_t number);

/* --- the rest -------------------------------------------------------------------------------- */

int64_t tn_statistics(uint64_t pid, struct tn_mm_statistics *statistics);

/* At least `frames` free frames in the own pool. Answers how many there are. */
int64_t tn_refill(uint64_t frames);

/* Prints text, at most TN_MM_TEXT_MAX bytes. */
int64_t tn_print(const char *text, uint64_t bytes);

/* The clock, in microseconds. */
uint64_t tn_microseconds(void);

/* A request as it is; code 0 and the answer's words, or what went wrong. */
struct tn_message tn_request(enum tn_mm_request request, uint64_t w0, uint64_t w1, uint64_t w2,
			     uint64_t w3, uint64_t w4);

/* Moves text into the UTCB for a request; answers its bytes, at most TN_MM_TEXT_MAX. */
uint64_t tn_text(const char *text, uint64_t bytes);

/* A request with `bytes` of text, as tn_text left it. */
struct tn_message tn_request_text(enum tn_mm_request request, uint64_t bytes, uint64_t w0,
				  uint64_t w1, uint64_t w2, uint64_t w3);
