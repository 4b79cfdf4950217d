/*
 * lineage_vesper.c - rows V1 to V8: what the kernel's primitives for page tables must be able to do.
 */
#include "lineage.h"

#include <tenure/message.h>
#include <tenure/records.h>

#include "tap.h"
#include "workers.h"

#define RESERVED 24u /* frames that the root pool is born with */

static const uint64_t nothing[TN_MESSAGE_REGISTERS];
static volatile uint64_t seen;

static bool ends_at(uint64_t process, uint64_t va, uint64_t level)
{
	struct tn_result r = tn_resolve(process, va);

	return r.code == -TN_ENOENT && r.value == level;
}

static struct tn_resolved page_at(uint64_t process, uint64_t va)
{
	struct tn_resolved page;

	lineage_must(tn_resolve_read(process, va, &page), "resolve failed");
	return page;
}

/* --- V1, V2 ------------------------------------------------------------------------------------- */

/* The walk that resolve makes ends at an invalid entry, or at a page of one of the sizes. */
static void row_v1(void)
{
	uint64_t pool = lineage_pool(12), process = guest_create(TN_KIND_PROCESS, pool, 0),
		 large = guest_frames(MIB_PAGE, MIB_PAGE), size = MIB_PAGE * PAGE, top;
	struct tn_resolved page;

	lineage_must(tn_map(process, FAR, TN_SLOT_FRAMES, large, MIB_PAGE, TN_MAP_READ),
		     "map failed");
	lineage_must(tn_map(process, FAR + size, TN_SLOT_FRAMES, large, 1, TN_MAP_READ),
		     "map failed");
	top = tn_boot->paging_levels - 1;
	tap_ok(ends_at(process, FAR + size + PAGE, 0) && ends_at(process, FAR + 2 * size, 1) &&
		       ends_at(process, GIB_PAGE * PAGE, top > 2 ? 2 : top),
	       "V1 an invalid entry has a level, below tables that are there");
	page = page_at(process, FAR);
	tap_ok(page.level == 1 && page.size == size, "V1 an entry is a page of 2 MiB");
	page = page_at(process, FAR + size);
	tap_ok(page.level == 0 && page.size == PAGE, "V1 or one of 4 KiB");
	tap_ok(lineage_is(page.table, TN_KIND_TABLE) &&
		       TN_INFO_COUNT(lineage_word(page.table)) == 1,
	       "V1 or a further table, with entries of its own");
	lineage_end(pool);
	lineage_drop(process);
}

/* Where the kernel writes without any mapping of the frame: the frame table says that it is idle. */
static void row_v2(void)
{
	uint64_t f = guest_frames(2, 1), count = 0;

	guest_map(HERE, f, 2, READ_WRITE);
	for (uint64_t i = 0; i < 1024; i++)
		lineage_at(HERE)[i] = ~i;
	lineage_unmap(HERE, 2);
	lineage_must(tn_map(TN_SLOT_PROCESS, THERE, TN_SLOT_FRAMES, f, 2,
			    TN_MAP_READ | TN_MAP_ZERO),
		     "map failed");
	for (uint64_t i = 0; i < 1024; i++)
		count += lineage_at(THERE)[i] == 0;
	tap_same(count, 1024, "V2 the kernel clears a frame that nobody has mapped");
	lineage_unmap(THERE, 2);
}

/* --- V3, V4 ------------------------------------------------------------------------------------- */

static void v3_frames(uint64_t f)
{
	tap_done(tn_map(TN_SLOT_PROCESS, FAR, TN_SLOT_FRAMES, f, 1, READ_WRITE), "V3 map a frame");
	tap_ok(page_at(TN_SLOT_PROCESS, FAR + 24).address == f * PAGE + 24, "V3 get its address");
	tap_done(tn_protect(TN_SLOT_PROCESS, FAR, 1, TN_MAP_READ, TN_NONE),
		 "V3 remap it with fewer rights");
	tap_ok(lineage_shows(TN_SLOT_PROCESS, FAR, f * PAGE, PAGE, TN_MAP_READ),
	       "V3 in place, and never unmapped");
	tap_done(tn_protect(TN_SLOT_PROCESS, FAR, 1, READ_WRITE, TN_SLOT_FRAMES),
		 "V3 and with more, for who holds the frame");
	tap_error(tn_map(TN_SLOT_PROCESS, FAR, TN_SLOT_FRAMES, f + 1, 1, READ_WRITE), TN_EEXIST,
		  "V3 another frame does not slip into its place");
	tap_done(tn_unmap(TN_SLOT_PROCESS, FAR, 1), "V3 unmap it");
	tap_ok(lineage_is_unmapped(TN_SLOT_PROCESS, FAR), "V3 nothing is there");
}

