/*
 * lineage_sel4.c - rows L1 to L8, but for L4, which lineage.c closes: untyped memory of any size,
 * explicit tables, faults as messages, delegation.
 */
#include "lineage.h"

#include <tenure/message.h>
#include <tenure/names.h>
#include <tenure/records.h>

#include "tap.h"
#include "workers.h"

static const uint64_t nothing[TN_MESSAGE_REGISTERS];
static volatile uint64_t counts[2];

/* --- L1, L2 ------------------------------------------------------------------------------------- */

static bool is_range(uint64_t first, uint64_t count)
{
	uint64_t slot = guest_slot();
	struct tn_cap_info cap;
	bool is = tn_cap_copy(TN_SLOT_FRAMES, TN_SELF, slot, TN_RIGHTS_ALL, first, count).code ==
			  0 &&
		  tn_cap_read(TN_SELF, slot, &cap).code == 0 && cap.first == first &&
		  cap.count == count;

	lineage_drop(slot);
	return is;
}

/* A table for each level on the way to va, from frame f on; how many there are now. */
static uint64_t attach_all(uint64_t process, uint64_t va, uint64_t f, uint64_t untyped)
{
	uint64_t levels = tn_boot->paging_levels, made = 0;

	while (made < levels &&
	       tn_table_attach(process, va, levels - 1 - made, f + made, untyped).code == 0)
		made++;
	return made;
}

static void row_l1(void)
{
	uint64_t levels = tn_boot->paging_levels, count = 6 + levels, f = guest_frames(2048, 1) + 1,
		 pool = lineage_pool(0), untyped = guest_slot(), process = guest_slot(),
		 thread = guest_slot(), endpoint = guest_slot();

	tap_ok(is_range(f, 1) && is_range(f, 3) && is_range(f, 511) && is_range(f + 5, 513) &&
		       is_range(f, 1999),
	       "L1 ranges of any size, from any frame on");
	lineage_must(tn_cap_copy(TN_SLOT_FRAMES, TN_SELF, untyped, TN_RIGHTS_ALL, f, count),
		     "cap_copy failed");
	tap_done(tn_create(TN_KIND_PROCESS, pool, f, untyped, process, 0),
		 "L1 a part of one becomes an address space");
	tap_done(tn_create(TN_KIND_THREAD, process, f + 1, untyped, thread, 0), "L1 a thread");
	tap_done(tn_create(TN_KIND_ENDPOINT, process, f + 2, untyped, endpoint, 0),
		 "L1 an endpoint");
	tap_done(tn_create(TN_KIND_CAPS, process, f + 3, untyped, 0, 0), "L1 a capability page");
	tap_same(attach_all(process, HERE, f + 6, untyped), levels,
		 "L1 a page table of each level");
	tap_done(tn_thread_configure(thread, TN_CONFIGURE_UTCB, untyped, f + 4, HERE, TN_NONE),
		 "L1 a UTCB");
	tap_done(tn_map(process, HERE + PAGE, untyped, f + 5, 1, TN_MAP_READ | TN_MAP_NOTABLE),
		 "L1 and a page");
	tap_same(lineage_account(pool).used, count - 2,
		 "L1 all objects of the space are frames of that range");
	lineage_end(pool);
	lineage_drop(untyped);
	lineage_drop(process);
	lineage_drop(thread);
	lineage_drop(endpoint);
}

static bool shows_rights(uint64_t process, uint64_t f)
{
	static const uint64_t rights[] = {TN_MAP_READ, READ_WRITE, TN_MAP_EXECUTE,
					  TN_MAP_READ | TN_MAP_EXECUTE};
	bool shown = true;

	for (uint64_t i = 0; i < 4; i++) {
		uint64_t va = HERE + (i + 1) * PAGE;

		shown = shown &&
			tn_map(process, va, TN_SLOT_FRAMES, f, 1, rights[i] | TN_MAP_NOTABLE)
					.code == 0 &&
			lineage_shows(process, va, f * PAGE, PAGE, rights[i]);
	}
	return shown;
}

static void row_l2(void)
{
	uint64_t levels = tn_boot->paging_levels, pool = lineage_pool(1),
		 process = guest_create(TN_KIND_PROCESS, pool, 0), f = guest_frames(levels + 1, 1),
		 page = f + levels, named = 0;
	struct tn_result r;

	for (uint64_t made = 0; made < levels; made++) {
		r = tn_map(process, HERE, TN_SLOT_FRAMES, page, 1, READ_WRITE | TN_MAP_NOTABLE);
		named += r.code == -TN_ENOTABLE && r.value == levels - 1 - made &&
			 tn_table_attach(process, HERE, r.value, f + made, TN_SLOT_FRAMES).code ==
				 0;
	}
	tap_same(named, levels, "L2 map names each level that lacks a table, from the root down");
	tap_done(tn_map(process, HERE, TN_SLOT_FRAMES, page, 1, READ_WRITE | TN_MAP_NOTABLE),
		 "L2 with all of them made, the frame is mapped");
	tap_same(lineage_account(pool).free, 0, "L2 and map itself took no frame");
	tap_ok(shows_rights(process, page), "L2 to read, to write, to execute, as the flags say");
	tap_error(tn_map(process, HERE + 9 * PAGE, TN_SLOT_FRAMES, page, 1,
			 TN_MAP_WRITE | TN_MAP_READ | TN_MAP_EXECUTE),
		  TN_EINVAL, "L2 never to write and execute");
	lineage_end(pool);
	lineage_drop(process);
}

