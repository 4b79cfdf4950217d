/*
 * kernel_space.c - the kernel's address space: image, direct map, frame table (port/boot.h).
 *
 * Nothing of it is both writable and executable, and the image's text and constants cannot be
 * written through the direct map either. Firmware and no-map memory appears nowhere.
 */
#include <port/boot.h>
#include <port/memory.h>
#include <port/tlb.h>

#include "boot/boot_memory.h"
#include "boot/bootargs.h"
#include "boot/machine.h"
#include "boot/regions.h"
#include "csr.h"
#include "frame.h"
#include "frame_windows.h"
#include "machine.h"
#include "space.h"
#include "table.h"
#include "walk.h"

#define SATP_MODE_UNIT ((uint64_t)1 << 60)
#define SATP_ASIDS 0xffffu
#define GIGABYTE ((uint64_t)1 << 30)
#define DMAP_SV39_BYTES (192 * GIGABYTE)
#define RUN_GAP_MAX 8u
#define BOOT_WINDOW_INDEX 504u /* entries 504 to 507 of the first root: -8 GiB to -4 GiB */

extern pte_t early_level1[512], early_level2[512], early_level3[512], early_level4[512];
extern char image_start[], image_rodata[], image_data[], image_end[];

/* All other files see these as constants, and may keep what they loaded (port_impl/memory.h,
 * tlb.h). This one writes them, under names of its own. */
uint64_t dmap_offset __asm__("port_dmap_offset");
uint64_t satp_mode __asm__("port_satp_mode");
uint64_t asids __asm__("port_asids");

uint64_t port_image_address(void)
{
	/* the first root's leaf for the image says where it was loaded */
	return pte_frame(early_level1[0]).n * FRAME_BYTES;
}

uint64_t port_image_bytes(void)
{
	return (uint64_t)(image_end - image_start);
}

void *port_boot_see(enum port_window window, uint64_t address)
{
	unsigned index = BOOT_WINDOW_INDEX + 2 * window;
	uint64_t giga = address / GIGABYTE;

	for (unsigned i = 0; i < 2; i++)
		early_level2[index + i] =
			(pte_t){(giga + i) * GIGA_FRAMES * PTE_FRAME_UNIT + SPACE_WRITE};
	port_fence_all();
	return (void *)(((uint64_t)index - 512) * GIGABYTE + address % GIGABYTE);
}

void port_boot_finisher(uint64_t address)
{
	early_level2[511] = (pte_t){address / GIGABYTE * GIGA_FRAMES * PTE_FRAME_UNIT + SPACE_WRITE};
	port_fence_all();
	machine_finisher_set(address, LAYOUT_DEVICES + address % GIGABYTE);
}

uint64_t port_boot_frames(const struct regions *regions)
{
	uint64_t later, tables = 16;

	/* each end of a region may cut a gigabyte and a block of the direct map */
	tables += 4 * ((uint64_t)regions->count + 2);
	/* and each 512 GiB has a table */
	tables += regions->r[regions->count - 1].first / GIGA_FRAMES / 512 -
		  regions->r[0].first / GIGA_FRAMES / 512 + 2;
	return frame_windows_frames(regions, &later) + tables;
}

/* --- what the hart offers ---------------------------------------------------------------- */

static uint64_t root_word(unsigned levels, const pte_t *root)
{
	uint64_t pa = (uint64_t)root - LAYOUT_IMAGE + port_image_address();

	return (uint64_t)(levels + 5) * SATP_MODE_UNIT + pa / FRAME_BYTES;
}

/* A write of satp with a mode that the hart lacks has no effect (privileged spec, satp). */
static bool hart_has_levels(unsigned levels)
{
	pte_t *root = levels == 5 ? early_level4 : early_level3;
	uint64_t word = root_word(levels, root);

	if (levels == 3)
		return true;
	early_level3[511] = pte_table(
		pfn((root_word(0, early_level2) % SATP_ASID_UNIT)));
	early_level4[511] = pte_table(pfn(root_word(0, early_level3) % SATP_ASID_UNIT));
	port_fence_all();
	csr_write(satp, word);
	return csr_read(satp) == word;
}

static unsigned levels_choose(uint32_t wanted)
{
	unsigned levels;

	if (wanted != 0)
		return hart_has_levels(wanted) ? wanted : 0;
	for (levels = 5; !hart_has_levels(levels);)
		levels--;
	return levels;
}

/* ASID bits that are not implemented read as zero. */
static uint64_t asids_count(void)
{
	uint64_t word = csr_read(satp), bits;

	csr_write(satp, word + SATP_ASIDS * SATP_ASID_UNIT);
	bits = csr_read(satp) / SATP_ASID_UNIT % (SATP_ASIDS + 1);
	csr_write(satp, word);
	port_fence_all();
	return bits + 1;
}

/* --- the image and the direct map --------------------------------------------------------- */

static void part_map(struct space *s, const char *from, const char *to, uint64_t rights)
{
	space_map(s, (uint64_t)from, (uint64_t)from - LAYOUT_IMAGE + port_image_address(),
		  (uint64_t)(to - from), rights);
}

static void image_map(struct space *s)
{
	part_map(s, image_start, image_rodata, SPACE_EXECUTE);
	part_map(s, image_rodata, image_data, SPACE_READ);
	part_map(s, image_data, image_end, SPACE_WRITE);
}

