/*
 * boot_view.c - see boot_view.h.
 *
 * The kernel owns these frames and counts no references of them, so the mapping is noted without
 * the ledger.
 */
#include "boot_view.h"

#include <stdio.h>
#include <tenure/devices.h>
#include <tenure/loops.h>
#include <tenure/user.h>

#include "require.h"
#include "supply.h"
#include "tables.h"

#define VIEW_OF_TREE 0x2000000000ul /* where the archive of the server stands later */

static uint64_t page_count(uint64_t address, uint64_t bytes)
{
	return (address + bytes - 1) / TN_FRAME_SIZE - address / TN_FRAME_SIZE + 1;
}

const void *boot_view_open(struct mm *mm, uint64_t va, uint64_t address, uint64_t bytes)
{
	struct process *own = &mm->processes[0];
	uint64_t done = 0, pages = page_count(address, bytes);
	unsigned topmost = TABLES_NONE;

	if (bytes == 0)
		return NULL;
	while (done < pages) {
		uint64_t at = va + done * TN_FRAME_SIZE;
		struct tn_result result = tn_map(own->slot, at, TN_SLOT_FRAMES,
						 address / TN_FRAME_SIZE + done, pages - done,
						 TN_MAP_READ | TN_MAP_SMALL | tables_flag());

		if (tables_answer(mm, own, at, result, &topmost))
			continue;
		require_done(result, "map of what the boot left");
		require(mapping_note(&own->mapping, at, address / TN_FRAME_SIZE + done,
				     result.value),
			"there is an extent for it");
		done += result.value;
	}
	process_count_tables(mm, own);
	return (const void *)(va + address % TN_FRAME_SIZE);
}

void boot_view_close(struct mm *mm, uint64_t va, uint64_t address, uint64_t bytes)
{
	struct process *own = &mm->processes[0];
	uint64_t done = 0, pages = page_count(address, bytes);

	require_done(tn_unmap_all(own->slot, va, pages, &done), "unmap");
	tables_prune(mm, own, va, pages * TN_FRAME_SIZE);
	require(mapping_remove(&own->mapping, va, pages), "it was mapped");
	process_count_tables(mm, own);
	supply_trim(mm, &mm->pools[0]);
}

static void read_name(const void *tree, uint64_t size, struct boot_machine *machine)
{
	static struct fdt_node root; /* too large for the stack */
	struct fdt_value model = {NULL, 0};
	struct fdt fdt;

	if (fdt_open(&fdt, tree, size) == NULL && fdt_take_node(&fdt, &root) == 1)
		model = fdt_value(&root, "model");
	if (model.cells != NULL)
		snprintf(machine->name, sizeof(machine->name), "%.*s", (int)model.size,
			 (const char *)model.cells);
}

static bool is_reachable(const struct tn_boot_info *boot, const struct tn_device *device)
{
	for (uint32_t i = 0; i < device->range_count; i++)
		if (tn_device_slot(boot, device->ranges[i].address, device->ranges[i].size) !=
		    TN_NONE)
			return true;
	return false;
}

static void count_devices(const struct tn_boot_info *boot, const void *tree,
			  struct boot_machine *machine)
{
	static struct tn_devices devices; /* too large for the stack */
	struct tn_device device;

	if (tn_devices_open(&devices, boot, tree) != NULL)
		return;
	while (tn_devices_take(&devices, &device)) {
		if (!is_reachable(boot, &device))
			continue;
		machine->devices++;
		machine->irqs += device.irq_count;
	}
}

void boot_view_machine(struct mm *mm, struct boot_machine *machine)
{
	const struct tn_boot_info *boot = mm->boot;
	const void *tree = boot_view_open(mm, VIEW_OF_TREE, boot->tree, boot->tree_bytes);

	*machine = (struct boot_machine){.name = "without a name"};
	if (tree == NULL)
		return;
	read_name(tree, boot->tree_bytes, machine);
	count_devices(boot, tree, machine);
	boot_view_close(mm, VIEW_OF_TREE, boot->tree, boot->tree_bytes);
}
