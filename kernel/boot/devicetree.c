/*
 * devicetree.c - one pass over a flattened device tree.
 *
 * The pass collects the properties of the node it is in and acts on them when they end, at the
 * node's first child or at its end (the format puts properties before children). A stack of
 * levels remembers what a node needs to know about its ancestors: the sizes of addresses and how
 * they translate upwards. State: a struct reader on the caller's stack.
 */
#include "devicetree.h"

#include <tenure/abi.h>

#define MAGIC 0xd00dfeedu
#define HEADER_SIZE 40u
#define LEVELS 16u
#define PAGE_SHIFT 12
#define ADDRESS_END ((uint64_t)1 << (32 + PAGE_SHIFT)) /* frame numbers have 32 bits */

/* The tree is big endian and every machine here little: swapped constants spare swapping data. */
#define SWAP32(x)                                                                                 \
	((uint32_t)(x) >> 24 | ((uint32_t)(x) >> 8 & 0xff00u) | ((uint32_t)(x) << 8 & 0xff0000u) | \
	 (uint32_t)(x) << 24)
#define TOKEN_BEGIN_NODE SWAP32(1)
#define TOKEN_END_NODE SWAP32(2)
#define TOKEN_PROPERTY SWAP32(3)
#define TOKEN_NOP SWAP32(4)
#define TOKEN_END SWAP32(9)

/* Words of the header. */
enum { H_MAGIC, H_TOTAL, H_STRUCT, H_STRINGS, H_RESERVE, H_VERSION, H_COMPATIBLE, H_HART,
       H_STRINGS_SIZE, H_STRUCT_SIZE };

/* The properties that matter, in the order of `known`. */
enum property {
	ADDRESS_CELLS, SIZE_CELLS, BOOTARGS, COMPATIBLE, DEVICE_TYPE, CONTROLLER, INITRD_END,
	INITRD_START, NO_MAP, RANGES, REG, CBOM_BLOCK, ISA, ISA_EXTENSIONS, STATUS, TIMEBASE,
	PROPERTY_COUNT
};

/* Arrays rather than pointers: nothing here needs relocation, whatever address we run at. */
static const char known[PROPERTY_COUNT][24] = {
	[ADDRESS_CELLS] = "#address-cells",
	[SIZE_CELLS] = "#size-cells",
	[BOOTARGS] = "bootargs",
	[COMPATIBLE] = "compatible",
	[DEVICE_TYPE] = "device_type",
	[CONTROLLER] = "interrupt-controller",
	[INITRD_END] = "linux,initrd-end",
	[INITRD_START] = "linux,initrd-start",
	[NO_MAP] = "no-map",
	[RANGES] = "ranges",
	[REG] = "reg",
	[CBOM_BLOCK] = "riscv,cbom-block-size",
	[ISA] = "riscv,isa",
	[ISA_EXTENSIONS] = "riscv,isa-extensions",
	[STATUS] = "status",
	[TIMEBASE] = "timebase-frequency",
};

/* By first letter: where `known` begins to match, plus one. Most names end here. */
static const uint8_t group[128] = {
	['#'] = ADDRESS_CELLS + 1, ['b'] = BOOTARGS + 1,   ['c'] = COMPATIBLE + 1,
	['d'] = DEVICE_TYPE + 1,   ['i'] = CONTROLLER + 1, ['l'] = INITRD_END + 1,
	['n'] = NO_MAP + 1,        ['r'] = RANGES + 1,     ['s'] = STATUS + 1,
	['t'] = TIMEBASE + 1,
};

struct value {
	const uint32_t *cells;
	uint32_t size; /* bytes */
};

enum place { ROOT, DEVICE, MEMORY, CHOSEN, CPUS, HART, RESERVED_MEMORY, RESERVATION, ELSEWHERE };

/* How addresses of a node's children become addresses of the node's parent. */
enum reach { NOWHERE, UNCHANGED, WINDOWS };

struct level {
	struct value windows; /* its "ranges" */
	uint8_t address_cells, size_cells; /* of its children */
	uint8_t place, reach;
	bool enabled;
};