static void dmap_range(struct space *s, uint64_t from, uint64_t to, uint64_t rights)
{
	if (from < to)
		space_map(s, from + dmap_offset, from, to - from, rights);
}

/* [from, to), with the image's text and constants read-only. */
static void dmap_run(struct space *s, uint64_t from, uint64_t to)
{
	uint64_t fixed = port_image_address();
	uint64_t fixed_end = fixed + (uint64_t)(image_data - image_start);

	if (fixed < from || fixed_end > to) {
		dmap_range(s, from, to, SPACE_WRITE);
		return;
	}
	dmap_range(s, from, fixed, SPACE_WRITE);
	dmap_range(s, fixed, fixed_end, SPACE_READ);
	dmap_range(s, fixed_end, to, SPACE_WRITE);
}

/* Neighbouring regions make one run, so that the largest pages fit. */
static void dmap_map(struct space *s, const struct regions *regions, uint64_t limit)
{
	for (uint32_t i = 0; i < regions->count;) {
		uint64_t from = regions->r[i].first * FRAME_BYTES, to = from;

		for (; i < regions->count && regions->r[i].kind != TN_KIND_HOLE &&
		       (to == from || regions->r[i].first * FRAME_BYTES == to);
		     i++)
			to = (regions->r[i].first + regions->r[i].count) * FRAME_BYTES;
		dmap_run(s, from, to < limit ? to : limit);
		if (to == from)
			i++;
	}
}

/* Where the boot window showed it. */
static void finisher_map(struct space *s, uint64_t page)
{
	if (page != 0)
		space_map(s, LAYOUT_DEVICES + page % GIGABYTE, page, FRAME_BYTES, SPACE_WRITE);
}

/* The direct map begins at the gigabyte of the lowest RAM. Returns the physical address at which
 * it must end. */
static uint64_t dmap_place(const struct regions *regions, unsigned levels)
{
	uint64_t giga = regions->r[0].first / GIGA_FRAMES * GIGABYTE;

	dmap_offset = (levels == 3 ? LAYOUT_DMAP_SV39 : LAYOUT_DMAP_WIDE) - giga;
	return levels == 3 ? giga + DMAP_SV39_BYTES : PFN_LIMIT * FRAME_BYTES;
}

/* Frames that may be given: what the direct map reaches, or less if the boot arguments say so. */
static void window_set(const struct regions *regions, uint64_t reach, uint64_t bytes)
{
	const struct region *last = &regions->r[regions->count - 1];
	uint64_t first = regions->r[0].first, end = last->first + last->count;

	if (end > reach / FRAME_BYTES)
		end = reach / FRAME_BYTES;
	if (bytes != 0 && end - first > bytes / FRAME_BYTES)
		end = first + bytes / FRAME_BYTES;
	ram.window_first = first;
	ram.window_count = end - first;
}

/* The boot image and the tree are read through the direct map. */
static bool boot_is_reached(const struct machine *machine, uint64_t reach)
{
	return machine->initrd.address + machine->initrd.size <= reach &&
	       machine->tree.address + machine->tree.size <= reach;
}

/* --- all of it ---------------------------------------------------------------------------- */

/* The upper half's entries in use, as runs for the roots of processes to copy. Short gaps, as
 * holes in RAM make them, are copied along. */
static void kernel_runs_find(const pte_t *root)
{
	struct root_run *run = kernel_runs;

	for (unsigned i = 256; i < 512; i++) {
		if (!pte_is_valid(root[i]))
			continue;
		if (run->count != 0 && i - (run->first + run->count) > RUN_GAP_MAX &&
		    run < &kernel_runs[ROOT_RUNS - 1])
			run++;
		if (run->count == 0)
			run->first = i;
		run->count = i + 1 - run->first;
	}
}

static void space_switch(const struct space *s)
{
	satp_mode = (uint64_t)(s->levels + 5) * SATP_MODE_UNIT;
	csr_write(satp, satp_mode + s->root.n);
	port_fence_all();
	asids = asids_count();
}

const char *port_boot_space(const struct machine *machine, const struct boot_options *options,
			    const struct regions *regions, struct boot_memory *memory)
{
	struct space s = {.memory = memory};
	uint64_t later, reach;

	s.levels = levels_choose(options->paging_levels);
	if (s.levels == 0)
		return "this hart lacks the paging mode that paging= asks for";
	reach = dmap_place(regions, s.levels);
	if (!boot_is_reached(machine, reach))
		return "the boot image lies beyond the direct map of this paging mode";
	window_set(regions, reach, options->kernel_window);
	s.root = boot_memory_frame(memory);
	image_map(&s);
	dmap_map(&s, regions, reach);
	frame_windows_build(&s, regions);
	finisher_map(&s, machine->finisher / FRAME_BYTES * FRAME_BYTES);
	kernel_runs_find(boot_memory_see(memory, s.root));
	space_switch(&s);

	memory->view = dmap_offset;
	kernel_root = boot_memory_see(memory, s.root);
	paging_levels = s.levels;
	user_top = (uint64_t)1 << (12 + 9 * s.levels - 1);
	frame_windows_frames(regions, &later);
	memory->end = memory->next + later;
	frame_windows_keep(&s, memory);
	return NULL;
}
