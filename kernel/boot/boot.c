/*
 * boot.c - the boot, from top to bottom.
 */
#include "boot.h"

#include <image/fdt.h>
#include <port/boot.h>

#include "boot_memory.h"
#include "check/check.h"
#include "devicetree.h"
#include "first.h"
#include "report.h"
#include "tenure_config.h"
#include "walk.h"

#define STATUS_BOOT 2u

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

static void boot_read_tree(uint64_t hart, uint64_t tree)
{
	const void *blob = port_boot_see(PORT_WINDOW_TREE, tree); /* a gigabyte at least */

	boot_require(devicetree_read(blob, (size_t)1 << 30, hart, &machine));
	machine.info.tree = tree;
	machine.info.tree_bytes = fdt_size(blob);
	port_boot_machine(&machine);
	boot_require(bootargs_parse(machine.bootargs, &options));
}

static void boot_claim(enum machine_use use, uint64_t address, uint64_t size)
{
	machine.memory[machine.memory_count++] = (struct machine_memory){{address, size}, use};
}

/* Which frames are RAM and whose, and one run for what the kernel itself needs. */
static void boot_lay_out_memory(void)
{
	struct machine_range image = port_image();
	const struct region *last;
	uint64_t count, first, view;

	boot_claim(MACHINE_KERNEL, image.address, image.size);
	boot_claim(MACHINE_INITRD, machine.info.initrd, machine.info.initrd_bytes);
	boot_claim(MACHINE_TREE, machine.info.tree, machine.info.tree_bytes);
	boot_require(regions_init(&regions, &machine));
	regions_find_devices(&regions, &machine, &machine.info);
	last = &regions.r[regions.count - 1];
	ram.first = regions.r[0].first;
	ram.count = last->first + last->count - ram.first;
	count = port_boot_frames(&regions) + check_boot_frames();
	first = regions_find_user(&regions, count, PFN_LIMIT);
	if (first == REGIONS_NONE)
		boot_require("not enough memory for the kernel's tables");
	view = (uint64_t)port_boot_see(PORT_WINDOW_MEMORY, first * FRAME_BYTES);
	memory = (struct boot_memory){first, first, first + count, view - first * FRAME_BYTES};
}

/* What the kernel took is known only now. */
static void boot_fill_frame_table(void)
{
	boot_claim(MACHINE_KERNEL, memory.first * FRAME_BYTES,
		   (memory.end - memory.first) * FRAME_BYTES);
	boot_require(regions_init(&regions, &machine));
	for (uint32_t i = 0; i < regions.count; i++) {
		ram.kinds[regions.r[i].kind] += regions.r[i].count;
		ram.frames += regions.r[i].count;
	}
	frame_table_init(regions.r, regions.count);
}

static void boot_report(void)
{
	if (CONFIG_LOG_LEVEL < 1)
		return;
	report("tenure: Sv%u, %u MiB, %u harts, first server %s\n",
	       (uint64_t)paging_levels * 9 + 12, ram.frames / 256, (uint64_t)machine.hart_count,
	       options.mm);
}

struct thread *boot(uint64_t hart_id, uint64_t tree, uint64_t instret, struct hart *hart)
{
	machine.info.instret_at_entry = instret;
	boot_read_tree(hart_id, tree);
	boot_lay_out_memory();
	boot_require(port_boot_space(&machine, &options, &regions, &memory));
	memory.end += check_boot_frames();
	boot_fill_frame_table();
	boot_require(first_start(&machine, &options, &regions, hart));
	hart->calls = check_install(options.check_every,
				    frame_memory(pfn(memory.end - check_boot_frames())));
	boot_report();
	port_boot_clock(options.tick);
	return current;
}