struct reader {
	struct machine *m;
	uint64_t hart;
	const char *why;
	const uint32_t *at, *end; /* structure block */
	const char *strings;      /* its last byte is NUL */
	uint32_t strings_size;
	uint32_t depth; /* levels in use */
	bool open;      /* properties of the deepest level may still come */
	bool started;   /* the root has been seen */
	uint32_t seen;  /* bit p: values[p] is the open node's */
	struct value values[PROPERTY_COUNT];
	struct level levels[LEVELS];
};

static int fail(struct reader *r, const char *why)
{
	r->why = why;
	return -TN_EINVAL;
}

/* --- values --------------------------------------------------------------------------------- */

static uint32_t swap32(uint32_t word)
{
	return SWAP32(word);
}

static uint64_t swap64(const uint32_t *cells)
{
	return (uint64_t)swap32(cells[0]) << 32 | swap32(cells[1]);
}

/* An address or size of 0 to 2 cells. */
static uint64_t cells_value(const uint32_t *cells, uint32_t count)
{
	return count == 2 ? swap64(cells) : count == 1 ? swap32(cells[0]) : 0;
}

static bool has(const struct reader *r, enum property p)
{
	return r->seen >> p & 1;
}

/* A number of one or two cells; false if the property is absent or has another size. */
static bool read_number(const struct reader *r, enum property p, uint64_t *number)
{
	const struct value *v = &r->values[p];

	if (!has(r, p) || (v->size != 4 && v->size != 8))
		return false;
	*number = cells_value(v->cells, v->size / 4);
	return true;
}

/* The first string of a value. */
static struct machine_text first_string(const struct value *v)
{
	struct machine_text text = {.bytes = (const char *)v->cells, .length = 0};

	while (text.length < v->size && text.bytes[text.length] != '\0')
		text.length++;
	return text;
}

/* Is the property this one string? `size` counts the NUL. */
static bool property_is(const struct reader *r, enum property p, const char *text, uint32_t size)
{
	const struct value *v = &r->values[p];
	const char *bytes = (const char *)v->cells;

	if (!has(r, p) || v->size != size)
		return false;
	for (uint32_t i = 0; i < size; i++)
		if (bytes[i] != text[i])
			return false;
	return true;
}
#define PROPERTY_IS(r, p, literal) property_is(r, p, literal, sizeof(literal))

/* Both end in NUL: a name of the tree, and a constant. */
static bool name_is(const char *name, const char *constant)
{
	while (*name == *constant && *name != '\0') {
		name++;
		constant++;
	}
	return *name == *constant;
}

/* The same, but the name may go on with a unit address. */
static bool unit_is(const char *name, const char *constant)
{
	while (*name == *constant && *name != '\0') {
		name++;
		constant++;
	}
	return *constant == '\0' && (*name == '\0' || *name == '@');
}

/* Does `list` hold `word` at `i`? */
static bool word_at(const struct machine_text *list, uint32_t i, const char *word)
{
	for (; *word != '\0'; i++, word++)
		if (i >= list->length || list->bytes[i] != *word)
			return false;
	return true;
}

/* --- addresses ------------------------------------------------------------------------------ */

static const struct level *parent_level(const struct reader *r)
{
	return &r->levels[r->depth - 2];
}

static bool cells_fit(const struct level *l)
{
	return l->address_cells >= 1 && l->address_cells <= 2 && l->size_cells <= 2;
}

/* Entries of the open node's "reg"; 0 when addresses are too long to be the CPU's. */
static uint32_t reg_count(const struct reader *r)
{
	const struct level *parent = parent_level(r);

	if (!has(r, REG) || !cells_fit(parent))
		return 0;
	return r->values[REG].size / 4 / (uint32_t)(parent->address_cells + parent->size_cells);
}

/* Entry `index` < reg_count as the parent counts addresses; false if it wraps. */
static bool reg_entry(const struct reader *r, uint32_t index, struct machine_range *range)
{
	const struct level *parent = parent_level(r);
	uint32_t stride = (uint32_t)(parent->address_cells + parent->size_cells);
	const uint32_t *cells = r->values[REG].cells + (size_t)index * stride;

	range->address = cells_value(cells, parent->address_cells);
	range->size = cells_value(cells + parent->address_cells, parent->size_cells);
	return range->size <= UINT64_MAX - range->address;
}

