/*
 * aspace.c - see aspace.h.
 */
#include "aspace.h"

#include "cap.h"
#include "frame.h"
#include "snapshot.h"
#include "walk.h"
#include "world_check.h"

struct aspace aspace;

static void must(struct answer a)
{
	assert_int_equal(a.code, 0);
}

static void *slot_object(uint64_t slot)
{
	return host_memory(cap_slot(slot)->frame);
}

void aspace_make_in(const struct world_options *options, uint64_t free)
{
	world_make(options);
	must(host_call(TN_CALL_CREATE, TN_KIND_POOL, TN_SLOT_POOL, TN_ANY, TN_NONE, SLOT_POOL, 0));
	must(host_call(TN_CALL_FRAME_MOVE, TN_SLOT_POOL, SLOT_POOL, 1, 0, 0, 0));
	must(host_call(TN_CALL_CREATE, TN_KIND_PROCESS, SLOT_POOL, TN_ANY, TN_NONE, SLOT_SPACE, 5));
	aspace.pool = slot_object(SLOT_POOL);
	aspace.process = slot_object(SLOT_SPACE);
	aspace.block = (world.free_first + BLOCK_FRAMES - 1) / BLOCK_FRAMES * BLOCK_FRAMES;
	slot_set(cap_slot(TN_SLOT_DEVICES), SLOT_WORD(TN_CAP_DEVICE, RW, 0), DEVICE_FIRST,
		 DEVICE_COUNT);
	space_supply(free);
	assert_world_holds();
}

void aspace_make(unsigned levels, uint64_t free)
{
	struct world_options o = {.levels = levels};

	aspace_make_in(&o, free);
}

void aspace_make_mixed(unsigned levels, uint64_t free)
{
	static const struct region regions[] = {
		{0x80000, 0x800, TN_KIND_USER},           {MIXED_BOOT, 0x10, TN_KIND_BOOT},
		{MIXED_IMAGE, 0x10, TN_KIND_IMAGE},       {MIXED_HOLE, 0x10, TN_KIND_HOLE},
		{MIXED_HOLE + 0x10, 0x7d0, TN_KIND_USER},
	};
	struct world_options o = {
		.levels = levels,
		.regions = regions,
		.region_count = 5,
		.window_first = 0x80000,
		.window_count = MIXED_OUTSIDE - 0x80000,
	};

	aspace_make_in(&o, free);
}

uint64_t space_dying(void)
{
	uint64_t slot = SLOT_SPARE + 9;

	must(host_call(TN_CALL_CREATE, TN_KIND_PROCESS, TN_SLOT_POOL, TN_ANY, TN_NONE, slot, 0));
	for (uint64_t i = 0; i < 3; i++)
		must(host_call(TN_CALL_CREATE, TN_KIND_CAPS, slot, TN_ANY, TN_NONE, i, 0));
	assert_code(checked_call(TN_CALL_DESTROY, slot, TN_FLAG_STEP, 0, 0, 0, 0), -TN_EAGAIN);
	return slot;
}

void aspace_each_mode(void (*test)(void), uint64_t free)
{
	for (unsigned levels = 3; levels <= 5; levels++) {
		aspace_make(levels, free);
		test();
		assert_world_holds();
		world_end();
	}
}

struct answer space_map(uint64_t va, uint64_t first, uint64_t count, uint64_t flags)
{
	return checked_call(TN_CALL_MAP, SLOT_SPACE, va, TN_SLOT_FRAMES, first, count, flags);
}

struct answer space_map_device(uint64_t va, uint64_t first, uint64_t count, uint64_t flags)
{
	return checked_call(TN_CALL_MAP, SLOT_SPACE, va, TN_SLOT_DEVICES, first, count, flags);
}

struct answer space_unmap(uint64_t va, uint64_t count)
{
	return checked_call(TN_CALL_UNMAP, SLOT_SPACE, va, count, 0, 0, 0);
}

struct answer space_protect(uint64_t va, uint64_t count, uint64_t flags, uint64_t frames)
{
	return checked_call(TN_CALL_PROTECT, SLOT_SPACE, va, count, flags, frames, 0);
}

struct answer space_attach(uint64_t va, uint64_t level)
{
	return checked_call(TN_CALL_TABLE_ATTACH, SLOT_SPACE, va, level, TN_ANY, TN_NONE, 0);
}

void space_attach_down(uint64_t va, uint64_t level)
{
	for (uint64_t l = paging_levels; l-- > level;) {
		struct answer a = space_attach(va, l);

		assert_true(a.code == 0 || a.code == -TN_EEXIST);
	}
}

struct answer space_detach(uint64_t va, uint64_t level, uint64_t flags)
{
	return checked_call(TN_CALL_TABLE_DETACH, SLOT_SPACE, va, level, flags, 0, 0);
}

struct answer space_resolve(uint64_t va)
{
	return host_call(TN_CALL_RESOLVE, SLOT_SPACE, va, 0, 0, 0, 0);
}

const struct tn_resolved *space_resolved(void)
{
	return (const struct tn_resolved *)world.thread->utcb->words;
}

void slot_copy(uint64_t from, uint64_t to, uint64_t rights, uint64_t first, uint64_t count)
{
	must(host_call(TN_CALL_CAP_COPY, from, TN_SELF, to, rights, first, count));
}

void space_supply(uint64_t n)
{
	if (n > 0)
		must(host_call(TN_CALL_FRAME_MOVE, TN_SLOT_POOL, SLOT_POOL, n, 0, 0, 0));
}

void space_starve(uint64_t n)
{
	if (aspace.pool->free > n)
		must(host_call(TN_CALL_FRAME_MOVE, SLOT_POOL, TN_SLOT_POOL, aspace.pool->free - n,
			       0, 0, 0));
}

uint64_t frame_refs(uint64_t f)
{
	return FRAME_REFS(frame_get(pfn(f)));
}

uint64_t block_mappings(uint64_t f)
{
	return BLOCK_MAPPINGS(block_get(pfn(f)));
}

uint64_t giga_mappings(uint64_t f)
{
	return BLOCK_MAPPINGS(giga_get(pfn(f)));
}

static pte_t *entry_find(uint64_t va)
{
	struct place at = walk_down(aspace.process, va, 0);

	assert_non_null(at.table);
	return place_entry(&at);
}

void space_touch(uint64_t va, int written)
{
	entry_find(va)->w |= PTE_ACCESSED | (written ? PTE_DIRTY : 0);
}

pte_t space_entry(uint64_t va)
{
	return *entry_find(va);
}
