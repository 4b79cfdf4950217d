/*
 * lineage.c - what the designs ask for that Tenure grows from, row by row of docs/lineage.md.
 *
 * The rows stand in lineage_*.c, a file for each design. Here is what they share.
 */
#include "lineage.h"

#include <string.h>
#include <tenure/loops.h>
#include <tenure/records.h>

#include "tap.h"

#define STOCK 256u /* frames lent for the rows */

struct guest_totals lineage_start;
uint64_t lineage_endpoint;

static unsigned rows_shown, rows_conserved;

/* --- pools and objects -------------------------------------------------------------------------- */

struct tn_result lineage_must(struct tn_result r, const char *why)
{
	if (r.code != 0)
		tap_bail(why);
	return r;
}

struct tn_pool_info lineage_account(uint64_t pool)
{
	struct tn_pool_info info;

	lineage_must(tn_pool_read(pool, &info), "pool_info failed");
	return info;
}

uint64_t lineage_pool(uint64_t frames)
{
	uint64_t pool = guest_create(TN_KIND_POOL, TN_SLOT_POOL, 0);

	if (frames != 0)
		lineage_must(tn_frame_move(TN_SLOT_POOL, pool, frames), "no frames for a pool");
	return pool;
}

void lineage_end(uint64_t pool)
{
	lineage_must(tn_destroy(pool, 0), "a pool cannot be destroyed");
}

void lineage_drop(uint64_t slot)
{
	lineage_must(tn_cap_delete(TN_SELF, slot), "cap_delete failed");
}

/* --- frames and pages --------------------------------------------------------------------------- */

uint64_t lineage_word(uint64_t frame)
{
	lineage_must(tn_frame_info(TN_SLOT_FRAMES, frame, 1), "frame_info failed");
	return tn_utcb->words[0];
}

bool lineage_is(uint64_t frame, uint64_t kind)
{
	return TN_INFO_KIND(lineage_word(frame)) == kind;
}

bool lineage_is_user(uint64_t frame, uint64_t references)
{
	uint64_t word = lineage_word(frame);

	return TN_INFO_KIND(word) == TN_KIND_USER && TN_INFO_LOW(word) == references;
}

static void range_each(const struct tn_boot_range *r, void (*look)(uint64_t, uint64_t))
{
	static uint64_t words[TN_UTCB_WORDS]; /* `look` may make calls that answer in the UTCB */

	for (uint64_t done = 0, n; done < r->count; done += n) {
		n = r->count - done < TN_UTCB_WORDS ? r->count - done : TN_UTCB_WORDS;
		lineage_must(tn_frame_info(TN_SLOT_FRAMES, r->first + done, n),
			     "frame_info failed");
		memcpy(words, tn_utcb->words, n * sizeof(words[0]));
		for (uint64_t i = 0; i < n; i++)
			look(r->first + done + i, words[i]);
	}
}

void lineage_each_frame(void (*look)(uint64_t, uint64_t))
{
	for (uint32_t i = 0; i < tn_boot->range_count; i++)
		range_each(&tn_boot->ranges[i], look);
}

static struct lineage_count counted;

static void frame_count(uint64_t frame, uint64_t word)
{
	uint64_t kind = TN_INFO_KIND(word);

	(void)frame;
	if (kind < TN_KIND_COUNT)
		counted.kinds[kind]++;
	else
		counted.strange++;
	counted.user_used += kind == TN_KIND_USER && TN_INFO_LOW(word) != 0;
	counted.user_idle += kind == TN_KIND_USER && TN_INFO_LOW(word) == 0;
}

struct lineage_count lineage_count(void)
{
	memset(&counted, 0, sizeof(counted));
	lineage_each_frame(frame_count);
	return counted;
}

uint64_t *lineage_at(uint64_t va)
{
	__asm__("" : "+r"(va));
	return (uint64_t *)va;
}

bool lineage_shows(uint64_t process, uint64_t va, uint64_t address, uint64_t size, uint64_t flags)
{
	struct tn_resolved page;
	struct tn_result r = tn_resolve_read(process, va, &page);

	return r.code == 0 && r.value == address && page.address == address && page.size == size &&
	       page.flags == flags;
}

bool lineage_is_unmapped(uint64_t process, uint64_t va)
{
	return tn_resolve(process, va).code == -TN_ENOENT;
}

void lineage_unmap(uint64_t va, uint64_t count)
{
	uint64_t done = 0;

	lineage_must(tn_unmap_all(TN_SLOT_PROCESS, va, count, &done), "unmap failed");
}

/* --- the rows ----------------------------------------------------------------------------------- */

/* What the census says is what the frames say, and all RAM; and the root pool's account adds up. */
static bool is_conserved(void)
{
	struct tn_pool_info i = lineage_account(TN_SLOT_POOL);
	struct lineage_count found = lineage_count();
	uint64_t sum = 0, objects = 0;
	struct tn_census census;

	lineage_must(tn_census_read(TN_SLOT_SYSTEM, &census), "census failed");
	for (unsigned kind = 0; kind < TN_KIND_COUNT; kind++)
		sum += found.kinds[kind];
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_TABLE; kind++)
		objects += i.kinds[kind];
	return objects == i.used && sum == tn_boot->ram_frames && census.frames == sum &&
	       found.strange == 0 && memcmp(found.kinds, census.kinds, sizeof(census.kinds)) == 0 &&
	       i.free + i.used == i.boot + i.give_frames + i.move_in_frames - i.reclaim_frames -
					  i.move_out_frames;
}

void lineage_row(const char *id, void (*show)(void))
{
	uint64_t used = lineage_account(TN_SLOT_POOL).used;

	show();
	rows_shown++;
	rows_conserved += is_conserved();
	if (lineage_account(TN_SLOT_POOL).used != used)
		tap_ok(false, "%s left something behind", id);
}

/* Everything free leaves the root pool until it has what it was born with. */
static void stock_return(void)
{
	struct tn_pool_info info = lineage_account(TN_SLOT_POOL);

	while (info.free + info.used > info.boot) {
		uint64_t count = info.free + info.used - info.boot;

		lineage_must(tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, TN_ANY,
					      count < TN_BATCH ? count : TN_BATCH),
			     "reclaim failed");
		info = lineage_account(TN_SLOT_POOL);
	}
}

/* What is only seen when all has been done. */
static void rows_close(void)
{
	struct guest_totals now;

	lineage_must(tn_destroy(lineage_endpoint, 0), "destroy failed");
	stock_return();
	guest_totals_read(&now);
	tap_same(now.census.kinds[TN_KIND_IMAGE], lineage_start.census.kinds[TN_KIND_IMAGE],
		 "G8 after all rows the kernel's own frames are those that boot took");
	tap_same(rows_conserved, rows_shown,
		 "L4 after each row the kinds add up to all RAM, and the flows explain the pool");
	tap_ok(memcmp(&now.census, &lineage_start.census, sizeof(now.census)) == 0 &&
		       now.pool.used == lineage_start.pool.used,
	       "L4 when all rows have ended, each kind has as many frames as at the start");
}

int main(void)
{
	guest_totals_read(&lineage_start);
	guest_fill(TN_SLOT_POOL, STOCK);
	lineage_endpoint = guest_create(TN_KIND_ENDPOINT, TN_SLOT_PROCESS, 0);
	lineage_glenda();
	lineage_jinue();
	lineage_harmony();
	lineage_sel4();
	lineage_vesper();
	rows_close();
	return tap_end();
}
