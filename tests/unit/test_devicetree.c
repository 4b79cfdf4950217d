/*
 * test_devicetree.c - what the kernel reads in the device tree, and the devices that the user
 * library reads there, against libfdt: on trees made by dtc, trees edited by libfdt, and on every
 * cut and every changed byte of a small one.
 *
 * Blobs are read from $TEST_TREES and kept in allocations of exactly their size, so that ASan sees
 * every byte read too much.
 */
#include "boot/devicetree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>
#include <tenure/devices.h>

#include "boot/regions.h"

#define EDIT_SIZE 16384
#define MOST_PROPERTIES 64u /* of one node; fdt.h does not agree with libfdt's headers */
#define NO_TIMEBASE "device tree: no timebase-frequency"
#define BROKEN "device tree: malformed structure"
#define OUT_OF_PLACE "device tree: truncated, or its blocks are out of place"

static struct machine machine;
static struct tn_devices devices;

/* --- trees ---------------------------------------------------------------------------------- */

static void *tree_load(const char *name)
{
	const char *directory = getenv("TEST_TREES");
	char path[1024];
	FILE *file;
	void *blob;
	long size;

	snprintf(path, sizeof(path), "%s/%s.dtb", directory ? directory : ".", name);
	file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("cannot open %s", path);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	rewind(file);
	blob = malloc((size_t)size);
	assert_int_equal(fread(blob, 1, (size_t)size, file), size);
	fclose(file);
	return blob;
}

/* The small tree with room to edit it. */
static void *edit_begin(void)
{
	void *small = tree_load("small"), *blob = malloc(EDIT_SIZE);

	assert_int_equal(fdt_open_into(small, blob, EDIT_SIZE), 0);
	free(small);
	return blob;
}

static int node_at(void *blob, const char *path)
{
	int node = fdt_path_offset(blob, path);

	assert_true(node >= 0);
	return node;
}

static void edit_set(void *blob, const char *path, const char *name, const void *value, int size)
{
	assert_int_equal(fdt_setprop(blob, node_at(blob, path), name, value, size), 0);
}

static void edit_text(void *blob, const char *path, const char *name, const char *text)
{
	edit_set(blob, path, name, text, (int)strlen(text) + 1);
}

static void edit_cells(void *blob, const char *path, const char *name, int count, ...)
{
	uint32_t cells[8];
	va_list list;

	va_start(list, count);
	for (int i = 0; i < count; i++)
		cells[i] = cpu_to_fdt32(va_arg(list, uint32_t));
	va_end(list);
	edit_set(blob, path, name, cells, count * 4);
}

static void edit_remove(void *blob, const char *path, const char *name)
{
	assert_int_equal(fdt_delprop(blob, node_at(blob, path), name), 0);
}

/* Shrinks the edited blob to what it needs. */
static void *edit_end(void *blob)
{
	void *exact;

	assert_int_equal(fdt_pack(blob), 0);
	exact = malloc(fdt_totalsize(blob));
	memcpy(exact, blob, fdt_totalsize(blob));
	free(blob);
	return exact;
}

static const char *read_bytes(const void *blob, size_t size, uint64_t hart)
{
	memset(&machine, 0, sizeof(machine));
	machine.info.tree_bytes = size;
	return devicetree_read(blob, size, hart, &machine);
}

static const char *read_tree(const void *blob, uint64_t hart)
{
	return read_bytes(blob, fdt_totalsize(blob), hart);
}

static void assert_told(const char *why, const char *expected)
{
	assert_non_null(why);
	assert_string_equal(why, expected);
}

/* Leaves the tree, which is not freed, to be looked at. */
static void *read_edited_tree(void *blob)
{
	const char *why;

	blob = edit_end(blob);
	why = read_tree(blob, 0);
	if (why != NULL)
		fail_msg("refused: %s", why);
	return blob;
}

static void read_edited(void *blob)
{
	free(read_edited_tree(blob));
}

static void refuse_edited(void *blob, const char *reason)
{
	blob = edit_end(blob);
	assert_told(read_tree(blob, 0), reason);
	free(blob);
}

static void assert_text(struct text text, const char *expected)
{
	assert_int_equal(text.length, strlen(expected));
	assert_memory_equal(text.bytes, expected, text.length);
}

/* --- the oracle: the same facts by libfdt, node by node ------------------------------------- */

static uint64_t oracle_cells(const fdt32_t *cells, int count)
{
	uint64_t value = 0;

	for (int i = 0; i < count; i++)
		value = value << 32 | fdt32_to_cpu(cells[i]);
	return value;
}

static bool oracle_enabled(const void *blob, int node)
{
	for (; node >= 0; node = fdt_parent_offset(blob, node)) {
		const char *status = fdt_getprop(blob, node, "status", NULL);

		if (status && strcmp(status, "okay") != 0 && strcmp(status, "ok") != 0)
			return false;
	}
	return true;
}

/* From addresses of `bus`'s children to the CPU's. */
static bool oracle_translate(const void *blob, int bus, uint64_t *address, uint64_t size)
{
	for (; bus > 0; bus = fdt_parent_offset(blob, bus)) {
		int own = fdt_address_cells(blob, bus), sizes = fdt_size_cells(blob, bus);
		int up = fdt_address_cells(blob, fdt_parent_offset(blob, bus));
		int length = 0;
		const fdt32_t *ranges = fdt_getprop(blob, bus, "ranges", &length);
		bool found = false;

		if (ranges == NULL || own > 2 || up > 2)
			return false;
		for (int i = 0; !found && i < length / 4; i += own + up + sizes) {
			uint64_t base = oracle_cells(ranges + i, own);
			uint64_t to = oracle_cells(ranges + i + own, up);
			uint64_t span = oracle_cells(ranges + i + own + up, sizes);

			if (*address >= base && *address + size <= base + span) {
				*address = *address - base + to;
				found = true;
			}
		}
		if (!found && length != 0)
			return false;
	}
	return true;
}

static bool oracle_under(const void *blob, int node, const char *path)
{
	int top = fdt_path_offset(blob, path);

	for (; node > 0; node = fdt_parent_offset(blob, node))
		if (node == top)
			return true;
	return false;
}

static bool oracle_is_memory(const void *blob, int node)
{
	const char *type = fdt_getprop(blob, node, "device_type", NULL);

	return type && strcmp(type, "memory") == 0;
}

static bool oracle_is_controller(const void *blob, int node)
{
	static const char *const names[] = {"riscv,plic0", "riscv,clint0", "riscv,aclint-mtimer"};

	if (fdt_getprop(blob, node, "interrupt-controller", NULL))
		return true;
	for (size_t i = 0; i < 3; i++)
		if (fdt_node_check_compatible(blob, node, names[i]) == 0)
			return true;
	return false;
}

static void oracle_memory(struct machine *m, struct machine_range range, enum machine_use use)
{
	m->memory[m->memory_count].range = range;
	m->memory[m->memory_count++].use = use;
}

