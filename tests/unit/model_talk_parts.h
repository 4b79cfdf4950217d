/*
 * model_talk_parts.h - what the files of the model of threads and messages know of each other.
 *
 *   model_talk.c           begin, one call, comparison
 *   model_talk_threads.c   lines, who runs, ends; calls about threads and objects
 *   model_talk_messages.c  messages, answers, faults, signals
 */
#pragma once

#include "model_talk.h"

void talk_line_push(struct talk_line *l, struct talk_thread *t);
void talk_line_remove(struct talk_line *l, struct talk_thread *t);
struct talk_thread *talk_line_shift(struct talk_line *l); /* NULL: empty */

/* Those whose time has come, the earliest first: fewer than one timer interrupt may wake. */
void talk_timer(void);

/* t may run: the last of its priority; the first of it, who has got a call or an answer. */
void talk_ready(struct talk_thread *t);
void talk_ready_first(struct talk_thread *t);
void talk_ready_answered(struct talk_thread *t);

/* The most urgent ready thread goes on: where the current one cannot; where its turn is over; where
 * it comes first again among its equals. */
void talk_switch(void);
void talk_tick(void);
void talk_preempt(void);

/* Registers of t get a value; become nobody's promise. */
void talk_set(struct talk_thread *t, unsigned place, uint64_t value);
void talk_unsay(struct talk_thread *t, unsigned first, unsigned count);

/* The wait of t, and of those who wait for it in turn, fails. */
void talk_fail(struct talk_thread *t, int error);

/* Whatever t does ends, with this error; who waits for its answer is told EPEER. */
void talk_stop(struct talk_thread *t, int error);

bool talk_is_live(const struct talk_cap *c);

/* Of the current thread: 0 or the error of looking up `slot`; *cap: what it names. */
int talk_lookup(uint64_t slot, uint64_t type, uint64_t rights, struct talk_cap **cap);

/* NULL: no such slot. */
struct talk_cap *talk_slot(struct talk_process *p, uint64_t slot);

/* Who waits for the REPLY of this number. */
struct talk_thread *talk_ticket_holder(uint64_t ticket);

/* The capability goes; if it is a REPLY, who waits for it is told. */
void talk_cap_end(struct talk_cap *c);

/* The kernel has made one of this frame. */
struct talk_thread *talk_thread_add(uint32_t frame, struct talk_process *p);
struct talk_endpoint *talk_endpoint_add(uint32_t frame, struct talk_process *p);

/* The calls: what the kernel had to answer. They apply themselves. */
int talk_call_about_threads(uint64_t number, const uint64_t *a, int64_t got);
int talk_call_of_messages(uint64_t number, const uint64_t *a);
void talk_fault(uint64_t label, uint64_t w0, uint64_t w1, uint64_t w2);

/* A device interrupts. */
void talk_interrupt(uint64_t source);

/* t gets the signals among those that it waits for; false if there are none. */
bool talk_hear_signals(struct talk_thread *t);