/* --- L3 ----------------------------------------------------------------------------------------- */

#define TOUCHED 4u

static void body_touch(uint64_t number)
{
	(void)number;
	for (uint64_t i = 0; i < TOUCHED; i++)
		counts[0] += *(volatile uint64_t *)lineage_at(HERE + i * PAGE);
}

static void row_l3(void)
{
	struct child c = child_make(24);
	struct worker w = {.process = c.process, .body = body_touch, .fault = lineage_endpoint};
	uint64_t f = guest_frames(TOUCHED, 1), said = 0;
	struct tn_message m;

	guest_map(HERE, f, TOUCHED, READ_WRITE);
	for (uint64_t i = 0; i < TOUCHED; i++)
		*lineage_at(HERE + i * PAGE) = 10 + i;
	counts[0] = 0;
	worker_start(0, &w);
	m = tn_recv(lineage_endpoint);
	for (uint64_t i = 0; i < TOUCHED; i++) {
		said += m.info == TN_INFO(TN_LABEL_FAULT, 3) && m.words[0] == TN_FAULT_LOAD &&
			m.words[1] == HERE + i * PAGE;
		lineage_must(tn_map(c.process, HERE + i * PAGE, TN_SLOT_FRAMES, f + i, 1,
				    TN_MAP_READ),
			     "map failed");
		m = tn_reply_recv(lineage_endpoint, TN_INFO(TN_RESUME, 0), nothing);
	}
	tap_same(said, TOUCHED, "L3 each page fault is a message with kind and address");
	tap_ok(m.info == TN_INFO(TN_LABEL_EXIT, 3) && counts[0] == 10 + 11 + 12 + 13,
	       "L3 each answer lets the thread go on, with the page that was mapped");
	tn_reply(0, nothing);
	worker_end(0, &w);
	child_end(&c);
	lineage_unmap(HERE, TOUCHED);
}

/* --- L5 ----------------------------------------------------------------------------------------- */

#define EMPTY 9u /* a slot of the child */

static const struct {
	uint64_t call;
	uint64_t arguments[6];
} memory_calls[] = {
	{TN_CALL_CENSUS, {EMPTY}},
	{TN_CALL_FRAME_GIVE, {EMPTY, EMPTY, 0x80200, 1}},
	{TN_CALL_FRAME_RECLAIM, {EMPTY, EMPTY, TN_ANY, 1}},
	{TN_CALL_FRAME_MOVE, {EMPTY, EMPTY, 1}},
	{TN_CALL_FRAME_INFO, {EMPTY, 0x80200, 1}},
	{TN_CALL_POOL_WATCH, {EMPTY, 1, EMPTY, 1}},
	{TN_CALL_POOL_INFO, {EMPTY}},
	{TN_CALL_POOL_REVOKE, {EMPTY, 0}},
	{TN_CALL_CREATE, {TN_KIND_POOL, EMPTY, TN_ANY, TN_NONE, 10, 0}},
	{TN_CALL_CREATE, {TN_KIND_THREAD, EMPTY, TN_ANY, TN_NONE, 10, 0}},
	{TN_CALL_DESTROY, {EMPTY, 0}},
	{TN_CALL_CAP_COPY, {EMPTY, TN_SELF, 10, 0, 0, 0}},
	{TN_CALL_CAP_REVOKE, {EMPTY}},
	{TN_CALL_MAP, {EMPTY, HERE, EMPTY, 0x80200, 1, TN_MAP_READ}},
	{TN_CALL_UNMAP, {EMPTY, HERE, 1}},
	{TN_CALL_PROTECT, {EMPTY, HERE, 1, TN_MAP_READ, TN_NONE}},
	{TN_CALL_TABLE_ATTACH, {EMPTY, HERE, 0, TN_ANY, TN_NONE}},
	{TN_CALL_TABLE_DETACH, {EMPTY, HERE, 0, 0}},
	{TN_CALL_RESOLVE, {EMPTY, HERE}},
	{TN_CALL_SYNC_CODE, {EMPTY}},
	{TN_CALL_CACHE_OP, {EMPTY, 0x80200, 1, TN_CACHE_CLEAN}},
	{TN_CALL_THREAD_CONFIGURE, {EMPTY, TN_CONFIGURE_UTCB, EMPTY, 0x80200, HERE, TN_NONE}},
};
#define MEMORY_CALLS (sizeof(memory_calls) / sizeof(memory_calls[0]))

