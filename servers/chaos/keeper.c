/*
 * keeper.c - see keeper.h. Owns the line that is to be printed and the keeper's stack.
 */
#include "keeper.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tenure/message.h>
#include <tenure/records.h>
#include <tenure/user.h>

#include "ground.h"
#include "slots.h"
#include "tally.h"

#define FRAMES 24u /* of its pool: objects, and page tables under any paging mode */
#define PATIENCE_US 10u
#define SLEEP_EVERY 64u
#define TRIES 8u /* a call to the keeper may be cancelled by a helper */
#define TEMPORARY SLOT_WORK

/* Slots of the keeper's own: 1 to 5 are those of the main thread. */
enum { ENDPOINT = 6, POOL, DROPPED_POOL };

/* Requests, which only the main thread's capability can make. */
enum { PRINT = 1, RESTORE };
#define BADGE 1u

extern char __image_start[], __image_end[];

static char line[TN_WRITE_MAX];
static uint8_t stack[TN_FRAME_SIZE] __attribute__((aligned(16)));
static uint64_t wakes;
static bool dropped;

/* --- in the keeper's process ------------------------------------------------------------------ */

static struct tn_utcb *keeper_utcb(void)
{
	return (struct tn_utcb *)KEEPER_UTCB;
}

/* As long as the main thread goes on, or has just begun to wait, nothing. */
static void watch(void)
{
	static uint64_t seen;
	uint64_t made = tally_made(), state = tn_thread_info(TN_SLOT_THREAD).value;

	if (state != TN_THREAD_RUNNING && made == seen) {
		wakes++;
		if (state != TN_THREAD_STOPPED)
			(void)tn_thread_suspend(TN_SLOT_THREAD);
		(void)tn_thread_resume(TN_SLOT_THREAD);
	}
	seen = made;
}

static void restore(void)
{
	for (uint64_t slot = TN_SLOT_PROCESS; slot <= TN_SLOT_SYSTEM; slot++) {
		(void)tn_cap_delete(TN_SLOT_PROCESS, slot);
		(void)tn_cap_copy(slot, TN_SLOT_PROCESS, slot,
				  TN_RIGHTS_ALL >> (slot == TN_SLOT_SYSTEM), 0, 0);
	}
	(void)tn_cap_copy(POOL, TN_SLOT_PROCESS, SLOT_KEEPER_POOL, TN_RIGHTS_ALL, 0, 0);
	(void)tn_cap_copy(DROPPED_POOL, TN_SLOT_PROCESS, SLOT_KEEPER_PROCESS, TN_RIGHTS_ALL, 0, 0);
}

static void serve(uint64_t label, uint64_t bytes)
{
	if (label == RESTORE) {
		restore();
		return;
	}
	memcpy(keeper_utcb()->bytes, line, bytes);
	(void)tn_debug_write(TN_SLOT_SYSTEM, bytes);
}

/* Mostly it spins: a machine that sleeps wakes late. The next receive ends at once, or, if it is to
 * sleep, after the same time. */
static void pause_between(bool sleep)
{
	uint64_t end = tn_clock() + tn_boot->timebase * PATIENCE_US / 1000000;

	keeper_utcb()->deadline = sleep ? end : 0;
	while (!sleep && tn_clock() < end)
		;
}

static void keeper_main(void)
{
	static const uint64_t none[TN_MESSAGE_REGISTERS];

	for (uint64_t round = 1;; round++) {
		struct tn_message m;

		pause_between(round % SLEEP_EVERY == 0);
		m = tn_recv_timed(ENDPOINT);
		if (m.code == 0 && m.badge == BADGE) {
			serve(TN_INFO_LABEL(m.info), m.words[0]);
			(void)tn_reply(0, none);
		} else {
			watch();
		}
	}
}

/* --- in the main thread ----------------------------------------------------------------------- */

