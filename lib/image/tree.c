/*
 * tree.c - see tree.h.
 *
 * One pass. A node's place follows from its parent's. What a node must know about its ancestors
 * (how they count addresses and carry them upwards) stands in an array of levels, one for each
 * depth.
 */
#include "tree.h"

#include <tenure/abi.h>

#include "text.h"

/* --- nodes ---------------------------------------------------------------------------------- */

static bool is_enabled(const struct fdt_node *node)
{
	return !fdt_has(node, "status") || fdt_is(node, "status", "okay") ||
	       fdt_is(node, "status", "ok");
}

/* Children of what does not concern us do not either: of nodes that are not enabled, for one. */
static enum tree_place place_of(const struct fdt_node *node, enum tree_place parent)
{
	if (!is_enabled(node))
		return TREE_ELSEWHERE;
	if (node->depth == 2) {
		if (text_same(node->name, "chosen"))
			return TREE_CHOSEN;
		if (text_same(node->name, "cpus"))
			return TREE_CPUS;
		if (text_same(node->name, "reserved-memory"))
			return TREE_RESERVED_MEMORY;
		if (fdt_is(node, "device_type", "memory"))
			return TREE_MEMORY;
	}
	if (parent == TREE_CPUS && fdt_is(node, "device_type", "cpu"))
		return TREE_HART;
	if (parent == TREE_HART)
		return TREE_HART_PART;
	if (parent == TREE_RESERVED_MEMORY)
		return TREE_RESERVATION;
	return parent == TREE_DEVICE ? TREE_DEVICE : TREE_ELSEWHERE;
}

/* What the node's children will ask for. */
static void open_level(const struct fdt_node *node, struct tree_level *l)
{
	l->address_cells = 2; /* defaults: specification 2.3.5 */
	l->size_cells = 1;
	(void)fdt_number(node, "#address-cells", &l->address_cells);
	(void)fdt_number(node, "#size-cells", &l->size_cells);
	l->windows = fdt_value(node, "ranges");
}

int tree_take_node(struct tree *tree, const char **why)
{
	const struct fdt_node *node = &tree->node;
	int more = fdt_take_node(&tree->fdt, &tree->node);
	struct tree_level *l = &tree->levels[node->depth];

	if (more < 0)
		*why = "device tree: malformed structure";
	if (more <= 0)
		return more;
	if (node->depth > TREE_LEVELS) {
		*why = "device tree: nested too deeply";
		return -TN_EINVAL;
	}
	tree->place = place_of(node, l[-1].place);
	tree->ranges = fdt_value(node, "reg");
	l->place = tree->place;
	if (!node->leaf)
		open_level(node, l);
	return 1;
}

const char *tree_open(struct tree *tree, const void *blob, size_t limit)
{
	const char *why = fdt_open(&tree->fdt, blob, limit);

	/* the arrays are not worth clearing: counts guard them */
	tree->node.depth = 1;
	tree->node.count = 0;
	tree->levels[0] = (struct tree_level){TREE_DEVICE, 2, 2, {NULL, 0}};
	tree->place = TREE_RESERVATION;
	tree->ranges = tree->fdt.reservations;
	return why;
}

/* --- ranges --------------------------------------------------------------------------------- */

/* PCI addresses have three cells: they stay out. */
static bool is_readable(const struct tree_level *l)
{
	return l->address_cells >= 1 && l->address_cells <= 2 && l->size_cells <= 2;
}

/* From addresses of a level's children, which are readable, to those of its parent; false if no
 * window holds all. */
static bool climb(const struct tree_level *l, uint64_t *address, uint64_t size)
{
	const struct tree_level *parent = l - 1;
	const uint32_t *cells = l->windows.cells;
	uint64_t left = l->windows.size / 4;
	uint64_t stride = l->address_cells + parent->address_cells + l->size_cells;

	if (cells == NULL || !is_readable(parent))
		return false;
	for (; left >= stride; left -= stride) {
		uint64_t base = fdt_take_cells(&cells, l->address_cells);
		uint64_t to = fdt_take_cells(&cells, parent->address_cells);
		uint64_t room = fdt_take_cells(&cells, l->size_cells);
		uint64_t offset = *address - base;

		if (*address < base || offset > room || size > room - offset ||
		    to > UINT64_MAX - room)
			continue;
		*address = to + offset;
		return true;
	}
	return l->windows.size == 0; /* then addresses are the same on both sides */
}

/* From the node's own addresses to the CPU's; false if the CPU cannot reach them. What is reserved
 * is named by the CPU's. */
static bool translate(const struct tree *tree, uint64_t *address, uint64_t size)
{
	uint32_t depth = tree->place == TREE_RESERVATION ? 1 : tree->node.depth - 1;

	for (; depth > 1; depth--)
		if (!climb(&tree->levels[depth], address, size))
			return false;
	return true;
}

int tree_take_range(struct tree *tree, uint64_t *address, uint64_t *size)
{
	const struct tree_level *parent = &tree->levels[tree->node.depth - 1];
	struct fdt_value *left = &tree->ranges;
	uint64_t stride = 4 * (parent->address_cells + parent->size_cells);

	if (left->size != 0 && !is_readable(parent))
		return tree->place == TREE_DEVICE || tree->place == TREE_ELSEWHERE ? 0 : -TN_EINVAL;
	while (left->size != 0) {
		if (left->size % stride != 0)
			return -TN_EINVAL;
		*address = fdt_take_cells(&left->cells, parent->address_cells);
		*size = fdt_take_cells(&left->cells, parent->size_cells);
		left->size -= (uint32_t)stride;
		if (*size > UINT64_MAX - *address)
			return -TN_EINVAL;
		if (*size != 0 && translate(tree, address, *size))
			return 1;
	}
	return 0;
}
