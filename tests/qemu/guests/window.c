/*
 * window.c - frames that the kernel cannot reach stay user space's for ever.
 *
 * Wants the boot argument kernel_window=SIZE with less than all RAM.
 */
#include <tenure/records.h>

#include "guest.h"
#include "tap.h"

#define PAGE ((uint64_t)TN_FRAME_SIZE)

/* The idle frames just below and just above the end of the window. */
static uint64_t window_end(void)
{
	return tn_boot->window_first + tn_boot->window_count;
}

static uint64_t kind_of(uint64_t f)
{
	if (tn_frame_info(TN_SLOT_FRAMES, f, 1).code != 0)
		tap_bail("frame_info failed");
	return TN_INFO_KIND(tn_utcb->words[0]);
}

static void try_map(uint64_t f)
{
	volatile uint64_t *here = (volatile uint64_t *)GUEST_FREE;
	volatile uint64_t *there = (volatile uint64_t *)(GUEST_FREE + PAGE);

	tap_done(tn_map(TN_SLOT_PROCESS, GUEST_FREE, TN_SLOT_FRAMES, f, 1, READ_WRITE),
		 "a frame outside the window is mapped");
	tap_done(tn_map(TN_SLOT_PROCESS, GUEST_FREE + PAGE, TN_SLOT_FRAMES, f, 1, TN_MAP_READ),
		 "twice");
	*here = 0x1234;
	tap_same(*there, 0x1234, "and is memory");
	tn_unmap(TN_SLOT_PROCESS, GUEST_FREE, 2);
	tap_refused(tn_map(TN_SLOT_PROCESS, GUEST_FREE, TN_SLOT_FRAMES, f, 1,
			   READ_WRITE | TN_MAP_ZERO),
		    TN_ENOTSUP, f, "but is not cleared by the kernel");
}

static void try_give(uint64_t end)
{
	uint64_t slot = guest_slot();

	tap_refused(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, end, 1), TN_ENOTSUP, end,
		    "nor given");
	tap_refused(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, end - 4, 8), TN_ENOTSUP, end,
		    "a batch across the end is refused at the first frame outside");
	tap_refused(tn_create(TN_KIND_POOL, TN_SLOT_POOL, end, TN_SLOT_FRAMES, slot, 0), TN_ENOTSUP,
		    end, "nor made an object");
	tap_refused(tn_table_attach(TN_SLOT_PROCESS, GUEST_FREE + (1ul << 34), 1, end,
				    TN_SLOT_FRAMES),
		    TN_ENOTSUP, end, "nor a page table");
	tap_refused(tn_cache_op(TN_SLOT_FRAMES, end, 1, TN_CACHE_FLUSH), TN_ENOTSUP, end,
		    "nor flushed");
	tap_done(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, end - 4, 4), "up to the end is given");
	tap_done(tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, end - 4, 4), "and taken back");
}

int main(void)
{
	const struct tn_boot_range *last = &tn_boot->ranges[tn_boot->range_count - 1];
	uint64_t end = window_end();
	struct tn_census census;

	tap_ok(end < (uint64_t)last->first + last->count, "the window ends below the end of RAM");
	tap_same(kind_of(end - 4), TN_KIND_USER, "the frames before its end are user space's");
	tap_same(kind_of(end), TN_KIND_USER, "and those behind");
	guest_fill(TN_SLOT_POOL, 8);
	try_map(end);
	try_give(end);
	tn_census_read(TN_SLOT_SYSTEM, &census);
	tap_same(census.frames, tn_boot->ram_frames, "the census has all RAM");
	return tap_end();
}
