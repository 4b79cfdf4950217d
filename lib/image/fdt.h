/*
 * fdt.h - the format of a flattened device tree (Devicetree Specification 0.4, chapter 5): from a
 * blob to one node after another with its properties. No allocation, no
 * state but the caller's; the blob may be hostile or cut short, and everything that is handed out
 * lies inside it. What the properties mean is the reader's business.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FDT_PROPERTIES 64u /* most of one node */

struct fdt_value {
	const uint32_t *cells; /* big endian; NULL: the node has no such property */
	uint32_t size;         /* bytes */
};

struct fdt_entry {
	const char *name; /* ends in NUL */
	struct fdt_value value;
};

struct fdt_node {
	const char *name; /* with its unit address; ends in NUL */
	uint32_t depth;   /* of the root: 1 */
	uint32_t count;
	bool leaf; /* surely has no children */
	struct fdt_entry properties[FDT_PROPERTIES];
};

struct fdt {
	const uint32_t *at, *end; /* what is left of the structure block */
	const char *strings;      /* the last byte is NUL */
	uint32_t strings_size;
	uint32_t depth;
	struct fdt_value reservations; /* entries of an address and a size, two cells each */
};

/* Bytes that the blob's header claims (not checked), or 0 if it is no device tree. `blob` is
 * 8-byte aligned, with at least 8 bytes to read. */
uint64_t fdt_size(const void *blob);

/* Begin with the blob, of which at most `limit` bytes may be read. NULL, or a line about why it
 * cannot be read. */
const char *fdt_open(struct fdt *fdt, const void *blob, size_t limit);

/* Take the next node, parents before children: 1; or 0 at the end; or -TN_EINVAL where the
 * structure is broken or a node has too many properties. */
int fdt_take_node(struct fdt *fdt, struct fdt_node *node);

/* A property of the node. */
struct fdt_value fdt_value(const struct fdt_node *node, const char *name);
bool fdt_has(const struct fdt_node *node, const char *name);

/* Is the property this text? */
bool fdt_is(const struct fdt_node *node, const char *name, const char *text);

/* The property as a number of one or two cells; false, and nothing written, if it is none. */
bool fdt_number(const struct fdt_node *node, const char *name, uint64_t *number);

/* Read a number of at most two cells and step over it. */
uint64_t fdt_take_cells(const uint32_t **cells, uint64_t count);
