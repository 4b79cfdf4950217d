/*
 * deadline.h - until when threads wait: an ordered set of the hart's, threaded through them.
 *
 * A tree in which nobody is earlier than the one above, and in which the side that a thread lies on
 * at depth n is bit n of its frame number. So the earliest is at the top, and setting and cancelling
 * take at most 32 steps each, whatever others do (a priority search tree: McCreight 1985).
 */
#pragma once

#include "hart.h"

/* t, which has none, waits until `at`, in ticks of the clock; not TN_ANY. The timer is set. */
void deadline_set(struct thread *t, uint64_t at);

/* t, which has one, waits for no time any more. */
void deadline_cancel(struct thread *t);

/* The timer has rung: wakes those of the hart whose time has come, some at a time, with ETIMEDOUT,
 * and sets the timer again. */
void deadline_fire(struct hart *h);
