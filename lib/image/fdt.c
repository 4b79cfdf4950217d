/*
 * fdt.c - see fdt.h.
 *
 * The structure block is a sequence of 32-bit tokens: a node begins (its name follows), has
 * properties, then children, and ends.
 */
#include "fdt.h"

#include <tenure/abi.h>

#include "text.h"

#define VERSION 17u
#define TRUNCATED "device tree: truncated, or its blocks are out of place"

/* The tree is big endian and every machine here little: constants as they look from here. */
#define MAGIC 0xedfe0dd0u
#define TOKEN_BEGIN_NODE 0x01000000u
#define TOKEN_END_NODE 0x02000000u
#define TOKEN_PROPERTY 0x03000000u
#define TOKEN_NOP 0x04000000u
#define TOKEN_END 0x09000000u

struct header {
	uint32_t magic, size, structure, strings, reservations;
	uint32_t version, compatible_version, boot_hart, strings_size, structure_size;
};

static uint32_t swap32(uint32_t word)
{
	return word >> 24 | (word >> 8 & 0xff00u) | (word << 8 & 0xff0000u) | word << 24;
}

/* --- properties ----------------------------------------------------------------------------- */

uint64_t fdt_take_cells(const uint32_t **cells, uint64_t count)
{
	uint64_t number = 0;

	for (; count > 0; count--)
		number = number << 32 | swap32(*(*cells)++);
	return number;
}

struct fdt_value fdt_value(const struct fdt_node *node, const char *name)
{
	const struct fdt_entry *p = node->properties, *end = p + node->count;

	for (; p < end; p++)
		if (text_same(p->name, name))
			return p->value;
	return (struct fdt_value){NULL, 0};
}

bool fdt_has(const struct fdt_node *node, const char *name)
{
	return fdt_value(node, name).cells != NULL;
}

bool fdt_is(const struct fdt_node *node, const char *name, const char *text)
{
	struct fdt_value v = fdt_value(node, name);

	return text_is((const char *)v.cells, v.size, text);
}

bool fdt_number(const struct fdt_node *node, const char *name, uint64_t *number)
{
	struct fdt_value v = fdt_value(node, name);

	if (v.size != 4 && v.size != 8)
		return false;
	*number = fdt_take_cells(&v.cells, v.size / 4);
	return true;
}

/* --- the structure block -------------------------------------------------------------------- */

/* Pass over a NUL-terminated name, a word at a time; NULL if the block ends first. */
static const char *take_name(struct fdt *fdt)
{
	const char *name = (const char *)fdt->at;

	while (fdt->at < fdt->end) {
		uint32_t word = *fdt->at++;

		if ((word - 0x01010101u) & ~word & 0x80808080u) /* one of its bytes is zero */
			return name;
	}
	return NULL;
}

static bool take_property(struct fdt *fdt, struct fdt_node *node)
{
	const uint32_t *at = fdt->at, *cells = at + 2;
	uint32_t size, name;

	if (fdt->end - at < 2 || node->count == FDT_PROPERTIES)
		return false;
	size = swap32(at[0]);
	name = swap32(at[1]);
	if (size > (size_t)(fdt->end - cells) * 4 || name >= fdt->strings_size)
		return false;
	node->properties[node->count++] = (struct fdt_entry){fdt->strings + name, {cells, size}};
	fdt->at = cells + ((size_t)size + 3) / 4;
	return true;
}

/* A node whose begin was just passed: its name, and its properties up to the first child. */
static int take_rest(struct fdt *fdt, struct fdt_node *node)
{
	node->depth = ++fdt->depth;
	node->count = 0;
	node->name = take_name(fdt);
	while (fdt->at < fdt->end && (*fdt->at == TOKEN_PROPERTY || *fdt->at == TOKEN_NOP))
		if (*fdt->at++ == TOKEN_PROPERTY && !take_property(fdt, node))
			return -TN_EINVAL;
	node->leaf = fdt->at < fdt->end && *fdt->at == TOKEN_END_NODE;
	return node->name != NULL ? 1 : -TN_EINVAL;
}

int fdt_take_node(struct fdt *fdt, struct fdt_node *node)
{
	while (fdt->at < fdt->end) {
		uint32_t token = *fdt->at++;

		if (token == TOKEN_BEGIN_NODE)
			return take_rest(fdt, node);
		if (token == TOKEN_END && fdt->depth == 0)
			return 0;
		if (token == TOKEN_END_NODE && fdt->depth > 0)
			fdt->depth--;
		else if (token != TOKEN_NOP)
			break;
	}
	return -TN_EINVAL;
}

/* --- the header ----------------------------------------------------------------------------- */

uint64_t fdt_size(const void *blob)
{
	const struct header *h = blob;

	return h->magic == MAGIC ? swap32(h->size) : 0;
}

/* A block of `size` bytes; NULL unless all of it lies inside the blob. */
static const void *block(const struct header *h, uint32_t offset, uint32_t size)
{
	uint32_t whole = swap32(h->size);

	return offset <= whole && size <= whole - offset ? (const char *)h + offset : NULL;
}

/* The block ends with an entry of zeros; no cells if there is none. */
static struct fdt_value find_reservations(const struct header *h)
{
	uint32_t offset = swap32(h->reservations);
	const uint32_t *first = block(h, offset, 0), *at;

	for (; (at = block(h, offset, 16)) != NULL; offset += 16)
		if ((at[0] | at[1] | at[2] | at[3]) == 0)
			return (struct fdt_value){first, (uint32_t)(at - first) * 4};
	return (struct fdt_value){NULL, 0};
}

const char *fdt_open(struct fdt *fdt, const void *blob, size_t limit)
{
	const struct header *h = blob;

	if (h == NULL || (uintptr_t)h % 8 != 0 || limit < sizeof(*h) || h->magic != MAGIC)
		return "device tree: there is none";
	if (fdt_size(h) < sizeof(*h) || fdt_size(h) > limit ||
	    swap32(h->structure | h->reservations) % 4 != 0)
		return TRUNCATED;
	if (swap32(h->version) < VERSION || swap32(h->compatible_version) > VERSION)
		return "device tree: of a version we do not know";
	fdt->strings_size = swap32(h->strings_size);
	fdt->strings = block(h, swap32(h->strings), fdt->strings_size);
	fdt->at = block(h, swap32(h->structure), swap32(h->structure_size));
	fdt->reservations = find_reservations(h);
	if (fdt->at == NULL || fdt->reservations.cells == NULL || fdt->strings == NULL ||
	    fdt->strings_size == 0 || fdt->strings[fdt->strings_size - 1] != '\0')
		return TRUNCATED;
	fdt->end = fdt->at + swap32(h->structure_size) / 4;
	fdt->depth = 0;
	return NULL;
}