/* Carry `range` through the windows of level `depth`; false if none holds all of it. */
static bool through_windows(const struct reader *r, uint32_t depth, struct machine_range *range)
{
	const struct level *l = &r->levels[depth];
	uint32_t up_cells = r->levels[depth - 1].address_cells;
	uint32_t stride = l->address_cells + up_cells + l->size_cells;
	const uint32_t *cells = l->windows.cells;

	for (uint32_t left = l->windows.size / 4 / stride; left > 0; left--, cells += stride) {
		uint64_t base = cells_value(cells, l->address_cells);
		uint64_t up = cells_value(cells + l->address_cells, up_cells);
		uint64_t size = cells_value(cells + l->address_cells + up_cells, l->size_cells);
		uint64_t offset = range->address - base;

		if (range->address < base || offset > size || range->size > size - offset)
			continue;
		if (up > UINT64_MAX - size) /* the window itself wraps */
			continue;
		range->address = up + offset;
		return true;
	}
	return false;
}

/* From the open node's parent's addresses to the CPU's; false if the CPU cannot reach them. */
static bool translate(const struct reader *r, struct machine_range *range)
{
	for (uint32_t depth = r->depth - 2; depth > 0; depth--) {
		uint32_t reach = r->levels[depth].reach;

		if (reach == NOWHERE)
			return false;
		if (reach == WINDOWS && !through_windows(r, depth, range))
			return false;
	}
	return true;
}

/* --- nodes: memory, reservations, /chosen, harts -------------------------------------------- */

/* May memory be described here? A half-understood map of memory is worse than none. */
static bool reg_is_whole(const struct reader *r)
{
	const struct level *parent = parent_level(r);
	uint32_t stride = (uint32_t)(parent->address_cells + parent->size_cells);

	return cells_fit(parent) && r->values[REG].size % (stride * 4) == 0;
}

static int finish_memory(struct reader *r)
{
	struct machine *m = r->m;
	uint32_t count = reg_count(r);

	if (has(r, REG) && !reg_is_whole(r))
		return fail(r, "device tree: a memory node's reg does not fit its parent's cells");
	for (uint32_t i = 0; i < count; i++) {
		struct machine_range bank;

		if (!reg_entry(r, i, &bank))
			return fail(r, "device tree: a memory bank wraps around");
		if (bank.size == 0 || !translate(r, &bank))
			continue;
		if (m->bank_count == MACHINE_BANKS)
			return fail(r, "device tree: too many memory banks");
		m->banks[m->bank_count++] = bank;
	}
	return 0;
}

static int add_reserved(struct reader *r, struct machine_range range, bool no_map)
{
	struct machine *m = r->m;

	if (range.size == 0)
		return 0;
	if (range.size > UINT64_MAX - range.address)
		return fail(r, "device tree: a reserved range wraps around");
	if (m->reserved_count == MACHINE_RESERVED)
		return fail(r, "device tree: too many reserved ranges");
	m->reserved[m->reserved_count].range = range;
	m->reserved[m->reserved_count++].no_map = no_map;
	return 0;
}

/* A child of /reserved-memory; one without "reg" asks for memory that nobody has placed yet. */
static int finish_reservation(struct reader *r)
{
	uint32_t count = reg_count(r);
	int error = 0;

	if (has(r, REG) && !reg_is_whole(r))
		return fail(r, "device tree: a reservation's reg does not fit its parent's cells");
	for (uint32_t i = 0; i < count && error == 0; i++) {
		struct machine_range range;

		(void)reg_entry(r, i, &range); /* add_reserved checks it */
		error = add_reserved(r, range, has(r, NO_MAP));
	}
	return error;
}

static int finish_chosen(struct reader *r)
{
	uint64_t start, end;

	if (has(r, BOOTARGS))
		r->m->bootargs = first_string(&r->values[BOOTARGS]);
	if (!has(r, INITRD_START) && !has(r, INITRD_END))
		return 0;
	if (!read_number(r, INITRD_START, &start) || !read_number(r, INITRD_END, &end))
		return fail(r, "device tree: linux,initrd-start or -end is missing or malformed");
	if (end < start)
		return fail(r, "device tree: linux,initrd-end lies before linux,initrd-start");
	r->m->initrd = (struct machine_range){.address = start, .size = end - start};
	return 0;
}

