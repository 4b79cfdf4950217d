/*
 * calls_ranges.c - the calls that name frames, on both ends of every range that the boot
 * information lists, and on the frames just outside.
 *
 * Runs first: the boot information says how things stand at the start. What succeeds is undone.
 */
#include "calls.h"

#include <tenure/names.h>

#include "guest.h"
#include "tap.h"

/* A user frame without a reference. */
static bool is_idle(const struct tn_boot_range *r)
{
	return r->kind == TN_KIND_USER && r->detail == 0;
}

static int64_t give_answer(const struct tn_boot_range *r)
{
	if (r->kind == TN_KIND_HOLE)
		return TN_ENXIO;
	if (r->kind != TN_KIND_USER)
		return TN_EKERNEL;
	return is_idle(r) ? TN_OK : TN_EBUSY;
}

static int64_t reclaim_answer(const struct tn_boot_range *r)
{
	if (r->kind == TN_KIND_HOLE)
		return TN_ENXIO;
	if (r->kind == TN_KIND_USER)
		return TN_EUSER;
	return r->kind == TN_KIND_FREE ? TN_OK : TN_EBUSY;
}

static int64_t map_answer(const struct tn_boot_range *r, uint64_t flags)
{
	if (r->kind == TN_KIND_HOLE)
		return TN_ENXIO;
	if (r->kind == TN_KIND_BOOT)
		return flags == TN_MAP_READ ? TN_OK : TN_EKERNEL;
	if (r->kind != TN_KIND_USER)
		return TN_EKERNEL;
	return (flags & TN_MAP_ZERO) && !is_idle(r) ? TN_EBUSY : TN_OK;
}

static bool answered(struct tn_result r, int64_t error, uint64_t f)
{
	return r.code == -error && (error == 0 || r.value == f);
}

static bool give_is_right(const struct tn_boot_range *r, uint64_t f)
{
	struct tn_result result = tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, f, 1);

	if (result.code == 0)
		tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, f, 1);
	return answered(result, give_answer(r), f);
}

static bool reclaim_is_right(const struct tn_boot_range *r, uint64_t f)
{
	struct tn_result result = tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, f, 1);

	if (result.code == 0)
		tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, f, 1);
	return answered(result, reclaim_answer(r), f);
}

static bool map_is_right(const struct tn_boot_range *r, uint64_t f, uint64_t flags)
{
	struct tn_result result = tn_map(TN_SLOT_PROCESS, GUEST_FREE, TN_SLOT_FRAMES, f, 1, flags);

	if (result.code == 0)
		tn_unmap(TN_SLOT_PROCESS, GUEST_FREE, 1);
	return answered(result, map_answer(r, flags), f);
}

static bool info_is_right(const struct tn_boot_range *r, uint64_t f)
{
	uint64_t word;

	if (tn_frame_info(TN_SLOT_FRAMES, f, 1).code != 0)
		return false;
	word = tn_utcb->words[0];
	if (TN_INFO_KIND(word) != r->kind)
		return false;
	return (r->kind != TN_KIND_USER && r->kind != TN_KIND_FREE) ||
	       TN_INFO_LOW(word) == r->detail;
}

static void try_frame(const struct tn_boot_range *r, uint64_t f)
{
	const char *kind = tn_kind_name(r->kind);

	tap_ok(info_is_right(r, f), "frame_info of frame 0x%lx: %s", f, kind);
	tap_ok(give_is_right(r, f), "frame_give of frame 0x%lx: %s", f, kind);
	tap_ok(reclaim_is_right(r, f), "frame_reclaim of frame 0x%lx: %s", f, kind);
	tap_ok(map_is_right(r, f, TN_MAP_READ), "map of frame 0x%lx to read: %s", f, kind);
	tap_ok(map_is_right(r, f, READ_WRITE), "map of frame 0x%lx to write: %s", f, kind);
	/* An idle frame may hold what the guest still wants to read. */
	if (!is_idle(r))
		tap_ok(map_is_right(r, f, READ_WRITE | TN_MAP_ZERO),
		       "map of frame 0x%lx, cleared: %s", f, kind);
}

/* A frame between two ranges: no RAM, though FRAMES covers it. */
static void try_gap(uint64_t f)
{
	const struct tn_boot_range gap = {(uint32_t)f, 1, TN_KIND_HOLE, 0};

	try_frame(&gap, f);
}

void calls_try_ranges(void)
{
	struct guest_totals before, after;
	uint64_t next = tn_boot->ranges[0].first;

	guest_totals_read(&before);
	for (uint32_t i = 0; i < tn_boot->range_count; i++) {
		const struct tn_boot_range *r = &tn_boot->ranges[i];

		if (r->first != next) {
			try_gap(next);
			try_gap((uint64_t)r->first - 1);
		}
		try_frame(r, r->first);
		if (r->count > 1)
			try_frame(r, (uint64_t)r->first + r->count - 1);
		next = (uint64_t)r->first + r->count;
	}
	guest_totals_read(&after);
	tap_ok(before.pool.free == after.pool.free && before.pool.used == after.pool.used,
	       "the root pool is as before");
	for (unsigned kind = 0; kind < TN_KIND_COUNT; kind++)
		tap_same(after.census.kinds[kind], before.census.kinds[kind],
			 "the census is as before: %s", tn_kind_name(kind));
}
