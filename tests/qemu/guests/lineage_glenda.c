/*
 * lineage_glenda.c - rows G1 to G9: mechanism without policy, untyped memory, strict accounts.
 */
#include "lineage.h"

#include <tenure/message.h>
#include <tenure/records.h>

#include "tap.h"
#include "workers.h"

static const uint64_t nothing[TN_MESSAGE_REGISTERS];
static volatile uint64_t seen, codes[2];

/* --- G1 ----------------------------------------------------------------------------------------- */

/* In a child without a single capability: looks for one, then for the guest's page. */
static void body_poor(uint64_t number)
{
	(void)number;
	for (uint64_t slot = 0; slot < TN_CAPS_SLOTS; slot++)
		seen += tn_frame_info(slot, 0, 1).code == -TN_ENOENT;
	seen += *(volatile uint64_t *)lineage_at(HERE);
}

static void g1_isolates(void)
{
	struct child c = child_make(16);
	struct worker w = {.process = c.process, .body = body_poor, .fault = lineage_endpoint};
	struct tn_message m;

	guest_map(HERE, guest_frames(1, 1), 1, READ_WRITE);
	seen = 0;
	worker_start(0, &w);
	m = tn_recv(lineage_endpoint);
	tap_same(seen, TN_CAPS_SLOTS, "G1 a process without capabilities can name no frame");
	tap_ok(m.info == TN_INFO(TN_LABEL_FAULT, 3) && m.words[0] == TN_FAULT_LOAD &&
		       m.words[1] == HERE,
	       "G1 what another process has mapped is a fault for it");
	tn_reply(TN_INFO(TN_KILL, 0), nothing);
	worker_end(0, &w);
	child_end(&c);
	lineage_unmap(HERE, 1);
}

static void row_g1(void)
{
	uint64_t pool = lineage_pool(0), slot = guest_slot();
	uint64_t end = tn_clock() + tn_boot->timebase / 20;
	struct guest_totals before, after;

	tap_error(tn_create(TN_KIND_PROCESS, pool, TN_ANY, TN_NONE, slot, 0), TN_ENOMEM,
		  "G1 a short pool stays short, though nearly all RAM is idle");
	guest_totals_read(&before);
	while (tn_clock() < end)
		tn_yield();
	guest_totals_read(&after);
	tap_ok(guest_totals_same(&before, &after) && lineage_account(pool).free == 0,
	       "G1 time and interrupts alone change no account");
	lineage_end(pool);
	g1_isolates();
}

/* --- G2 ----------------------------------------------------------------------------------------- */

static uint64_t frames_of(uint32_t kind)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < tn_boot->range_count; i++)
		count += tn_boot->ranges[i].kind == kind ? tn_boot->ranges[i].count : 0;
	return count;
}

static bool is_usable(uint64_t f)
{
	bool usable = tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, f, 1).code == 0 &&
		      tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, f, 1).code == 0 &&
		      tn_map(TN_SLOT_PROCESS, HERE, TN_SLOT_FRAMES, f, 1, READ_WRITE).code == 0;

	lineage_unmap(HERE, 1);
	return usable;
}

static void row_g2(void)
{
	const struct tn_boot_range *first = &tn_boot->ranges[0];
	const struct tn_boot_range *last = &tn_boot->ranges[tn_boot->range_count - 1];
	const uint64_t *kinds = lineage_start.census.kinds;
	struct tn_cap_info all;
	bool usable = true;

	lineage_must(tn_cap_read(TN_SELF, TN_SLOT_FRAMES, &all), "cap_info failed");
	tap_ok(all.type == TN_CAP_FRAMES && all.rights == TN_RIGHTS_ALL &&
		       all.first <= first->first &&
		       all.first + all.count >= (uint64_t)last->first + last->count,
	       "G2 one capability with all rights covers all RAM");
	tap_same(frames_of(TN_KIND_USER), kinds[TN_KIND_USER],
		 "G2 the boot information lists all user frames");
	tap_same(
		tn_boot->ram_frames - kinds[TN_KIND_USER] - kinds[TN_KIND_IMAGE] -
			kinds[TN_KIND_BOOT] - kinds[TN_KIND_HOLE],
		lineage_start.pool.boot,
		"G2 the rest is images, firmware, and the frames that the root pool was born with");
	for (uint32_t i = 0; i < tn_boot->range_count; i++) {
		const struct tn_boot_range *r = &tn_boot->ranges[i];

		/* guest_frames has handed out the first ones of the largest, so: its last */
		if (r->kind == TN_KIND_USER && r->detail == 0)
			usable = usable && is_usable((uint64_t)r->first + r->count - 1);
	}
	tap_ok(usable, "G2 each idle range can be given, taken back and mapped");
}

