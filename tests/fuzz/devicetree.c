/*
 * devicetree.c - the target `devicetree`: any bytes as a device tree. The first eight bytes are the
 * boot hart's number; the tree is what follows.
 *
 * The nodes are compared with those that libfdt finds, where both accept the tree; what the boot
 * makes of it must be sound, and so must the regions and the devices that follow from it.
 */
#include "boot/devicetree.h"

#include <image/fdt.h>
#include <string.h>
#include <tenure/devices.h>

#include "boot/regions.h"
#include "fdt_oracle.h"
#include "target.h"

/* --- nodes ----------------------------------------------------------------------------------- */

static void node_inside(const struct fdt_node *node, const void *blob, size_t size)
{
	CHECK(target_is_inside(node->name, strlen(node->name) + 1, blob, size));
	CHECK(node->count <= FDT_PROPERTIES);
	for (unsigned i = 0; i < node->count; i++) {
		const struct fdt_entry *p = &node->properties[i];

		CHECK(target_is_inside(p->name, strlen(p->name) + 1, blob, size));
		CHECK(target_is_inside(p->value.cells, p->value.size, blob, size));
	}
}

static void node_compare(const struct fdt_node *node, const struct oracle_node *o)
{
	CHECK((int)node->depth == o->depth && strcmp(node->name, o->name) == 0);
	CHECK(node->count == o->count);
	for (unsigned i = 0; i < node->count; i++) {
		CHECK(strcmp(node->properties[i].name, o->properties[i].name) == 0);
		CHECK(node->properties[i].value.cells == o->properties[i].value);
		CHECK(node->properties[i].value.size == o->properties[i].size);
	}
}

static void nodes_check(const void *blob, size_t size)
{
	static struct oracle_node o;
	struct fdt_node node;
	struct fdt fdt;
	bool known = oracle_accepts(blob, size);
	int more = fdt_open(&fdt, blob, size) == NULL;
	const bool opened = more != 0;

	o.offset = -1;
	o.depth = 0;
	while (more > 0) {
		more = fdt_take_node(&fdt, &node);
		if (more <= 0)
			break;
		node_inside(&node, blob, size);
		if (known) {
			CHECK(oracle_take_node(blob, &o));
			node_compare(&node, &o);
		}
	}
	if (known && opened && more == 0)
		CHECK(!oracle_take_node(blob, &o));
	if (known && opened && more < 0)
		CHECK(oracle_take_node(blob, &o) && o.count > FDT_PROPERTIES);
}

/* --- the machine ----------------------------------------------------------------------------- */

static void machine_check(const struct machine *m, const void *blob, size_t size)
{
	CHECK(m->memory_count <= MACHINE_RANGES);
	for (unsigned i = 0; i < m->memory_count; i++) {
		const struct machine_range *r = &m->memory[i].range;

		CHECK(r->size > 0 && r->address + r->size - 1 >= r->address);
		CHECK(m->memory[i].use < MACHINE_USES);
	}
	CHECK(m->info.timebase != 0);
	CHECK(m->bootargs.bytes == NULL ||
	      target_is_inside(m->bootargs.bytes, m->bootargs.length, blob, size));
	CHECK(memchr(m->info.args, '\0', sizeof(m->info.args)) != NULL);
	CHECK(m->info.irq_count < 256 && m->plic.size <= MACHINE_PLIC_BYTES);
	CHECK(m->info.irq_count == 0 || m->plic.size != 0);
}

/* Sorted, disjoint, none empty, neighbours of other kinds; and devices lie in none of them. */
static void regions_check(const struct regions *r, const struct tn_boot_info *info)
{
	CHECK(r->count > 0 && r->count <= REGIONS_MAX && info->device_count <= TN_BOOT_DEVICES);
	for (unsigned i = 0; i < r->count; i++) {
		const struct region *a = &r->r[i];

		CHECK(a->count > 0 && a->first + a->count <= 1ul << 32);
		CHECK(i == 0 || r->r[i - 1].first + r->r[i - 1].count <= a->first);
		CHECK(i == 0 || r->r[i - 1].first + r->r[i - 1].count != a->first ||
		      r->r[i - 1].kind != a->kind);
		for (unsigned d = 0; d < info->device_count; d++)
			CHECK((uint64_t)info->devices[d].first + info->devices[d].count <=
				      a->first ||
			      info->devices[d].first >= a->first + a->count);
	}
}

static void devices_check(const struct tn_boot_info *info, const void *blob, size_t size)
{
	struct tn_devices devices;
	struct tn_device d;

	if (tn_devices_open(&devices, info, blob) != NULL)
		return;
	while (tn_devices_take(&devices, &d)) {
		CHECK(d.range_count <= TN_DEVICE_RANGES && d.irq_count <= TN_DEVICE_IRQS);
		CHECK(target_is_inside(d.name, strlen(d.name) + 1, blob, size));
		for (unsigned i = 0; i < d.range_count; i++) {
			CHECK(d.ranges[i].size > 0);
			(void)tn_device_slot(info, d.ranges[i].address, d.ranges[i].size);
		}
		for (unsigned i = 0; i < d.irq_count; i++)
			CHECK(d.irqs[i] > 0 && d.irqs[i] <= info->irq_count);
		(void)tn_device_is(&d, "sifive,uart0");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct machine m;
	static struct regions regions;
	uint64_t hart = 0;
	void *blob;

	if (size < 16)
		return 0;
	memcpy(&hart, data, 8);
	size -= 8;
	blob = target_copy(data + 8, size, 0);
	(void)fdt_size(blob);
	nodes_check(blob, size);
	memset(&m, 0, sizeof(m));
	if (devicetree_read(blob, size, hart, &m) == NULL) {
		machine_check(&m, blob, size);
		m.info.tree_bytes = size;
		devices_check(&m.info, blob, size);
		if (regions_init(&regions, &m) == NULL) {
			regions_find_devices(&regions, &m, &m.info);
			regions_check(&regions, &m.info);
		}
	}
	target_forget(blob, 0);
	return 0;
}
