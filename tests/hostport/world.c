/*
 * world.c - RAM, frame table and root objects of a test: see host.h.
 */
#include <port/current.h>
#include <port/memory.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "boot/root.h"
#include "frame.h"
#include "hart.h"
#include "host.h"
#include "object.h"
#include "process.h"
#include "syscall.h"
#include "table.h"
#include "thread.h"
#include "walk.h"

extern uint64_t host_asids;

struct world world;
uint64_t *host_frame_table, *host_block_table, *host_giga_table;
uint64_t host_dmap_offset;

static struct region regions[64];
static uint32_t region_count;
static struct hart hart;
static pte_t fake_kernel_root[512];

/* Gigabytes that the tables reach over; words below the first are never read. */
static uint64_t first_giga, giga_count;

/* By block: the kernel has written frame words of it. */
static bool *block_written;

static struct area {
	void *memory;
	size_t bytes;
} arena, frame_area, block_area, giga_area, written_area;

/* One that was kept, if it is as large; else a new one, all zero. Behind it a page stays closed: who
 * reads beyond a table's end is seen. */
static void *area_make(struct area *area, size_t bytes)
{
	size_t reach = (bytes + FRAME_BYTES - 1) / FRAME_BYTES * FRAME_BYTES;

	if (area->memory != NULL && area->bytes == reach + FRAME_BYTES)
		return area->memory;
	if (area->memory != NULL)
		munmap(area->memory, area->bytes);
	area->bytes = reach + FRAME_BYTES;
	area->memory = mmap(NULL, area->bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (area->memory == MAP_FAILED ||
	    mprotect((char *)area->memory + reach, FRAME_BYTES, PROT_NONE) != 0) {
		perror("world: mmap");
		abort();
	}
	return area->memory;
}

static void area_end(struct area *area)
{
	if (area->memory != NULL)
		munmap(area->memory, area->bytes);
	area->memory = NULL;
}

static bool giga_is_ram(uint64_t giga)
{
	for (uint32_t i = 0; i < region_count; i++)
		if (regions[i].first < (giga + 1) * GIGA_FRAMES &&
		    regions[i].first + regions[i].count > giga * GIGA_FRAMES)
			return true;
	return false;
}

/* As the kernel's port has it: no RAM reads as hole, the rest as untouched. Of a table that was kept
 * only the blocks that the kernel has written are filled again. */
static void giga_words_fill(uint64_t giga, bool kept)
{
	uint64_t word = FRAME_WORD(giga_is_ram(giga) ? KIND_UNTOUCHED : TN_KIND_HOLE, 0);
	uint64_t *words = &host_frame_table[giga * GIGA_FRAMES];
	bool same = kept && words[GIGA_FRAMES - 1] == word && !block_written[giga * 512 + 511];

	host_giga_table[giga] = GIGA_FRAMES;
	for (uint64_t b = giga * 512; b < (giga + 1) * 512; b++, words += BLOCK_FRAMES) {
		host_block_table[b] = BLOCK_FRAMES;
		if (same && !block_written[b])
			continue;
		block_written[b] = false;
		for (uint64_t i = 0; i < BLOCK_FRAMES; i++)
			words[i] = word;
	}
}

void port_frame_block_back(uint64_t block, bool exists)
{
	if (block_written != NULL) /* else the tables are a test's own */
		block_written[block] = true;
	if (!exists)
		for (uint64_t i = 0; i < BLOCK_FRAMES; i++)
			host_frame_table[block * BLOCK_FRAMES + i] = FRAME_WORD(TN_KIND_HOLE, 0);
}

static void tables_make(void)
{
	const struct region *last = &regions[region_count - 1];
	uint64_t old_first = first_giga, old_count = giga_count;
	bool kept;

	first_giga = regions[0].first / GIGA_FRAMES;
	giga_count = (last->first + last->count - 1) / GIGA_FRAMES + 1 - first_giga;
	kept = frame_area.memory != NULL && first_giga == old_first && giga_count == old_count;
	host_frame_table = (uint64_t *)area_make(&frame_area, giga_count * GIGA_FRAMES * 8) -
			   first_giga * GIGA_FRAMES;
	host_block_table = (uint64_t *)area_make(&block_area, giga_count * 512 * 8) -
			   first_giga * 512;
	host_giga_table = (uint64_t *)area_make(&giga_area, giga_count * 8) - first_giga;
	block_written = (bool *)area_make(&written_area, giga_count * 512) - first_giga * 512;
	for (uint64_t g = first_giga; g < first_giga + giga_count; g++)
		giga_words_fill(g, kept);
	host_dmap_offset = (uint64_t)area_make(&arena, giga_count << 30) - (first_giga << 30);
}

static uint64_t count_kind(uint32_t kind)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < region_count; i++)
		if (regions[i].kind == kind)
			n += regions[i].count;
	return n;
}

static void ram_describe(const struct world_options *o)
{
	const struct region *last = &regions[region_count - 1];

	ram.first = regions[0].first;
	ram.count = last->first + last->count - ram.first;
	memset(ram.kinds, 0, sizeof(ram.kinds));
	ram.frames = 0;
	for (uint32_t kind = 0; kind < TN_KIND_COUNT; kind++) {
		ram.kinds[kind] = count_kind(kind);
		ram.frames += ram.kinds[kind];
	}
	ram.window_first = o->window_count != 0 ? o->window_first : ram.first;
	ram.window_count = o->window_count != 0 ? o->window_count : ram.count;
}

