/*
 * cast.c - see cast.h.
 */
#include "cast.h"

#include <port/current.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <tenure/abi.h>

#include "cap.h"
#include "frame.h"
#include "snapshot.h"
#include "walk.h"
#include "world_check.h"

#define CAST_SPARE 251u /* a slot that the making uses in passing */

static const struct region cast_regions[] = {
	{CAST_FIRMWARE, CAST_IMAGE - CAST_FIRMWARE, TN_KIND_HOLE},
	{CAST_IMAGE, CAST_USER - CAST_IMAGE, TN_KIND_IMAGE},
	{CAST_USER, CAST_BOOT - CAST_USER, TN_KIND_USER},
	{CAST_BOOT, CAST_BOOT_COUNT, TN_KIND_BOOT},
	{CAST_LAST_USER, CAST_GAP - CAST_LAST_USER, TN_KIND_USER},
	{CAST_HIGH, CAST_END - CAST_HIGH, TN_KIND_USER},
};

bool cast_window_open;

int cast_open_window(void **state)
{
	(void)state;
	cast_window_open = true;
	return 0;
}

int cast_close_window(void **state)
{
	(void)state;
	cast_window_open = false;
	return 0;
}

static void must(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
		 uint64_t a5)
{
	struct answer a = host_call(number, a0, a1, a2, a3, a4, a5);

	if (a.code != 0)
		fail_msg("cast: call %llu answers %lld", (unsigned long long)number,
			 (long long)a.code);
}

static void make(unsigned kind, uint64_t target, uint64_t slot)
{
	must(TN_CALL_CREATE, kind, target, TN_ANY, TN_NONE, slot, 0);
}

static void copy(uint64_t source, uint64_t slot, uint64_t rights, uint64_t first, uint64_t count)
{
	must(TN_CALL_CAP_COPY, source, TN_SELF, slot, rights, first, count);
}

static void make_pool(uint64_t slot)
{
	make(TN_KIND_POOL, TN_SLOT_POOL, slot);
	must(TN_CALL_FRAME_GIVE, TN_SLOT_FRAMES, slot, world.free_first, CAST_POOL_FRAMES, 0, 0);
	world.free_first += CAST_POOL_FRAMES;
	world.free_count -= CAST_POOL_FRAMES;
}

/* Two threads and two endpoints: the first step of its end takes one thread. */
static void make_dying_process(void)
{
	make(TN_KIND_PROCESS, CAST_SIBLING, CAST_DYING_PROCESS);
	make(TN_KIND_ENDPOINT, CAST_DYING_PROCESS, CAST_DYING_ENDPOINT);
	make(TN_KIND_CAPS, CAST_DYING_PROCESS, 0);
	make(TN_KIND_THREAD, CAST_DYING_PROCESS, CAST_DYING_THREAD);
	make(TN_KIND_THREAD, CAST_DYING_PROCESS, CAST_SPARE);
	assert_int_equal(host_call(TN_CALL_DESTROY, CAST_DYING_PROCESS, TN_FLAG_STEP, 0, 0, 0, 0)
				 .code,
			 -TN_EAGAIN);
	must(TN_CALL_CAP_DELETE, TN_SELF, CAST_SPARE, 0, 0, 0, 0);
}

/* The process made last is the first to go; the one before it stays as it is. */
static void make_dying_pool(void)
{
	make_pool(CAST_DYING_POOL);
	make(TN_KIND_PROCESS, CAST_DYING_POOL, CAST_DYING_HEIR);
	make(TN_KIND_CAPS, CAST_DYING_HEIR, 0);
	make(TN_KIND_PROCESS, CAST_DYING_POOL, CAST_SPARE);
	assert_int_equal(host_call(TN_CALL_POOL_REVOKE, CAST_DYING_POOL, TN_FLAG_STEP, 0, 0, 0, 0)
				 .code,
			 -TN_EAGAIN);
	must(TN_CALL_CAP_DELETE, TN_SELF, CAST_SPARE, 0, 0, 0, 0);
}

static void make_dead(unsigned kind)
{
	uint64_t target = kind <= TN_KIND_PROCESS ? CAST_POOL : CAST_PROCESS;

	make(kind, target, CAST_SPARE);
	copy(CAST_SPARE, CAST_DEAD_POOL + kind - 1, TN_RIGHTS_ALL, 0, 0);
	copy(CAST_SPARE, CAST_WEAK_POOL + kind - 1, 0, 0, 0);
	must(TN_CALL_DESTROY, CAST_SPARE, 0, 0, 0, 0, 0);
}