static void note_extension(struct machine *m, const char *name, uint32_t length)
{
	struct machine_text text = {.bytes = name, .length = length};

	m->sstc |= length == 4 && word_at(&text, 0, "sstc");
	m->svpbmt |= length == 6 && word_at(&text, 0, "svpbmt");
	m->zicbom |= length == 6 && word_at(&text, 0, "zicbom");
}

/* "rv64imac_zicsr_sstc", or the newer list of strings. */
static void note_extensions(struct machine *m, const struct value *v)
{
	const char *bytes = (const char *)v->cells;
	uint32_t start = 0;

	for (uint32_t i = 0; i < v->size; i++) {
		if (bytes[i] != '_' && bytes[i] != '\0')
			continue;
		note_extension(m, bytes + start, i - start);
		start = i + 1;
	}
}

static void finish_hart(struct reader *r)
{
	struct machine *m = r->m;
	uint64_t id, number;
	bool boot = read_number(r, REG, &id) && id == r->hart;

	m->hart_count += r->levels[r->depth - 1].enabled;
	if ((boot || m->timebase == 0) && read_number(r, TIMEBASE, &number) && number != 0)
		m->timebase = number;
	if (!boot)
		return;
	if (has(r, ISA)) {
		m->isa = first_string(&r->values[ISA]);
		note_extensions(m, &r->values[ISA]);
	}
	if (has(r, ISA_EXTENSIONS))
		note_extensions(m, &r->values[ISA_EXTENSIONS]);
	if (read_number(r, CBOM_BLOCK, &number))
		m->cbom_block = (uint32_t)number;
}

/* --- nodes: devices ------------------------------------------------------------------------- */

/* What a list of compatible strings says. */
struct kind {
	struct machine_text name; /* the first of them */
	bool controller, finisher;
};

/* Does a word begin at `i`, give or take an a ("aclint")? "replicator" is no PLIC. */
static bool begins_word(const struct machine_text *list, uint32_t i)
{
	if (i > 0 && list->bytes[i - 1] == 'a')
		i--;
	return i == 0 || list->bytes[i - 1] < 'a' || list->bytes[i - 1] > 'z';
}

static bool names_controller(const struct machine_text *list, uint32_t i)
{
	return (word_at(list, i, "clint") || word_at(list, i, "plic")) && begins_word(list, i);
}

/* One look at every byte. Not all of CLINT and ACLINT carry "interrupt-controller". */
static struct kind read_kind(const struct reader *r)
{
	struct kind kind = {.controller = has(r, CONTROLLER)};
	struct machine_text list;
	uint32_t start = 0;

	if (!has(r, COMPATIBLE))
		return kind;
	list.bytes = (const char *)r->values[COMPATIBLE].cells;
	list.length = r->values[COMPATIBLE].size;
	kind.name = (struct machine_text){list.bytes, list.length};
	for (uint32_t i = 0; i < list.length; i++) {
		char c = list.bytes[i];

		if (c == 'c' || c == 'p')
			kind.controller = kind.controller || names_controller(&list, i);
		if (c != '\0')
			continue;
		if (start == 0)
			kind.name.length = i;
		if (i - start == 12 && word_at(&list, start, "sifive,test0"))
			kind.finisher = true;
		start = i + 1;
	}
	return kind;
}

static int add_controller(struct reader *r, struct machine_range range)
{
	struct machine *m = r->m;

	if (m->controller_count == MACHINE_CONTROLLERS)
		return fail(r, "device tree: too many interrupt controllers");
	m->controllers[m->controller_count++] = range;
	return 0;
}

static void add_device(struct machine *m, struct machine_range range, struct machine_text name)
{
	if (m->device_count == MACHINE_DEVICES) {
		m->devices_ignored++;
		return;
	}
	m->devices[m->device_count].range = range;
	m->devices[m->device_count++].compatible = name;
}

