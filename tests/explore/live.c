/*
 * live.c - see live.h.
 */
#include "live.h"

#include <port/irq.h>
#include <port/machine.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "asid.h"
#include "boot/root.h"
#include "cap.h"
#include "object.h"
#include "sched.h"
#include "stale.h"
#include "syscall.h"
#include "table.h"
#include "words.h"

uint64_t live_words[FRAMES_MAX], live_blocks[FRAMES_MAX / BLOCK_FRAMES];
uint64_t live_gigas[FRAMES_MAX / GIGA_FRAMES];
unsigned char live_memory[FRAMES_MAX * FRAME_BYTES] __attribute__((aligned(4096)));
struct thread *current;
struct hart live_hart;
const struct layout *live_layout;
struct pool *live_root;

static pte_t fake_kernel_root[TABLE_ENTRIES];
static bool interrupt_pending, restarted, switched;
static const char *panic;
static const struct call *running;
static jmp_buf panicked;

/* --- the port ------------------------------------------------------------------------------- */

void port_frame_block_back(uint64_t block, bool exists)
{
	for (uint64_t i = 0; !exists && i < BLOCK_FRAMES; i++)
		live_words[block * BLOCK_FRAMES + i] = FRAME_WORD(TN_KIND_HOLE, 0);
}

void port_console_write(const char *bytes, size_t size)
{
	(void)bytes;
	(void)size;
}

void port_panic(const char *rule)
{
	panic = rule;
	longjmp(panicked, 1);
}

void port_shutdown(uint64_t status)
{
	(void)status;
	port_panic("the machine was shut down");
}

bool port_interrupt_pending(void)
{
	return interrupt_pending;
}

/* Such a call must go on with what it was called with: the interrupted thread makes it again. */
result_t port_restart(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t number)
{
	const uint64_t again[] = {a0, a1, a2, a3};

	restarted = true;
	if (number != running->number)
		port_panic("another call is restarted");
	for (unsigned i = 0; i < 4; i++)
		if (again[i] != running->a[i])
			port_panic("a call is restarted with other arguments");
	return 0;
}

result_t port_switch(void)
{
	switched = true;
	return 0;
}

result_t port_switch_to_others(void)
{
	return port_switch();
}

void port_preempt(void)
{
}

void port_idle(void)
{
	port_panic("no thread is ready");
}

/* Never 0, so that a deadline can have passed. */
uint64_t port_clock(void)
{
	return 1;
}

bool port_tick(void)
{
	return false;
}

void port_timer_set(uint64_t latest)
{
	(void)latest;
}

size_t port_float_forget(struct thread *t)
{
	(void)t;
	return 0;
}

uint32_t port_irq_claim(void)
{
	return 0;
}

void port_irq_complete(uint32_t source)
{
	(void)source;
}

void port_irq_enable(uint32_t source)
{
	(void)source;
}

void port_irq_disable(uint32_t source)
{
	(void)source;
}

void port_sync_code(void)
{
}

bool port_has_cache_ops(void)
{
	return true;
}

bool port_has_attributes(void)
{
	return false;
}

void port_cache_op(void *frame, uint64_t operation)
{
	(void)frame;
	(void)operation;
}

void port_space_use(uint64_t word)
{
	(void)word;
}

uint64_t port_space_word(pfn_t root, uint64_t asid)
{
	return asid << 44 | root.n;
}

/* More than there are processes: they are never recycled (test_asid.c does that). */
uint64_t port_asid_count(void)
{
	return FRAMES_MAX;
}

/* --- boot ----------------------------------------------------------------------------------- */

static bool giga_is_ram(const struct region *regions, uint64_t giga)
{
	for (const struct region *r = regions; r->count != 0; r++)
		if (r->first < (giga + 1) * GIGA_FRAMES && r->first + r->count > giga * GIGA_FRAMES)
			return true;
	return false;
}

static void ram_describe(const struct layout *l)
{
	memset(&ram, 0, sizeof(ram));
	ram.first = l->regions[0].first;
	for (const struct region *r = l->regions; r->count != 0; r++) {
		ram.count = r->first + r->count - ram.first;
		ram.frames += r->count;
		ram.kinds[r->kind] += r->count;
	}
	ram.window_first = ram.first;
	ram.window_count = l->window_count;
}

static void tables_make(const struct layout *l)
{
	uint32_t regions = 0;

	for (uint64_t f = 0; f < FRAMES_MAX; f++)
		live_words[f] = FRAME_WORD(giga_is_ram(l->regions, f / GIGA_FRAMES) ? KIND_UNTOUCHED
										    : TN_KIND_HOLE,
					   0);
	for (unsigned i = 0; i < FRAMES_MAX / BLOCK_FRAMES; i++)
		live_blocks[i] = BLOCK_FRAMES;
	for (unsigned i = 0; i < FRAMES_MAX / GIGA_FRAMES; i++)
		live_gigas[i] = GIGA_FRAMES;
	while (l->regions[regions].count != 0)
		regions++;
	frame_table_init(l->regions, regions);
}

