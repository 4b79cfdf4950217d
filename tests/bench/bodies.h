/*
 * bodies.h - what the partners of the measurements run: threads in processes that share nothing
 * with the bench but one page of code, which holds all of these.
 *
 * A body finds its first capability in slot 0, its UTCB at BODY_UTCB with its stack in the same
 * frame, and nothing else: no data, no library.
 */
#pragma once

#include <stdint.h>
#include <tenure/abi.h>

/* The page of the bench's code that holds them. */
#define BODY_PAGE ((uint64_t)body_answer & -(uint64_t)TN_FRAME_SIZE)

/* Beside it in a partner's address space, under the same tables. */
#define BODY_UTCB (BODY_PAGE + TN_FRAME_SIZE)
#define BODY_TOUCH (BODY_PAGE + 2 * TN_FRAME_SIZE) /* the page that body_touch touches */

/* Slots of a body's own. */
enum {
	BODY_ENDPOINT = 0,
	BODY_THREAD = 0,  /* body_signal: the bench's */
	BODY_FRAMES = 1,  /* body_pager */
	BODY_PROCESS = 2, /* body_pager: whose faults it serves */
};

#define BODY_BYTES 512u /* all bodies together, at most */

#define BODY_LABEL 1u /* of every message that a body sends */
#define BODY_WORDS 4u
#define BODY_SIGNAL ((uint64_t)1 << 1) /* what body_signal sends; it waits for any signal */

/* Answers each call with no words. */
void body_answer(uint64_t unused) __attribute__((noreturn));

/* Answers each call with BODY_WORDS words, each by one more than it came. */
void body_answer_words(uint64_t unused) __attribute__((noreturn));

/* Waits for a signal, signals back. */
void body_signal(uint64_t unused) __attribute__((noreturn));

/* Reads the word at BODY_TOUCH and calls with two words: the instructions that it took between
 * two reads of the counter, and the word. */
void body_touch(uint64_t unused) __attribute__((noreturn));

/* Serves faults: maps the frame at the page and lets the thread go on. */
void body_pager(uint64_t frame) __attribute__((noreturn));

/* Waits for a message, until the deadline that its UTCB has; if it is told otherwise, again. */
void body_wait(uint64_t unused) __attribute__((noreturn));

/* Calls once, with `word`. */
void body_call(uint64_t word) __attribute__((noreturn));