static int finish_device(struct reader *r)
{
	struct machine *m = r->m;
	uint32_t count = reg_count(r);
	struct kind kind;
	int error = 0;

	if (count == 0)
		return 0;
	kind = read_kind(r);
	for (uint32_t i = 0; i < count && error == 0; i++) {
		struct machine_range range;

		if (!reg_entry(r, i, &range) || range.size == 0 || !translate(r, &range))
			continue;
		if (i == 0 && kind.finisher && m->finisher == 0)
			m->finisher = range.address;
		if (kind.controller)
			error = add_controller(r, range);
		else
			add_device(m, range, kind.name);
	}
	return error;
}

/* --- the walk ------------------------------------------------------------------------------- */

static uint8_t read_cells(const struct reader *r, enum property p, uint8_t otherwise)
{
	const struct value *v = &r->values[p];
	uint32_t count;

	if (!has(r, p))
		return otherwise;
	count = v->size == 4 ? swap32(v->cells[0]) : UINT8_MAX;
	return count > UINT8_MAX ? UINT8_MAX : (uint8_t)count;
}

/* How the open node's children reach its parent. PCI addresses have three cells and stay out. */
static uint8_t read_reach(const struct reader *r, const struct level *l)
{
	if (l->place == RESERVED_MEMORY)
		return UNCHANGED; /* whether or not it says so: we only keep out of it */
	if (!has(r, RANGES) || !cells_fit(l) || !cells_fit(parent_level(r)))
		return NOWHERE;
	return r->values[RANGES].size == 0 ? UNCHANGED : WINDOWS;
}

static int finish_place(struct reader *r, const struct level *l)
{
	uint64_t number;

	switch ((enum place)l->place) {
	case MEMORY:
		return l->enabled ? finish_memory(r) : 0;
	case DEVICE:
		return l->enabled ? finish_device(r) : 0;
	case RESERVATION:
		return l->enabled ? finish_reservation(r) : 0;
	case CHOSEN:
		return finish_chosen(r);
	case HART:
		finish_hart(r);
		return 0;
	case CPUS:
		if (read_number(r, TIMEBASE, &number))
			r->m->timebase = number;
		return 0;
	case ROOT:
	case RESERVED_MEMORY:
	case ELSEWHERE:
		return 0;
	}
	return 0;
}

/* The open node's properties are complete: prepare its level for children, act on the node. */
static int finish_node(struct reader *r)
{
	struct level *l = &r->levels[r->depth - 1];

	r->open = false;
	l->address_cells = read_cells(r, ADDRESS_CELLS, 2); /* defaults: specification 2.3.5 */
	l->size_cells = read_cells(r, SIZE_CELLS, 1);
	l->enabled = !has(r, STATUS) || PROPERTY_IS(r, STATUS, "okay") ||
		     PROPERTY_IS(r, STATUS, "ok");
	if (r->depth == 1)
		return 0;
	l->enabled = l->enabled && parent_level(r)->enabled;
	l->reach = read_reach(r, l);
	l->windows = r->values[RANGES];
	if (l->place == DEVICE && PROPERTY_IS(r, DEVICE_TYPE, "memory"))
		l->place = MEMORY;
	return finish_place(r, l);
}

static enum place top_place(const char *name)
{
	switch (name[0]) {
	case 'c':
		return name_is(name, "chosen") ? CHOSEN : name_is(name, "cpus") ? CPUS : DEVICE;
	case 'm':
		return unit_is(name, "memory") ? MEMORY : DEVICE;
	case 'r':
		return unit_is(name, "reserved-memory") ? RESERVED_MEMORY : DEVICE;
	default:
		return DEVICE;
	}
}

static enum place child_place(const struct reader *r, const char *name)
{
	if (r->depth == 0)
		return ROOT;
	switch ((enum place)r->levels[r->depth - 1].place) {
	case ROOT:
		return top_place(name);
	case DEVICE:
		return DEVICE;
	case CPUS: /* other children: "cpu-map", caches */
		return unit_is(name, "cpu") ? HART : ELSEWHERE;
	case RESERVED_MEMORY:
		return RESERVATION;
	case MEMORY:
	case CHOSEN:
	case HART:
	case RESERVATION:
	case ELSEWHERE:
		return ELSEWHERE;
	}
	return ELSEWHERE;
}