/* The controller that a node's interrupts go to: a phandle, or 0. */
static uint32_t oracle_parent(const void *blob, int node)
{
	for (; node >= 0; node = fdt_parent_offset(blob, node)) {
		const fdt32_t *parent = fdt_getprop(blob, node, "interrupt-parent", NULL);

		if (parent != NULL)
			return fdt32_to_cpu(*parent);
	}
	return 0;
}

/* Offset of the interrupt controller that we can drive; below 0: there is none. */
static int oracle_plic(const void *blob)
{
	int node = 0;

	while ((node = fdt_next_node(blob, node, NULL)) > 0)
		if ((fdt_node_check_compatible(blob, node, "sifive,plic-1.0.0") == 0 ||
		     fdt_node_check_compatible(blob, node, "riscv,plic0") == 0) &&
		    fdt_getprop(blob, node, "interrupt-controller", NULL) &&
		    oracle_enabled(blob, node))
			return node;
	return -1;
}

/* The hart's interrupts go to the controller that is the child of its node. */
static uint32_t oracle_hart_controller(const void *blob, uint64_t hart)
{
	int cpu, child;

	fdt_for_each_subnode(cpu, blob, fdt_path_offset(blob, "/cpus")) {
		int length;
		const fdt32_t *reg = fdt_getprop(blob, cpu, "reg", &length);

		if (reg == NULL || oracle_cells(reg, length / 4) != hart)
			continue;
		fdt_for_each_subnode(child, blob, cpu)
			if (fdt_getprop(blob, child, "interrupt-controller", NULL))
				return fdt_get_phandle(blob, child);
	}
	return 0;
}

static void oracle_controller(const void *blob, int plic, uint64_t hart, struct machine *m)
{
	int length = 0, parent = fdt_parent_offset(blob, plic);
	int cells = fdt_address_cells(blob, parent), sizes = fdt_size_cells(blob, parent);
	const fdt32_t *reg = fdt_getprop(blob, plic, "reg", NULL);
	const fdt32_t *pairs = fdt_getprop(blob, plic, "interrupts-extended", &length);

	for (int i = 0; i < length / 8; i++) {
		uint32_t sources;

		if (fdt32_to_cpu(pairs[2 * i]) != oracle_hart_controller(blob, hart) ||
		    fdt32_to_cpu(pairs[2 * i + 1]) != 9)
			continue;
		m->plic.address = oracle_cells(reg, cells);
		m->plic.size = oracle_cells(reg + cells, sizes);
		assert_true(oracle_translate(blob, parent, &m->plic.address, m->plic.size));
		m->plic_context = (uint32_t)i;
		sources =
			fdt32_to_cpu(*(const fdt32_t *)fdt_getprop(blob, plic, "riscv,ndev", NULL));
		m->info.irq_count = sources < 255 ? sources : 255;
		m->info.irq_parent = fdt_get_phandle(blob, plic);
		return;
	}
}

/* Entry i of the node's registers, as the CPU sees it; false if it does not. *end: behind all. */
static bool oracle_range(const void *blob, int node, int i, struct machine_range *range, bool *end)
{
	int parent = fdt_parent_offset(blob, node), length = 0;
	int cells = fdt_address_cells(blob, parent), sizes = fdt_size_cells(blob, parent);
	const fdt32_t *reg = fdt_getprop(blob, node, "reg", &length);

	*end = reg == NULL || cells > 2 || length % (4 * (cells + sizes)) != 0 ||
	       i >= length / (4 * (cells + sizes));
	if (*end)
		return false;
	reg += i * (cells + sizes);
	range->address = oracle_cells(reg, cells);
	range->size = oracle_cells(reg + cells, sizes);
	return range->size != 0 && (oracle_under(blob, node, "/reserved-memory") ||
				    oracle_translate(blob, parent, &range->address, range->size));
}

static void oracle_place(const void *blob, int node, struct machine *m, struct machine_range range)
{
	bool enabled = oracle_enabled(blob, node);

	if (enabled && oracle_under(blob, node, "/reserved-memory"))
		oracle_memory(m, range,
			      fdt_getprop(blob, node, "no-map", NULL) ? MACHINE_NO_MAP
								      : MACHINE_RESERVED);
	else if (enabled && oracle_is_memory(blob, node))
		oracle_memory(m, range, MACHINE_BANK);
	else if (oracle_is_controller(blob, node)) /* enabled or not */
		oracle_memory(m, range, MACHINE_NO_MAP);
	else if (enabled && m->finisher == 0 &&
		 fdt_node_check_compatible(blob, node, "sifive,test0") == 0)
		m->finisher = range.address;
}

static void oracle_node(const void *blob, int node, struct machine *m)
{
	struct machine_range range;
	bool end = oracle_under(blob, node, "/cpus") || oracle_under(blob, node, "/chosen");

	for (int i = 0; !end; i++)
		if (oracle_range(blob, node, i, &range, &end))
			oracle_place(blob, node, m, range);
}

static void oracle_read(const void *blob, uint64_t hart, struct machine *m)
{
	int node = 0;

	memset(m, 0, sizeof(*m));
	if (oracle_plic(blob) >= 0)
		oracle_controller(blob, oracle_plic(blob), hart, m);
	for (int i = 0; i < fdt_num_mem_rsv(blob); i++) {
		struct machine_range range;

		assert_int_equal(fdt_get_mem_rsv(blob, i, &range.address, &range.size), 0);
		oracle_memory(m, range, MACHINE_RESERVED);
	}
	while ((node = fdt_next_node(blob, node, NULL)) > 0)
		oracle_node(blob, node, m);
}

static void assert_same_machine(const struct machine *a, const struct machine *b)
{
	assert_int_equal(a->memory_count, b->memory_count);
	for (uint32_t i = 0; i < a->memory_count; i++) {
		assert_int_equal(a->memory[i].range.address, b->memory[i].range.address);
		assert_int_equal(a->memory[i].range.size, b->memory[i].range.size);
		assert_int_equal(a->memory[i].use, b->memory[i].use);
	}
	assert_int_equal(a->finisher, b->finisher);
	assert_int_equal(a->plic.size, b->plic.size);
	assert_int_equal(a->info.irq_count, b->info.irq_count);
	if (a->plic.size != 0) {
		assert_int_equal(a->plic.address, b->plic.address);
		assert_int_equal(a->plic_context, b->plic_context);
		assert_int_equal(a->info.irq_parent, b->info.irq_parent);
	}
}

/* How many ranges of memory are of this use. */
static uint32_t used_as(enum machine_use use)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < machine.memory_count; i++)
		n += machine.memory[i].use == use;
	return n;
}

/* --- the same for devices ------------------------------------------------------------------- */

static bool oracle_is_device(const void *blob, int node)
{
	return oracle_enabled(blob, node) && !oracle_is_memory(blob, node) &&
	       !oracle_under(blob, node, "/cpus") && !oracle_under(blob, node, "/chosen") &&
	       !oracle_under(blob, node, "/reserved-memory");
}

