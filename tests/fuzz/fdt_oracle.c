/*
 * fdt_oracle.c - see fdt_oracle.h.
 */
#include "fdt_oracle.h"

#include <libfdt.h>

/* No more than the blob: libfdt 1.6 adds up sizes with a sign. */
static bool property_fits(const void *blob, int at)
{
	const struct fdt_property *p = fdt_offset_ptr(blob, at, sizeof(*p));

	return p != NULL && fdt32_to_cpu(p->len) <= fdt_totalsize(blob);
}

/* Properties stand before children. libfdt takes others, too; the specification has none. */
static bool is_in_order(const void *blob)
{
	int at = 0, next = 0;
	uint32_t tag = FDT_NOP, last = FDT_NOP;

	do {
		last = tag == FDT_NOP ? last : tag;
		tag = fdt_next_tag(blob, at, &next);
		if (tag == FDT_PROP && (last == FDT_END_NODE || !property_fits(blob, at)))
			return false;
		at = next;
	} while (tag != FDT_END);
	return true;
}

/* Of older versions, which the kernel's reader refuses, and of a structure out of line libfdt 1.6
 * itself reads where there is nothing. */
bool oracle_accepts(const void *blob, size_t size)
{
	return size >= sizeof(struct fdt_header) && fdt_magic(blob) == FDT_MAGIC &&
	       fdt_version(blob) >= 17 && fdt_off_dt_struct(blob) % 4 == 0 &&
	       fdt_check_header(blob) == 0 && fdt_totalsize(blob) <= size && is_in_order(blob) &&
	       fdt_check_full(blob, size) == 0;
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
