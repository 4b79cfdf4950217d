/*
 * calls_spaces.c - errors of the calls on address spaces.
 */
#include "calls.h"

#include "fixture.h"
#include "guest.h"
#include "ladder.h"
#include "tap.h"

/* Addresses and counts that are not user space's. */
static void try_outside(uint64_t call, uint64_t words[6], unsigned count)
{
	const struct fixture *f = &fixture;
	const struct rung counts[] = {
		{count, f->user_top / TN_FRAME_SIZE, TN_EFAULT, 0, "up into the hole"},
		{count, (uint64_t)1 << 52, TN_EFAULT, 0, "round the whole address space"},
		{count, ~(uint64_t)0, TN_EFAULT, 0, "2^64 - 1 pages"},
	};
	const struct rung addresses[] = {
		{1, f->user_top, TN_EFAULT, 0, "the first address behind user space"},
		{1, 0xffffffff80000000, TN_EFAULT, 0, "the kernel's image"},
		{1, 0xfffffffffffff000, TN_EFAULT, 0, "the last page of all"},
	};

	if (count != 0)
		LADDER(call, words, counts);
	LADDER(call, words, addresses);
}

static void try_map_shape(uint64_t words[6])
{
	const struct rung rungs[] = {
		{1, 0xfffffffffffff001, TN_EINVAL, 0, "an address that is no page's"},
		{4, 0, TN_EINVAL, 0, "no page"},
		{5, 0, TN_EINVAL, 0, "no right"},
		{5, TN_MAP_WRITE, TN_EINVAL, 0, "write alone"},
		{5, TN_MAP_WRITE | TN_MAP_EXECUTE, TN_EINVAL, 0, "write and execute"},
		{5, READ_WRITE | TN_MAP_EXECUTE, TN_EINVAL, 0, "all rights"},
		{5, TN_MAP_READ | TN_MAP_AGE, TN_EINVAL, 0, "protect's flag"},
		{5, TN_MAP_READ | 128, TN_EINVAL, 0, "flag 128"},
		{5, TN_MAP_READ | TN_MAP_NOCACHE | TN_MAP_IO, TN_EINVAL, 0, "both attributes"},
		{5, ~(uint64_t)0, TN_EINVAL, 0, "all flags"},
	};

	LADDER(TN_CALL_MAP, words, rungs);
}

static void try_map(void)
{
	const struct fixture *f = &fixture;
	uint64_t levels = tn_boot->paging_levels;
	uint64_t words[6] = {f->poor_process, GUEST_FREE, TN_SLOT_FRAMES, f->idle, 1, READ_WRITE};
	const struct rung rungs[] = {
		{5, READ_WRITE, TN_ENOMEM, levels, "an empty pool: all tables are missing"},
		{5, READ_WRITE | TN_MAP_ZERO, TN_ENOMEM, levels, "an empty pool, cleared"},
		{3, f->used, TN_EBUSY, f->used, "to clear a mapped frame"},
		{3, tn_boot->utcb, TN_EBUSY, tn_boot->utcb, "to clear the UTCB"},
		{3, f->free, TN_EKERNEL, f->free, "a free frame"},
		{3, f->object, TN_EKERNEL, f->object, "an object's frame"},
		{3, f->image, TN_EKERNEL, f->image, "the kernel's image"},
		{3, f->boot, TN_EKERNEL, f->boot, "the boot image, to write"},
		{3, f->hole, TN_ENXIO, f->hole, "firmware's memory"},
		{5, READ_WRITE | TN_MAP_ZERO | TN_MAP_NOTABLE, TN_ENOTABLE, levels - 1,
		 "no table wanted"},
		{0, TN_SLOT_PROCESS, TN_ENOTABLE, ANY_VALUE, "no table wanted, root there"},
		{1, f->page, TN_EEXIST, f->page, "a page that is mapped"},
		{3, f->beyond, TN_EACCES, f->beyond, "a frame behind all RAM"},
		{3, ~(uint64_t)0, TN_EACCES, ~(uint64_t)0, "frame 2^64 - 1"},
		{5, READ_WRITE | TN_MAP_ZERO | TN_MAP_NOTABLE | TN_MAP_IO, TN_ENOTSUP, 0,
		 "an attribute without Svpbmt"},
		{0, f->dying_process, TN_EDYING, 0, "a dying process"},
	};
	const struct rung zero = {4, TN_ZERO_MAX + 1, TN_EINVAL, 0, "to clear 17 frames"};

	LADDER(TN_CALL_MAP, words, rungs);
	fixture_try_slot(TN_CALL_MAP, words, 2, TN_CAP_FRAMES, TN_FRAMES_WRITE);
	fixture_try_slot(TN_CALL_MAP, words, 0, TN_CAP_PROCESS, TN_PROCESS_MAP);
	words[1] = GUEST_FREE;
	ladder_climb(TN_CALL_MAP, words, &zero, 1);
	words[5] = READ_WRITE;
	words[4] = 1;
	try_outside(TN_CALL_MAP, words, 4);
	try_map_shape(words);
}