/* --- G3, G4 ------------------------------------------------------------------------------------- */

/* Makes an object of one exact user frame; whether frame and capability are what they should be. */
static bool becomes(uint64_t kind, uint64_t target, uint64_t f, uint64_t slot)
{
	struct tn_cap_info cap;

	return tn_create(kind, target, f, TN_SLOT_FRAMES, slot, 0).code == 0 &&
	       lineage_is(f, kind) && tn_cap_read(TN_SELF, slot, &cap).code == 0 &&
	       cap.type == kind && cap.rights == TN_RIGHTS_ALL && cap.frame == f;
}

static void row_g3(void)
{
	uint64_t pool = lineage_pool(0), f = guest_frames(7, 1), sub = guest_slot(),
		 process = guest_slot(), thread = guest_slot(), endpoint = guest_slot(),
		 page = guest_slot(), top = tn_boot->paging_levels - 1;
	struct tn_pool_info info;

	tap_ok(becomes(TN_KIND_POOL, pool, f, sub), "G3 a frame becomes a pool");
	tap_ok(becomes(TN_KIND_PROCESS, pool, f + 1, process), "G3 a frame becomes a process");
	tap_ok(becomes(TN_KIND_THREAD, process, f + 2, thread), "G3 a frame becomes a thread");
	tap_ok(becomes(TN_KIND_ENDPOINT, process, f + 3, endpoint),
	       "G3 a frame becomes an endpoint");
	tap_ok(tn_create(TN_KIND_CAPS, process, f + 4, TN_SLOT_FRAMES, 0, 0).code == 0 &&
		       lineage_is(f + 4, TN_KIND_CAPS) &&
		       tn_cap_copy(endpoint, process, 255, TN_ENDPOINT_SEND, 0, 0).code == 0,
	       "G3 a frame becomes a capability page, with 256 slots");
	tap_ok(tn_table_attach(process, 0, top, f + 5, TN_SLOT_FRAMES).code == 0 &&
		       lineage_is(f + 5, TN_KIND_TABLE),
	       "G3 a frame becomes a page table");
	tap_done(tn_cap_copy(TN_SLOT_FRAMES, TN_SELF, page, READ_WRITE, f + 6, 1),
		 "G3 a frame to be mapped is a part of the range");
	info = lineage_account(pool);
	tap_ok(info.free == 0 && info.used == 6 && info.give_frames == 6,
	       "G3 nothing came from anywhere else");
	lineage_end(pool);
	lineage_drop(sub);
	lineage_drop(process);
	lineage_drop(thread);
	lineage_drop(endpoint);
	lineage_drop(page);
}

static void row_g4(void)
{
	uint64_t pool = lineage_pool(0), f = guest_frames(16, 1), whole = guest_slot(),
		 left = guest_slot(), right = guest_slot(), a = guest_slot(), b = guest_slot();
	struct tn_cap_info low, high;

	lineage_must(tn_cap_copy(TN_SLOT_FRAMES, TN_SELF, whole, TN_RIGHTS_ALL, f, 16),
		     "cap_copy failed");
	lineage_must(tn_cap_copy(whole, TN_SELF, left, TN_RIGHTS_ALL, f, 10), "cap_copy failed");
	lineage_must(tn_cap_copy(whole, TN_SELF, right, TN_RIGHTS_ALL, f + 10, 6),
		     "cap_copy failed");
	tn_cap_read(TN_SELF, left, &low);
	tn_cap_read(TN_SELF, right, &high);
	tap_ok(low.first == f && low.count == 10 && high.first == f + 10 && high.count == 6,
	       "G4 a range is split in two");
	tap_refused(tn_frame_give(left, pool, f + 9, 2), TN_EACCES, f + 10,
		    "G4 the lower part does not reach the upper");
	tap_refused(tn_map(TN_SLOT_PROCESS, HERE, right, f + 9, 1, TN_MAP_READ), TN_EACCES, f + 9,
		    "G4 nor the upper the lower");
	tap_error(tn_cap_copy(left, TN_SELF, a, TN_RIGHTS_ALL, f, 11), TN_EACCES,
		  "G4 a part of a part is no larger");
	tap_done(tn_create(TN_KIND_POOL, pool, f + 9, left, a, 0),
		 "G4 an object of the lower part");
	tap_done(tn_create(TN_KIND_POOL, pool, f + 10, right, b, 0),
		 "G4 and one of the upper, side by side");
	lineage_end(pool);
	lineage_drop(whole);
	lineage_drop(left);
	lineage_drop(right);
	lineage_drop(a);
	lineage_drop(b);
}