static void ask(uint64_t request, uint64_t word)
{
	const uint64_t words[TN_MESSAGE_REGISTERS] = {word};

	for (unsigned tries = 0; tries < TRIES; tries++)
		if (tn_call(SLOT_KEEPER, TN_INFO(request, 1), words).code == 0)
			return;
}

void keeper_print(const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	ask(PRINT, length < (int)sizeof(line) ? (uint64_t)length : sizeof(line) - 1);
}

void keeper_renew(uint64_t slot)
{
	(void)tn_cap_delete(SLOT_KEEPER_PROCESS, slot);
	(void)tn_cap_copy(slot, SLOT_KEEPER_PROCESS, slot, TN_RIGHTS_ALL, 0, 0);
}

static bool image_share(void)
{
	for (uint64_t va = (uint64_t)__image_start; va < (uint64_t)__image_end;
	     va += TN_FRAME_SIZE) {
		struct tn_resolved page;

		if (tn_resolve_read(TN_SLOT_PROCESS, va, &page).code != 0 ||
		    tn_map(SLOT_KEEPER_PROCESS, va, TN_SLOT_FRAMES, page.address / TN_FRAME_SIZE, 1,
			   (page.flags & 7) | TN_MAP_SMALL)
				    .code != 0)
			return false;
	}
	return tn_map(SLOT_KEEPER_PROCESS, TN_BOOT_INFO, TN_SLOT_FRAMES,
		      tn_resolve(TN_SLOT_PROCESS, TN_BOOT_INFO).value / TN_FRAME_SIZE, 1,
		      TN_MAP_READ)
		       .code == 0;
}

/* Its slots 1 to 7, and the main thread's way to call it. */
static bool slots_fill(void)
{
	for (uint64_t slot = TN_SLOT_PROCESS; slot <= TN_SLOT_SYSTEM; slot++)
		if (tn_cap_copy(slot, SLOT_KEEPER_PROCESS, slot,
				TN_RIGHTS_ALL >> (slot == TN_SLOT_SYSTEM), 0, 0)
			    .code != 0)
			return false;
	return tn_cap_copy(SLOT_KEEPER_POOL, SLOT_KEEPER_PROCESS, POOL, TN_RIGHTS_ALL, 0, 0).code ==
		       0 &&
	       tn_create(TN_KIND_ENDPOINT, SLOT_KEEPER_PROCESS, TN_ANY, TN_NONE, TEMPORARY, 0)
			       .code == 0 &&
	       tn_cap_copy(TEMPORARY, SLOT_KEEPER_PROCESS, ENDPOINT, TN_RIGHTS_ALL, 0, 0).code ==
		       0 &&
	       tn_cap_copy(TEMPORARY, TN_SELF, SLOT_KEEPER, TN_ENDPOINT_SEND, BADGE, 0).code == 0 &&
	       tn_cap_delete(TN_SELF, TEMPORARY).code == 0;
}

static bool thread_start(void)
{
	uint64_t utcb = ground_take(1);
	struct tn_thread_config config = {.priority = 0, .pc = (uint64_t)keeper_main};

	config.registers[TN_REGISTER_SP] = (uint64_t)stack + sizeof(stack);
	__asm__ volatile("mv %0, tp" : "=r"(config.registers[TN_REGISTER_TP]));
	return tn_create(TN_KIND_THREAD, SLOT_KEEPER_PROCESS, TN_ANY, TN_NONE, TEMPORARY, 0).code ==
		       0 &&
	       tn_thread_write(TEMPORARY, &config, utcb, KEEPER_UTCB, TN_NONE).code == 0 &&
	       tn_thread_resume(TEMPORARY).code == 0 && tn_cap_delete(TN_SELF, TEMPORARY).code == 0;
}

