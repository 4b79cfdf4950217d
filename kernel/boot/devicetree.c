/*
 * devicetree.c - see devicetree.h.
 *
 * One pass over the nodes. State: a struct reader on the caller's stack.
 */
#include "devicetree.h"

#include <image/tree.h>

#include "irq.h"

#define SUPERVISOR_EXTERNAL 9u /* cause (privileged spec, scause) */

struct reader {
	struct machine *machine;
	uint64_t hart;
	bool at_hart;                  /* the hart's node was the last of a hart */
	uint64_t hart_controller;      /* phandle: where the hart's interrupts come from */
	struct fdt_value plic_targets; /* pairs of a hart's controller and a cause, by context */
	struct tree tree;
};

/* --- texts ---------------------------------------------------------------------------------- */

/* The property without the NUL at its end. */
static struct text property_text(const struct fdt_node *node, const char *name)
{
	struct fdt_value v = fdt_value(node, name);
	const char *bytes = (const char *)v.cells;

	return (struct text){bytes, v.size - (v.size > 0 && bytes[v.size - 1] == '\0')};
}

static bool contains(struct text text, const char *part, uint32_t length)
{
	const char *at = text.bytes;

	for (uint32_t left = text.length; left >= length; left--, at++)
		if (*at == *part && text_is(at, length, part))
			return true;
	return false;
}

/* "rv64imac_zicsr_sstc", or the newer list of strings. */
static void note_extensions(struct machine *m, struct text list)
{
	while (list.length > 0) {
		struct text name = text_take(&list, '_');

		m->sstc |= text_is(name.bytes, name.length, "sstc");
		m->svpbmt |= text_is(name.bytes, name.length, "svpbmt");
		m->zicbom |= text_is(name.bytes, name.length, "zicbom");
		/* single letters: "d", or among those of "rv64imafdc"; "g" has it, too */
		if (name.length == 1 || name.bytes[0] == 'r')
			m->floats |= contains(name, "d", 1) || contains(name, "g", 1);
	}
}

/* --- memory and interrupt controllers ------------------------------------------------------- */

/* What is only half understood would be used wrongly. */
static const char *read_ranges(struct reader *r, enum machine_use use)
{
	struct machine *m = r->machine;
	struct machine_range range;
	int more;

	while ((more = tree_take_range(&r->tree, &range.address, &range.size)) > 0) {
		if (m->memory_count == MACHINE_RANGES)
			return "device tree: too many ranges of memory";
		m->memory[m->memory_count++] = (struct machine_memory){range, use};
	}
	return more < 0 ? "device tree: malformed range of memory" : NULL;
}

/* Binding "sifive,plic-1.0.0"; the first one that is complete. */
static void note_plic(struct reader *r, struct machine_range registers)
{
	struct machine *m = r->machine;
	uint64_t sources, phandle;

	if (m->info.irq_count != 0 || registers.size > MACHINE_PLIC_BYTES ||
	    !fdt_number(&r->tree.node, "riscv,ndev", &sources) ||
	    !fdt_number(&r->tree.node, "phandle", &phandle))
		return;
	m->plic = registers;
	m->info.irq_count = (uint32_t)(sources < IRQ_SOURCES ? sources : IRQ_SOURCES - 1);
	m->info.irq_parent = (uint32_t)phandle;
	r->plic_targets = fdt_value(&r->tree.node, "interrupts-extended");
}

/* Only the kernel and firmware touch interrupt controllers, and those that are not enabled may be
 * firmware's. CLINTs do not say that they are controllers. */
