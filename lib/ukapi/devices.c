/*
 * devices.c - see tenure/devices.h.
 */
#include <tenure/devices.h>

#include <string.h>

const char *tn_devices_open(struct tn_devices *devices, const struct tn_boot_info *boot,
			    const void *tree)
{
	devices->boot = boot;
	devices->irq_parents[0] = 0;
	return tree_open(&devices->tree, tree, boot->tree_bytes);
}

static void take_ranges(struct tree *tree, struct tn_device *device)
{
	uint64_t address, size;

	while (device->range_count < TN_DEVICE_RANGES &&
	       tree_take_range(tree, &address, &size) > 0) {
		device->ranges[device->range_count].address = address;
		device->ranges[device->range_count++].size = size;
	}
}

static void read_irqs(const struct tn_devices *devices, uint64_t parent, struct tn_device *device)
{
	struct fdt_value sources = fdt_value(&devices->tree.node, "interrupts");
	const uint32_t *cells = sources.cells;
	uint32_t left = sources.size / 4;

	if (parent != devices->boot->irq_parent)
		return;
	for (; left > 0 && device->irq_count < TN_DEVICE_IRQS; left--) {
		uint64_t source = fdt_take_cells(&cells, 1);

		if (source >= 1 && source <= devices->boot->irq_count)
			device->irqs[device->irq_count++] = (uint32_t)source;
	}
}

bool tn_devices_take(struct tn_devices *devices, struct tn_device *device)
{
	const struct fdt_node *node = &devices->tree.node;
	const char *why;

	while (tree_take_node(&devices->tree, &why) > 0) {
		uint64_t *parent = &devices->irq_parents[node->depth];

		*parent = parent[-1];
		(void)fdt_number(node, "interrupt-parent", parent);
		/* the root is not one */
		if (devices->tree.place != TREE_DEVICE || node->depth == 1)
			continue;
		*device = (struct tn_device){.name = node->name,
					     .compatible = fdt_value(node, "compatible")};
		take_ranges(&devices->tree, device);
		read_irqs(devices, *parent, device);
		return true;
	}
	return false;
}

bool tn_device_is(const struct tn_device *device, const char *compatible)
{
	const char *text = (const char *)device->compatible.cells;
	size_t left = device->compatible.size;

	while (left > 0) {
		size_t length = strnlen(text, left);

		if (length == strlen(compatible) && memcmp(text, compatible, length) == 0)
			return true;
		length += length < left; /* the NUL */
		text += length;
		left -= length;
	}
	return false;
}

uint64_t tn_device_slot(const struct tn_boot_info *boot, uint64_t address, uint64_t size)
{
	uint64_t first = address / TN_FRAME_SIZE, last = (address + size - 1) / TN_FRAME_SIZE;

	for (uint32_t i = 0; i < boot->device_count; i++) {
		const struct tn_boot_device *d = &boot->devices[i];

		if (first >= d->first && last < (uint64_t)d->first + d->count)
			return TN_SLOT_DEVICES + i;
	}
	return TN_NONE;
}
