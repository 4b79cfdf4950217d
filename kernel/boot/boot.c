/*
 * boot.c - the boot, from top to bottom.
 */
#include "boot.h"

#include <port/boot.h>
#include <port/machine.h>

#include "boot_memory.h"
#include "bootargs.h"
#include "check/check.h"
#include "devicetree.h"
#include "fdt.h"
#include "first.h"
#include "frame.h"
#include "hart.h"
#include "machine.h"
#include "regions.h"
#include "report.h"
#include "tenure_config.h"
#include "walk.h"

#define STATUS_BOOT 2u
#define TREE_BYTES_MAX ((uint64_t)1 << 30) /* what the boot window surely shows */

static struct machine machine;
static struct boot_options options;
static struct regions regions;
static struct boot_memory memory;

static void boot_require(const char *why)
{
	if (why == NULL)
		return;
	report("tenure: boot failed: %s\n", why);
	port_shutdown(STATUS_BOOT);
}

static void boot_read_tree(uint64_t hart, uint64_t tree, uint64_t image)
{
	const void *blob = port_boot_see(PORT_WINDOW_TREE, tree);
	const char *why = "the device tree is not aligned to 8 bytes";

	if (tree % 8 != 0 || devicetree_read(blob, TREE_BYTES_MAX, hart, &machine, &why) != 0)
		boot_require(why);
	port_boot_finisher(machine.finisher);
	machine.image = (struct machine_range){image, port_image_bytes()};
	machine.tree = (struct machine_range){tree, fdt_size(blob)};
}

static void boot_read_arguments(void)
{
	const char *why = NULL;

	if (bootargs_parse(machine.bootargs.bytes, machine.bootargs.length, &options, &why) != 0)
		boot_require(why);
}

/* Which frames are RAM and whose, and one run for what the kernel itself needs. */
static void boot_lay_out_memory(void)
{
	const char *why = NULL;
	uint64_t count, first;

	if (regions_init(&regions, &machine, &why) != 0)
		boot_require(why);
	count = port_boot_frames(&regions) + check_boot_frames(&regions);
	first = regions_carve(&regions, count, 1, PFN_LIMIT, TN_KIND_USER);
	if (first == REGIONS_NONE)
		boot_require("not enough memory for the kernel's tables");
	memory.first = first;
	memory.next = first;
	memory.end = first + count;
	memory.view = (uint64_t)port_boot_see(PORT_WINDOW_MEMORY, first * FRAME_BYTES) -
		      first * FRAME_BYTES;
}

static void text_rebase(struct machine_text *text, uint64_t by)
{
	if (text->bytes != NULL)
		text->bytes += by;
}

/* The tree was read through a window that is gone: its texts are seen in the direct map now. Out
 * of line, so that the map's offset is loaded after it was set. */
static cold void texts_rebase(uint64_t tree, uint64_t window)
{
	uint64_t by = tree + PORT_DMAP_OFFSET - window;

	text_rebase(&machine.bootargs, by);
	for (uint32_t i = 0; i < machine.device_count; i++)
		text_rebase(&machine.devices[i].compatible, by);
}

static void boot_map_memory(uint64_t tree)
{
	uint64_t window = (uint64_t)port_boot_see(PORT_WINDOW_TREE, tree);

	boot_require(port_boot_space(&machine, &options, &regions, &memory));
	texts_rebase(tree, window);
}

static uint64_t frames_of(uint32_t kind)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < regions.count; i++)
		if (regions.r[i].kind == kind)
			n += regions.r[i].count;
	return n;
}

static void boot_fill_frame_table(void)
{
	const struct region *last;

	check_boot_memory(&memory, &regions);
	if (regions_claim(&regions, memory.first, memory.end - memory.first, TN_KIND_IMAGE) != 0)
		boot_require("memory is in too many pieces");
	last = &regions.r[regions.count - 1];
	ram.first = regions.r[0].first;
	ram.count = last->first + last->count - ram.first;
	ram.frames = regions_total_frames(&regions);
	ram.image = frames_of(TN_KIND_IMAGE);
	ram.boot = frames_of(TN_KIND_BOOT);
	ram.hole = frames_of(TN_KIND_HOLE);
	frame_table_init(regions.r, regions.count);
}

static struct thread *boot_first_server(struct hart *hart, uint64_t instret)
{
	struct first first = {.machine = &machine,
			      .options = &options,
			      .regions = &regions,
			      .instret_at_entry = instret};
	const char *why = first_find(&first);
	struct thread *t;

	boot_require(why);
	t = first_start(&first, hart, &why);
	boot_require(why);
	return t;
}

static void boot_report(void)
{
	if (CONFIG_LOG_LEVEL < 1)
		return;
	report("tenure: Sv%u, %u MiB, %u harts, first server %s\n",
	       (uint64_t)(paging_levels * 9 + 12), ram.frames / 256, (uint64_t)machine.hart_count,
	       options.mm);
	if (CONFIG_LOG_LEVEL < 2)
		return;
	for (uint32_t i = 0; i < regions.count; i++)
		report("tenure: %u frames from 0x%x, kind %u\n", regions.r[i].count,
		       regions.r[i].first, (uint64_t)regions.r[i].kind);
}

struct thread *boot(uint64_t hart_id, uint64_t tree, uint64_t image, uint64_t instret)
{
	struct hart *hart = port_boot_hart();
	struct thread *t;

	boot_read_tree(hart_id, tree, image);
	boot_read_arguments();
	boot_lay_out_memory();
	boot_map_memory(tree);
	boot_fill_frame_table();
	t = boot_first_server(hart, instret);
	hart->calls = check_install(options.check_every);
	boot_report();
	port_boot_clock(&machine, options.tick);
	return t;
}
