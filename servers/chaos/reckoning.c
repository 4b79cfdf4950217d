/*
 * reckoning.c - see reckoning.h. Owns the count of what is wrong.
 */
#include "reckoning.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tenure/message.h>
#include <tenure/names.h>
#include <tenure/records.h>
#include <tenure/server.h>

#include "ground.h"
#include "helpers.h"
#include "keeper.h"
#include "slots.h"

#define SHOWN 8u /* frames that are wrong, by name */
#define GIGA ((uint64_t)512 * 512 * TN_FRAME_SIZE)

/* The process that is made at the end. */
#define PROBE_POOL SLOT_WORK
#define PROBE_PROCESS (SLOT_WORK + 1)
#define PROBE_THREAD (SLOT_WORK + 2)
#define PROBE_ENDPOINT (SLOT_WORK + 3)
#define PROBE_FRAMES 32u
#define PROBE_VA 0x200000ul
#define PROBE_UTCB 0x400000ul
#define PROBE_WORD 0x6368616f73ul

static unsigned wrong;
static uint64_t boot_kinds[TN_KIND_COUNT], boot_frames;

static void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void complain(const char *format, ...)
{
	va_list arguments;

	printf("chaos: WRONG: ");
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	wrong++;
}

static bool must(struct tn_result r, const char *what)
{
	if (r.code != 0)
		complain("%s: %s, %lu", what, tn_error_name(r.code), (unsigned long)r.value);
	return r.code == 0;
}

void reckoning_start(void)
{
	boot_frames = tn_boot->ram_frames;
	for (uint32_t i = 0; i < tn_boot->range_count; i++)
		boot_kinds[tn_boot->ranges[i].kind] += tn_boot->ranges[i].count;
}

/* The first of so many idle frames of the arena. Pages of own slots may lie anywhere in it. */
static uint64_t idle_frames(uint64_t count)
{
	uint64_t run = 0;

	for (uint64_t f = ground_arena; f < ground_arena + ARENA_FRAMES; f++) {
		(void)tn_frame_info(TN_SLOT_FRAMES, f, 1);
		run = tn_utcb->words[0] == 0 ? run + 1 : 0;
		if (run == count)
			return f + 1 - count;
	}
	complain("no %lu idle frames lie together in the arena", (unsigned long)count);
	return ground_arena;
}

/* --- taking back ------------------------------------------------------------------------------ */

/* What the root pool has paid is named by anchors; all else was built from pools among it. */
static void anchors_destroy(void)
{
	for (uint64_t slot = SLOT_ANCHORS; slot < SLOT_ANCHORS_END; slot++) {
		struct tn_cap_info info;

		if (tn_cap_read(TN_SELF, slot, &info).code != 0 || !info.live ||
		    info.type > TN_CAP_ENDPOINT || !(info.rights & TN_RIGHT_OWN))
			continue;
		must(tn_destroy(slot, 0), "destroy what the root pool has paid");
	}
}

static bool slot_is_boots(uint64_t slot)
{
	return slot <= TN_SLOT_SYSTEM || (slot >= SLOT_HELPER_CODE && slot <= SLOT_KEEPER_POOL) ||
	       (slot >= TN_SLOT_DEVICES && slot <= TN_SLOT_IRQ);
}

static void slots_clear(void)
{
	for (uint64_t slot = 0; slot < TN_CAPS_PAGES * TN_CAPS_SLOTS; slot++)
		if (!slot_is_boots(slot))
			(void)tn_cap_delete(TN_SELF, slot);
}

/* Takes out each table that covers nothing that is kept, the largest first. */
static void tables_detach(void)
{
	for (uint64_t level = tn_boot->paging_levels - 1; level-- > 1;) {
		uint64_t span = (uint64_t)TN_FRAME_SIZE << (9 * (level + 1));

		for (uint64_t va = 0; va < 512 * span && va < ground_user_top; va += span)
			if (!ground_is_kept(va, span))
				(void)tn_table_detach(TN_SLOT_PROCESS, va, level, 0);
	}
}

/* What is mapped by large pages in tables that stay. */
static void pages_unmap(void)
{
	for (uint64_t va = OWN_LOW_END; va < ground_user_top;) {
		struct tn_result r;

		if (va == OWN_HIGH)
			va = OWN_HIGH_END;
		if (va >= ground_user_top)
			return;
		r = tn_unmap(TN_SLOT_PROCESS, va,
			     ((va < OWN_HIGH ? OWN_HIGH : ground_user_top) - va) / TN_FRAME_SIZE);
		if (!must(r, "unmap the own space"))
			return;
		va += (r.value & 0xffffffff) * TN_FRAME_SIZE;
	}
}