static void v3_tables(uint64_t f)
{
	uint64_t va = FAR + MIB_PAGE * PAGE, pool = tn_boot->pool;

	tap_done(tn_table_attach(TN_SLOT_PROCESS, va, 1, f, TN_SLOT_FRAMES), "V3 map a directory");
	tap_done(tn_table_attach(TN_SLOT_PROCESS, va, 0, f + 1, TN_SLOT_FRAMES),
		 "V3 and a page table below it");
	lineage_must(tn_map(TN_SLOT_PROCESS, va, TN_SLOT_FRAMES, f + 2, 100, TN_MAP_READ),
		     "map failed");
	tap_done(tn_table_detach(TN_SLOT_PROCESS, va, 0, 0),
		 "V3 unmap the table, with 100 pages in it");
	tap_ok(lineage_is_unmapped(TN_SLOT_PROCESS, va + 99 * PAGE) && lineage_is_user(f + 101, 0),
	       "V3 their references have gone");
	tap_ok(lineage_is(f + 1, TN_KIND_FREE) && TN_INFO_LOW(lineage_word(f + 1)) == pool,
	       "V3 and the table is free, in the pool that paid it");
	tap_done(tn_table_detach(TN_SLOT_PROCESS, va, 1, 0), "V3 unmap the directory");
}

static void row_v3(void)
{
	uint64_t f = guest_frames(102, 1);

	v3_frames(f);
	v3_tables(f);
}

static void row_v4(void)
{
	uint64_t levels = tn_boot->paging_levels, pool = lineage_pool(1),
		 process = guest_create(TN_KIND_PROCESS, pool, 0), f = guest_frames(levels + 1, 1),
		 page = f + levels;
	struct tn_resolved found;

	for (uint64_t made = 0; made < levels; made++)
		lineage_must(tn_table_attach(process, HERE, levels - 1 - made, f + made,
					     TN_SLOT_FRAMES),
			     "table_attach failed");
	lineage_must(tn_map(process, HERE + 5 * PAGE, TN_SLOT_FRAMES, page, 1, TN_MAP_READ),
		     "map failed");
	found = page_at(process, HERE + 5 * PAGE + 0x678);
	tap_same(found.address, page * PAGE + 0x678, "V4 an address in a space is resolved");
	tap_same(found.table, f + levels - 1,
		 "V4 its leaf is in the table that was attached there");
	tap_same(TN_INFO_COUNT(lineage_word(found.table)), 1, "V4 which counts it");
	lineage_end(pool);
	lineage_drop(process);
}

/* --- V5 ----------------------------------------------------------------------------------------- */

/* Reads the page, tells the guest, and reads again: the hart knows the translation then. */
static void body_reread(uint64_t number)
{
	volatile uint64_t *page = lineage_at(FAR);

	(void)number;
	for (;;) {
		seen = page[0];
		tn_call(lineage_endpoint, TN_INFO(1, 0), nothing);
	}
}

static void page_put(uint64_t f)
{
	lineage_must(tn_map(TN_SLOT_PROCESS, FAR, TN_SLOT_FRAMES, f, 1, READ_WRITE), "map failed");
}

static bool is_fault(const struct tn_message *m)
{
	return m->info == TN_INFO(TN_LABEL_FAULT, 3) && m->words[0] == TN_FAULT_LOAD &&
	       m->words[1] == FAR;
}

/* Lets the worker read once more: it must meet a fault, and then the page of frame f. */
static bool flushes(struct tn_result r, uint64_t f)
{
	struct tn_message m;

	lineage_must(r, "a translation cannot be ended");
	m = tn_reply_recv(lineage_endpoint, 0, nothing);
	if (!is_fault(&m))
		return false;
	page_put(f);
	m = tn_reply_recv(lineage_endpoint, TN_INFO(TN_RESUME, 0), nothing);
	return m.info == TN_INFO(1, 0) && seen == f;
}

/* The last of the four pages stays when the first ones are unmapped: a table that is emptied would
 * be fenced for itself. */
static void v5_flush(uint64_t f)
{
	tap_ok(flushes(tn_unmap(TN_SLOT_PROCESS, FAR, 1), f + 1),
	       "V5 unmap ends the hart's translation of a page");
	tap_ok(flushes(tn_unmap(TN_SLOT_PROCESS, FAR, 3), f + 2), "V5 and of several");
	tap_ok(flushes(tn_table_detach(TN_SLOT_PROCESS, FAR, 0, 0), f + 3),
	       "V5 table_detach ends those of a table");
	tap_ok(flushes(tn_table_detach(TN_SLOT_PROCESS, FAR, 1, 0), f),
	       "V5 and those of a directory");
}

static void row_v5(void)
{
	struct worker w = {.process = TN_SLOT_PROCESS,
			   .body = body_reread,
			   .fault = lineage_endpoint};
	uint64_t f = guest_frames(4, 1);
	struct tn_message m;

	guest_map(HERE, f, 4, READ_WRITE);
	for (uint64_t i = 0; i < 4; i++)
		*lineage_at(HERE + i * PAGE) = f + i;
	guest_map(FAR, f, 4, READ_WRITE);
	worker_start(2, &w);
	m = tn_recv(lineage_endpoint);
	tap_ok(m.info == TN_INFO(1, 0) && seen == f, "V5 a thread of the space has used a page");
	v5_flush(f);
	worker_end(2, &w);
	lineage_unmap(FAR, 1);
	lineage_unmap(HERE, 4);
}

