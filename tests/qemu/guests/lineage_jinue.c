/*
 * lineage_jinue.c - rows J1 to J9: each frame has one owner; user space lends and takes back.
 */
#include "lineage.h"

#include <string.h>
#include <tenure/records.h>

#include "tap.h"

/* --- J1, J2 ------------------------------------------------------------------------------------- */

static void row_j1(void)
{
	struct lineage_count found = lineage_count();
	uint64_t free = found.kinds[TN_KIND_FREE], kernel_used = 0;
	struct tn_census census;

	lineage_must(tn_census_read(TN_SLOT_SYSTEM, &census), "census failed");
	for (unsigned kind = TN_KIND_POOL; kind < TN_KIND_COUNT; kind++)
		kernel_used += kind != TN_KIND_FREE ? found.kinds[kind] : 0;
	tap_ok(found.strange == 0 && memcmp(found.kinds, census.kinds, sizeof(census.kinds)) == 0,
	       "J1 each frame has one kind, and the census counts them");
	tap_same(found.user_used + found.user_idle + free + kernel_used, tn_boot->ram_frames,
		 "J1 user space's in use or idle, the kernel's in use or free: that is all RAM");
	tap_same(free, lineage_account(TN_SLOT_POOL).free,
		 "J1 the kernel's free frames are those of its pools");
}

static void row_j2(void)
{
	uint64_t pool = lineage_pool(0), f = guest_frames(5, 1), first = 0, runs;
	struct tn_result r;

	lineage_must(tn_map(TN_SLOT_PROCESS, HERE, TN_SLOT_FRAMES, f, 1, TN_MAP_READ),
		     "map failed");
	lineage_must(tn_map(TN_SLOT_PROCESS, THERE, TN_SLOT_FRAMES, f, 1, TN_MAP_READ),
		     "map failed");
	tap_ok(lineage_is_user(f, 2), "J2 a user frame is in use once for each mapping");
	lineage_unmap(HERE, 1);
	lineage_unmap(THERE, 1);
	tap_ok(lineage_is_user(f, 0), "J2 and free without any");
	lineage_must(tn_frame_give(TN_SLOT_FRAMES, pool, f, 5), "give failed");
	tap_ok(lineage_is(f, TN_KIND_FREE) && lineage_is(f + 4, TN_KIND_FREE) &&
		       lineage_account(pool).free == 5,
	       "J2 given frames are on the pool's free list");
	r = tn_frame_reclaim(TN_SLOT_FRAMES, pool, TN_ANY, TN_BATCH);
	runs = r.value >> 32;
	for (uint64_t i = 0; i < runs; i++)
		first += TN_RUN_COUNT(tn_utcb->words[i]) * (TN_RUN_FIRST(tn_utcb->words[i]) == f);
	tap_ok((uint32_t)r.value == 5 && runs == 1 && first == 5,
	       "J2 and the list hands out just these");
	lineage_end(pool);
}

/* --- J3, J4 ------------------------------------------------------------------------------------- */

static void row_j3(void)
{
	uint64_t pool = lineage_pool(0), slot = guest_slot(), f = guest_frames(1, 1),
		 levels = tn_boot->paging_levels;
	struct guest_totals before, after;
	struct tn_result r;

	guest_totals_read(&before);
	tap_refused(tn_create(TN_KIND_PROCESS, pool, TN_ANY, TN_NONE, slot, 0), TN_ENOMEM, 1,
		    "J3 a short pool answers ENOMEM, and how many frames are missing");
	guest_totals_read(&after);
	tap_ok(guest_totals_same(&before, &after) && lineage_account(pool).enomem == 1,
	       "J3 and nothing has changed but the count of such answers");
	guest_fill(pool, 1);
	tap_done(tn_create(TN_KIND_PROCESS, pool, TN_ANY, TN_NONE, slot, 0),
		 "J3 with that many it succeeds");
	guest_fill(pool, 1);
	r = tn_map(slot, HERE, TN_SLOT_FRAMES, f, 1, TN_MAP_READ);
	tap_ok(r.code == -TN_ENOMEM && r.value == levels - 1 && lineage_is_user(f, 0),
	       "J3 map counts all page tables that are missing, less what is free");
	guest_fill(pool, r.value);
	tap_done(tn_map(slot, HERE, TN_SLOT_FRAMES, f, 1, TN_MAP_READ), "J3 and then succeeds");
	tap_same(lineage_account(pool).free, 0, "J3 with no frame left over");
	lineage_end(pool);
	lineage_drop(slot);
}

