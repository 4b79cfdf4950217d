/*
 * workers.c - see workers.h.
 */
#include "workers.h"

#include <string.h>
#include <tenure/user.h>

#include "guest.h"
#include "tap.h"

#define PLACES 0x50000000ul
#define PLACE_BYTES 0x10000ul
#define STACK 0x1000ul /* offset in the place */
#define STACK_FRAMES 4u
#define UTCB 0x8000ul
#define GP 3u
#define TP 4u

extern char __image_start[], __image_end[];

static uint64_t frames[WORKERS]; /* the first of a stack's; the UTCB's is behind */

static uint64_t place(uint64_t number)
{
	return PLACES + number * PLACE_BYTES;
}

struct tn_utcb *worker_utcb(uint64_t number)
{
	return (struct tn_utcb *)(place(number) + UTCB);
}

static void must(struct tn_result r, const char *why)
{
	if (r.code != 0)
		tap_bail(why);
}

static void image_share(uint64_t process)
{
	for (uint64_t va = (uint64_t)__image_start; va < (uint64_t)__image_end;
	     va += TN_FRAME_SIZE) {
		struct tn_result r = tn_resolve(TN_SLOT_PROCESS, va);
		uint64_t rights = ((const struct tn_resolved *)tn_utcb->words)->flags & 7;

		must(r, "a page of the image is not mapped");
		must(tn_map(process, va, TN_SLOT_FRAMES, r.value / TN_FRAME_SIZE, 1,
			    rights | TN_MAP_SMALL),
		     "the image cannot be shared");
	}
}

struct child child_make(uint64_t count)
{
	struct child c;

	c.pool = guest_create(TN_KIND_POOL, TN_SLOT_POOL, 0);
	must(tn_frame_move(TN_SLOT_POOL, c.pool, count), "no frames for a child");
	c.process = guest_create(TN_KIND_PROCESS, c.pool, WORKER_PRIORITY + 9);
	must(tn_create(TN_KIND_CAPS, c.process, TN_ANY, TN_NONE, 0, 0), "no slots for a child");
	image_share(c.process);
	return c;
}

void child_end(const struct child *c)
{
	tn_cap_delete(TN_SELF, c->process);
	must(tn_destroy(c->pool, 0), "a child's pool cannot be destroyed");
}

static void worker_return(void)
{
	tn_thread_exit(0);
}

void worker_start(unsigned number, struct worker *w)
{
	struct tn_thread_config *c = (struct tn_thread_config *)tn_utcb->words;
	uint64_t va = place(number);

	if (frames[number] == 0)
		frames[number] = guest_frames(STACK_FRAMES + 1, 1);
	w->thread = guest_slot();
	must(tn_create(TN_KIND_THREAD, w->process, w->frame != 0 ? w->frame : TN_ANY, TN_NONE,
		       w->thread, 0),
	     "a worker cannot be created");
	must(tn_map(w->process, va + STACK, TN_SLOT_FRAMES, frames[number], STACK_FRAMES,
		    READ_WRITE),
	     "no stack for a worker");
	memset(c, 0, sizeof(*c));
	c->priority = w->priority != 0 ? w->priority : WORKER_PRIORITY;
	c->pc = (uint64_t)w->body;
	c->registers[0] = (uint64_t)worker_return;
	c->registers[1] = va + STACK + STACK_FRAMES * TN_FRAME_SIZE;
	__asm__ volatile("mv %0, gp" : "=r"(c->registers[GP - 1]));
	__asm__ volatile("mv %0, tp" : "=r"(c->registers[TP - 1]));
	c->registers[9] = number;
	must(tn_thread_configure(w->thread,
				 TN_CONFIGURE_REGISTERS | TN_CONFIGURE_UTCB | TN_CONFIGURE_FAULT |
					 TN_CONFIGURE_PRIORITY,
				 TN_SLOT_FRAMES, frames[number] + STACK_FRAMES, va + UTCB,
				 w->fault != 0 ? w->fault : TN_NONE),
	     "thread_configure failed");
	must(tn_thread_resume(w->thread), "thread_resume failed");
}

void worker_end(unsigned number, const struct worker *w)
{
	must(tn_destroy(w->thread, 0), "a worker cannot be destroyed");
	must(tn_unmap(w->process, place(number) + STACK, STACK_FRAMES), "unmap failed");
	must(tn_unmap(w->process, place(number) + UTCB, 1), "unmap failed");
}