/* --- V6, V7 ------------------------------------------------------------------------------------- */

static uint64_t code_run(uint64_t va)
{
	__asm__("" : "+r"(va));
	return ((uint64_t(*)(void))va)();
}

static void code_write(uint64_t va, uint32_t answer)
{
	uint32_t *at = (uint32_t *)lineage_at(va);

	at[0] = 0x00000513 | answer << 20; /* li a0, answer */
	at[1] = 0x00008067;                /* ret */
}

static void row_v6(void)
{
	uint64_t f = guest_frames(1, 1);

	guest_map(HERE, f, 1, READ_WRITE);
	guest_map(THERE, f, 1, TN_MAP_READ | TN_MAP_EXECUTE);
	code_write(HERE, 7);
	lineage_must(tn_sync_code(TN_SLOT_PROCESS), "sync_code failed");
	tap_same(code_run(THERE), 7, "V6 code that was written runs after sync_code");
	code_write(HERE, 8);
	lineage_must(tn_sync_code(TN_SLOT_PROCESS), "sync_code failed");
	tap_same(code_run(THERE), 8, "V6 so does code that was changed");
	tap_error(tn_cache_op(TN_SLOT_FRAMES, f, 1, TN_CACHE_CLEAN), TN_ENOTSUP,
		  "V6 cache_op says that this hart has no such instructions");
	tap_error(tn_cache_op(TN_SLOT_FRAMES, tn_boot->process, 1, TN_CACHE_INVALIDATE), TN_EKERNEL,
		  "V6 and never reaches the kernel's frames");
	lineage_unmap(HERE, 1);
	lineage_unmap(THERE, 1);
}

#define SPACES 100u

static void body_once(uint64_t number)
{
	(void)number;
	seen = *(volatile uint64_t *)lineage_at(FAR);
}

/* Space after space, each with another frame at one address. */
static void row_v7(void)
{
	uint64_t f = guest_frames(1, 1), other = guest_frames(1, 1), good = 0;

	guest_map(HERE, f, 1, READ_WRITE);
	guest_map(THERE, other, 1, READ_WRITE);
	for (uint64_t i = 0; i < SPACES; i++) {
		struct child c = child_make(24);
		struct worker w = {.process = c.process,
				   .body = body_once,
				   .fault = lineage_endpoint};

		*lineage_at(i % 2 ? HERE : THERE) = i + 1;
		lineage_must(tn_map(c.process, FAR, TN_SLOT_FRAMES, i % 2 ? f : other, 1,
				    TN_MAP_READ),
			     "map failed");
		worker_start(0, &w);
		tn_recv(lineage_endpoint);
		good += seen == i + 1;
		tn_reply(0, nothing);
		worker_end(0, &w);
		child_end(&c);
	}
	tap_same(good, SPACES, "V7 a hundred spaces have come and gone, and nobody named an ASID");
	lineage_unmap(HERE, 1);
	lineage_unmap(THERE, 1);
}

/* --- V8 ----------------------------------------------------------------------------------------- */

static bool is_mapped(uint64_t va)
{
	return tn_resolve(TN_SLOT_PROCESS, va).code == 0;
}

static void row_v8(void)
{
	const struct tn_pool_info *pool = &lineage_start.pool;
	const uint64_t *kinds = pool->kinds;

	tap_ok(pool->boot == RESERVED && pool->free + pool->used == RESERVED,
	       "V8 boot lends 24 frames to one pool");
	tap_ok(kinds[TN_KIND_POOL] == 1 && kinds[TN_KIND_CAPS] == 1 &&
		       kinds[TN_KIND_PROCESS] == 1 && kinds[TN_KIND_THREAD] == 1 &&
		       kinds[TN_KIND_TABLE] >= tn_boot->paging_levels,
	       "V8 of which are made the first process, its thread, slots and page tables");
	tap_ok(lineage_is(tn_boot->pool, TN_KIND_POOL) &&
		       lineage_is(tn_boot->process, TN_KIND_PROCESS) &&
		       lineage_is(tn_boot->thread, TN_KIND_THREAD),
	       "V8 the boot information names them");
	tap_ok(is_mapped(TN_BOOT_STACK_TOP - PAGE) && is_mapped(TN_BOOT_STACK_TOP - 16 * PAGE) &&
		       !is_mapped(TN_BOOT_STACK_TOP) && lineage_is_user(tn_boot->utcb, 2),
	       "V8 the first thread has a stack and a UTCB, of user frames");
	tap_ok(pool->free >= 1, "V8 and frames are left to begin with");
}

void lineage_vesper(void)
{
	lineage_row("V1", row_v1);
	lineage_row("V2", row_v2);
	lineage_row("V3", row_v3);
	lineage_row("V4", row_v4);
	lineage_row("V5", row_v5);
	lineage_row("V6", row_v6);
	lineage_row("V7", row_v7);
	lineage_row("V8", row_v8);
}
