/*
 * devicetree.c - see devicetree.h.
 *
 * One pass over the nodes. A node's place, which says what its properties mean, follows from its
 * parent's. What a node must know about its ancestors (how they count addresses and carry them
 * upwards) stands in an array of levels, one for each depth. State: a struct reader on the
 * caller's stack.
 */
#include "devicetree.h"

#include <image/fdt.h>

#define LEVELS 16u
#define PAGES_END ((uint64_t)1 << 32) /* frame numbers have 32 bits */
#define SUPERVISOR_EXTERNAL 9u        /* cause (privileged spec, scause) */
#define BAD_RANGE "device tree: malformed range of memory"

enum place { DEVICE, MEMORY, CHOSEN, CPUS, HART, RESERVED_MEMORY, RESERVATION, ELSEWHERE };

struct level {
	enum place place;
	uint64_t address_cells, size_cells; /* of the children's addresses */
	struct fdt_value windows;           /* "ranges": how those become the parent's */
	uint64_t interrupt_parent;          /* where the children's interrupts go: a phandle */
};

struct reader {
	struct machine *machine;
	uint64_t hart;
	uint64_t plic, hart_controller;  /* phandles */
	struct fdt_value plic_targets;   /* pairs of a hart's controller and a cause, by context */
	uint64_t parents[TN_BOOT_IRQS];  /* where the interrupts in `machine` go */
	struct fdt_node node;            /* the one being read */
	struct level levels[LEVELS + 1]; /* by depth: [1] is the root's; [0] stands above it, where
					  * the tree's header has its reservations */
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

	for (const char *end = at + text.length; end - at >= length; at++)
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
	}
}

/* --- addresses ------------------------------------------------------------------------------ */

/* PCI addresses have three cells: they stay out. */
static bool is_readable(const struct level *l)
{
	return l->address_cells >= 1 && l->address_cells <= 2 && l->size_cells <= 2;
}

/* From addresses of a level's children to those of its parent; false if no window holds all. */
static bool climb(const struct level *l, struct machine_range *range)
{
	const struct level *parent = l - 1;
	const uint32_t *cells = l->windows.cells, *end = cells + l->windows.size / 4;
	uint64_t stride = l->address_cells + parent->address_cells + l->size_cells;

	if (cells == NULL || !is_readable(l) || !is_readable(parent))
		return false;
	while ((uint64_t)(end - cells) >= stride) {
		uint64_t base = fdt_take_cells(&cells, l->address_cells);
		uint64_t to = fdt_take_cells(&cells, parent->address_cells);
		uint64_t size = fdt_take_cells(&cells, l->size_cells);
		uint64_t offset = range->address - base;

		if (range->address < base || offset > size || range->size > size - offset ||
		    to > UINT64_MAX - size)
			continue;
		range->address = to + offset;
		return true;
	}
	return l->windows.size == 0; /* then addresses are the same on both sides */
}

/* From the node's own addresses to the CPU's; false if the CPU cannot reach them. */
static bool translate(const struct reader *r, struct machine_range *range)
{
	for (uint32_t depth = r->node.depth - 1; depth > 1; depth--)
		if (!climb(&r->levels[depth], range))
			return false;
	return true;
}

/* --- ranges --------------------------------------------------------------------------------- */

static const char *add_memory(struct machine *m, struct machine_range range, enum machine_use use)
{
	if (m->memory_count == MACHINE_RANGES)
		return "device tree: too many ranges of memory";
	m->memory[m->memory_count++] = (struct machine_memory){range, use};
	return NULL;
}

/* Binding "sifive,plic-1.0.0"; the first one that is complete. */
static void note_plic(struct reader *r, struct machine_range range)
{
	struct machine *m = r->machine;
	uint64_t sources;

	if (range.size > MACHINE_PLIC_BYTES || m->plic_sources != 0 ||
	    !fdt_number(&r->node, "riscv,ndev", &sources) ||
	    !fdt_number(&r->node, "phandle", &r->plic))
		return;
	m->plic = range;
	m->plic_sources = (uint32_t)sources;
	r->plic_targets = fdt_value(&r->node, "interrupts-extended");
}

