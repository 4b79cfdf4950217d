/*
 * thread.h - a thread: registers, a UTCB frame that it pins, and whom it waits for.
 */
#pragma once

#include <port/current.h>

#include "slot.h"

struct endpoint;
struct hart;
struct process;
struct queue;

/* Places in `registers`; a message is six words from INFO on. */
enum { REGISTER_PC, REGISTER_SP = 2, REGISTER_A0 = 10, REGISTER_INFO = 11, REGISTER_BADGE = 17 };

/* As it travels in registers, from REGISTER_INFO on. */
struct message {
	uint64_t info, words[TN_MESSAGE_REGISTERS];
};

/* Offsets of the first fields are known to the trap entry (arch asserts them). */
struct thread {
	uint64_t registers[32]; /* [0]: pc; [i]: x_i, as far as saved (see entry.S) */
	struct hart *hart;
	uint64_t whole; /* the temporaries in `registers` count: it was interrupted, or is new */
	struct slot **directory; /* of its process: one load less at each lookup */
	struct process *process;
	struct tn_utcb *utcb; /* through the direct map; NULL: none pinned */
	uint64_t state;       /* enum tn_thread_state */
	uint64_t signals;     /* pending */
	uint32_t self;
	uint32_t priority;
	uint64_t above;                 /* ranks of more urgent priorities; see hart.h */
	struct queue *line;             /* where it stands when it is ready; of its hart */
	struct thread *next, *previous; /* in the process */
	struct thread *queue_next, *queue_previous; /* in a queue of the hart or of `endpoint` */
	struct endpoint *endpoint;                  /* where it receives or calls; NULL: at none */
	struct thread *caller;                      /* whom it has to answer */
	struct thread *partner; /* who has to answer it; NULL while a REPLY does instead */
	uint64_t call_id;       /* names the call to such a REPLY */
	uint32_t badge;         /* of the capability through which it calls */
	uint32_t turn;          /* hart's, in which it became the first of its line; 0: last */
	struct slot fault;      /* endpoint that its faults go to; weak */
	/* its process; process_none while only the full ways may end its wait: it has faulted, has a
	 * deadline, or is late */
	const struct process *direct;
	uint64_t deadline;       /* DEADLINE_NONE: none */
	struct thread *later[2]; /* see deadline.h */
	struct message fault_message;
	uint32_t floats; /* floating-point registers stand behind the structure */
	uint32_t late;   /* a tick has ended its turn while it waited for an answer */
};
_Static_assert(sizeof(struct thread) % 64 == 0, "zeroed by 64 bytes");

#define DEADLINE_NONE 0u

/* The first server's: it has no handler, so its fault ends the machine, and so does its exit. */
extern struct thread *thread_boot;

void thread_init(struct thread *t, pfn_t self, struct process *p);

/* Nobody waits for it any more, nor it for anybody; unpins its UTCB, unlinks it and gives its
 * frame back. Not the running one. */
void thread_end(struct thread *t);

/* The frame becomes its UTCB: a USER frame inside the window with a reference to spare. */
void thread_pin_utcb(struct thread *t, pfn_t f);

/* The answer to its call, which it will find in its saved registers: success, and no more. */
inline_always void thread_succeed(struct thread *t)
{
#pragma GCC unroll 8
	for (unsigned i = REGISTER_A0; i <= REGISTER_BADGE; i++)
		t->registers[i] = 0;
}

/* The same for a call that fails: the positive error. */
inline_always void thread_fail(struct thread *t, int error)
{
	t->registers[REGISTER_A0] = (uint64_t)result_code(failure(error, 0));
}

/* The thread that a weak reference names, or NULL if it is gone. */
struct thread *thread_of_slot(const struct slot *s);
