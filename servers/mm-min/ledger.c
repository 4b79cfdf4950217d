/*
 * ledger.c - a byte a frame.
 */
#include "ledger.h"

#include <stdio.h>
#include <tenure/server.h>

#define FRAMES 65536u

enum { IDLE, LENT, PROGRAM }; /* LENT: in a pool, free or an object */
static uint8_t records[FRAMES];
static uint64_t base, size; /* our frames: records[k] is of frame base + k */
static uint64_t search;     /* below it nothing is idle */
uint64_t ledger_idle;

/* Ours is the largest range of user frames without references. */
void ledger_open(void)
{
	for (uint32_t i = 0; i < tn_boot->range_count; i++) {
		const struct tn_boot_range *range = &tn_boot->ranges[i];

		if (range->kind == TN_KIND_USER && range->detail == 0 && range->count > size) {
			base = range->first;
			size = range->count;
		}
	}
	size = size < FRAMES ? size : FRAMES;
	ledger_idle = size;
}

uint64_t ledger_take(void)
{
	while (search < size && records[search] != IDLE)
		search++;
	if (search == size)
		return TN_NONE;
	records[search] = PROGRAM;
	ledger_idle--;
	return base + search;
}

bool ledger_lend(uint64_t pool, uint64_t count)
{
	if (count > ledger_idle)
		return false;
	for (; count > 0; count--) {
		uint64_t frame = ledger_take();

		if (tn_frame_give(TN_SLOT_FRAMES, pool, frame, 1).code != 0)
			return false;
		records[frame - base] = LENT;
	}
	return true;
}

void ledger_take_back(void)
{
	ledger_idle = 0;
	for (uint64_t k = 0; k < size; k++) {
		/* The kernel returns what is free by now, and nothing else. */
		if (records[k] == PROGRAM ||
		    (records[k] == LENT &&
		     tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, base + k, 1).code == 0))
			records[k] = IDLE;
		ledger_idle += records[k] == IDLE;
	}
	search = 0;
}

/* The kernel's word on an idle frame is 0: a user frame without references. */
static bool agrees(const struct tn_boot_range *range, uint64_t frame, uint64_t word)
{
	uint64_t k = frame - base, kind = TN_INFO_KIND(word);

	if (k >= size)
		return tn_frame_as_at_boot(range, word);
	if (records[k] == LENT)
		return kind >= TN_KIND_POOL && kind <= TN_KIND_FREE;
	return records[k] == IDLE && word == 0;
}

bool ledger_audit(void)
{
	uint64_t agreed = tn_frames_agreeing(agrees);

	printf("audit: %lu frames agree\n", (unsigned long)agreed);
	return agreed == tn_boot->ram_frames;
}