static void frames_reclaim(void)
{
	struct tn_result r;

	do
		r = tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, TN_ANY, TN_BATCH);
	while (must(r, "reclaim from the root pool") && (uint32_t)r.value != 0);
}

/* --- comparing -------------------------------------------------------------------------------- */

struct found {
	uint64_t kinds[TN_KIND_COUNT], wrong, pages;
};

static bool frame_is_right(const struct tn_boot_range *range, uint64_t word, struct found *found)
{
	uint32_t kind = TN_INFO_KIND(word);

	if (range->kind == TN_KIND_USER && kind == TN_KIND_CAPS && ++found->pages)
		return true; /* a page of own slots, which stays */
	if (range->kind == TN_KIND_FREE || range->kind == TN_KIND_CAPS)
		return word == 0 || kind == TN_KIND_CAPS;
	return range->kind == TN_KIND_USER ? word == range->detail : kind == range->kind;
}

static void frames_compare(void *context, const struct tn_boot_range *range, uint64_t first,
			   uint64_t count, const uint64_t *words)
{
	struct found *found = context;

	for (uint64_t i = 0; i < count; i++) {
		found->kinds[TN_INFO_KIND(words[i])]++;
		if (!frame_is_right(range, words[i], found) && found->wrong++ < SHOWN)
			complain("frame 0x%lx, %s at boot, is %s: 0x%lx",
				 (unsigned long)(first + i), tn_kind_name(range->kind),
				 tn_kind_name(TN_INFO_KIND(words[i])), (unsigned long)words[i]);
	}
}

/* What the kernel has beside boot's objects: nothing but pages of own slots. */
static void kinds_compare(const struct found *found, uint64_t own_pages)
{
	static const uint8_t same[] = {TN_KIND_POOL,     TN_KIND_PROCESS, TN_KIND_THREAD,
				       TN_KIND_ENDPOINT, TN_KIND_TABLE,   TN_KIND_IMAGE,
				       TN_KIND_BOOT,     TN_KIND_HOLE};

	for (unsigned i = 0; i < sizeof(same); i++)
		if (found->kinds[same[i]] != boot_kinds[same[i]])
			complain("%lu frames are %s, at boot there were %lu",
				 (unsigned long)found->kinds[same[i]], tn_kind_name(same[i]),
				 (unsigned long)boot_kinds[same[i]]);
	if (found->kinds[TN_KIND_FREE] != 0 || found->kinds[TN_KIND_CAPS] != own_pages)
		complain("%lu frames are free, and %lu pages of slots for a process that has %lu",
			 (unsigned long)found->kinds[TN_KIND_FREE],
			 (unsigned long)found->kinds[TN_KIND_CAPS], (unsigned long)own_pages);
}

static void census_compare(const struct found *found)
{
	struct tn_census census;
	uint64_t sum = 0;

	if (!must(tn_census_read(TN_SLOT_SYSTEM, &census), "census"))
		return;
	for (unsigned kind = 0; kind < TN_KIND_COUNT; kind++) {
		sum += census.kinds[kind];
		if (kind != TN_KIND_HOLE && census.kinds[kind] != found->kinds[kind])
			complain("the census has %lu frames %s, frame_info %lu",
				 (unsigned long)census.kinds[kind], tn_kind_name(kind),
				 (unsigned long)found->kinds[kind]);
	}
	if (census.frames != boot_frames || sum != boot_frames)
		complain("the census adds up to %lu frames, not to %lu", (unsigned long)sum,
			 (unsigned long)boot_frames);
}

static void compare(const char *when)
{
	static struct found found;
	struct tn_pool_info root = {0};

	memset(&found, 0, sizeof(found));
	must(tn_pool_read(TN_SLOT_POOL, &root), "pool_info");
	must(tn_frames_visit(frames_compare, &found), "frame_info");
	if (found.wrong > SHOWN)
		complain("%lu frames in all", (unsigned long)found.wrong);
	kinds_compare(&found, root.kinds[TN_KIND_CAPS]);
	census_compare(&found);
	if (wrong == 0)
		printf("chaos: %s all %lu frames are as they were at boot; %lu pages of own slots stay\n",
		       when, (unsigned long)boot_frames, (unsigned long)root.kinds[TN_KIND_CAPS]);
}

/* --- a process, once more --------------------------------------------------------------------- */

/* Calls the endpoint in slot 0 with a word that it reads from its page, behind the code. */
static const uint32_t probe_code[] = {
	0x00000317, /* auipc t1, 0 */
	0x00000513, /* li a0, 0 */
	0x0010059b, /* addiw a1, zero, 1 */
	0x02059593, /* slli a1, a1, 32 */
	0x10033603, /* ld a2, 256(t1) */
	0x02600893, /* li a7, 38 */
	0x00000073, /* ecall */
	0x00000000,
};
_Static_assert(TN_CALL_CALL == 38, "as the code has it");