static void compare_ranges(const void *blob, int node, const struct tn_device *d)
{
	struct machine_range range;
	uint32_t n = 0;
	bool end = false;

	for (int i = 0; !end; i++) {
		if (!oracle_range(blob, node, i, &range, &end))
			continue;
		assert_true(n < d->range_count);
		assert_int_equal(d->ranges[n].address, range.address);
		assert_int_equal(d->ranges[n++].size, range.size);
	}
	assert_int_equal(d->range_count, n);
}

static void compare_irqs(const void *blob, int node, const struct tn_device *d)
{
	int length = 0;
	const fdt32_t *sources = fdt_getprop(blob, node, "interrupts", &length);
	bool wired = machine.info.irq_count != 0 &&
		     oracle_parent(blob, node) == fdt_get_phandle(blob, oracle_plic(blob));
	uint32_t n = 0;

	for (int i = 0; wired && i < length / 4; i++) {
		uint32_t source = fdt32_to_cpu(sources[i]);

		if (source < 1 || source > machine.info.irq_count)
			continue;
		assert_true(n < d->irq_count);
		assert_int_equal(d->irqs[n++], source);
	}
	assert_int_equal(d->irq_count, n);
}

static void compare_devices(const void *blob)
{
	struct tn_device d;
	int node = 0, length;

	assert_null(tn_devices_open(&devices, &machine.info, blob));
	while ((node = fdt_next_node(blob, node, NULL)) > 0) {
		const char *compatible = fdt_getprop(blob, node, "compatible", &length);

		if (!oracle_is_device(blob, node))
			continue;
		assert_true(tn_devices_take(&devices, &d));
		assert_string_equal(d.name, fdt_get_name(blob, node, NULL));
		assert_ptr_equal(d.compatible.cells, compatible);
		assert_int_equal(d.compatible.size, compatible != NULL ? length : 0);
		compare_ranges(blob, node, &d);
		compare_irqs(blob, node, &d);
	}
	assert_false(tn_devices_take(&devices, &d));
}

/* The first device that is compatible. */
static struct tn_device find_device(const void *blob, const char *compatible)
{
	struct tn_device d;

	assert_null(tn_devices_open(&devices, &machine.info, blob));
	while (tn_devices_take(&devices, &d))
		if (tn_device_is(&d, compatible))
			return d;
	fail_msg("no device is a %s", compatible);
	return d;
}

static uint32_t count_devices(const void *blob, uint32_t *irqs)
{
	struct tn_device d;
	uint32_t n = 0;

	*irqs = 0;
	assert_null(tn_devices_open(&devices, &machine.info, blob));
	for (; tn_devices_take(&devices, &d); n++)
		*irqs += d.irq_count;
	return n;
}

static uint32_t count_irqs(const void *blob)
{
	uint32_t irqs;

	(void)count_devices(blob, &irqs);
	return irqs;
}

static void compare_for_hart(const char *name, uint64_t hart)
{
	static struct machine oracle;
	void *blob = tree_load(name);
	const char *why;

	why = read_tree(blob, hart);
	if (why != NULL)
		fail_msg("%s refused: %s", name, why);
	oracle_read(blob, hart, &oracle);
	assert_same_machine(&machine, &oracle);
	compare_devices(blob);
	free(blob);
}

static void compare_with_libfdt(const char *name)
{
	compare_for_hart(name, 0);
}

/* --- whole trees ---------------------------------------------------------------------------- */

static void test_virt_agrees_with_libfdt(void **state)
{
	(void)state;
	compare_with_libfdt("virt");
	assert_int_equal(machine.info.irq_count, 96);
}

static void test_banks_agree_with_libfdt(void **state)
{
	(void)state;
	compare_with_libfdt("banks");
	assert_int_equal(used_as(MACHINE_BANK), 4);
	assert_int_equal(machine.memory_count, 9);
}

static void test_nested_agrees_with_libfdt(void **state)
{
	(void)state;
	compare_with_libfdt("nested");
	assert_int_equal(used_as(MACHINE_NO_MAP), 3); /* interrupt controllers */
}

static void test_small_agrees_with_libfdt(void **state)
{
	(void)state;
	compare_with_libfdt("small");
	assert_int_equal(machine.finisher, 0x10000000);
}

static void test_interrupts_agree_with_libfdt(void **state)
{
	void *blob;

	(void)state;
	compare_for_hart("interrupts", 1);
	assert_int_equal(machine.plic_context, 1);
	compare_for_hart("interrupts", 0);
	assert_int_equal(machine.plic_context, 2);
	assert_int_equal(machine.plic.address, 0xc000000);
	assert_int_equal(machine.info.irq_count, 255); /* of 300 */
	blob = tree_load("interrupts");
	assert_null(read_tree(blob, 0));
	assert_int_equal(count_irqs(blob), 8); /* 255, 1, 4, 5, 6, 8, 9, 1 */
	free(blob);
}

static void test_virt_facts(void **state)
{
	void *blob = tree_load("virt");

	(void)state;
	assert_null(read_tree(blob, 0));
	assert_int_equal(machine.info.timebase, 10000000);
	assert_int_equal(machine.finisher, 0x100000);
	assert_int_equal(machine.hart_count, 1);
	assert_int_equal(machine.info.initrd, 0x84200000);
	assert_int_equal(machine.info.initrd_bytes, 0x200000);
	assert_text(machine.bootargs, "mm=mm-exact tick=1000");
	assert_string_equal(machine.info.args, "mm=mm-exact tick=1000");
	assert_true(machine.sstc && machine.floats && !machine.svpbmt && !machine.zicbom);
	free(blob);
}

static void test_size_comes_from_the_header(void **state)
{
	void *blob = tree_load("virt");

	(void)state;
	assert_int_equal(fdt_size(blob), fdt_totalsize(blob));
	((char *)blob)[0] ^= 1;
	assert_int_equal(fdt_size(blob), 0);
	free(blob);
}

/* --- interrupts ----------------------------------------------------------------------------- */

/* The tree of interrupts with room to edit it. */
static void *edit_interrupts(void)
{
	void *tree = tree_load("interrupts"), *blob = malloc(EDIT_SIZE);

	assert_int_equal(fdt_open_into(tree, blob, EDIT_SIZE), 0);
	free(tree);
	return blob;
}

static void assert_no_plic(void *blob)
{
	blob = read_edited_tree(blob);
	assert_int_equal(machine.plic.size, 0);
	assert_int_equal(machine.info.irq_count, 0);
	assert_int_equal(count_irqs(blob), 0);
	assert_true(used_as(MACHINE_NO_MAP) > 0); /* its registers are nobody's all the same */
	free(blob);
}

