/*
 * kernel_space.c - the kernel's address space: image, direct map, frame table (port/boot.h).
 *
 * Nothing of it is both writable and executable, and the image's text and constants cannot be
 * written through the direct map either. Firmware and no-map memory appears nowhere.
 */
#include <port/boot.h>
#include <port/tlb.h>

#include "boot/boot_memory.h"
#include "boot/bootargs.h"
#include "boot/regions.h"
#include "csr.h"
#include "frame_windows.h"
#include "space.h"
#include "table.h"

#define SATP_MODE_UNIT ((uint64_t)1 << 60)
#define SATP_ASIDS 0xffffu
#define GIGABYTE ((uint64_t)1 << 30)
#define DMAP_SV39_BYTES (192 * GIGABYTE)
#define RUN_GAP_MAX 8u

extern pte_t early_level1[512], early_level2[512];
extern char image_start[], image_rodata[], image_data[], image_end[];

/* All other files see these as constants, and may keep what they loaded (port_impl/memory.h,
 * tlb.h). This one writes them, under names of its own. */
uint64_t dmap_offset __asm__("port_dmap_offset");
uint64_t satp_mode __asm__("port_satp_mode");
uint64_t asids __asm__("port_asids");

/* The first root's leaf for the image says where that was loaded. */
static uint64_t image_address(const void *linked)
{
	return (uint64_t)linked - LAYOUT_IMAGE + pte_frame(early_level1[0]).n * FRAME_BYTES;
}

struct machine_range port_image(void)
{
	return (struct machine_range){image_address(image_start),
				      (uint64_t)(image_end - image_start)};
}

void *port_boot_see(enum port_window window, uint64_t address)
{
	uint64_t va = LAYOUT_BOOT_WINDOWS + 2 * window * GIGABYTE;
	pte_t *entry = &early_level2[pte_index(va, 2)];
	uint64_t giga = address / GIGABYTE * GIGA_FRAMES;

	entry[0] = (pte_t){giga * PTE_FRAME_UNIT + SPACE_WRITE};
	entry[1] = pte_part(entry[0], 1, GIGA_FRAMES);
	port_fence_all();
	return (void *)(va + address % GIGABYTE);
}

uint64_t port_boot_frames(const struct regions *regions)
{
	/* each end of a region may cut a gigabyte and a block of the direct map; each 512 GiB has a
	 * table; and there are the maps of the image and of registers */
	return frame_windows_frames(regions) + 4 * (uint64_t)regions->count +
	       ram.count / GIGA_FRAMES / 512 + 30;
}

/* --- what the hart offers ---------------------------------------------------------------- */

/*
 * The mode and the ASIDs. Returns the most levels that the hart offers, if none are wanted; 0: it
 * lacks them. A write of satp with a mode that the hart lacks has no effect, and ASID bits that it
 * lacks read as zero (privileged spec, satp). The early root is one of any mode: its last entry
 * leads to itself, and the levels above Sv39 meet that entry alone.
 */
static unsigned levels_choose(uint32_t wanted)
{
	pfn_t root = pfn(image_address(early_level2) / FRAME_BYTES);
	unsigned levels = wanted != 0 ? wanted : LEVELS_MAX;
	uint64_t word;

	early_level2[511] = pte_table(root);
	port_fence_all();
	for (; levels != 0; levels = wanted != 0 ? 0 : levels - 1) {
		satp_mode = (levels + 5) * SATP_MODE_UNIT;
		csr_write(satp, satp_mode + SATP_ASIDS * SATP_ASID_UNIT + root.n);
		word = csr_read(satp);
		asids = word / SATP_ASID_UNIT % (SATP_ASIDS + 1) + 1;
		if (word / SATP_MODE_UNIT == levels + 5)
			break;
	}
	return levels;
}

/* --- the image and the direct map --------------------------------------------------------- */