/* --- G5 to G7 ----------------------------------------------------------------------------------- */

/* Pages of one table with rights in turn: more than any list of regions could join. */
static bool map_each(uint64_t process, uint64_t f)
{
	static const uint64_t rights[] = {TN_MAP_READ, READ_WRITE, TN_MAP_EXECUTE,
					  TN_MAP_READ | TN_MAP_EXECUTE};

	for (uint64_t i = 1; i < 512; i++)
		if (tn_map(process, HERE + i * PAGE, TN_SLOT_FRAMES, f, 1, rights[i % 4]).code != 0)
			return false;
	return true;
}

static void row_g5(void)
{
	uint64_t levels = tn_boot->paging_levels, pool = lineage_pool(levels),
		 process = guest_create(TN_KIND_PROCESS, pool, 0), f = guest_frames(2, 1), used;

	tap_ok(lineage_account(pool).kinds[TN_KIND_TABLE] == 0 &&
		       lineage_is_unmapped(process, HERE),
	       "G5 a new address space is one frame, and has no page table");
	tap_done(tn_table_attach(process, 0, levels - 1, f, TN_SLOT_FRAMES),
		 "G5 its root page table is a frame that the caller names");
	lineage_must(tn_map(process, HERE, TN_SLOT_FRAMES, f + 1, 1, TN_MAP_READ), "map failed");
	used = lineage_account(pool).used;
	tap_same(used, 1 + levels, "G5 the first page costs the tables that lead to it");
	tap_ok(map_each(process, f + 1) && lineage_is_user(f + 1, 512),
	       "G5 511 more pages, of rights in turn");
	tap_same(lineage_account(pool).used, used, "G5 cost nothing: no regions are kept");
	tap_same(tn_unmap(process, HERE, 512).value, 512, "G5 and one unmap ends all of them");
	lineage_end(pool);
	lineage_drop(process);
}

static void body_utcb(uint64_t number)
{
	codes[0] = (uint64_t)tn_pool_info(TN_SLOT_POOL).code;
	codes[1] = ((struct tn_pool_info *)worker_utcb(number)->words)->boot;
}

static void row_g6(void)
{
	uint64_t pool = lineage_pool(8), process = guest_create(TN_KIND_PROCESS, pool, 0),
		 thread = guest_create(TN_KIND_THREAD, process, 0), f = guest_frames(1, 1);
	struct worker w = {.process = TN_SLOT_PROCESS,
			   .body = body_utcb,
			   .fault = lineage_endpoint};

	tap_error(tn_thread_resume(thread), TN_EINVAL, "G6 without a UTCB a thread does not begin");
	tap_done(tn_thread_configure(thread, TN_CONFIGURE_UTCB, TN_SLOT_FRAMES, f, HERE, TN_NONE),
		 "G6 thread_configure names its frame and address");
	tap_ok(lineage_shows(process, HERE, f * PAGE, PAGE, READ_WRITE) && lineage_is_user(f, 2),
	       "G6 it is mapped, and pinned");
	lineage_must(tn_unmap(process, HERE, 1), "unmap failed");
	tap_refused(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, f, 1), TN_EBUSY, f,
		    "G6 once unmapped it is still the thread's");
	lineage_must(tn_destroy(thread, 0), "destroy failed");
	tap_ok(lineage_is_user(f, 0), "G6 and idle when the thread has ended");
	lineage_end(pool);
	lineage_drop(process);

	worker_start(1, &w);
	tn_recv(lineage_endpoint);
	tap_ok(codes[0] == 0 && codes[1] == lineage_start.pool.boot,
	       "G6 a thread finds in its own UTCB what a call answered");
	tn_reply(0, nothing);
	worker_end(1, &w);
}

