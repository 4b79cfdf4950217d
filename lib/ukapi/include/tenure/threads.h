/*
 * threads.h - threads of a program that mm starts, and a mutex made of signals.
 *
 * Threads share everything but their stack, their UTCB and thread-local variables. Signal bits 62
 * and 63 are the library's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/protocol.h>

#define TN_SIGNAL_MUTEX ((uint64_t)1 << 63)
#define TN_SIGNAL_JOIN ((uint64_t)1 << 62)

/* One a thread. The main thread's exists before main; tn_thread_start fills the others. */
struct tn_thread {
	struct tn_utcb *utcb;
	uint64_t slot;   /* of a capability to signal it */
	uint64_t number; /* mm's */
	void (*body)(void *argument);
	void *argument;
	char *memory; /* stack and thread-local block */
	struct tn_thread *starter;
	volatile bool ended;
	struct tn_thread *next; /* in a mutex's queue */
};

#define TN_THREAD_STACK 16384u /* bytes */

/* The calling thread. */
struct tn_thread *tn_thread_self(void);

/* Runs body(argument) in a new thread. 0, or the negative of an enum tn_error. */
int64_t tn_thread_start(struct tn_thread *thread, void (*body)(void *argument), void *argument);

/* Waits until the thread has ended, and frees what it used. Only for the one that started it. */
void tn_thread_join(struct tn_thread *thread);

/* Waits for any of the signals; answers which came, and clears them. */
uint64_t tn_await_signals(uint64_t mask);

/*
 * The same until the clock (tn_clock) shows `deadline` at the latest; then 0. TN_ANY: for ever. A
 * deadline that has passed asks without waiting.
 */
uint64_t tn_await_signals_until(uint64_t mask, uint64_t deadline);

/* Waits until the clock shows `deadline`; not at all if it does already. */
void tn_sleep_until(uint64_t deadline);
void tn_sleep_ms(uint64_t milliseconds);

/* Not to be touched but by the functions below. All zero: open. */
struct tn_mutex {
	volatile uint32_t guard; /* of the rest; held for a few instructions */
	struct tn_thread *holder;
	struct tn_thread *first, *last; /* who waits */
	uint32_t depth;
};

/* Waits until the mutex is the caller's. The holder may lock again, as often as it unlocks. */
void tn_mutex_lock(struct tn_mutex *mutex);
void tn_mutex_unlock(struct tn_mutex *mutex);
