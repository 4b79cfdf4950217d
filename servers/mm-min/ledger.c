/*
 * ledger.c - a byte a frame, from the lowest frame on.
 */
#include "ledger.h"

#include <stdio.h>

#define FRAMES 65536u
#define LOWEST ((uint64_t)tn_boot->ranges[0].first)

enum { AS_AT_BOOT, IDLE, LENT, PROGRAM }; /* LENT: in a pool, free or an object */
static uint8_t records[FRAMES];
uint64_t ledger_idle;

void ledger_open(void)
{
	for (uint32_t i = 0; i < tn_boot->range_count; i++) {
		const struct tn_boot_range *range = &tn_boot->ranges[i];
		bool idle = range->kind == TN_KIND_USER && range->detail == 0;
		bool lent = range->kind >= TN_KIND_POOL && range->kind <= TN_KIND_FREE;

		for (uint64_t k = range->first - LOWEST, n = range->count; n-- > 0 && k < FRAMES;
		     k++) {
			records[k] = idle ? IDLE : lent ? LENT : AS_AT_BOOT;
			ledger_idle += idle;
		}
	}
}

uint64_t ledger_take(void)
{
	static uint64_t at; /* below it nothing is idle */

	while (at < FRAMES && records[at] != IDLE)
		at++;
	if (at == FRAMES)
		return TN_NONE;
	records[at] = PROGRAM;
	ledger_idle--;
	return LOWEST + at;
}

bool ledger_lend(uint64_t pool, uint64_t count)
{
	while (count-- > 0) {
		uint64_t frame = ledger_take();

		if (tn_frame_give(TN_SLOT_FRAMES, pool, frame, 1).code != 0)
			return false;
		records[frame - LOWEST] = LENT;
	}
	return true;
}

void ledger_take_back(void)
{
	for (uint64_t k = 0; k < FRAMES; k++)
		if (records[k] == PROGRAM ||
		    (records[k] == LENT &&
		     tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, LOWEST + k, 1).code == 0)) {
			records[k] = IDLE;
			ledger_idle++;
		}
}

static bool agrees(const struct tn_boot_range *range, uint8_t record, uint64_t word)
{
	uint64_t kind = TN_INFO_KIND(word);

	if (record == LENT)
		return kind >= TN_KIND_POOL && kind <= TN_KIND_FREE;
	if (record == AS_AT_BOOT && range->kind != TN_KIND_USER)
		return kind == range->kind;
	return record != PROGRAM && word == (record == IDLE ? 0 : range->detail); /* references */
}

bool ledger_audit(void)
{
	uint64_t agreed = 0;

	for (uint32_t i = 0; i < tn_boot->range_count; i++)
		for (uint64_t k = 0; k < tn_boot->ranges[i].count; k++) {
			uint64_t at = tn_boot->ranges[i].first - LOWEST + k;

			agreed += tn_frame_info(TN_SLOT_FRAMES, LOWEST + at, 1).code == 0 &&
				  agrees(&tn_boot->ranges[i],
					 at < FRAMES ? records[at] : AS_AT_BOOT, tn_utcb->words[0]);
		}
	printf("audit: %lu frames agree\n", (unsigned long)agreed);
	return agreed == tn_boot->ram_frames;
}