static void row_g7(void)
{
	uint64_t f = guest_frames(1, 1);

	tap_done(tn_map(TN_SLOT_PROCESS, HERE, TN_SLOT_FRAMES, f, 1, READ_WRITE),
		 "G7 map a frame at an address with rights");
	*lineage_at(HERE + 8) = f;
	tap_ok(lineage_shows(TN_SLOT_PROCESS, HERE + 8, f * PAGE + 8, PAGE, READ_WRITE),
	       "G7 resolve tells address, size and rights");
	lineage_must(tn_map(TN_SLOT_PROCESS, THERE, TN_SLOT_FRAMES, f, 1, TN_MAP_READ),
		     "map failed");
	tap_same(*lineage_at(THERE + 8), f, "G7 what is written there is in the frame");
	tap_same(tn_unmap(TN_SLOT_PROCESS, HERE, 1).value, 1 + (1ul << 48),
		 "G7 unmap tells that the page was dirty");
	tap_ok(lineage_is_unmapped(TN_SLOT_PROCESS, HERE), "G7 and then nothing is there");
	lineage_unmap(THERE, 1);
}

/* --- G8, G9 ------------------------------------------------------------------------------------- */

static void row_g8(void)
{
	struct tn_census census;

	lineage_must(tn_census_read(TN_SLOT_SYSTEM, &census), "census failed");
	tap_same(census.kinds[TN_KIND_IMAGE], frames_of(TN_KIND_IMAGE),
		 "G8 the kernel's own frames are those of the boot information");
	tap_same(lineage_account(TN_SLOT_POOL).boot, lineage_start.pool.boot,
		 "G8 boot made one pool, and no other frame of it came from nowhere");
}

/* In a child that may manage itself: makes objects for ever. */
static void body_greedy(uint64_t number)
{
	(void)number;
	for (uint64_t slot = 2; slot < TN_CAPS_SLOTS; slot++) {
		struct tn_result r = tn_create(TN_KIND_ENDPOINT, 1, TN_ANY, TN_NONE, slot, 0);

		codes[0] = (uint64_t)r.code;
		codes[1] = r.value;
		if (r.code != 0)
			break;
		seen++;
	}
}

static bool adds_up(const struct tn_pool_info *i)
{
	uint64_t objects = 0;

	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_TABLE; kind++)
		objects += i->kinds[kind];
	return i->used == objects && i->free + i->used == i->move_in_frames;
}

static void row_g9(void)
{
	struct child c = child_make(60);
	struct worker w = {.process = c.process, .body = body_greedy, .fault = lineage_endpoint};
	uint64_t before, others, free;
	struct tn_pool_info info;

	lineage_must(tn_cap_copy(c.process, c.process, 1, TN_PROCESS_MANAGE, 0, 0),
		     "cap_copy failed");
	seen = 0;
	worker_start(0, &w);
	free = lineage_account(c.pool).free;
	before = lineage_account(TN_SLOT_POOL).free;
	tn_recv(lineage_endpoint);
	info = lineage_account(c.pool);
	tap_ok(seen == free && codes[0] == (uint64_t)-TN_ENOMEM && codes[1] == 1,
	       "G9 who makes objects for ever gets as many as its pool has frames");
	tap_ok(info.free == 0 && info.enomem == 1 && adds_up(&info),
	       "G9 the account has each of them, and the refusal");
	tap_same(lineage_account(TN_SLOT_POOL).free, before, "G9 and nobody else paid");
	others = lineage_pool(1);
	tap_done(tn_destroy(guest_create(TN_KIND_PROCESS, others, 0), 0),
		 "G9 while it is short, others make objects of their own");
	lineage_end(others);
	tn_reply(TN_INFO(TN_KILL, 0), nothing);
	worker_end(0, &w);
	child_end(&c);
}

void lineage_glenda(void)
{
	lineage_row("G1", row_g1);
	lineage_row("G2", row_g2);
	lineage_row("G3", row_g3);
	lineage_row("G4", row_g4);
	lineage_row("G5", row_g5);
	lineage_row("G6", row_g6);
	lineage_row("G7", row_g7);
	lineage_row("G8", row_g8);
	lineage_row("G9", row_g9);
}