static void test_plic_that_forgets_the_hart_is_none(void **state)
{
	void *blob = edit_interrupts();

	(void)state;
	edit_cells(blob, "/plic@c000000", "interrupts-extended", 3, 1u, 9u, 2u);
	assert_no_plic(blob);
	blob = edit_interrupts();
	edit_remove(blob, "/plic@c000000", "interrupts-extended");
	assert_no_plic(blob);
	blob = edit_interrupts();
	edit_remove(blob, "/cpus/cpu@0/interrupt-controller", "interrupt-controller");
	assert_no_plic(blob);
}

static void test_plic_of_unknown_size_is_passed_over(void **state)
{
	void *blob = edit_interrupts();

	(void)state;
	edit_remove(blob, "/plic@c000000", "riscv,ndev");
	blob = read_edited_tree(blob);
	assert_int_equal(machine.plic.address, 0xd000000);
	assert_int_equal(machine.plic_context, 0);
	assert_int_equal(machine.info.irq_count, 10);
	assert_int_equal(machine.info.irq_parent, 0x63);
	assert_int_equal(count_irqs(blob), 0); /* nothing is wired to that one */
	free(blob);
	blob = edit_interrupts();
	edit_cells(blob, "/plic@c000000", "reg", 2, 0xc000000u, 0x4000001u);
	read_edited(blob);
	assert_int_equal(machine.plic.address, 0xd000000);
	blob = edit_interrupts();
	edit_cells(blob, "/plic@c000000", "reg", 2, 0x8000000u, 0x4000000u);
	read_edited(blob);
	assert_int_equal(machine.plic.address, 0x8000000);
}

static void test_disabled_plic_is_passed_over(void **state)
{
	void *blob = edit_interrupts();

	(void)state;
	edit_text(blob, "/plic@c000000", "status", "disabled");
	read_edited(blob);
	assert_int_equal(machine.plic.address, 0xd000000);
	assert_int_equal(used_as(MACHINE_NO_MAP), 3); /* nobody's, too */
}

static void test_sources_end_where_the_plic_says(void **state)
{
	void *blob = edit_interrupts();

	(void)state;
	edit_cells(blob, "/plic@c000000", "riscv,ndev", 1, 4u);
	blob = read_edited_tree(blob);
	assert_int_equal(machine.info.irq_count, 4);
	assert_int_equal(count_irqs(blob), 3); /* 1, 4, 1 */
	free(blob);
}

static void test_interrupts_beyond_the_array_are_left_out(void **state)
{
	void *blob = edit_interrupts();
	uint32_t sources[TN_DEVICE_IRQS + 1];
	struct tn_device d;

	(void)state;
	for (uint32_t i = 0; i < TN_DEVICE_IRQS + 1; i++)
		sources[i] = cpu_to_fdt32(i + 1);
	edit_set(blob, "/early@10000000", "interrupts", sources, sizeof(sources));
	blob = read_edited_tree(blob);
	d = find_device(blob, "vendor,two-interrupts-and-two-ranges");
	assert_int_equal(d.irq_count, TN_DEVICE_IRQS);
	assert_int_equal(d.irqs[TN_DEVICE_IRQS - 1], TN_DEVICE_IRQS);
	free(blob);
}

/* --- harts ---------------------------------------------------------------------------------- */

static void test_boot_hart_decides_about_isa(void **state)
{
	void *blob = tree_load("banks");

	(void)state;
	assert_null(read_tree(blob, 0x100000003));
	assert_true(machine.sstc && machine.svpbmt && machine.zicbom && machine.floats);
	assert_int_equal(machine.cbom_block, 64);
	assert_int_equal(machine.info.timebase, 0x100000000);
	assert_int_equal(machine.hart_count, 2);
	free(blob);
}

static void test_extensions_match_whole_words(void **state)
{
	void *blob = tree_load("banks");

	(void)state;
	assert_null(read_tree(blob, 4));
	assert_false(machine.sstc || machine.svpbmt || machine.zicbom || machine.floats);
	assert_int_equal(machine.cbom_block, 0);
	free(blob);
}

static void test_unknown_boot_hart_has_no_isa(void **state)
{
	void *blob = tree_load("banks");

	(void)state;
	assert_null(read_tree(blob, 99));
	assert_false(machine.sstc || machine.svpbmt || machine.zicbom);
	free(blob);
}

static void test_missing_timebase_is_refused(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_remove(blob, "/cpus", "timebase-frequency");
	refuse_edited(blob, NO_TIMEBASE);
}

static void test_zero_timebase_is_refused(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_cells(blob, "/cpus", "timebase-frequency", 1, 0);
	refuse_edited(blob, NO_TIMEBASE);
}

/* --- memory --------------------------------------------------------------------------------- */

static void test_missing_memory_is_no_bank(void **state)
{
	void *blob = edit_begin();

	(void)state;
	assert_int_equal(fdt_del_node(blob, node_at(blob, "/memory@80000000")), 0);
	read_edited(blob);
	assert_int_equal(used_as(MACHINE_BANK), 0);
}

static void test_disabled_memory_does_not_count(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_text(blob, "/memory@80000000", "status", "disabled");
	read_edited(blob);
	assert_int_equal(used_as(MACHINE_BANK), 0);
}

static void test_memory_in_half_entries_is_refused(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_cells(blob, "/memory@80000000", "reg", 3, 0x80000000, 0x1000, 0x90000000);
	refuse_edited(blob, "device tree: malformed range of memory");
}

static void test_memory_with_three_address_cells_is_refused(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_cells(blob, "/", "#address-cells", 1, 3);
	refuse_edited(blob, "device tree: malformed range of memory");
}

static void test_memory_that_wraps_is_refused(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_cells(blob, "/", "#address-cells", 1, 2);
	edit_cells(blob, "/", "#size-cells", 1, 2);
	edit_cells(blob, "/memory@80000000", "reg", 4, 0xffffffff, 0xfffff000, 0, 0x1001);
	refuse_edited(blob, "device tree: malformed range of memory");
}

static void test_defaults_are_two_and_one_cells(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_remove(blob, "/", "#address-cells");
	edit_remove(blob, "/", "#size-cells");
	edit_cells(blob, "/memory@80000000", "reg", 3, 2, 0x80000000, 0x5000);
	read_edited(blob);
	assert_int_equal(machine.memory[1].use, MACHINE_BANK);
	assert_int_equal(machine.memory[1].range.address, 0x280000000);
	assert_int_equal(machine.memory[1].range.size, 0x5000);
}

static void add_banks(void *blob, uint32_t count)
{
	uint32_t cells[MACHINE_RANGES * 2];

	for (uint32_t i = 0; i < count; i++) {
		cells[2 * i] = cpu_to_fdt32(0x80000000 + i * 0x2000);
		cells[2 * i + 1] = cpu_to_fdt32(0x1000);
	}
	edit_set(blob, "/memory@80000000", "reg", cells, (int)(count * 8));
}