static const char *read_device(struct reader *r)
{
	struct machine *m = r->machine;
	const struct fdt_node *node = &r->tree.node;
	struct text names = property_text(node, "compatible");
	bool controller = fdt_has(node, "interrupt-controller");
	bool enabled = r->tree.place == TREE_DEVICE;
	uint32_t first = m->memory_count;
	const char *why;
	uint64_t size;

	if (!controller && !contains(names, "clint", 5)) {
		if (enabled && m->finisher == 0 && contains(names, "sifive,test0", 12))
			(void)tree_take_range(&r->tree, &m->finisher, &size);
		return NULL;
	}
	why = read_ranges(r, MACHINE_NO_MAP);
	if (enabled && m->memory_count > first &&
	    (contains(names, "sifive,plic-1.0.0", 17) || contains(names, "riscv,plic0", 11)))
		note_plic(r, m->memory[first].range);
	return why;
}

/* Which of the PLIC's contexts interrupts the boot hart in supervisor mode. */
static void find_context(const struct reader *r, struct machine *m)
{
	const uint32_t *cells = r->plic_targets.cells;
	uint64_t target = r->hart_controller << 32 | SUPERVISOR_EXTERNAL;

	for (uint32_t left = r->plic_targets.size / 8; left > 0; left--, m->plic_context++)
		if (fdt_take_cells(&cells, 2) == target)
			return;
	m->plic = (struct machine_range){0, 0};
	m->info.irq_count = 0;
}

/* --- nodes ---------------------------------------------------------------------------------- */

static const char *read_chosen(const struct fdt_node *node, struct machine *m)
{
	uint64_t end;

	m->bootargs = property_text(node, "bootargs");
	text_copy(m->info.args, sizeof(m->info.args), m->bootargs);
	if (!fdt_has(node, "linux,initrd-start") && !fdt_has(node, "linux,initrd-end"))
		return NULL;
	if (!fdt_number(node, "linux,initrd-start", &m->info.initrd) ||
	    !fdt_number(node, "linux,initrd-end", &end) || end < m->info.initrd)
		return "device tree: malformed linux,initrd-start or linux,initrd-end";
	m->info.initrd_bytes = end - m->info.initrd;
	return NULL;
}

static void read_hart(struct reader *r, const struct fdt_node *node, struct machine *m)
{
	uint64_t id;

	m->hart_count++;
	r->at_hart = fdt_number(node, "reg", &id) && id == r->hart;
	if (!r->at_hart)
		return;
	(void)fdt_number(node, "riscv,cbom-block-size", &m->cbom_block);
	note_extensions(m, property_text(node, "riscv,isa"));
	note_extensions(m, property_text(node, "riscv,isa-extensions"));
}

static const char *read_node(struct reader *r, const struct fdt_node *node, struct machine *m)
{
	enum tree_place place = r->tree.place;

	if (place == TREE_CHOSEN)
		return read_chosen(node, m);
	if (place == TREE_CPUS)
		(void)fdt_number(node, "timebase-frequency", &m->info.timebase);
	if (place == TREE_HART)
		read_hart(r, node, m);
	if (place == TREE_HART_PART && r->at_hart && fdt_has(node, "interrupt-controller"))
		(void)fdt_number(node, "phandle", &r->hart_controller);
	if (place == TREE_MEMORY)
		return read_ranges(r, MACHINE_BANK);
	if (place == TREE_RESERVATION)
		return read_ranges(r, fdt_has(node, "no-map") ? MACHINE_NO_MAP : MACHINE_RESERVED);
	return place == TREE_DEVICE || place == TREE_ELSEWHERE ? read_device(r) : NULL;
}

const char *devicetree_read(const void *blob, size_t limit, uint64_t hart, struct machine *m)
{
	struct reader r;
	const char *why = tree_open(&r.tree, blob, limit);
	int more = 1;

	/* the tree's arrays are not worth clearing */
	r.machine = m;
	r.hart = hart;
	r.at_hart = false;
	r.hart_controller = 0;
	r.plic_targets = (struct fdt_value){NULL, 0};
	while (why == NULL && more > 0) {
		why = read_node(&r, &r.tree.node, m);
		if (why == NULL)
			more = tree_take_node(&r.tree, &why);
	}
	if (why == NULL && m->info.timebase == 0)
		why = "device tree: no timebase-frequency";
	if (why == NULL)
		find_context(&r, m);
	return why;
}
