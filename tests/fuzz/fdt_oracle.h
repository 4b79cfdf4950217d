/*
 * fdt_oracle.h - the nodes of a device tree as libfdt finds them, to compare with. A file of its
 * own: image/fdt.h does not agree with libfdt's headers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ORACLE_PROPERTIES 64u

struct oracle_node {
	int offset, depth;
	const char *name;
	unsigned count; /* may be more than there is room for */
	struct {
		const char *name;
		const void *value;
		unsigned size;
	} properties[ORACLE_PROPERTIES];
};

/* libfdt finds nothing wrong with it, and neither does the specification. */
bool oracle_accepts(const void *blob, size_t size);

/* Begin with offset -1 and depth 0. False at the end. */
bool oracle_take_node(const void *blob, struct oracle_node *node);
