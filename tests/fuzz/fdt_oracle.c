/*
 * fdt_oracle.c - see fdt_oracle.h.
 */
#include "fdt_oracle.h"

#include <libfdt.h>

bool oracle_accepts(const void *blob, size_t size)
{
	return size >= sizeof(struct fdt_header) && fdt_check_full(blob, size) == 0;
}

bool oracle_take_node(const void *blob, struct oracle_node *node)
{
	int property;

	node->offset = fdt_next_node(blob, node->offset, &node->depth);
	if (node->offset < 0)
		return false;
	node->name = fdt_get_name(blob, node->offset, NULL);
	node->count = 0;
	fdt_for_each_property_offset(property, blob, node->offset)
	{
		const char *name;
		int size;
		const void *value = fdt_getprop_by_offset(blob, property, &name, &size);

		if (node->count < ORACLE_PROPERTIES) {
			node->properties[node->count].name = name;
			node->properties[node->count].value = value;
			node->properties[node->count].size = (unsigned)size;
		}
		node->count++;
	}
	return true;
}
