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

#include <port/tlb.h>

#include "boot/boot_memory.h"
#include "boot/regions.h"
#include "space.h"

#define CHUNK_FRAMES (GIGA_FRAMES * 512) /* a chunk: 512 GiB, an entry of a window's top level */
#define TABLE_ENTRIES 512u

/* shared: by level, the entry below which all words are the same: holes, or untouched. */
struct window {
	uint64_t va;
	unsigned top; /* level of the entries that stand for a chunk each, or lead to `untouched` */
	pte_t shared[3];
};

static struct window frames = {.va = LAYOUT_FRAME_TABLE, .top = 2};
static struct window blocks = {.va = LAYOUT_BLOCK_TABLE, .top = 1};
static struct window gigas = {.va = LAYOUT_GIGA_TABLE, .top = 0};
static struct window untouched = {.va = LAYOUT_FRAME_TABLE, .top = 1};

/* For blocks yet to be touched, from the memory of the space. */
static uint64_t later_frames;

/* How many pieces of `size` frames have RAM. */
static uint64_t pieces_with_ram(const struct regions *regions, uint64_t size)
{
	uint64_t n = 0, next = 0; /* the pieces below `next` have been counted */

	for (const struct region *r = regions->r; r < &regions->r[regions->count]; r++) {
		n -= r->first / size < next;
		next = (r->first + r->count - 1) / size + 1;
		n += next - r->first / size;
	}
	return n;
}

uint64_t frame_windows_frames(const struct regions *regions)
{
	uint64_t gigabytes = pieces_with_ram(regions, GIGA_FRAMES);

	/* each block a page, each giga a table */
	later_frames = pieces_with_ram(regions, BLOCK_FRAMES) + gigabytes;
	/* each giga a page of block words; each chunk a table, a table of block pages and a page of
	 * giga words; what is shared */
	return later_frames + gigabytes + 3 * pieces_with_ram(regions, CHUNK_FRAMES) + 16;
}

static pfn_t filled_frame(uint64_t word)
{
	pfn_t f = boot_memory_take(space.memory);

	words_fill(boot_memory_see(space.memory, f), TABLE_ENTRIES, word);
	return f;
}

static pte_t page_entry(pfn_t f, uint64_t rights)
{
	return (pte_t){f.n * PTE_FRAME_UNIT + rights};
}

/* A page of `word`, and the tables that lead to nothing else. */
static void shared_make(struct window *w, uint64_t word)
{
	w->shared[0] = page_entry(filled_frame(word), SPACE_READ);
	for (unsigned level = 1; level <= w->top; level++)
		w->shared[level] = pte_table(filled_frame(w->shared[level - 1].w));
}

/* The chunks from the lowest to the highest RAM are holes, of which `word` is said. Of others
 * nobody asks: each would cost every root an entry. */
static void window_make(struct window *w, uint64_t word)
{
	pte_t *entry = space_entry(w->va, w->top);
	uint64_t last = (ram.first + ram.count - 1) / CHUNK_FRAMES;

	shared_make(w, word);
	for (uint64_t chunk = ram.first / CHUNK_FRAMES; chunk <= last; chunk++)
		entry[chunk] = w->shared[w->top];
}

/* The entry of `level` for the word at `offset`. Tables above it that are shared are replaced by
 * some of its own. */
static pte_t *window_entry(const struct window *w, uint64_t offset, unsigned level)
{
	for (unsigned above = w->top; above > level; above--) {
		pte_t *entry = space_entry(w->va + offset, above);

		if (entry->w == w->shared[above].w)
			*entry = pte_table(filled_frame(w->shared[above - 1].w));
	}
	return space_entry(w->va + offset, level);
}

/* A gigabyte with RAM: its frames' words are untouched; its own and those of its blocks say, for
 * now, that it has none. */
static void giga_build(uint64_t giga)
{
	pte_t *of_frames = window_entry(&frames, giga * GIGA_FRAMES * 8, 1);
	pte_t *of_blocks = window_entry(&blocks, giga * FRAME_BYTES, 0);
	pte_t *of_gigas = window_entry(&gigas, giga * 8, 0);

	if (of_frames->w == untouched.shared[1].w)
		return; /* for the sake of another region */
	*of_frames = untouched.shared[1];
	*of_blocks = page_entry(filled_frame(BLOCK_FRAMES), SPACE_WRITE);
	if (of_gigas->w == gigas.shared[0].w)
		*of_gigas = page_entry(filled_frame(GIGA_FRAMES), SPACE_WRITE);
}

void frame_windows_build(const struct regions *regions)
{
	window_make(&frames, FRAME_WORD(TN_KIND_HOLE, 0));
	window_make(&blocks, BLOCK_FRAMES);
	window_make(&gigas, GIGA_FRAMES);
	shared_make(&untouched, FRAME_WORD(KIND_UNTOUCHED, 0));
	for (const struct region *r = regions->r; r < &regions->r[regions->count]; r++)
		for (uint64_t giga = r->first / GIGA_FRAMES;
		     giga <= (r->first + r->count - 1) / GIGA_FRAMES; giga++)
			giga_build(giga);
	space.memory->end = space.memory->next + later_frames;
}

void port_frame_block_back(uint64_t block, bool exists)
{
	pte_t *entry = window_entry(&untouched, block * FRAME_BYTES, 0);

	*entry = exists ? page_entry(boot_memory_take(space.memory), SPACE_WRITE)
			: frames.shared[0];
	/* the hart may hold the shared page, or the shared table, for these addresses */
	port_fence_all();
}