static void body_powerless(uint64_t number)
{
	(void)number;
	for (unsigned i = 0; i < MEMORY_CALLS; i++)
		counts[0] += tn_call_number(memory_calls[i].call, memory_calls[i].arguments).code ==
			     -TN_ENOENT;
}

/* With the capabilities, but without the right. */
static void l5_without_rights(void)
{
	uint64_t f = guest_frames(1, 1), pool = lineage_pool(2),
		 weak_pool = guest_copy(pool, TN_POOL_RECLAIM),
		 process = guest_create(TN_KIND_PROCESS, pool, 0),
		 weak_process = guest_copy(process, TN_PROCESS_MANAGE),
		 weak_frames = guest_copy(TN_SLOT_FRAMES, TN_FRAMES_READ);

	tap_error(tn_frame_give(weak_frames, pool, f, 1), TN_EPERM, "L5 give wants give on frames");
	tap_error(tn_frame_give(TN_SLOT_FRAMES, weak_pool, f, 1), TN_EPERM, "L5 and on the pool");
	tap_error(tn_map(process, HERE, weak_frames, f, 1, READ_WRITE), TN_EPERM,
		  "L5 map wants write on frames");
	tap_error(tn_map(weak_process, HERE, TN_SLOT_FRAMES, f, 1, TN_MAP_READ), TN_EPERM,
		  "L5 and map on the process");
	tap_error(tn_cap_copy(weak_frames, TN_SELF, guest_slot(), READ_WRITE, f, 1), TN_EPERM,
		  "L5 no copy has more rights");
	lineage_end(pool);
	lineage_drop(weak_pool);
	lineage_drop(process);
	lineage_drop(weak_process);
	lineage_drop(weak_frames);
}

static void row_l5(void)
{
	struct child c = child_make(16);
	struct worker w = {.process = c.process, .body = body_powerless, .fault = lineage_endpoint};

	counts[0] = 0;
	worker_start(0, &w);
	tn_recv(lineage_endpoint);
	tap_same(counts[0], MEMORY_CALLS,
		 "L5 without capabilities every call on memory is refused");
	tn_reply(0, nothing);
	worker_end(0, &w);
	child_end(&c);
	l5_without_rights();
}

/* --- L6 ----------------------------------------------------------------------------------------- */

#define CHILD_FRAMES 3u /* slots of the heir */
#define CHILD_PROCESS 4u
#define CHILD_PART 5u
#define CHILD_ENDPOINT 6u

/* In the heir: makes a part of what it was left, maps both, and an object. */
static void body_heir(uint64_t number)
{
	uint64_t first = counts[1];

	(void)number;
	counts[0] = tn_cap_copy(CHILD_FRAMES, TN_SELF, CHILD_PART, READ_WRITE, first + 1, 1).code ==
			    0 &&
		    tn_map(CHILD_PROCESS, FAR, CHILD_FRAMES, first, 1, READ_WRITE).code == 0 &&
		    tn_map(CHILD_PROCESS, FAR + PAGE, CHILD_PART, first + 1, 1, READ_WRITE).code ==
			    0 &&
		    tn_create(TN_KIND_ENDPOINT, CHILD_PROCESS, first + 2, CHILD_FRAMES,
			      CHILD_ENDPOINT, 0)
				    .code == 0;
	*lineage_at(FAR) = 1;
	*lineage_at(FAR + PAGE) = 2;
}

static void row_l6(void)
{
	uint64_t f = guest_frames(3, 1), before, spare;
	struct worker w = {.body = body_heir, .fault = lineage_endpoint};
	struct child c = child_make(30);

	spare = guest_create(TN_KIND_POOL, c.pool, 0);
	lineage_must(tn_frame_move(c.pool, spare, 2), "move failed");
	lineage_must(tn_cap_copy(TN_SLOT_FRAMES, c.process, CHILD_FRAMES,
				 READ_WRITE | TN_FRAMES_GIVE, f, 3),
		     "cap_copy failed");
	lineage_must(tn_cap_copy(c.process, c.process, CHILD_PROCESS,
				 TN_PROCESS_MAP | TN_PROCESS_MANAGE, 0, 0),
		     "cap_copy failed");
	counts[1] = f;
	w.process = c.process;
	worker_start(0, &w);
	tn_recv(lineage_endpoint);
	tap_ok(counts[0] == 1 && lineage_is_user(f, 1) && lineage_is_user(f + 1, 1) &&
		       lineage_is(f + 2, TN_KIND_ENDPOINT),
	       "L6 a child maps frames that it was given, parts of them, and makes objects");
	tn_reply(0, nothing);
	before = lineage_account(c.pool).free + lineage_account(c.pool).used +
		 lineage_account(spare).free;
	tap_done(tn_pool_revoke(c.pool, 0), "L6 its pool is revoked");
	tap_ok(lineage_is_user(f, 0) && lineage_is_user(f + 1, 0),
	       "L6 so are all mappings that it made");
	tap_ok(lineage_is(f + 2, TN_KIND_FREE), "L6 and the objects");
	tap_ok(tn_pool_info(spare).code == -TN_ESTALE &&
		       tn_resolve(c.process, FAR).code == -TN_ESTALE &&
		       tn_thread_info(w.thread).code == -TN_ESTALE,
	       "L6 its process, its threads and the pools below it");
	tap_ok(lineage_account(c.pool).used == 0 && lineage_account(c.pool).free == before,
	       "L6 and every frame is free again, in the parent's hands");
	lineage_drop(w.thread);
	lineage_drop(spare);
	child_end(&c);
}