/* Pass over a NUL-terminated name, a word at a time; NULL if the block ends first. */
static const char *take_name(struct reader *r)
{
	const char *name = (const char *)r->at;

	while (r->at < r->end) {
		uint32_t word = *r->at++;

		if ((word - 0x01010101u) & ~word & 0x80808080u) /* one of its bytes is zero */
			return name;
	}
	return NULL;
}

static int begin_node(struct reader *r)
{
	const char *name = take_name(r);
	int error = r->open ? finish_node(r) : 0;

	if (error != 0)
		return error;
	if (name == NULL)
		return fail(r, "device tree: truncated node name");
	if (r->depth == LEVELS)
		return fail(r, "device tree: nested too deeply");
	if (r->depth == 0 && r->started)
		return fail(r, "device tree: more than one root");
	r->levels[r->depth].place = (uint8_t)child_place(r, name);
	r->depth++;
	r->seen = 0;
	r->open = true;
	r->started = true;
	return 0;
}

static int end_node(struct reader *r)
{
	int error = r->open ? finish_node(r) : 0;

	if (error != 0)
		return error;
	if (r->depth == 0)
		return fail(r, "device tree: a node ends that never began");
	r->depth--;
	return 0;
}

static void keep_property(struct reader *r, const char *name, struct value v)
{
	unsigned char initial = (unsigned char)name[0];
	uint32_t p = initial < sizeof(group) ? group[initial] : 0;

	if (p == 0)
		return;
	for (p--; p < PROPERTY_COUNT && known[p][0] == name[0]; p++) {
		if (!name_is(name, known[p]))
			continue;
		r->values[p] = v;
		r->seen |= 1u << p;
		return;
	}
}

static int take_property(struct reader *r)
{
	struct value v;
	uint32_t name;

	if (r->end - r->at < 2)
		return fail(r, "device tree: truncated property");
	v.size = swap32(*r->at++);
	name = swap32(*r->at++);
	v.cells = r->at;
	if (v.size > (size_t)(r->end - r->at) * 4)
		return fail(r, "device tree: truncated property");
	r->at += (v.size >> 2) + ((v.size & 3) != 0);
	if (name >= r->strings_size)
		return fail(r, "device tree: a property's name lies outside the strings");
	if (!r->open)
		return fail(r, "device tree: a property outside a node or after its children");
	keep_property(r, r->strings + name, v);
	return 0;
}

static int read_structure(struct reader *r)
{
	int error = 0;

	while (error == 0) {
		uint32_t token;

		if (r->at == r->end)
			return fail(r, "device tree: the structure has no end");
		token = *r->at++;
		if (token == TOKEN_PROPERTY)
			error = take_property(r);
		else if (token == TOKEN_BEGIN_NODE)
			error = begin_node(r);
		else if (token == TOKEN_END_NODE)
			error = end_node(r);
		else if (token == TOKEN_END)
			break;
		else if (token != TOKEN_NOP)
			error = fail(r, "device tree: unknown token");
	}
	if (error == 0 && (r->depth != 0 || !r->started))
		error = fail(r, "device tree: ends inside a node");
	return error;
}

/* --- header and reservation block ----------------------------------------------------------- */

static bool block_inside(uint32_t offset, uint32_t size, uint32_t total)
{
	return offset >= HEADER_SIZE && offset <= total && size <= total - offset;
}

/* Find the blocks of a blob whose totalsize is known to be readable. */
static int open_blocks(struct reader *r, const uint32_t *h, uint32_t total)
{
	uint32_t structure = swap32(h[H_STRUCT]), strings = swap32(h[H_STRINGS]);
	uint32_t size;

	if (swap32(h[H_VERSION]) < 16 || swap32(h[H_COMPATIBLE]) > 17)
		return fail(r, "device tree: of a version we do not know");
	r->strings = (const char *)h + strings;
	r->strings_size = swap32(h[H_STRINGS_SIZE]);
	if (!block_inside(strings, r->strings_size, total))
		return fail(r, "device tree: the strings lie outside the blob");
	if (r->strings_size != 0 && r->strings[r->strings_size - 1] != '\0')
		return fail(r, "device tree: the strings do not end");
	if (structure % 4 != 0 || !block_inside(structure, 0, total))
		return fail(r, "device tree: the structure is not aligned or outside the blob");
	/* Version 16 does not tell the structure's size. */
	size = swap32(h[H_VERSION]) == 16 ? total - structure : swap32(h[H_STRUCT_SIZE]);
	if (!block_inside(structure, size, total))
		return fail(r, "device tree: the structure is not aligned or outside the blob");
	r->at = h + structure / 4;
	r->end = r->at + size / 4;
	return 0;
}