/* Each right by itself, on a capability that has all others. */
static void try_map_rights(void)
{
	const struct {
		uint64_t flags, right;
	} rights[] = {
		{TN_MAP_READ, TN_FRAMES_READ},
		{READ_WRITE, TN_FRAMES_WRITE},
		{READ_WRITE, TN_FRAMES_READ},
		{TN_MAP_EXECUTE, TN_FRAMES_EXECUTE},
		{TN_MAP_READ | TN_MAP_EXECUTE, TN_FRAMES_EXECUTE},
		{TN_MAP_READ | TN_MAP_ZERO, TN_FRAMES_WRITE},
	};

	for (unsigned i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
		struct bad_slots bad = fixture_bad(TN_CAP_FRAMES, rights[i].right);

		tap_error(tn_map(TN_SLOT_PROCESS, GUEST_FREE, bad.weak, fixture.idle, 1,
				 rights[i].flags),
			  TN_EPERM, "map: EPERM (flags %lu without right %lu)", rights[i].flags,
			  rights[i].right);
	}
	tap_error(tn_map(TN_SLOT_PROCESS, GUEST_FREE, TN_SLOT_DEVICES, tn_boot->devices[0].first, 1,
			 TN_MAP_EXECUTE),
		  TN_EPERM, "map: EPERM (a device, to execute)");
	tap_error(tn_map(TN_SLOT_PROCESS, GUEST_FREE, TN_SLOT_DEVICES,
			 (uint64_t)tn_boot->devices[0].first + tn_boot->devices[0].count, 1,
			 TN_MAP_READ),
		  TN_EACCES, "map: EACCES (behind a device)");
	tap_error(tn_map(TN_SLOT_PROCESS, GUEST_FREE, TN_SLOT_FRAMES, fixture.boot, 1,
			 TN_MAP_READ | TN_MAP_EXECUTE),
		  TN_EKERNEL, "map: EKERNEL (the boot image, to execute)");
}

static void try_unmap(void)
{
	const struct fixture *f = &fixture;
	uint64_t words[6] = {f->large_process, GUEST_FREE + TN_FRAME_SIZE, 1};
	const struct rung rungs[] = {
		{2, 1, TN_ENOMEM, 1, "a large page to cut, and an empty pool"},
		{0, f->dying_process, TN_EDYING, 0, "a dying process"},
	};
	const struct rung shapes[] = {
		{1, 0xffffffffffffffff, TN_EINVAL, 0, "an address that is no page's"},
		{2, 0, TN_EINVAL, 0, "no page"},
	};

	LADDER(TN_CALL_UNMAP, words, rungs);
	fixture_try_slot(TN_CALL_UNMAP, words, 0, TN_CAP_PROCESS, TN_PROCESS_MAP);
	try_outside(TN_CALL_UNMAP, words, 2);
	LADDER(TN_CALL_UNMAP, words, shapes);
}

static void try_protect(void)
{
	const struct fixture *f = &fixture;
	struct bad_slots weak = fixture_bad(TN_CAP_FRAMES, TN_FRAMES_WRITE);
	uint64_t va = GUEST_FREE + TN_FRAME_SIZE;
	uint64_t words[6] = {f->large_process, va, 1, READ_WRITE, TN_SLOT_FRAMES};
	const struct rung rungs[] = {
		{3, READ_WRITE, TN_ENOMEM, 1, "a large page to cut, and an empty pool"},
		{4, f->no_frames, TN_EACCES, va, "FRAMES of other frames"},
		{4, weak.weak, TN_EPERM, va, "FRAMES without write"},
		{4, TN_NONE, TN_EPERM, va, "a right to add, without FRAMES"},
		{0, f->dying_process, TN_EDYING, 0, "a dying process"},
	};
	const struct rung shapes[] = {
		{1, GUEST_FREE + 1, TN_EINVAL, 0, "an address that is no page's"},
		{2, 0, TN_EINVAL, 0, "no page"},
		{3, 0, TN_EINVAL, 0, "no right"},
		{3, TN_MAP_WRITE, TN_EINVAL, 0, "write alone"},
		{3, READ_WRITE | TN_MAP_EXECUTE, TN_EINVAL, 0, "all rights"},
		{3, TN_MAP_AGE | TN_MAP_READ, TN_EINVAL, 0, "age and a right"},
		{3, TN_MAP_READ | TN_MAP_SMALL, TN_EINVAL, 0, "map's flag"},
		{3, ~(uint64_t)0, TN_EINVAL, 0, "all flags"},
	};

	LADDER(TN_CALL_PROTECT, words, rungs);
	fixture_try_slot(TN_CALL_PROTECT, words, 4, TN_CAP_FRAMES, 0);
	fixture_try_slot(TN_CALL_PROTECT, words, 0, TN_CAP_PROCESS, TN_PROCESS_MAP);
	try_outside(TN_CALL_PROTECT, words, 2);
	LADDER(TN_CALL_PROTECT, words, shapes);
}

