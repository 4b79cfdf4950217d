/*
 * model_talk.h - threads and messages once more, as simply as they can be said, to compare the
 * kernel with: who is in which state, in which order they wait, what each will find in its
 * registers and in its UTCB, which capabilities they hold.
 *
 * Written from the design and from calls.h. What the kernel keeps in pointers both ways the model
 * keeps once: a thread that has called has a `wait`, which says who is to answer. Every call goes
 * through talk_do: the kernel makes it, the model says what had to come of it, and both are
 * compared. All threads, endpoints and slots of the crew's world are followed, of the calls only
 * those that concern them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/abi.h>

#include "slot.h"
#include "thread.h"

#define TALK_THREADS 12u
#define TALK_ENDPOINTS 6u
#define TALK_PROCESSES 3u

/* As if they were calls: a fault, arguments are its kind and the address; the end of a turn; the
 * interrupt that lets somebody more urgent go first; the timer, so many ticks later; the interrupt of
 * a device, argument is its source. */
enum { TALK_FAULT = 1000, TALK_TICK, TALK_PREEMPT, TALK_TIMER, TALK_IRQ };

/* What all objects have: capabilities name one life of them. */
struct talk_object {
	bool alive;
	uint32_t frame;
	uint64_t life;
	uint64_t born; /* the later, the higher */
};

struct talk_cap {
	uint64_t type, rights;
	uint32_t badge;
	struct talk_object *object; /* NULL: of no interest here */
	uint64_t life; /* of the object; of a REPLY: the ticket; of an IRQ: its source */
};

struct talk_process {
	struct talk_object object;
	struct process *kernel;
	bool dying, slotless; /* the page of slots is gone */
	uint32_t ceiling;
	struct talk_cap slots[TN_CAPS_SLOTS];
};

/* Threads in the order in which they came. */
struct talk_line {
	unsigned count;
	struct talk_thread *who[TALK_THREADS];
};

struct talk_endpoint {
	struct talk_object object;
	struct endpoint *kernel;
	struct talk_process *process;
	struct talk_line senders, receivers;
};

enum talk_state {
	TALK_STOPPED,
	TALK_READY,    /* or the current thread */
	TALK_RECEIVES, /* as `receives_at` and `deadline` say */
	TALK_WAITS     /* as `wait` says */
};

/* A call that nobody has answered yet. */
struct talk_wait {
	enum { TALK_CALL, TALK_FAULTED, TALK_EXITED } kind;
	enum { TALK_QUEUED, TALK_HELD, TALK_SAVED } where;
	struct talk_endpoint *endpoint; /* QUEUED */
	struct talk_thread *holder;     /* HELD: who is to answer */
	uint64_t ticket;                /* SAVED: the REPLY of this number is to */
	uint32_t badge;
	struct message message;
};

struct talk_thread {
	struct talk_object object;
	struct thread *kernel;
	struct talk_process *process;
	enum talk_state state;
	struct talk_endpoint *receives_at; /* NULL: signals only */
	uint64_t deadline;                 /* TN_ANY: none; no two threads have the same */
	struct talk_wait wait;
	uint32_t priority;
	bool late;     /* a tick has come while somebody worked for it */
	uint64_t turn; /* in which it was to go on first; 0: it stands at the end of its line */
	uint64_t signals;
	struct talk_cap fault;
	uint64_t registers[32];
	uint32_t unsaid; /* bit i: what register i holds now is nobody's promise */
	bool has_utcb;
	struct tn_utcb utcb;
};

/* Who is signalled when a device interrupts. */
#define TALK_IRQS 4u
struct talk_binding {
	struct talk_cap thread;
	uint64_t bits;
	bool enabled;
};

struct talk {
	struct talk_thread threads[TALK_THREADS];
	struct talk_endpoint endpoints[TALK_ENDPOINTS];
	struct talk_process processes[TALK_PROCESSES]; /* the boss's, server, client */
	struct talk_line ready[TN_PRIORITY_MAX + 1];
	struct talk_thread *current;
	uint64_t turn;      /* ticks */
	bool preempts;      /* somebody more urgent than the current thread became ready */
	bool words_written; /* the call has filled the UTCB's words: not followed */
	uint64_t last_ticket, births;
	struct talk_binding irqs[TALK_IRQS]; /* by source */
	uint64_t completed;                  /* the source that was acknowledged last */
	bool seldom;       /* after a call, compare only who made it and who runs, and see no UTCB
			    * that another has written: whoever sets this calls talk_compare */
	const char *scene; /* for complaints: what is being tried */
};
extern struct talk talk;

/* Takes over the crew's world as it is: threads are ready or stopped, nobody waits. */
void talk_begin(void);

/* t, which is ready, makes the call, in the kernel and in the model; fails the test where they
 * differ. The kernel's answer; 0 also if t waits now. TN_CALL_... or TALK_... */
int64_t talk_do(struct talk_thread *t, uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2,
		uint64_t a3, uint64_t a4, uint64_t a5);

/* As talk_do; a message whose words are made of `seed` (crew_word). */
int64_t talk_say(struct talk_thread *t, uint64_t number, uint64_t slot, uint64_t info,
		 uint64_t seed);

/* The model's thread or endpoint for the kernel's; NULL: none that lives. */
struct talk_thread *talk_thread_of(const struct thread *t);
struct talk_endpoint *talk_endpoint_of(const struct endpoint *e);

/* Who waits for t's answer, NULL: nobody. */
struct talk_thread *talk_owed_by(const struct talk_thread *t);

/* The state that the kernel must show. */
enum tn_thread_state talk_kernel_state(const struct talk_thread *t);

/* Compares all, queues and partners of the kernel's own structures among them; fails the test. */
void talk_compare(void);