static void test_most_banks_fit(void **state)
{
	void *blob = edit_begin();

	(void)state;
	add_banks(blob, MACHINE_RANGES - 2); /* and a reservation in the block and a node's */
	read_edited(blob);
	assert_int_equal(machine.memory_count, MACHINE_RANGES);
	assert_int_equal(machine.memory[32].range.address, 0x80000000 + 31 * 0x2000);
}

static void test_one_bank_too_many_is_refused(void **state)
{
	void *blob = edit_begin();

	(void)state;
	add_banks(blob, MACHINE_RANGES - 1);
	refuse_edited(blob, "device tree: too many ranges of memory");
}

/* --- reservations --------------------------------------------------------------------------- */

static void test_most_reservations_fit(void **state)
{
	void *blob = edit_begin();

	(void)state;
	for (uint32_t i = 3; i < MACHINE_RANGES; i++) /* one in the block, two nodes */
		assert_int_equal(fdt_add_mem_rsv(blob, 0x80000000 + i * 0x1000, 0x1000), 0);
	read_edited(blob);
	assert_int_equal(machine.memory_count, MACHINE_RANGES);
	assert_int_equal(machine.memory[MACHINE_RANGES - 1].use, MACHINE_NO_MAP);
}

static void test_one_reservation_too_many_is_refused(void **state)
{
	void *blob = edit_begin();

	(void)state;
	for (uint32_t i = 2; i < MACHINE_RANGES; i++)
		assert_int_equal(fdt_add_mem_rsv(blob, 0x80000000 + i * 0x1000, 0x1000), 0);
	refuse_edited(blob, "device tree: too many ranges of memory");
}

static void test_reservation_that_wraps_is_refused(void **state)
{
	void *blob = edit_begin();

	(void)state;
	assert_int_equal(fdt_add_mem_rsv(blob, 0xfffffffffffff000, 0x2000), 0);
	refuse_edited(blob, "device tree: malformed range of memory");
}

static void test_reserved_memory_in_half_entries_is_refused(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_cells(blob, "/reserved-memory/fw@80000000", "reg", 1, 0x80000000);
	refuse_edited(blob, "device tree: malformed range of memory");
}

static void test_reserved_memory_needs_no_ranges(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_remove(blob, "/reserved-memory", "ranges");
	read_edited(blob);
	assert_int_equal(used_as(MACHINE_RESERVED), 1);
	assert_int_equal(used_as(MACHINE_NO_MAP), 1);
}

/* --- /chosen -------------------------------------------------------------------------------- */

static void test_missing_chosen_is_fine(void **state)
{
	void *blob = edit_begin();

	(void)state;
	assert_int_equal(fdt_del_node(blob, node_at(blob, "/chosen")), 0);
	read_edited(blob);
	assert_int_equal(machine.info.initrd_bytes, 0);
	assert_null(machine.bootargs.bytes);
	assert_int_equal(machine.bootargs.length, 0);
}

static void test_initrd_without_end_is_refused(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_remove(blob, "/chosen", "linux,initrd-end");
	refuse_edited(blob, "device tree: malformed linux,initrd-start or linux,initrd-end");
}

static void test_initrd_of_three_cells_is_refused(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_cells(blob, "/chosen", "linux,initrd-start", 3, 0, 0, 0x80100000);
	refuse_edited(blob, "device tree: malformed linux,initrd-start or linux,initrd-end");
}

static void test_initrd_that_ends_before_it_starts_is_refused(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_cells(blob, "/chosen", "linux,initrd-end", 1, 0x80000000);
	refuse_edited(blob, "device tree: malformed linux,initrd-start or linux,initrd-end");
}

static void test_bootargs_without_nul_keep_their_length(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_set(blob, "/chosen", "bootargs", "abc", 3);
	blob = edit_end(blob);
	assert_null(read_tree(blob, 0));
	assert_text(machine.bootargs, "abc");
	free(blob);
}

/* --- devices -------------------------------------------------------------------------------- */

static void set_ranges(void *blob, const char *path, uint32_t count)
{
	uint32_t cells[MACHINE_RANGES * 2];

	for (uint32_t i = 0; i < count; i++) {
		cells[2 * i] = cpu_to_fdt32(i * 16);
		cells[2 * i + 1] = cpu_to_fdt32(16);
	}
	edit_set(blob, path, "reg", cells, (int)count * 8);
}

/* The slot for the first range of the finisher. */
static uint64_t finisher_slot(const void *blob)
{
	static struct regions regions;
	struct tn_device d = find_device(blob, "sifive,test0");

	assert_int_equal(d.range_count, 1);
	regions_find_devices(&regions, &machine, &machine.info);
	return tn_device_slot(&machine.info, d.ranges[0].address, d.ranges[0].size);
}

static void test_ranges_beyond_the_array_are_left_out(void **state)
{
	void *blob = edit_begin();
	struct tn_device d;

	(void)state;
	set_ranges(blob, "/bus/test@0", TN_DEVICE_RANGES + 1);
	blob = read_edited_tree(blob);
	d = find_device(blob, "sifive,test0");
	assert_int_equal(d.range_count, TN_DEVICE_RANGES);
	assert_int_equal(d.ranges[TN_DEVICE_RANGES - 1].address,
			 0x10000000 + (TN_DEVICE_RANGES - 1) * 16);
	free(blob);
}

static void test_device_has_a_slot(void **state)
{
	void *blob = read_edited_tree(edit_begin());

	(void)state;
	assert_int_equal(finisher_slot(blob), TN_SLOT_DEVICES);
	free(blob);
}

static void test_device_above_16_tib_has_no_slot(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_cells(blob, "/", "#address-cells", 1, 2);
	edit_cells(blob, "/memory@80000000", "reg", 3, 0, 0x80000000, 0x1000000);
	edit_cells(blob, "/bus", "ranges", 4, 0, 0x1000, 0, 0x10000);
	blob = read_edited_tree(blob);
	assert_int_equal(finisher_slot(blob), TN_NONE);
	free(blob);
}

static void test_device_in_reserved_range_has_no_slot(void **state)
{
	void *blob = edit_begin();

	(void)state;
	assert_int_equal(fdt_add_mem_rsv(blob, 0x10000fff, 1), 0);
	blob = read_edited_tree(blob);
	assert_int_equal(finisher_slot(blob), TN_NONE);
	free(blob);
}

static void test_window_that_wraps_leads_nowhere(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_cells(blob, "/", "#address-cells", 1, 2);
	edit_cells(blob, "/memory@80000000", "reg", 3, 0, 0x80000000, 0x1000000);
	edit_cells(blob, "/bus", "ranges", 4, 0, 0xffffffff, 0xfffff000, 0x10000);
	blob = read_edited_tree(blob);
	assert_int_equal(find_device(blob, "sifive,test0").range_count, 0);
	assert_int_equal(machine.finisher, 0);
	free(blob);
}