static void try_attach(void)
{
	const struct fixture *f = &fixture;
	uint64_t root = tn_boot->paging_levels - 1;
	uint64_t words[6] = {f->poor_process, GUEST_FREE, root, TN_ANY, TN_NONE};
	const struct rung rungs[] = {
		{3, TN_ANY, TN_ENOMEM, 1, "an empty pool"},
		{3, f->foreign, TN_EXDEV, f->foreign, "a frame free in another pool"},
		{3, f->object, TN_EBUSY, f->object, "an object's frame"},
		{3, f->idle, TN_EUSER, f->idle, "a user frame without FRAMES"},
		{3, f->beyond, TN_ENXIO, f->beyond, "a frame behind all RAM"},
		{0, TN_SLOT_PROCESS, TN_EEXIST, ANY_VALUE, "a root that stands"},
	};
	const struct rung rootless[] = {
		{2, 0, TN_ENOTABLE, root, "no root for a small table"},
		{0, f->dying_process, TN_EDYING, 0, "a dying process"},
	};
	const struct rung exact[] = {
		{3, f->used, TN_EBUSY, f->used, "a mapped frame"},
		{3, f->free, TN_EKERNEL, f->free, "a free frame"},
		{3, f->hole, TN_ENXIO, f->hole, "firmware's memory"},
		{3, f->beyond, TN_EACCES, f->beyond, "a frame that FRAMES does not cover"},
	};
	const struct rung shapes[] = {
		{2, root + 1, TN_EINVAL, 0, "a level above the root"},
		{2, (uint64_t)1 << 32, TN_EINVAL, 0, "level 2^32"},
		{2, ~(uint64_t)0, TN_EINVAL, 0, "level 2^64 - 1"},
		{3, TN_ANY, TN_EINVAL, 0, "any frame, but FRAMES"},
	};
	uint64_t given[6] = {f->poor_process, GUEST_FREE, root, f->idle, TN_SLOT_FRAMES};

	LADDER(TN_CALL_TABLE_ATTACH, words, rungs);
	words[0] = f->poor_process;
	LADDER(TN_CALL_TABLE_ATTACH, words, rootless);
	LADDER(TN_CALL_TABLE_ATTACH, given, exact);
	words[3] = f->beyond;
	fixture_try_slot(TN_CALL_TABLE_ATTACH, words, 4, TN_CAP_FRAMES, TN_FRAMES_GIVE);
	fixture_try_slot(TN_CALL_TABLE_ATTACH, words, 0, TN_CAP_PROCESS, TN_PROCESS_MANAGE);
	words[4] = TN_NONE;
	fixture_try_slot(TN_CALL_TABLE_ATTACH, words, 0, TN_CAP_PROCESS, TN_PROCESS_MAP);
	try_outside(TN_CALL_TABLE_ATTACH, words, 0);
	words[4] = TN_SLOT_FRAMES;
	LADDER(TN_CALL_TABLE_ATTACH, words, shapes);
}

static void try_detach(void)
{
	const struct fixture *f = &fixture;
	uint64_t root = tn_boot->paging_levels - 1;
	uint64_t words[6] = {TN_SLOT_PROCESS, GUEST_FREE, 0, 0};
	const struct rung rungs[] = {
		{1, GUEST_FREE, TN_ENOENT, ANY_VALUE, "no table of this level"},
		{0, f->poor_process, TN_ENOENT, ANY_VALUE, "a process without tables"},
		{0, f->dying_process, TN_EDYING, 0, "a dying process"},
	};
	const struct rung shapes[] = {
		{2, root, TN_EINVAL, 0, "the root"},
		{2, root + 1, TN_EINVAL, 0, "a level above the root"},
		{2, (uint64_t)1 << 32, TN_EINVAL, 0, "level 2^32"},
		{2, ~(uint64_t)0, TN_EINVAL, 0, "level 2^64 - 1"},
		{3, 2, TN_EINVAL, 0, "flag 2"},
	};

	LADDER(TN_CALL_TABLE_DETACH, words, rungs);
	fixture_try_slot(TN_CALL_TABLE_DETACH, words, 0, TN_CAP_PROCESS, TN_PROCESS_MAP);
	try_outside(TN_CALL_TABLE_DETACH, words, 0);
	LADDER(TN_CALL_TABLE_DETACH, words, shapes);
}

static void try_look(void)
{
	const struct fixture *f = &fixture;
	uint64_t resolve[6] = {TN_SLOT_PROCESS, GUEST_FREE}, sync[6] = {f->process};
	const struct rung rungs[] = {
		{0, f->poor_process, TN_ENOENT, tn_boot->paging_levels - 1, "not mapped"},
		{0, f->dying_process, TN_EDYING, 0, "a dying process"},
	};

	LADDER(TN_CALL_RESOLVE, resolve, rungs);
	fixture_try_slot(TN_CALL_RESOLVE, resolve, 0, TN_CAP_PROCESS, 0);
	try_outside(TN_CALL_RESOLVE, resolve, 0);
	ladder_climb(TN_CALL_SYNC_CODE, sync, &rungs[1], 1);
	fixture_try_slot(TN_CALL_SYNC_CODE, sync, 0, TN_CAP_PROCESS, TN_PROCESS_MAP);
}

void calls_try_spaces(void)
{
	try_map();
	try_map_rights();
	try_unmap();
	try_protect();
	try_attach();
	try_detach();
	try_look();
}
