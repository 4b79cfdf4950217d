/*
 * assumed.h (proof) - what is believed of the code that the proof does not look into. The proof
 * build includes it first in every file; docs/assurance.md lists what stands here.
 */
#pragma once

#include <stdint.h>

struct thread;
struct slot;

/* Threads, queues and messages are memory of their own: nothing of them is the frame table, a free
 * frame's link, or a pool's account. */
/*@ assigns \nothing; */
struct thread *thread_of_slot(const struct slot *s);
/*@ assigns \nothing; */
void thread_signal(struct thread *t, uint64_t bits);
