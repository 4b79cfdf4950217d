/*
 * threads.c - further threads of a program that mm starts.
 *
 * A thread's memory is one block of malloc: its stack below, its thread-local variables above,
 * which begin as copies of the starter's.
 */
#include <tenure/threads.h>

#include <stdlib.h>
#include <string.h>
#include <tenure/client.h>
#include <tenure/user.h>

#include "start.h"

extern char __tls_base[], __tls_end[]; /* user.ld */

/* The first code of a thread. mm has set a0 and a1. */
static void __attribute__((noreturn)) thread_begin(struct tn_thread *thread, struct tn_utcb *utcb)
{
	thread_set_self(thread);
	thread->utcb = utcb;
	utcb->deadline = TN_ANY; /* zero would have passed: no receive would wait */
	thread->body(thread->argument);
	__atomic_store_n(&thread->ended, true, __ATOMIC_RELEASE);
	(void)tn_signal(thread->starter->slot, TN_SIGNAL_JOIN);
	for (;;)
		tn_thread_exit(0);
}

int64_t tn_thread_start(struct tn_thread *thread, void (*body)(void *argument), void *argument)
{
	size_t locals = (size_t)(__tls_end - __tls_base);
	uint64_t stack;
	struct tn_message answer;

	*thread = (struct tn_thread){.body = body, .argument = argument};
	thread->starter = tn_thread_self();
	thread->slot = tn_slot_take();
	if (thread->slot == 0)
		return -TN_ERANGE;
	thread->memory = malloc(TN_THREAD_STACK + locals + 16);
	if (!thread->memory) {
		tn_slot_put(thread->slot);
		return -TN_ENOMEM;
	}
	stack = ((uint64_t)thread->memory + TN_THREAD_STACK) & ~(uint64_t)15;
	memcpy((void *)stack, __tls_base, locals);
	answer = tn_request(TN_MM_THREAD_CREATE, (uint64_t)thread_begin, (uint64_t)thread, stack,
			    stack, thread->slot);
	if (answer.code != 0) {
		free(thread->memory);
		tn_slot_put(thread->slot);
		return answer.code;
	}
	thread->number = answer.words[0];
	return 0;
}

void tn_thread_join(struct tn_thread *thread)
{
	while (!__atomic_load_n(&thread->ended, __ATOMIC_ACQUIRE))
		tn_await_signals(TN_SIGNAL_JOIN);
	/* It may be on its last instructions still, on that stack: no longer than mm lets it. */
	(void)tn_request(TN_MM_THREAD_END, thread->number, thread->slot, 0, 0, 0);
	free(thread->memory);
	tn_slot_put(thread->slot);
}