/* Leaves the root pool without a free frame; all other pools have ended. */
static void root_empty(void)
{
	while (lineage_account(TN_SLOT_POOL).free != 0)
		lineage_must(tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, TN_ANY, TN_BATCH),
			     "reclaim failed");
}

static void row_j4(void)
{
	uint64_t f = guest_frames(TN_BATCH, 1), slot = guest_slot();
	struct tn_census census;

	root_empty();
	lineage_must(tn_census_read(TN_SLOT_SYSTEM, &census), "census failed");
	tap_same(census.kinds[TN_KIND_FREE], 0, "J4 the kernel has no free frame");
	tap_error(tn_create(TN_KIND_POOL, TN_SLOT_POOL, TN_ANY, TN_NONE, slot, 0), TN_ENOMEM,
		  "J4 and can make nothing");
	tap_done(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, f, TN_BATCH),
		 "J4 yet it takes what is given");
	tap_done(tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, f, TN_BATCH),
		 "J4 and lets it go again");
	lineage_must(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, f, 1), "give failed");
	lineage_must(tn_create(TN_KIND_POOL, TN_SLOT_POOL, f, TN_NONE, slot, 0), "create failed");
	tap_refused(tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, f, 1), TN_EBUSY, f,
		    "J4 a kernel frame in use is not taken back");
	lineage_end(slot);
	tap_refused(tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, f + 1, 1), TN_EUSER, f + 1,
		    "J4 nor is a user frame");
	guest_fill(TN_SLOT_POOL, TN_BATCH);
}

/* --- J5 ----------------------------------------------------------------------------------------- */

#define LEDGER 64u
#define DEEDS 2000u

/* The guest's own record, kept from its own calls alone. */
static struct {
	bool kernel;    /* owner */
	bool mapped[2]; /* at two addresses */
} ledger[LEDGER];

static uint64_t ledger_pool, ledger_first;

static uint64_t place(uint64_t i, unsigned view)
{
	return (view == 0 ? HERE : THERE) + i * PAGE;
}

static uint64_t references(uint64_t i)
{
	return (uint64_t)ledger[i].mapped[0] + ledger[i].mapped[1];
}

/* Each does one deed to frame i and answers whether the kernel said what the ledger foretold. */

static bool deed_give(uint64_t i)
{
	int64_t wanted = ledger[i].kernel ? TN_EKERNEL : references(i) != 0 ? TN_EBUSY : 0;
	struct tn_result r = tn_frame_give(TN_SLOT_FRAMES, ledger_pool, ledger_first + i, 1);

	ledger[i].kernel = ledger[i].kernel || wanted == 0;
	return r.code == -wanted;
}

static bool deed_reclaim(uint64_t i)
{
	int64_t wanted = ledger[i].kernel ? 0 : TN_EUSER;
	struct tn_result r = tn_frame_reclaim(TN_SLOT_FRAMES, ledger_pool, ledger_first + i, 1);

	ledger[i].kernel = false;
	return r.code == -wanted;
}

static bool deed_map(uint64_t i, unsigned view)
{
	int64_t wanted = ledger[i].mapped[view] ? TN_EEXIST : ledger[i].kernel ? TN_EKERNEL : 0;
	struct tn_result r = tn_map(TN_SLOT_PROCESS, place(i, view), TN_SLOT_FRAMES,
				    ledger_first + i, 1, TN_MAP_READ);

	ledger[i].mapped[view] = ledger[i].mapped[view] || wanted == 0;
	return r.code == -wanted;
}