static void test_compatible_texts_are_compared_whole(void **state)
{
	void *blob = edit_begin();
	struct tn_device d;

	(void)state;
	edit_set(blob, "/bus/test@0", "compatible", "sifive,test0\0ab\0\0last", 21);
	blob = read_edited_tree(blob);
	d = find_device(blob, "sifive,test0");
	assert_true(tn_device_is(&d, "ab") && tn_device_is(&d, "last") && tn_device_is(&d, ""));
	assert_false(tn_device_is(&d, "a") || tn_device_is(&d, "abc") || tn_device_is(&d, "las") ||
		     tn_device_is(&d, "sifive,test") || tn_device_is(&d, "b"));
	d.compatible.size = 0;
	assert_false(tn_device_is(&d, ""));
	free(blob);
}

/* --- interrupt controllers ------------------------------------------------------------------ */

static void test_controllers_are_kept(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_set(blob, "/bus/test@0", "interrupt-controller", "", 0);
	blob = read_edited_tree(blob);
	assert_int_equal(used_as(MACHINE_NO_MAP), 2);
	assert_int_equal(finisher_slot(blob), TN_NONE);
	free(blob);
}

static void test_disabled_controllers_are_kept(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_text(blob, "/bus/test@0", "compatible", "vendor,clint9");
	edit_text(blob, "/bus", "status", "disabled");
	read_edited(blob);
	assert_int_equal(used_as(MACHINE_NO_MAP), 2);
	assert_int_equal(machine.memory[machine.memory_count - 1].range.address, 0x10000000);
}

static void test_controllers_out_of_reach_are_passed_over(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_set(blob, "/bus/test@0", "interrupt-controller", "", 0);
	edit_remove(blob, "/bus", "ranges");
	read_edited(blob);
	assert_int_equal(used_as(MACHINE_NO_MAP), 1);
}

static void test_malformed_controllers_are_refused(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_set(blob, "/bus/test@0", "interrupt-controller", "", 0);
	edit_cells(blob, "/bus/test@0", "reg", 3, 0, 0x1000, 0);
	refuse_edited(blob, "device tree: malformed range of memory");
	blob = edit_begin();
	edit_set(blob, "/bus/test@0", "interrupt-controller", "", 0);
	edit_cells(blob, "/bus", "#address-cells", 1, 2);
	edit_cells(blob, "/bus", "#size-cells", 1, 2);
	edit_cells(blob, "/bus/test@0", "reg", 4, 0xffffffff, 0xfffff000, 0, 0x1000);
	refuse_edited(blob, "device tree: malformed range of memory");
}

/* What is not enabled may stand below a bus whose addresses nobody can read. */
static void test_disabled_controllers_beyond_reading_are_passed_over(void **state)
{
	void *blob = edit_begin();

	(void)state;
	edit_set(blob, "/bus/test@0", "interrupt-controller", "", 0);
	edit_text(blob, "/bus/test@0", "status", "disabled");
	edit_cells(blob, "/bus", "#address-cells", 1, 3);
	edit_cells(blob, "/bus/test@0", "reg", 4, 0, 0, 0x1000, 0x1000);
	read_edited(blob);
	assert_int_equal(used_as(MACHINE_NO_MAP), 1);
}

/* A bus between the device and the CPU counts addresses in three cells: what its windows say is
 * not read, although they would fit. */
static void test_controllers_below_such_a_bus_are_passed_over(void **state)
{
	void *blob = edit_begin();
	int inner = fdt_add_subnode(blob, node_at(blob, "/bus"), "inner");
	int device;

	(void)state;
	assert_true(inner >= 0);
	device = fdt_add_subnode(blob, inner, "device");
	assert_true(device >= 0);
	edit_cells(blob, "/bus", "#address-cells", 1, 3);
	edit_cells(blob, "/bus", "ranges", 5, 0, 0, 0, 0x10000000, 0x10000);
	edit_remove(blob, "/bus/test@0", "reg");
	edit_cells(blob, "/bus/inner", "#address-cells", 1, 1);
	edit_cells(blob, "/bus/inner", "#size-cells", 1, 1);
	edit_cells(blob, "/bus/inner", "ranges", 5, 0, 0, 0, 0x2000, 0x1000);
	edit_set(blob, "/bus/inner/device", "interrupt-controller", "", 0);
	edit_cells(blob, "/bus/inner/device", "reg", 2, 0, 0x1000);
	read_edited(blob);
	assert_int_equal(used_as(MACHINE_NO_MAP), 1);
}

/* No interrupt could be said to go to a controller that nothing can name. */
static void test_plic_without_a_phandle_is_passed_over(void **state)
{
	void *blob = edit_interrupts();

	(void)state;
	edit_remove(blob, "/plic@c000000", "phandle");
	blob = read_edited_tree(blob);
	assert_int_equal(machine.plic.address, 0xd000000);
	free(blob);
}

static void test_too_many_interrupt_controllers_are_refused(void **state)
{
	void *blob = edit_begin();

	(void)state;
	set_ranges(blob, "/bus/test@0", MACHINE_RANGES);
	edit_set(blob, "/bus/test@0", "interrupt-controller", "", 0);
	refuse_edited(blob, "device tree: too many ranges of memory");
}

/* --- structure ------------------------------------------------------------------------------ */

/* Below /bus: depth levels in all, the root being the first. */
static void add_levels(void *blob, int depth)
{
	int node = node_at(blob, "/bus");

	for (int level = 2; level < depth; level++) {
		node = fdt_add_subnode(blob, node, "d");
		assert_true(node >= 0);
	}
}

static void test_sixteen_levels_are_read(void **state)
{
	void *blob = edit_begin();

	(void)state;
	add_levels(blob, 16);
	read_edited(blob);
	assert_int_equal(used_as(MACHINE_BANK), 1);
}

static void test_seventeen_levels_are_refused(void **state)
{
	void *blob = edit_begin();

	(void)state;
	add_levels(blob, 17);
	refuse_edited(blob, "device tree: nested too deeply");
}

static void add_properties(void *blob, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		char name[16];

		snprintf(name, sizeof(name), "p%u", i);
		edit_set(blob, "/bus", name, "", 0);
	}
}

static void test_most_properties_are_read(void **state)
{
	void *blob = edit_begin();

	(void)state;
	add_properties(blob, MOST_PROPERTIES - 3); /* and two sizes and ranges */
	read_edited(blob);
	assert_int_equal(machine.finisher, 0x10000000);
}

static void test_one_property_too_many_is_refused(void **state)
{
	void *blob = edit_begin();

	(void)state;
	add_properties(blob, MOST_PROPERTIES - 2);
	refuse_edited(blob, BROKEN);
}