void live_boot(const struct layout *l)
{
	live_layout = l;
	for (uint64_t i = 0; i < sizeof(live_memory) / 8; i++)
		((uint64_t *)live_memory)[i] = JUNK;
	ram_describe(l);
	tables_make(l);
	fake_kernel_root[TABLE_ENTRIES / 2].w = PTE_FRAME_UNIT * 3 + PTE_VALID + PTE_READ +
						PTE_GLOBAL;
	kernel_root = fake_kernel_root;
	memset(kernel_runs, 0, sizeof(struct root_run) * ROOT_RUNS);
	kernel_runs[0] = (struct root_run){TABLE_ENTRIES / 2, TABLE_ENTRIES / 2};
	paging_levels = l->levels;
	user_top = (uint64_t)1 << (FRAME_BITS + TABLE_BITS * l->levels - 1);
	object_next_id = 1;
	memset(&live_hart, 0, sizeof(live_hart));
	live_hart.calls = call_table;
	root_make(&live_hart, pfn(l->root_first), l->root_frames);
	live_root = current->process->pool;
	frame_touch(pfn(l->utcb));
	thread_pin_utcb(current, pfn(l->utcb));
}

/* --- calls ---------------------------------------------------------------------------------- */

static struct process *process_at(uint64_t slot)
{
	struct process *p = cap_object(slot, TN_CAP_PROCESS, 0);

	return p != NULL && p->root != NULL && !p->dying ? p : NULL;
}

static void run_process(const struct call *c)
{
	struct process *p = process_at(c->a[0]);

	if (p != NULL)
		asid_activate(&live_hart, p);
}

static void access_page(const struct call *c)
{
	struct process *p = process_at(c->a[0]);
	struct place at;
	pte_t e;

	if (p == NULL)
		return;
	at = walk_down(p, c->a[1], 0);
	e = pte_read(place_entry(&at));
	if (pte_is_leaf(e) && (!c->a[2] || (pte_rights(e) & TN_MAP_WRITE)))
		*place_entry(&at) = pte_touched(e, c->a[2]);
}

/* A table fills its frame, and so a split writes all of one that was raw; but here only as much as
 * its entries take. */
static void tables_fill(void)
{
	for (uint64_t f = ram.first; f < ram.first + ram.count; f++)
		if (FRAME_KIND(live_words[f]) == TN_KIND_TABLE &&
		    live_frame(f)[TABLE_ENTRIES] == JUNK)
			words_fill(live_frame(f) + TABLE_ENTRIES, FRAME_BYTES / 8 - TABLE_ENTRIES,
				   0);
}

struct outcome live_call(const struct call *c)
{
	struct outcome o = {0, 0, false, NULL};
	result_t r;

	interrupt_pending = c->interrupted;
	restarted = switched = false;
	running = c;
	panic = NULL;
	if (setjmp(panicked) != 0) {
		o.panic = panic;
		return o;
	}
	if (c->number == EVENT_RUN) {
		run_process(c);
	} else if (c->number == EVENT_ACCESS) {
		access_page(c);
	} else {
		r = call_table[c->number](c->a[0], c->a[1], c->a[2], c->a[3], c->a[4], c->a[5], 0,
					  c->number);
		o = (struct outcome){result_code(r), result_value(r), restarted, NULL};
	}
	if (c->number == TN_CALL_UNMAP || c->number == TN_CALL_PROTECT)
		tables_fill();
	if (switched && current->state != TN_THREAD_RUNNING)
		o.panic = "the thread waits for ever";
	return o;
}

/* --- images --------------------------------------------------------------------------------- */

void live_save(struct image *to)
{
	memcpy(to->words, live_words, sizeof(to->words));
	memcpy(to->blocks, live_blocks, sizeof(to->blocks));
	memcpy(to->gigas, live_gigas, sizeof(to->gigas));
	to->ram = ram;
	to->next_id = object_next_id;
	to->asid_next = live_hart.asid_next;
	to->asid_generation = live_hart.asid_generation;
	to->direct_generation = live_hart.direct_generation;
	to->ready = live_hart.ready;
	to->current = current;
	memcpy(to->memory + ram.first * FRAME_BYTES, live_frame(ram.first),
	       ram.count * FRAME_BYTES);
}

void live_load(const struct image *from)
{
	memcpy(live_words, from->words, sizeof(from->words));
	memcpy(live_blocks, from->blocks, sizeof(from->blocks));
	memcpy(live_gigas, from->gigas, sizeof(from->gigas));
	ram = from->ram;
	object_next_id = from->next_id;
	live_hart.asid_next = from->asid_next;
	live_hart.asid_generation = from->asid_generation;
	live_hart.direct_generation = from->direct_generation;
	live_hart.ready = from->ready;
	current = from->current;
	memcpy(live_frame(ram.first), from->memory + ram.first * FRAME_BYTES,
	       ram.count * FRAME_BYTES);
}

bool live_equals(const struct image *other)
{
	return memcmp(live_words, other->words, sizeof(other->words)) == 0 &&
	       memcmp(live_frame(ram.first), other->memory + ram.first * FRAME_BYTES,
		      ram.count * FRAME_BYTES) == 0 &&
	       memcmp(live_blocks, other->blocks, sizeof(other->blocks)) == 0 &&
	       memcmp(live_gigas, other->gigas, sizeof(other->gigas)) == 0 &&
	       memcmp(&ram, &other->ram, sizeof(ram)) == 0 && object_next_id == other->next_id &&
	       live_hart.asid_next == other->asid_next &&
	       live_hart.asid_generation == other->asid_generation &&
	       live_hart.direct_generation == other->direct_generation &&
	       live_hart.ready == other->ready && current == other->current;
}
