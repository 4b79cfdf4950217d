/*
 * workers.h - as many threads as mm allows, which do nothing.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <tenure/threads.h>
#include <tenure/user.h>

#include "check.h"

static inline void worker_wait(void *argument)
{
	(void)argument;
	tn_await_signals(1);
}

/* Starts threads until mm refuses one, and ends them. Answers the refusal; *count: the threads. */
static inline int64_t workers_fill(unsigned *count)
{
	struct tn_thread threads[TN_CLIENT_THREADS];
	int64_t error;

	*count = 0;
	while ((error = tn_thread_start(&threads[*count], worker_wait, NULL)) == 0)
		(*count)++;
	for (unsigned i = 0; i < *count; i++) {
		check_done(tn_signal(threads[i].slot, 1).code, "signal");
		tn_thread_join(&threads[i]);
	}
	return error;
}