static bool probe_load(uint64_t frame)
{
	uint64_t va = OWN_LOW_END;

	if (!must(tn_map(TN_SLOT_PROCESS, va, TN_SLOT_FRAMES, frame, 1,
			 TN_MAP_READ | TN_MAP_WRITE | TN_MAP_ZERO),
		  "map a page to write"))
		return false;
	memcpy((void *)va, probe_code, sizeof(probe_code));
	*(uint64_t *)(va + 256) = PROBE_WORD;
	return must(tn_unmap(TN_SLOT_PROCESS, va, 1), "unmap it") &&
	       must(tn_sync_code(TN_SLOT_PROCESS), "sync_code");
}

static bool probe_make(uint64_t code, uint64_t utcb, uint64_t lent)
{
	struct tn_thread_config config = {.priority = 10, .pc = PROBE_VA};

	return must(tn_create(TN_KIND_POOL, TN_SLOT_POOL, TN_ANY, TN_NONE, PROBE_POOL, 0),
		    "a pool") &&
	       must(tn_frame_give(TN_SLOT_FRAMES, PROBE_POOL, lent, PROBE_FRAMES),
		    "frames for it") &&
	       must(tn_create(TN_KIND_PROCESS, PROBE_POOL, TN_ANY, TN_NONE, PROBE_PROCESS, 31),
		    "a process") &&
	       must(tn_create(TN_KIND_CAPS, PROBE_PROCESS, TN_ANY, TN_NONE, 0, 0), "slots") &&
	       must(tn_create(TN_KIND_ENDPOINT, PROBE_PROCESS, TN_ANY, TN_NONE, PROBE_ENDPOINT, 0),
		    "an endpoint") &&
	       must(tn_cap_copy(PROBE_ENDPOINT, PROBE_PROCESS, 0, TN_ENDPOINT_SEND, 7, 0),
		    "a copy of it") &&
	       must(tn_map(PROBE_PROCESS, PROBE_VA, TN_SLOT_FRAMES, code, 1,
			   TN_MAP_READ | TN_MAP_EXECUTE),
		    "its code") &&
	       must(tn_create(TN_KIND_THREAD, PROBE_PROCESS, TN_ANY, TN_NONE, PROBE_THREAD, 0),
		    "a thread") &&
	       must(tn_thread_write(PROBE_THREAD, &config, utcb, PROBE_UTCB, PROBE_ENDPOINT),
		    "its registers") &&
	       must(tn_thread_resume(PROBE_THREAD), "to run");
}

/* It calls; and once it is answered it faults. */
static bool probe_run(void)
{
	static const uint64_t none[TN_MESSAGE_REGISTERS];
	struct tn_message m;

	tn_utcb->signal_mask = 0;
	tn_utcb->deadline = tn_clock() + tn_boot->timebase;
	m = tn_recv_timed(PROBE_ENDPOINT);
	if (m.code != 0 || m.badge != 7 || m.words[0] != PROBE_WORD) {
		complain("the new thread's call: %s, badge %lu, 0x%lx", tn_error_name(m.code),
			 (unsigned long)m.badge, (unsigned long)m.words[0]);
		return false;
	}
	m = tn_reply_recv(PROBE_ENDPOINT, TN_INFO_TIMED, none);
	if (m.code == 0 && TN_INFO_LABEL(m.info) == TN_LABEL_FAULT &&
	    m.words[0] == TN_FAULT_ILLEGAL)
		return true;
	complain("the new thread's fault: %s, label 0x%x", tn_error_name(m.code),
		 TN_INFO_LABEL(m.info));
	return false;
}

static void probe(void)
{
	uint64_t first = idle_frames(18 + PROBE_FRAMES);

	must(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, first, 16), "frames for the root pool");
	if (!probe_load(first + 16) || !probe_make(first + 16, first + 17, first + 18) ||
	    !probe_run())
		return;
	if (must(tn_destroy(PROBE_POOL, 0), "destroy its pool"))
		printf("chaos: a process was made, mapped, run and destroyed\n");
	slots_clear();
	frames_reclaim();
}

bool reckoning_make(void)
{
	anchors_destroy();
	slots_clear();
	tables_detach();
	pages_unmap();
	helpers_stop();
	if (!keeper_end())
		complain("the keeper cannot be destroyed");
	frames_reclaim();
	compare("after it");
	probe();
	compare("and then");
	return wrong == 0;
}