static void test_nops_are_passed_over(void **state)
{
	void *blob = tree_load("small");
	static struct machine oracle;

	(void)state;
	assert_int_equal(fdt_nop_property(blob, node_at(blob, "/chosen"), "bootargs"), 0);
	assert_int_equal(fdt_nop_node(blob, node_at(blob, "/bus")), 0);
	assert_null(read_tree(blob, 0));
	oracle_read(blob, 0, &oracle);
	assert_same_machine(&machine, &oracle);
	assert_null(machine.bootargs.bytes);
	free(blob);
}

static void refuse_header(void (*change)(void *blob), const char *reason)
{
	void *blob = tree_load("small");
	size_t size = fdt_totalsize(blob);

	change(blob);
	assert_told(read_bytes(blob, size, 0), reason);
	free(blob);
}

static void spoil_magic(void *blob)
{
	fdt_set_magic(blob, 0xd00dfeee);
}

static void spoil_version(void *blob)
{
	fdt_set_version(blob, 16);
}

static void spoil_compatible_version(void *blob)
{
	fdt_set_last_comp_version(blob, 18);
}

static void spoil_size(void *blob)
{
	fdt_set_totalsize(blob, fdt_totalsize(blob) + 1);
}

static void spoil_structure(void *blob)
{
	fdt_set_off_dt_struct(blob, fdt_off_dt_struct(blob) + 2);
}

static void spoil_structure_size(void *blob)
{
	fdt_set_size_dt_struct(blob, 0xfffffff0);
}

static void spoil_strings(void *blob)
{
	fdt_set_off_dt_strings(blob, 0xffffffff);
}

static void spoil_strings_end(void *blob)
{
	fdt_set_size_dt_strings(blob, fdt_size_dt_strings(blob) - 1);
}

static void spoil_reservations(void *blob)
{
	fdt_set_off_mem_rsvmap(blob, fdt_off_mem_rsvmap(blob) + 4);
}

static void spoil_token(void *blob)
{
	uint32_t *structure = (uint32_t *)((char *)blob + fdt_off_dt_struct(blob));

	structure[0] = cpu_to_fdt32(7);
}

static void test_broken_headers_are_refused(void **state)
{
	(void)state;
	refuse_header(spoil_magic, "device tree: there is none");
	refuse_header(spoil_version, "device tree: of a version we do not know");
	refuse_header(spoil_compatible_version, "device tree: of a version we do not know");
	refuse_header(spoil_size, OUT_OF_PLACE);
	refuse_header(spoil_token, BROKEN);
}

static void test_blocks_outside_are_refused(void **state)
{
	(void)state;
	refuse_header(spoil_structure, OUT_OF_PLACE);
	refuse_header(spoil_structure_size, OUT_OF_PLACE);
	refuse_header(spoil_strings, OUT_OF_PLACE);
	refuse_header(spoil_strings_end, OUT_OF_PLACE);
	refuse_header(spoil_reservations, OUT_OF_PLACE);
}

static void test_unaligned_blob_is_refused(void **state)
{
	uint64_t words[8] = {0};

	(void)state;
	assert_told(read_bytes((char *)words + 4, 40, 0), "device tree: there is none");
	assert_told(read_bytes(NULL, 40, 0), "device tree: there is none");
}