/* The kernel's half of every root: a few entries that a test can recognise. */
static void kernel_half_make(unsigned levels)
{
	memset(fake_kernel_root, 0, sizeof(fake_kernel_root));
	memset(kernel_runs, 0, sizeof(struct root_run) * 4);
	for (unsigned i = 300; i < 303; i++)
		fake_kernel_root[i].w = (uint64_t)i << 20 | PTE_VALID | PTE_READ | PTE_GLOBAL;
	fake_kernel_root[511].w = (uint64_t)511 << 20 | PTE_VALID;
	kernel_runs[0] = (struct root_run){300, 3};
	kernel_runs[1] = (struct root_run){511, 1};
	kernel_root = fake_kernel_root;
	paging_levels = levels;
	user_top = (uint64_t)1 << (12 + 9 * levels - 1);
}

static void state_clear(void)
{
	ram.lent = 0;
	object_next_id = 1;
	memset(&hart, 0, sizeof(hart));
	host_observer = NULL;
	host_between = NULL;
	host_idle = NULL;
	host_interrupt_every = 0;
	host_interrupt_questions = 0;
	host_attributes = false;
	host_cache_ops = false;
	host_console_size = 0;
	host_exit = NULL;
	host_clock = 0;
	host_timer = TN_ANY;
	host_irq_claimed = host_irq_completed = 0;
	memset(host_irq_enabled, 0, sizeof(host_irq_enabled));
}

static const struct region *first_user_region(uint64_t frames)
{
	for (uint32_t i = 0; i < region_count; i++)
		if (regions[i].kind == TN_KIND_USER && regions[i].count >= frames)
			return &regions[i];
	fprintf(stderr, "world: no region of %llu USER frames\n", (unsigned long long)frames);
	abort();
}

void world_make(const struct world_options *options)
{
	static const struct region all = {WORLD_FIRST, WORLD_FRAMES, TN_KIND_USER};
	static const struct world_options defaults;
	const struct world_options *o = options != NULL ? options : &defaults;
	uint64_t root_frames = o->root_frames != 0 ? o->root_frames : 64;
	const struct region *user;

	area_end(&arena);
	state_clear();
	host_asids = o->asids != 0 ? o->asids : 16;
	region_count = o->regions != NULL ? o->region_count : 1;
	memcpy(regions, o->regions != NULL ? o->regions : &all, region_count * sizeof(regions[0]));
	tables_make();
	ram_describe(o);
	kernel_half_make(o->levels != 0 ? o->levels : 3);
	frame_table_init(regions, region_count);

	user = first_user_region(root_frames + 1);
	hart.calls = call_table;
	world.thread = root_make(&hart, pfn(user->first), root_frames);
	world.process = world.thread->process;
	world.root = world.process->pool;
	world.utcb = user->first + root_frames;
	frame_touch(pfn(world.utcb));
	thread_pin_utcb(world.thread, pfn(world.utcb));
	world.free_first = world.utcb + 1;
	world.free_count = user->count - root_frames - 1;
}

void world_end(void)
{
	area_end(&arena); /* tables are filled anew, but not memory */
}

/* --- a world kept ------------------------------------------------------------------------ */

/* What calls change, as it was; frames from the first of RAM on. */
struct world_copy {
	uint64_t count;
	void *memory, *words;
	uint64_t block, giga, next_id;
	struct hart hart;
	struct ram ram;
	struct world world;
	struct thread *current;
	uint64_t space, clock, timer; /* of the host */
};

struct world_copy *world_keep(uint64_t count)
{
	struct world_copy *c = malloc(sizeof(*c));

	*c = (struct world_copy){.count = count,
				 .memory = malloc(count * FRAME_BYTES),
				 .words = malloc(count * 8),
				 .block = host_block_table[ram.first / BLOCK_FRAMES],
				 .giga = host_giga_table[ram.first / GIGA_FRAMES],
				 .next_id = object_next_id,
				 .hart = hart,
				 .ram = ram,
				 .world = world,
				 .current = current,
				 .space = host_space,
				 .clock = host_clock,
				 .timer = host_timer};
	memcpy(c->memory, host_memory(ram.first), count * FRAME_BYTES);
	memcpy(c->words, &host_frame_table[ram.first], count * 8);
	return c;
}

void world_return(const struct world_copy *c)
{
	memcpy(host_memory(ram.first), c->memory, c->count * FRAME_BYTES);
	memcpy(&host_frame_table[ram.first], c->words, c->count * 8);
	host_block_table[ram.first / BLOCK_FRAMES] = c->block;
	host_giga_table[ram.first / GIGA_FRAMES] = c->giga;
	object_next_id = c->next_id;
	hart = c->hart;
	ram = c->ram;
	world = c->world;
	current = c->current;
	host_space = c->space;
	host_clock = c->clock;
	host_timer = c->timer;
}

void world_forget(struct world_copy *c)
{
	free(c->memory);
	free(c->words);
	free(c);
}

void *host_memory(uint64_t frame)
{
	return frame_memory(pfn(frame));
}