/* One object is taken back from all who have copies. */
static void l6_one_object(void)
{
	uint64_t pool = lineage_pool(2), process = guest_create(TN_KIND_PROCESS, pool, 0),
		 copy = guest_copy(process, TN_PROCESS_MAP), again = guest_copy(copy, 0);

	tap_done(tn_cap_revoke(process), "L6 one object is taken back");
	tap_ok(tn_resolve(copy, HERE).code == -TN_ESTALE &&
		       tn_resolve(again, HERE).code == -TN_ESTALE,
	       "L6 copies, and copies of copies, are dead");
	tap_error(tn_resolve(process, HERE), TN_ENOENT, "L6 the owner's lives on");
	lineage_end(pool);
	lineage_drop(process);
	lineage_drop(copy);
	lineage_drop(again);
}

/* --- L7, L8 ------------------------------------------------------------------------------------- */

static void row_l7(void)
{
	uint64_t total = 0, end = 0, overlaps = 0;

	for (uint32_t i = 0; i < tn_boot->range_count; i++) {
		const struct tn_boot_range *r = &tn_boot->ranges[i];

		overlaps += r->first < end;
		end = (uint64_t)r->first + r->count;
		total += r->count;
		for (uint32_t j = 0; j < tn_boot->device_count; j++)
			overlaps += r->first < (uint64_t)tn_boot->devices[j].first +
						       tn_boot->devices[j].count &&
				    tn_boot->devices[j].first < end;
	}
	tap_same(overlaps, 0, "L7 ranges of RAM, and devices, are apart from each other");
	tap_same(total, lineage_start.census.frames,
		 "L7 and cover all that the firmware described");
}

#define SWITCHES 100u

static volatile uint64_t stop;

/* In two children: reads and writes one address, again and again. */
static void body_own(uint64_t number)
{
	volatile uint64_t *own = lineage_at(HERE);
	uint64_t next = own[0];

	while (!stop) {
		counts[number] += own[0] == next && own[1] == number;
		own[0] = ++next;
		tn_yield();
	}
}

static void row_l8(void)
{
	struct child c[2];
	struct worker w[2];
	uint64_t f = guest_frames(2, 1);

	guest_map(THERE, f, 2, READ_WRITE);
	stop = 0;
	for (unsigned i = 0; i < 2; i++) {
		lineage_at(THERE + i * PAGE)[1] = i;
		counts[i] = 0;
		c[i] = child_make(24);
		w[i] = (struct worker){.process = c[i].process,
				       .body = body_own,
				       .fault = lineage_endpoint};
		lineage_must(tn_map(c[i].process, HERE, TN_SLOT_FRAMES, f + i, 1, READ_WRITE),
			     "map failed");
		worker_start(i, &w[i]);
	}
	while (lineage_at(THERE)[0] < SWITCHES || lineage_at(THERE + PAGE)[0] < SWITCHES)
		tn_yield();
	stop = 1;
	for (unsigned i = 0; i < 2; i++) {
		tn_recv(lineage_endpoint);
		tn_reply(0, nothing);
	}
	tap_ok(counts[0] == lineage_at(THERE)[0] && counts[1] == lineage_at(THERE + PAGE)[0],
	       "L8 two spaces that take turns see their own frames at one address");
	for (unsigned i = 0; i < 2; i++) {
		worker_end(i, &w[i]);
		child_end(&c[i]);
	}
	lineage_unmap(THERE, 2);
}

void lineage_sel4(void)
{
	lineage_row("L1", row_l1);
	lineage_row("L2", row_l2);
	lineage_row("L3", row_l3);
	lineage_row("L5", row_l5);
	lineage_row("L6", row_l6);
	lineage_row("L6", l6_one_object);
	lineage_row("L7", row_l7);
	lineage_row("L8", row_l8);
}