static bool deed_unmap(uint64_t i, unsigned view)
{
	ledger[i].mapped[view] = false;
	return tn_unmap(TN_SLOT_PROCESS, place(i, view), 1).code == 0;
}

static uint64_t deeds_do(void)
{
	uint64_t random = 0x2545f4914f6cdd1d, foretold = 0;

	for (unsigned n = 0; n < DEEDS; n++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		switch (random >> 8 & 3) {
		case 0:
			foretold += deed_give(random % LEDGER);
			break;
		case 1:
			foretold += deed_reclaim(random % LEDGER);
			break;
		case 2:
			foretold += deed_map(random % LEDGER, random >> 16 & 1);
			break;
		default:
			foretold += deed_unmap(random % LEDGER, random >> 16 & 1);
		}
	}
	return foretold;
}

static void row_j5(void)
{
	uint64_t agreed = 0, kernel = 0;

	ledger_pool = lineage_pool(0);
	ledger_first = guest_frames(LEDGER, 1);
	tap_same(deeds_do(), DEEDS,
		 "J5 a record kept outside the kernel foretells each of 2000 answers");
	for (uint64_t i = 0; i < LEDGER; i++) {
		kernel += ledger[i].kernel;
		agreed += ledger[i].kernel ? lineage_is(ledger_first + i, TN_KIND_FREE)
					   : lineage_is_user(ledger_first + i, references(i));
	}
	tap_ok(agreed == LEDGER && kernel == lineage_account(ledger_pool).free,
	       "J5 and in the end agrees with the kernel's, frame by frame");
	lineage_unmap(HERE, LEDGER);
	lineage_unmap(THERE, LEDGER);
	lineage_end(ledger_pool);
}

/* --- J6, J7 ------------------------------------------------------------------------------------- */

static void row_j6(void)
{
	uint64_t pool = lineage_pool(0), f = guest_frames(3, 1);

	guest_map(HERE, f + 1, 1, TN_MAP_READ);
	guest_map(THERE, f + 1, 1, TN_MAP_READ);
	tap_refused(tn_frame_give(TN_SLOT_FRAMES, pool, f, 3), TN_EBUSY, f + 1,
		    "J6 refuses frames in use, and names the first");
	lineage_unmap(HERE, 1);
	tap_refused(tn_frame_give(TN_SLOT_FRAMES, pool, f, 3), TN_EBUSY, f + 1,
		    "J6 until the last reference has gone");
	lineage_unmap(THERE, 1);
	tap_done(tn_frame_give(TN_SLOT_FRAMES, pool, f, 3), "J6 and then takes them");
	tap_refused(tn_frame_give(TN_SLOT_FRAMES, pool, f, 3), TN_EKERNEL, f,
		    "J6 refuses frames that it owns");
	tap_refused(tn_frame_give(TN_SLOT_FRAMES, pool, tn_boot->process, 1), TN_EKERNEL,
		    tn_boot->process, "J6 be it an object's");
	lineage_end(pool);
}

static struct tn_result map_to_read(uint64_t frame)
{
	return tn_map(TN_SLOT_PROCESS, HERE, TN_SLOT_FRAMES, frame, 1, TN_MAP_READ);
}

static uint64_t first_of(uint32_t kind)
{
	for (uint32_t i = 0; i < tn_boot->range_count; i++)
		if (tn_boot->ranges[i].kind == kind)
			return tn_boot->ranges[i].first;
	tap_bail("a kind of frame that no range has");
}

