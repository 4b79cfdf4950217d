/*
 * frame_windows.c - the frame table costs memory only where there is RAM, and time only where it
 * is used.
 *
 * A gigabyte without RAM shares one table whose entries all lead to one page of HOLE words. One
 * with RAM begins with a shared table of UNTOUCHED words; the first touch of any of its blocks
 * gives it a table of its own, and each block touched a page of its own.
 *
 *   frame table          block table            giga table
 *   L2 [448..479]        L2 [480] -> L1
 *   -> L1 each 512 GiB      [0..31] -> L0          [128] -> L0
 *   -> L0 each GiB          each 512 GiB           -> page each 512 GiB
 *   -> page each 2 MiB      -> page each GiB
 */
#include "frame_windows.h"

#include <port/memory.h>
#include <port/tlb.h>

#include "boot/boot_memory.h"
#include "boot/regions.h"
#include "frame.h"
#include "words.h"

#define GIGAS_OF_CHUNK 512u /* a chunk: 512 GiB, what one L1 table of the frame table covers */
#define CHUNKS 32u          /* 16 TiB */
#define TABLE_ENTRIES 512u

/* Pages and tables that many entries share, and the run for blocks yet to be touched. */
static struct {
	pfn_t hole_words, untouched_words;
	pfn_t untouched_table;
	struct boot_memory later;
	struct space space;
} windows;

uint64_t frame_windows_frames(const struct regions *regions, uint64_t *later)
{
	uint64_t blocks = 0, gigas = 0, chunks = 0, next_block = 0, next_giga = 0, next_chunk = 0;

	for (uint32_t i = 0; i < regions->count; i++) {
		uint64_t first = regions->r[i].first, last = first + regions->r[i].count - 1;
		uint64_t block = first / BLOCK_FRAMES, giga = first / GIGA_FRAMES;
		uint64_t chunk = giga / GIGAS_OF_CHUNK;

		block = block < next_block ? next_block : block;
		giga = giga < next_giga ? next_giga : giga;
		chunk = chunk < next_chunk ? next_chunk : chunk;
		next_block = last / BLOCK_FRAMES + 1;
		next_giga = last / GIGA_FRAMES + 1;
		next_chunk = last / GIGA_FRAMES / GIGAS_OF_CHUNK + 1;
		blocks += next_block - block;
		gigas += next_giga - giga;
		chunks += next_chunk - chunk;
	}
	*later = blocks + gigas;
	/* each block a page; each giga a table and a page of block words; each chunk a table, a
	 * table of block pages and a page of giga words; what is shared */
	return blocks + 2 * gigas + 3 * chunks + 16;
}

static pfn_t filled_frame(struct space *s, uint64_t word)
{
	pfn_t f = boot_memory_take(s->memory);

	words_fill(boot_memory_see(s->memory, f), TABLE_ENTRIES, word);
	return f;
}

static uint64_t page_word(pfn_t f, uint64_t rights)
{
	return f.n * PTE_FRAME_UNIT + rights;
}

static pte_t *table_see(struct space *s, pte_t table)
{
	return boot_memory_see(s->memory, pte_frame(table));
}

/* A table of its own behind `entry`, if it is still the shared one. All its entries: `fill`. */
static pte_t *own_table(struct space *s, pte_t *entry, pfn_t shared, uint64_t fill)
{
	if (pte_frame(*entry).n == shared.n)
		*entry = pte_table(filled_frame(s, fill));
	return table_see(s, *entry);
}

struct shared {
	pfn_t hole_table, hole_level1;       /* frame table */
	pfn_t hole_blocks, hole_block_table; /* block table */
	pfn_t hole_gigas;                    /* giga table */
};