static int read_reservations(struct reader *r, const uint32_t *h, uint32_t total)
{
	uint32_t offset = swap32(h[H_RESERVE]);
	int error = 0;

	if (offset % 8 != 0 || !block_inside(offset, 16, total))
		return fail(r, "device tree: the reservations are not aligned or outside the blob");
	for (; error == 0 && total - offset >= 16; offset += 16) {
		const uint32_t *entry = h + offset / 4;
		struct machine_range range = {swap64(entry), swap64(entry + 2)};

		if (range.address == 0 && range.size == 0)
			return 0;
		error = add_reserved(r, range, false);
	}
	return error != 0 ? error : fail(r, "device tree: the reservations do not end");
}

/* --- devices that must not be handed out ---------------------------------------------------- */

/* Do two ranges, neither of them empty, share a page? */
static bool shares_page(const struct machine_range *a, const struct machine_range *b)
{
	return a->address >> PAGE_SHIFT <= (b->address + b->size - 1) >> PAGE_SHIFT &&
	       b->address >> PAGE_SHIFT <= (a->address + a->size - 1) >> PAGE_SHIFT;
}

static bool may_hand_out(const struct machine *m, const struct machine_range *range)
{
	if (range->address + range->size > ADDRESS_END)
		return false;
	for (uint32_t i = 0; i < m->bank_count; i++)
		if (shares_page(range, &m->banks[i]))
			return false;
	for (uint32_t i = 0; i < m->reserved_count; i++)
		if (shares_page(range, &m->reserved[i].range))
			return false;
	for (uint32_t i = 0; i < m->controller_count; i++)
		if (shares_page(range, &m->controllers[i]))
			return false;
	return true;
}

/* Only now, when the whole tree has been seen, is it known what a device may overlap. */
static void drop_devices(struct machine *m)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < m->device_count; i++) {
		if (!may_hand_out(m, &m->devices[i].range))
			continue;
		if (kept != i)
			m->devices[kept] = m->devices[i];
		kept++;
	}
	m->device_count = kept;
}

/* --- entry points --------------------------------------------------------------------------- */

uint64_t devicetree_size(const void *blob)
{
	const uint32_t *h = blob;

	return h[H_MAGIC] == SWAP32(MAGIC) ? swap32(h[H_TOTAL]) : 0;
}

static int read_blob(struct reader *r, const void *blob, size_t limit)
{
	uint64_t total;
	int error;

	if (blob == NULL || ((uintptr_t)blob & 7) != 0)
		return fail(r, "device tree: none, or not aligned to 8 bytes");
	if (limit < HEADER_SIZE)
		return fail(r, "device tree: truncated header");
	total = devicetree_size(blob);
	if (total == 0)
		return fail(r, "device tree: wrong magic number");
	if (total < HEADER_SIZE || total > limit)
		return fail(r, "device tree: truncated, or of a strange size");
	error = open_blocks(r, blob, (uint32_t)total);
	if (error == 0)
		error = read_reservations(r, blob, (uint32_t)total);
	if (error == 0)
		error = read_structure(r);
	if (error != 0)
		return error;
	if (r->m->bank_count == 0)
		return fail(r, "device tree: no memory node");
	if (r->m->timebase == 0)
		return fail(r, "device tree: no timebase-frequency");
	return 0;
}

int devicetree_read(const void *blob, size_t limit, uint64_t hart, struct machine *m,
		    const char **why)
{
	struct reader r;
	int error;

	/* Neither the reader's arrays nor the machine's are worth clearing: counts guard them. */
	__builtin_memset(m, 0, offsetof(struct machine, banks));
	r.m = m;
	r.hart = hart;
	r.why = "";
	r.depth = 0;
	r.seen = 0;
	r.open = false;
	r.started = false;
	error = read_blob(&r, blob, limit);
	if (error == 0)
		drop_devices(m);
	else
		*why = r.why;
	return error;
}