static void row_j7(void)
{
	uint64_t pool = lineage_pool(0), f = guest_fill(pool, 1), image = first_of(TN_KIND_IMAGE),
		 boot = tn_boot->initrd / PAGE;
	struct tn_resolved page;

	lineage_must(tn_resolve_read(TN_SLOT_PROCESS, TN_BOOT_UTCB, &page), "resolve failed");
	tap_refused(map_to_read(f), TN_EKERNEL, f, "J7 a free kernel frame is not mapped");
	tap_refused(map_to_read(tn_boot->thread), TN_EKERNEL, tn_boot->thread, "J7 nor an object");
	tap_refused(map_to_read(page.table), TN_EKERNEL, page.table, "J7 nor a page table");
	tap_refused(map_to_read(image), TN_EKERNEL, image, "J7 nor the kernel's image");
	tap_done(map_to_read(boot), "J7 the boot image may be mapped to read");
	tap_ok(memcmp((const char *)lineage_at(HERE) + tn_boot->initrd % PAGE, "070701", 6) == 0,
	       "J7 and is what was booted");
	tap_error(tn_protect(TN_SLOT_PROCESS, HERE, 1, READ_WRITE, TN_SLOT_FRAMES), TN_EPERM,
		  "J7 write is not added");
	lineage_unmap(HERE, 1);
	tap_refused(tn_map(TN_SLOT_PROCESS, HERE, TN_SLOT_FRAMES, boot, 1, READ_WRITE), TN_EKERNEL,
		    boot, "J7 nor is it mapped to write");
	lineage_end(pool);
}

/* --- J8, J9 ------------------------------------------------------------------------------------- */

/* Here all RAM is in the window; the guest `window` runs where it is not. */
static void row_j8(void)
{
	const struct tn_boot_range *last = &tn_boot->ranges[tn_boot->range_count - 1];

	tap_ok(tn_boot->window_first <= tn_boot->ranges[0].first &&
		       tn_boot->window_first + tn_boot->window_count >=
			       (uint64_t)last->first + last->count,
	       "J8 the boot information says which frames may be the kernel's");
}

static void row_j9(void)
{
	uint64_t f = guest_frames(MIB_PAGE, MIB_PAGE), size = MIB_PAGE * PAGE;

	tap_same(tn_map(TN_SLOT_PROCESS, FAR, TN_SLOT_FRAMES, f, MIB_PAGE, READ_WRITE).value,
		 MIB_PAGE, "J9 512 frames in one call");
	tap_ok(lineage_shows(TN_SLOT_PROCESS, FAR + 0x12345, f * PAGE + 0x12345, size, READ_WRITE),
	       "J9 are one large page");
	tap_refused(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, f + 7, 1), TN_EBUSY, f + 7,
		    "J9 each frame of it is in use");
	*lineage_at(FAR + 8 * PAGE) = 8;
	lineage_unmap(FAR + 7 * PAGE, 1);
	tap_ok(lineage_shows(TN_SLOT_PROCESS, FAR + 8 * PAGE, (f + 8) * PAGE, PAGE, READ_WRITE) &&
		       *lineage_at(FAR + 8 * PAGE) == 8,
	       "J9 one page cut out leaves small pages around it");
	tap_done(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, f + 7, 1), "J9 and can be given");
	lineage_unmap(FAR, MIB_PAGE);
	tap_refused(tn_map(TN_SLOT_PROCESS, FAR, TN_SLOT_FRAMES, f, MIB_PAGE, TN_MAP_READ),
		    TN_EKERNEL, f + 7, "J9 no large page covers a frame of the kernel's");
	lineage_must(tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, f + 7, 1), "reclaim failed");
}

void lineage_jinue(void)
{
	lineage_row("J1", row_j1);
	lineage_row("J2", row_j2);
	lineage_row("J3", row_j3);
	lineage_row("J4", row_j4);
	lineage_row("J5", row_j5);
	lineage_row("J6", row_j6);
	lineage_row("J7", row_j7);
	lineage_row("J8", row_j8);
	lineage_row("J9", row_j9);
}