static void shared_build(struct space *s, struct shared *h)
{
	windows.hole_words = filled_frame(s, FRAME_WORD(TN_KIND_HOLE, 0));
	windows.untouched_words = filled_frame(s, FRAME_WORD(KIND_UNTOUCHED, 0));
	windows.untouched_table = filled_frame(s, page_word(windows.untouched_words, SPACE_READ));
	h->hole_table = filled_frame(s, page_word(windows.hole_words, SPACE_READ));
	h->hole_level1 = filled_frame(s, pte_table(h->hole_table).w);
	h->hole_blocks = filled_frame(s, BLOCK_FRAMES);
	h->hole_block_table = filled_frame(s, page_word(h->hole_blocks, SPACE_READ));
	h->hole_gigas = filled_frame(s, GIGA_FRAMES);
}

/* Everything leads to holes. */
static void windows_clear(struct space *s, const struct shared *h)
{
	pte_t *level2 = space_entry(s, LAYOUT_FRAME_TABLE, 2);
	pte_t *level1 = space_entry(s, LAYOUT_BLOCK_TABLE, 1);
	pte_t *gigas = space_entry(s, LAYOUT_GIGA_TABLE, 0);

	for (unsigned chunk = 0; chunk < CHUNKS; chunk++) {
		level2[chunk] = pte_table(h->hole_level1);
		level1[chunk] = pte_table(h->hole_block_table);
		gigas[chunk] = (pte_t){page_word(h->hole_gigas, SPACE_READ)};
	}
}

static void giga_build(struct space *s, const struct shared *h, uint64_t giga)
{
	uint64_t chunk = giga / GIGAS_OF_CHUNK, index = giga % GIGAS_OF_CHUNK;
	pte_t *level1 = own_table(s, space_entry(s, LAYOUT_FRAME_TABLE, 2) + chunk, h->hole_level1,
				  pte_table(h->hole_table).w);
	pte_t *blocks = own_table(s, space_entry(s, LAYOUT_BLOCK_TABLE, 1) + chunk,
				  h->hole_block_table, page_word(h->hole_blocks, SPACE_READ));
	pte_t *gigas = space_entry(s, LAYOUT_GIGA_TABLE, 0) + chunk;

	level1[index] = pte_table(windows.untouched_table);
	blocks[index] = (pte_t){page_word(boot_memory_frame(s->memory), SPACE_WRITE)};
	if (pte_frame(*gigas).n == h->hole_gigas.n)
		*gigas = (pte_t){page_word(filled_frame(s, GIGA_FRAMES), SPACE_WRITE)};
	((uint64_t *)boot_memory_see(s->memory, pte_frame(*gigas)))[index] = 0;
}

void frame_windows_build(struct space *s, const struct regions *regions)
{
	uint64_t next = 0; /* gigabyte */
	struct shared h;

	shared_build(s, &h);
	windows_clear(s, &h);
	for (uint32_t i = 0; i < regions->count; i++) {
		const struct region *r = &regions->r[i];
		uint64_t giga = r->first / GIGA_FRAMES;

		for (giga = giga < next ? next : giga;
		     giga <= (r->first + r->count - 1) / GIGA_FRAMES; giga++)
			giga_build(s, &h, giga);
		next = giga;
	}
}

void frame_windows_keep(const struct space *s, const struct boot_memory *later)
{
	windows.later = *later;
	windows.space = *s;
	windows.space.memory = &windows.later;
}

void port_frame_block_back(uint64_t block, bool exists)
{
	struct space *s = &windows.space;
	uint64_t va = LAYOUT_FRAME_TABLE + block * FRAME_BYTES;
	pte_t *table = own_table(s, space_entry(s, va, 1), windows.untouched_table,
				 page_word(windows.untouched_words, SPACE_READ));

	table[block % TABLE_ENTRIES] = (pte_t){
		exists ? page_word(boot_memory_take(&windows.later), SPACE_WRITE)
		    : page_word(windows.hole_words, SPACE_READ)};
	/* the hart may hold the shared page, or the shared table, for these addresses */
	port_fence_all();
}