/* Only the kernel and firmware touch interrupt controllers. CLINTs do not say that they are. */
static const char *add_device(struct reader *r, struct machine_range range)
{
	struct machine *m = r->machine;
	struct text names = property_text(&r->node, "compatible");
	uint64_t last = (range.address + range.size - 1) / TN_FRAME_SIZE;
	struct tn_boot_device *d = &m->info.devices[m->info.device_count];
	bool controller = fdt_has(&r->node, "interrupt-controller");

	if (controller && (contains(names, "sifive,plic-1.0.0", 17) ||
			   contains(names, "riscv,plic0", 11)))
		note_plic(r, range);
	if (controller || contains(names, "clint", 5))
		return add_memory(m, range, MACHINE_NO_MAP);
	if (m->finisher == 0 && contains(names, "sifive,test0", 12))
		m->finisher = range.address;
	if (m->info.device_count == TN_BOOT_DEVICES || last >= PAGES_END)
		return NULL;
	d->first = (uint32_t)(range.address / TN_FRAME_SIZE);
	d->count = (uint32_t)last - d->first + 1;
	text_copy(d->compatible, sizeof(d->compatible), text_take(&names, '\0'));
	m->info.device_count++;
	return NULL;
}

/* Put a range where its node's place says. A strange device is left out; memory that is only half
 * understood would be used wrongly. */
static const char *add_range(struct reader *r, enum place place, struct machine_range range)
{
	if (range.size > UINT64_MAX - range.address)
		return place == DEVICE ? NULL : BAD_RANGE;
	if (range.size == 0)
		return NULL;
	if (place == RESERVATION)
		return add_memory(r->machine, range,
				  fdt_has(&r->node, "no-map") ? MACHINE_NO_MAP : MACHINE_RESERVED);
	if (!translate(r, &range))
		return NULL;
	return place == MEMORY ? add_memory(r->machine, range, MACHINE_BANK)
			       : add_device(r, range);
}

/* Entries of an address and a size, in the cells of the node's parent. */
static const char *read_ranges(struct reader *r, enum place place, struct fdt_value entries)
{
	const struct level *parent = &r->levels[r->node.depth - 1];
	const uint32_t *cells = entries.cells, *end = cells + entries.size / 4;
	const char *why = NULL;

	if (entries.size != 0 &&
	    (!is_readable(parent) ||
	     entries.size % (4 * (parent->address_cells + parent->size_cells)) != 0))
		return place == DEVICE ? NULL : BAD_RANGE;
	while (why == NULL && cells < end) {
		struct machine_range range;

		range.address = fdt_take_cells(&cells, parent->address_cells);
		range.size = fdt_take_cells(&cells, parent->size_cells);
		why = add_range(r, place, range);
	}
	return why;
}

/* --- interrupts ----------------------------------------------------------------------------- */

/* Of the node's first register range. Whether they go to the PLIC turns out at the end. */
static void read_interrupts(struct reader *r, uint32_t device)
{
	struct fdt_value sources = fdt_value(&r->node, "interrupts");
	const uint32_t *cells = sources.cells, *end = cells + sources.size / 4;
	uint64_t parent = r->levels[r->node.depth - 1].interrupt_parent;
	struct tn_boot_info *info = &r->machine->info;

	if (cells < end)
		(void)fdt_number(&r->node, "interrupt-parent", &parent);
	while (cells < end && info->irq_count < TN_BOOT_IRQS) {
		r->parents[info->irq_count] = parent;
		info->irqs[info->irq_count].source = (uint32_t)fdt_take_cells(&cells, 1);
		info->irqs[info->irq_count++].device = device;
	}
}

