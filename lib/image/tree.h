/*
 * tree.h - walks the nodes of a device tree: where each of them stands, which says what its
 * properties mean, and the ranges it has, as addresses that the CPU uses.
 *
 * Pure functions; no allocation, no state but the caller's; the blob may be hostile or cut short.
 */
#pragma once

#include "fdt.h"

#define TREE_LEVELS 16u

enum tree_place {
	TREE_DEVICE,
	TREE_MEMORY,
	TREE_CHOSEN,
	TREE_CPUS,
	TREE_HART,
	TREE_HART_PART, /* a child of a hart's node */
	TREE_RESERVED_MEMORY,
	TREE_RESERVATION, /* a child of that node; or what the blob's header reserves */
	TREE_ELSEWHERE    /* not enabled, or of no concern; and all below it */
};

struct tree_level {
	enum tree_place place;
	uint64_t address_cells, size_cells; /* of the children's addresses */
	struct fdt_value windows;           /* "ranges": how those become the parent's */
};

struct tree {
	struct fdt_node node; /* the one taken last */
	enum tree_place place;
	struct fdt_value ranges; /* of which some may have been taken: addresses and sizes */
	struct fdt fdt;
	struct tree_level levels[TREE_LEVELS + 1]; /* by depth: [1] is the root's; [0] stands above
						    * it, where the header has its reservations */
};

/* Begin with the blob, of which at most `limit` bytes may be read. Its header stands for a node: a
 * RESERVATION without properties. NULL, or a line about why it cannot be read. */
const char *tree_open(struct tree *tree, const void *blob, size_t limit);

/* Take the next node, parents before children: 1; or 0 at the end; or -TN_EINVAL and a line. */
int tree_take_node(struct tree *tree, const char **why);

/* Take the node's next range: bytes, none empty, none wraps. Those that the CPU cannot reach are
 * passed over. 1; or 0 at the end; or -TN_EINVAL where they are malformed. */
int tree_take_range(struct tree *tree, uint64_t *address, uint64_t *size);