/* Token values in a structure block of our own, behind a valid header and string "status". */
static const char *read_tokens(const uint32_t *tokens, uint32_t count)
{
	uint32_t size = 40 + 16 + 8 + count * 4;
	uint32_t *h = calloc(1, size);
	const char *why;

	fdt_set_magic(h, FDT_MAGIC);
	fdt_set_totalsize(h, size);
	fdt_set_version(h, 17);
	fdt_set_last_comp_version(h, 16);
	fdt_set_off_mem_rsvmap(h, 40);
	fdt_set_off_dt_strings(h, 56);
	fdt_set_size_dt_strings(h, 8);
	fdt_set_off_dt_struct(h, 64);
	fdt_set_size_dt_struct(h, count * 4);
	memcpy((char *)h + 56, "status", 7);
	for (uint32_t i = 0; i < count; i++)
		h[16 + i] = cpu_to_fdt32(tokens[i]);
	why = read_bytes(h, size, 0);
	free(h);
	return why;
}
#define READ_TOKENS(...)                                                                           \
	read_tokens((uint32_t[]){__VA_ARGS__}, sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void test_strange_structures_are_refused(void **state)
{
	(void)state;
	assert_told(READ_TOKENS(9), NO_TIMEBASE);
	assert_told(READ_TOKENS(1, 0, 9), BROKEN);
	assert_told(READ_TOKENS(2, 9), BROKEN);
	assert_told(READ_TOKENS(1, 0x61626364), BROKEN);
	assert_told(READ_TOKENS(1, 0, 2), BROKEN);
}

static void test_strange_properties_are_refused(void **state)
{
	(void)state;
	assert_told(READ_TOKENS(3, 0, 0, 1, 0, 2, 9), BROKEN);
	assert_told(READ_TOKENS(1, 0, 1, 0, 2, 3, 0, 0, 2, 9), BROKEN);
	assert_told(READ_TOKENS(1, 0, 3, 0, 8, 2, 9), BROKEN);
	assert_told(READ_TOKENS(1, 0, 3, 0xffffffff, 0, 2, 9), BROKEN);
	assert_told(READ_TOKENS(1, 0, 3, 1, 0), BROKEN);
	assert_told(READ_TOKENS(1, 0, 3, 0), BROKEN);
}

static void test_reservations_without_end_are_refused(void **state)
{
	void *blob = tree_load("small");
	char *block = (char *)blob + fdt_off_mem_rsvmap(blob);

	(void)state;
	memset(block + 16, 1, 16); /* where the end mark was: the block runs into the structure */
	assert_non_null(read_tree(blob, 0));
	free(blob);
}

/* --- damage --------------------------------------------------------------------------------- */

static void assert_text_inside(struct text text, const char *blob, size_t size)
{
	if (text.bytes == NULL) {
		assert_int_equal(text.length, 0);
		return;
	}
	assert_true(text.bytes >= blob && text.bytes + text.length <= blob + size);
}

static bool touch(const struct tn_boot_device *d, const struct machine_range *r)
{
	uint64_t first = (uint64_t)d->first * 4096, last = first + (uint64_t)d->count * 4096 - 1;

	return first <= ((r->address + r->size - 1) | 4095) && (r->address & ~4095ull) <= last;
}

/* What must hold of whatever the kernel accepts. */
static void assert_sane(struct machine *m, const char *blob, size_t size)
{
	static struct regions regions;

	assert_true(m->memory_count <= MACHINE_RANGES && m->info.timebase != 0);
	assert_true(m->info.irq_count <= 255 && (m->info.irq_count == 0) == (m->plic.size == 0));
	assert_int_equal(m->info.args[TN_BOOT_ARGS - 1], '\0');
	assert_text_inside(m->bootargs, blob, size);
	regions_find_devices(&regions, m, &m->info);
	assert_true(m->info.device_count <= TN_BOOT_DEVICES);
	for (uint32_t i = 0; i < m->memory_count; i++) {
		const struct machine_range *range = &m->memory[i].range;

		assert_true(range->size > 0 && range->size <= UINT64_MAX - range->address);
		for (uint32_t j = 0; j < m->info.device_count; j++)
			assert_false(touch(&m->info.devices[j], range));
	}
}

/* What must hold of devices, also in a tree that the kernel refuses. */
static void assert_sane_devices(const char *blob, size_t size)
{
	struct tn_device d;

	if (tn_devices_open(&devices, &machine.info, blob) != NULL)
		return;
	while (tn_devices_take(&devices, &d)) {
		assert_true(d.name >= blob && d.name + strlen(d.name) < blob + size);
		assert_text_inside((struct text){(const char *)d.compatible.cells,
						 d.compatible.size},
				   blob, size);
		assert_true(d.range_count <= TN_DEVICE_RANGES && d.irq_count <= TN_DEVICE_IRQS);
		assert_false(tn_device_is(&d, "no,device"));
		for (uint32_t i = 0; i < d.range_count; i++)
			assert_true(d.ranges[i].size - 1 < UINT64_MAX - d.ranges[i].address);
		for (uint32_t i = 0; i < d.irq_count; i++)
			assert_in_range(d.irqs[i], 1, machine.info.irq_count);
	}
}

/* Every length shorter than the tree, both told by the caller and claimed by the header. */
static void test_every_truncation_is_refused(void **state)
{
	char *whole = tree_load("virt");
	size_t size = fdt_totalsize(whole);

	(void)state;
	for (size_t cut = 0; cut < size; cut++) {
		char *blob = malloc(cut ? cut : 1);

		memcpy(blob, whole, cut);
		assert_non_null(read_bytes(blob, cut, 0));
		if (cut >= 40) {
			fdt_set_totalsize(blob, (uint32_t)cut);
			if (read_bytes(blob, cut, 0) == NULL)
				assert_sane(&machine, blob, cut);
			assert_sane_devices(blob, cut);
		}
		free(blob);
	}
	free(whole);
}

static void test_every_changed_byte_is_survived(void **state)
{
	char *blob = tree_load("small");
	size_t size = fdt_totalsize(blob), accepted = 0;

	(void)state;
	for (size_t at = 0; at < size; at++) {
		char old = blob[at];

		for (int change = 1; change < 256; change++) {
			blob[at] = (char)(old ^ change);
			if (read_bytes(blob, size, 0) == NULL) {
				assert_sane(&machine, blob, size);
				accepted++;
			}
			assert_sane_devices(blob, size);
		}
		blob[at] = old;
	}
	assert_in_range(accepted, 1, size * 255 - 1);
	free(blob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virt_agrees_with_libfdt),
		cmocka_unit_test(test_banks_agree_with_libfdt),
		cmocka_unit_test(test_nested_agrees_with_libfdt),
		cmocka_unit_test(test_small_agrees_with_libfdt),
		cmocka_unit_test(test_interrupts_agree_with_libfdt),
		cmocka_unit_test(test_virt_facts),
		cmocka_unit_test(test_size_comes_from_the_header),
		cmocka_unit_test(test_plic_that_forgets_the_hart_is_none),
		cmocka_unit_test(test_plic_of_unknown_size_is_passed_over),
		cmocka_unit_test(test_disabled_plic_is_passed_over),
		cmocka_unit_test(test_sources_end_where_the_plic_says),
		cmocka_unit_test(test_interrupts_beyond_the_array_are_left_out),
		cmocka_unit_test(test_boot_hart_decides_about_isa),
		cmocka_unit_test(test_extensions_match_whole_words),
		cmocka_unit_test(test_unknown_boot_hart_has_no_isa),
		cmocka_unit_test(test_missing_timebase_is_refused),
		cmocka_unit_test(test_zero_timebase_is_refused),
		cmocka_unit_test(test_missing_memory_is_no_bank),
		cmocka_unit_test(test_disabled_memory_does_not_count),
		cmocka_unit_test(test_memory_in_half_entries_is_refused),
		cmocka_unit_test(test_memory_with_three_address_cells_is_refused),
		cmocka_unit_test(test_memory_that_wraps_is_refused),
		cmocka_unit_test(test_defaults_are_two_and_one_cells),
		cmocka_unit_test(test_most_banks_fit),
		cmocka_unit_test(test_one_bank_too_many_is_refused),
		cmocka_unit_test(test_most_reservations_fit),
		cmocka_unit_test(test_one_reservation_too_many_is_refused),
		cmocka_unit_test(test_reservation_that_wraps_is_refused),
		cmocka_unit_test(test_reserved_memory_in_half_entries_is_refused),
		cmocka_unit_test(test_reserved_memory_needs_no_ranges),
		cmocka_unit_test(test_missing_chosen_is_fine),
		cmocka_unit_test(test_initrd_without_end_is_refused),
		cmocka_unit_test(test_initrd_of_three_cells_is_refused),
		cmocka_unit_test(test_initrd_that_ends_before_it_starts_is_refused),
		cmocka_unit_test(test_bootargs_without_nul_keep_their_length),
		cmocka_unit_test(test_ranges_beyond_the_array_are_left_out),
		cmocka_unit_test(test_device_has_a_slot),
		cmocka_unit_test(test_device_above_16_tib_has_no_slot),
		cmocka_unit_test(test_device_in_reserved_range_has_no_slot),
		cmocka_unit_test(test_window_that_wraps_leads_nowhere),
		cmocka_unit_test(test_compatible_texts_are_compared_whole),
		cmocka_unit_test(test_controllers_are_kept),
		cmocka_unit_test(test_disabled_controllers_are_kept),
		cmocka_unit_test(test_controllers_out_of_reach_are_passed_over),
		cmocka_unit_test(test_malformed_controllers_are_refused),
		cmocka_unit_test(test_disabled_controllers_beyond_reading_are_passed_over),
		cmocka_unit_test(test_controllers_below_such_a_bus_are_passed_over),
		cmocka_unit_test(test_plic_without_a_phandle_is_passed_over),
		cmocka_unit_test(test_too_many_interrupt_controllers_are_refused),
		cmocka_unit_test(test_sixteen_levels_are_read),
		cmocka_unit_test(test_seventeen_levels_are_refused),
		cmocka_unit_test(test_most_properties_are_read),
		cmocka_unit_test(test_one_property_too_many_is_refused),
		cmocka_unit_test(test_nops_are_passed_over),
		cmocka_unit_test(test_broken_headers_are_refused),
		cmocka_unit_test(test_blocks_outside_are_refused),
		cmocka_unit_test(test_unaligned_blob_is_refused),
		cmocka_unit_test(test_strange_structures_are_refused),
		cmocka_unit_test(test_strange_properties_are_refused),
		cmocka_unit_test(test_reservations_without_end_are_refused),
		cmocka_unit_test(test_every_truncation_is_refused),
		cmocka_unit_test(test_every_changed_byte_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