/* Which of the PLIC's contexts interrupts the boot hart in supervisor mode. */
static void find_context(const struct reader *r, struct machine *m)
{
	const uint32_t *cells = r->plic_targets.cells, *end = cells + r->plic_targets.size / 4;
	uint64_t target = r->hart_controller << 32 | SUPERVISOR_EXTERNAL;

	for (; end - cells >= 2; m->plic_context++)
		if (fdt_take_cells(&cells, 2) == target)
			return;
	m->plic = (struct machine_range){0, 0};
	m->plic_sources = 0;
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

/* False if it is not the boot hart. */
static bool read_hart(const struct fdt_node *node, uint64_t boot_hart, struct machine *m)
{
	uint64_t id;

	m->hart_count++;
	if (!fdt_number(node, "reg", &id) || id != boot_hart)
		return false;
	(void)fdt_number(node, "riscv,cbom-block-size", &m->cbom_block);
	note_extensions(m, property_text(node, "riscv,isa"));
	note_extensions(m, property_text(node, "riscv,isa-extensions"));
	return true;
}

/* Children of what does not concern us do not either: of nodes that are not enabled, for one. */
static enum place place_of(const struct fdt_node *node, enum place parent)
{
	if (node->depth == 2) {
		if (text_same(node->name, "chosen"))
			return CHOSEN;
		if (text_same(node->name, "cpus"))
			return CPUS;
		if (text_same(node->name, "reserved-memory"))
			return RESERVED_MEMORY;
		if (fdt_is(node, "device_type", "memory"))
			return MEMORY;
	}
	if (parent == CPUS)
		return fdt_is(node, "device_type", "cpu") ? HART : ELSEWHERE;
	if (parent == RESERVED_MEMORY)
		return RESERVATION;
	return parent == DEVICE ? DEVICE : ELSEWHERE;
}

static bool is_enabled(const struct fdt_node *node)
{
	return !fdt_has(node, "status") || fdt_is(node, "status", "okay") ||
	       fdt_is(node, "status", "ok");
}

/* What the node's children will ask for. */
static void open_level(const struct fdt_node *node, struct level *l)
{
	l->address_cells = 2; /* defaults: specification 2.3.5 */
	l->size_cells = 1;
	(void)fdt_number(node, "#address-cells", &l->address_cells);
	(void)fdt_number(node, "#size-cells", &l->size_cells);
	l->windows = fdt_value(node, "ranges");
	l->interrupt_parent = l[-1].interrupt_parent;
	(void)fdt_number(node, "interrupt-parent", &l->interrupt_parent);
}

static const char *read_node(struct reader *r)
{
	const struct fdt_node *node = &r->node;
	struct level *l = &r->levels[node->depth];
	uint32_t device = r->machine->info.device_count;
	const char *why = NULL;

	if (node->depth > LEVELS)
		return "device tree: nested too deeply";
	l->place = is_enabled(node) ? place_of(node, l[-1].place) : ELSEWHERE;
	if (!node->leaf)
		open_level(node, l);
	if (l->place == CHOSEN)
		return read_chosen(node, r->machine);
	if (l->place == CPUS)
		(void)fdt_number(node, "timebase-frequency", &r->machine->info.timebase);
	if (l->place == HART && !read_hart(node, r->hart, r->machine))
		l->place = ELSEWHERE;
	if (l[-1].place == HART && fdt_has(node, "interrupt-controller"))
		(void)fdt_number(node, "phandle", &r->hart_controller);
	if (l->place == MEMORY || l->place == RESERVATION || l->place == DEVICE)
		why = read_ranges(r, l->place, fdt_value(node, "reg"));
	if (device < r->machine->info.device_count)
		read_interrupts(r, device);
	return why;
}

/* --- devices that must not be handed out ---------------------------------------------------- */

static bool is_apart(const struct machine *m, const struct tn_boot_device *d)
{
	for (uint32_t i = 0; i < m->memory_count; i++) {
		const struct machine_range *r = &m->memory[i].range;

		if (d->first <= (r->address + r->size - 1) / TN_FRAME_SIZE &&
		    r->address / TN_FRAME_SIZE < (uint64_t)d->first + d->count)
			return false;
	}
	return true;
}

/* Only now, when the whole tree has been seen, is it known what a device may overlap and where its
 * interrupts, which follow in the devices' order, go. */
static void drop_devices(struct machine *m, const struct reader *r)
{
	struct tn_boot_info *info = &m->info;
	uint32_t kept = 0, irqs_kept = 0;

	for (uint32_t i = 0, n = 0; i < info->device_count; i++) {
		bool keep = is_apart(m, &info->devices[i]);

		for (; n < info->irq_count && info->irqs[n].device == i; n++) {
			uint32_t source = info->irqs[n].source;

			if (keep && r->parents[n] == r->plic && source - 1 < m->plic_sources &&
			    source <= MACHINE_SOURCE_MAX)
				info->irqs[irqs_kept++] = (struct tn_boot_irq){source, kept};
		}
		if (keep)
			info->devices[kept++] = info->devices[i];
	}
	info->device_count = kept;
	info->irq_count = irqs_kept;
}

/* --- entry point ---------------------------------------------------------------------------- */

const char *devicetree_read(const void *blob, size_t limit, uint64_t hart, struct machine *m)
{
	struct reader r;
	struct fdt fdt;
	const char *why = fdt_open(&fdt, blob, limit);
	int more = 1;

	/* The reader's arrays are not worth clearing: counts guard them. */
	r.machine = m;
	r.hart = hart;
	r.hart_controller = 0;
	r.plic_targets = (struct fdt_value){NULL, 0};
	r.node.count = 0;
	r.node.depth = 1;
	r.levels[0] = (struct level){.place = DEVICE, .address_cells = 2, .size_cells = 2};
	if (why == NULL)
		why = read_ranges(&r, RESERVATION, fdt.reservations);
	while (why == NULL && (more = fdt_take_node(&fdt, &r.node)) > 0)
		why = read_node(&r);
	if (why != NULL)
		return why;
	if (more < 0)
		return "device tree: malformed structure";
	if (m->info.timebase == 0)
		return "device tree: no timebase-frequency";
	find_context(&r, m);
	drop_devices(m, &r);
	return NULL;
}