void cast_make(void)
{
	struct world_options o = {.regions = cast_regions,
				  .region_count = sizeof(cast_regions) / sizeof(cast_regions[0]),
				  .window_first = CAST_FIRMWARE,
				  .window_count = CAST_WINDOW_END - CAST_FIRMWARE};

	if (cast_window_open)
		o.window_count = CAST_END - CAST_FIRMWARE;
	world_make(&o);
	if (cast_window_open)
		frame_touch(pfn(CAST_LAST_USER));
	make_pool(CAST_POOL);
	make_pool(CAST_SIBLING);
	make(TN_KIND_PROCESS, CAST_POOL, CAST_PROCESS);
	make(TN_KIND_CAPS, CAST_PROCESS, 0);
	make(TN_KIND_THREAD, CAST_PROCESS, CAST_THREAD);
	make(TN_KIND_ENDPOINT, CAST_PROCESS, CAST_ENDPOINT);
	make_dying_process();
	make_dying_pool();
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_ENDPOINT; kind++)
		make_dead(kind);
	copy(TN_SLOT_FRAMES, CAST_FRAMES_NONE, 0, world.free_first, 16);
	copy(TN_SLOT_FRAMES, CAST_FRAMES_ONE, TN_RIGHTS_ALL, CAST_LAST_USER, 1);
	copy(TN_SLOT_SYSTEM, CAST_SYSTEM_NONE, 0, 0, 0);
	assert_world_holds();
}

uint64_t cast_frame(uint64_t slot)
{
	return cap_slot(slot)->frame;
}

void cast_place(unsigned kind, uint64_t frame, uint64_t slot)
{
	uint64_t target = kind <= TN_KIND_PROCESS ? CAST_POOL : CAST_PROCESS;

	if (kind == TN_KIND_FREE)
		must(TN_CALL_FRAME_GIVE, TN_SLOT_FRAMES, CAST_SIBLING, frame, 1, 0, 0);
	else if (kind == TN_KIND_TABLE)
		must(TN_CALL_TABLE_ATTACH, CAST_PROCESS, 0, paging_levels - 1, frame,
		     TN_SLOT_FRAMES, 0);
	else
		must(TN_CALL_CREATE, kind, target, frame, TN_SLOT_FRAMES,
		     kind == TN_KIND_CAPS ? 1 : slot, 0);
}

/* --- calls and errors --------------------------------------------------------------------- */

uint64_t assert_done(const struct call *c)
{
	const uint64_t *a = c->a;
	struct answer got = checked_call(c->number, a[0], a[1], a[2], a[3], a[4], a[5]);

	if (got.code != 0)
		fail_msg(
			"call %llu (0x%llx 0x%llx 0x%llx 0x%llx 0x%llx 0x%llx): answers %lld 0x%llx",
			(unsigned long long)c->number, (unsigned long long)a[0],
			(unsigned long long)a[1], (unsigned long long)a[2],
			(unsigned long long)a[3], (unsigned long long)a[4],
			(unsigned long long)a[5], (long long)got.code,
			(unsigned long long)got.value);
	return got.value;
}

void assert_error(const struct call *c, int error, uint64_t value)
{
	const uint64_t *a = c->a;
	struct answer got = checked_call(c->number, a[0], a[1], a[2], a[3], a[4], a[5]);

	if (got.code != -error || got.value != value)
		fail_msg(
			"call %llu (0x%llx 0x%llx 0x%llx 0x%llx 0x%llx 0x%llx): answers %lld 0x%llx"
			", not %d 0x%llx",
			(unsigned long long)c->number, (unsigned long long)a[0],
			(unsigned long long)a[1], (unsigned long long)a[2],
			(unsigned long long)a[3], (unsigned long long)a[4],
			(unsigned long long)a[5], (long long)got.code,
			(unsigned long long)got.value, -error, (unsigned long long)value);
}

static void slot_error(const struct call *call, unsigned index, uint64_t slot, int error)
{
	struct call c = *call;

	c.a[index] = slot;
	assert_error(&c, error, 0);
}

/* Slots that no page holds, and numbers that would reach memory if anybody multiplied them. */
static void missing_slots(const struct call *call, unsigned index)
{
	static const uint64_t hostile[] = {
		CAST_MISSING,
		TN_CAPS_PAGES * TN_CAPS_SLOTS - 1,
		TN_CAPS_PAGES * TN_CAPS_SLOTS,
		(uint64_t)1 << 32,
		((uint64_t)1 << 60) + CAST_POOL,
		(uint64_t)1 << 63,
		0xffffffc000000000u,
		TN_NONE - 1,
	};

	for (unsigned i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++)
		slot_error(call, index, hostile[i], TN_ERANGE);
}

void assert_slot_errors(const struct call *call, unsigned index, uint64_t type, bool guarded)
{
	static const struct {
		uint64_t type, slot;
	} others[] = {
		{TN_CAP_POOL, CAST_WEAK_POOL},     {TN_CAP_PROCESS, CAST_WEAK_PROCESS},
		{TN_CAP_THREAD, CAST_WEAK_THREAD}, {TN_CAP_ENDPOINT, CAST_WEAK_ENDPOINT},
		{TN_CAP_FRAMES, CAST_FRAMES_NONE}, {TN_CAP_SYSTEM, CAST_SYSTEM_NONE},
	};

	missing_slots(call, index);
	slot_error(call, index, CAST_EMPTY, TN_ENOENT);
	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i].type != type)
			slot_error(call, index, others[i].slot, TN_EBADF);
		else if (guarded)
			slot_error(call, index, others[i].slot, TN_EPERM);
		else if (type <= TN_CAP_ENDPOINT)
			slot_error(call, index, others[i].slot, TN_ESTALE);
	if (type <= TN_CAP_ENDPOINT)
		slot_error(call, index, CAST_DEAD_POOL + type - 1, TN_ESTALE);
}
