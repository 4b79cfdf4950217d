/*
 * start.h - what crt0.S calls in a program that mm starts, and what threads share with it.
 */
#pragma once

#include <tenure/protocol.h>
#include <tenure/threads.h>

/* The first C code of a program: runs main, then ends the process. */
void tn_start(const struct tn_client_start *start, struct tn_utcb *utcb) __attribute__((noreturn));

/* Says which record is the calling thread's. */
void thread_set_self(struct tn_thread *thread);