/* Where it is linked, and through the direct map, where nothing is executed. */
static void part_map(const char *from, const char *to, uint64_t rights)
{
	uint64_t address = image_address(from), bytes = (uint64_t)(to - from);

	space_map((uint64_t)from, address, bytes, rights);
	space_map(address + dmap_offset, address, bytes, rights & ~(uint64_t)PTE_EXECUTE);
}

static void image_map(void)
{
	part_map(image_start, image_rodata, SPACE_EXECUTE);
	part_map(image_rodata, image_data, SPACE_READ);
	part_map(image_data, image_end, SPACE_WRITE);
}

/* The rest of RAM. What nobody writes, the kernel cannot write: the boot image and the tree. */
static void dmap_map(const struct regions *regions, uint64_t limit)
{
	for (uint32_t i = 0; i < regions->count; i++) {
		const struct region *r = &regions->r[i];
		uint64_t from = r->first * FRAME_BYTES, to = from + r->count * FRAME_BYTES;

		to = to < limit ? to : limit;
		if (from < to && (r->kind == TN_KIND_USER || r->kind == TN_KIND_BOOT))
			space_map(from + dmap_offset, from, to - from,
				  r->kind == TN_KIND_BOOT ? SPACE_READ : SPACE_WRITE);
	}
}

/* Registers are not cached (PMA), whatever the page says. */
static void registers_map(uint64_t va, struct machine_range r)
{
	uint64_t first = r.address / FRAME_BYTES * FRAME_BYTES;
	uint64_t end = (r.address + r.size + FRAME_BYTES - 1) / FRAME_BYTES * FRAME_BYTES;

	space_map(va / FRAME_BYTES * FRAME_BYTES, first, end - first, SPACE_WRITE);
}

/* The direct map begins at the gigabyte of the lowest RAM. Returns the physical address at which
 * it must end. Frames that it reaches may be given, or fewer if the boot arguments say so. */
static uint64_t dmap_place(uint64_t window)
{
	uint64_t giga = ram.first / GIGA_FRAMES * GIGABYTE;
	uint64_t reach = paging_levels == 3 ? giga + DMAP_SV39_BYTES : PFN_LIMIT * FRAME_BYTES;
	uint64_t frames = reach / FRAME_BYTES - ram.first;

	dmap_offset = (paging_levels == 3 ? LAYOUT_DMAP_SV39 : LAYOUT_DMAP_WIDE) - giga;
	if (window != 0 && window / FRAME_BYTES < frames)
		frames = window / FRAME_BYTES;
	ram.window_first = ram.first;
	ram.window_count = frames < ram.count ? frames : ram.count;
	return reach;
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

const char *port_boot_space(const struct machine *machine, const struct boot_options *options,
			    const struct regions *regions, struct boot_memory *memory)
{
	uint64_t reach;

	space.memory = memory;
	paging_levels = levels_choose(options->paging_levels);
	if (paging_levels == 0)
		return "this hart lacks the paging mode that paging= asks for";
	reach = dmap_place(options->kernel_window);
	if (machine->info.initrd + machine->info.initrd_bytes > reach ||
	    machine->info.tree + machine->info.tree_bytes > reach ||
	    memory->end * FRAME_BYTES > reach || image_address(image_end) > reach)
		return "what the boot needs lies beyond the direct map of this paging mode";
	space.root = boot_memory_frame(memory);
	image_map();
	dmap_map(regions, reach);
	registers_map(LAYOUT_PLIC + machine->plic.address % LAYOUT_PLIC_ALIGN, machine->plic);
	if (machine->finisher != 0)
		registers_map(LAYOUT_DEVICES + machine->finisher % GIGABYTE,
			      (struct machine_range){machine->finisher, 4});
	frame_windows_build(regions);
	kernel_runs_find(boot_memory_see(memory, space.root));
	csr_write(satp, satp_mode + space.root.n);
	port_fence_all();

	memory->view = dmap_offset;
	kernel_root = boot_memory_see(memory, space.root);
	space_boot_text = space_entry((uint64_t)image_start, 0);
	user_top = (uint64_t)1 << (12 + 9 * paging_levels - 1);
	return NULL;
}