bool keeper_start(void)
{
	return tn_create(TN_KIND_POOL, TN_SLOT_POOL, TN_ANY, TN_NONE, SLOT_KEEPER_POOL, 0).code ==
		       0 &&
	       tn_frame_give(TN_SLOT_FRAMES, SLOT_KEEPER_POOL, ground_spare(FRAMES), FRAMES).code ==
		       0 &&
	       tn_create(TN_KIND_PROCESS, SLOT_KEEPER_POOL, TN_ANY, TN_NONE, SLOT_KEEPER_PROCESS,
			 TN_PRIORITY_MAX)
			       .code == 0 &&
	       tn_create(TN_KIND_CAPS, SLOT_KEEPER_PROCESS, TN_ANY, TN_NONE, 0, 0).code == 0 &&
	       image_share() && slots_fill() && thread_start();
}

/* The slot has a copy with fewer rights, in the place of what it had. */
static bool weaken(uint64_t slot, uint64_t rights, uint64_t first, uint64_t count)
{
	return tn_cap_copy(slot, TN_SELF, TEMPORARY, rights, first, count).code == 0 &&
	       tn_cap_delete(TN_SELF, slot).code == 0 &&
	       tn_cap_copy(TEMPORARY, TN_SELF, slot, rights, 0, 0).code == 0 &&
	       tn_cap_delete(TN_SELF, TEMPORARY).code == 0;
}

/* A pool of its own in the place of the root pool, with as many frames as it will ever have. */
static bool pool_drop(void)
{
	uint64_t pool = SLOT_ANCHORS;

	return tn_create(TN_KIND_POOL, TN_SLOT_POOL, TN_ANY, TN_NONE, pool, 0).code == 0 &&
	       tn_frame_give(TN_SLOT_FRAMES, pool, ground_spare(TN_BATCH), TN_BATCH).code == 0 &&
	       tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, ground_spare(TN_BATCH), TN_BATCH).code ==
		       0 &&
	       tn_cap_copy(pool, SLOT_KEEPER_PROCESS, DROPPED_POOL, TN_RIGHTS_ALL, 0, 0).code ==
		       0 &&
	       tn_cap_delete(TN_SELF, TN_SLOT_POOL).code == 0 &&
	       tn_cap_copy(pool, TN_SELF, TN_SLOT_POOL, TN_RIGHTS_ALL & ~TN_RIGHT_OWN, 0, 0).code ==
		       0 &&
	       tn_cap_delete(TN_SELF, pool).code == 0;
}

bool keeper_drop_rights(void)
{
	bool irq = tn_cap_info(TN_SELF, TN_SLOT_IRQ).code == 0;

	dropped = pool_drop() &&
		  weaken(TN_SLOT_PROCESS, TN_PROCESS_MAP | TN_PROCESS_MANAGE, 0, 0) &&
		  weaken(TN_SLOT_THREAD, TN_THREAD_CONTROL | TN_THREAD_SIGNAL, 0, 0) &&
		  weaken(TN_SLOT_FRAMES, TN_RIGHTS_ALL & ~TN_FRAMES_GIVE, ground_arena,
			 ARENA_FRAMES) &&
		  (!irq || weaken(TN_SLOT_IRQ, TN_IRQ_BIND, 1, 1));
	for (uint64_t slot = TN_SLOT_DEVICES; slot < TN_SLOT_IRQ; slot++)
		(void)tn_cap_delete(TN_SELF, slot);
	return dropped && tn_cap_delete(TN_SELF, TN_SLOT_SYSTEM).code == 0 &&
	       tn_cap_delete(TN_SELF, SLOT_KEEPER_PROCESS).code == 0 &&
	       tn_cap_delete(TN_SELF, SLOT_KEEPER_POOL).code == 0;
}

void keeper_restore_rights(void)
{
	if (!dropped)
		return;
	ask(RESTORE, 0);
	dropped = false;
	(void)tn_destroy(SLOT_KEEPER_PROCESS, 0); /* here the pool that was left to it */
}

bool keeper_end(void)
{
	(void)tn_cap_delete(TN_SELF, SLOT_KEEPER);
	(void)tn_cap_delete(TN_SELF, SLOT_KEEPER_PROCESS);
	return tn_destroy(SLOT_KEEPER_POOL, 0).code == 0;
}

uint64_t keeper_wakes(void)
{
	return wakes;
}
