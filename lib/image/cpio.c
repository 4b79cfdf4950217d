/*
 * cpio.c - walks a "newc" cpio archive without touching what it skips.
 *
 * An entry is a header of 110 characters (a magic of six, then thirteen numbers of eight
 * hexadecimal digits), the name with its NUL, and the data; name and data are padded so that what
 * follows begins at a multiple of four. State: a struct entry on the caller's stack.
 */
#include "cpio.h"

#include <stdbool.h>
#include <tenure/abi.h>

#include "text.h"

#define HEADER_SIZE 110u
#define MAGIC_SIZE 6u
#define TYPE_MASK 0170000u
#define TYPE_REGULAR 0100000u
#define TRUNCATED "boot image: truncated"
#define MALFORMED "boot image: not a cpio archive"

/* Which of the thirteen numbers. */
enum { FIELD_MODE = 1, FIELD_FILE_SIZE = 6, FIELD_NAME_SIZE = 11 };

struct entry {
	const char *name; /* ends in NUL */
	struct cpio_file file;
	uint32_t mode; /* type and permissions, as in stat(2) */
	size_t end;    /* offset of the next entry */
};

static bool read_field(const char *header, uint32_t field, uint32_t *value)
{
	const char *at = header + MAGIC_SIZE + field * 8;

	*value = 0;
	for (const char *end = at + 8; at < end; at++) {
		uint32_t c = (uint8_t)*at, digit = c - '0';
		uint32_t letter = (c | 0x20u) - 'a'; /* lower case */

		if (digit > 9 && letter > 5)
			return false;
		*value = *value << 4 | (digit > 9 ? letter + 10 : digit);
	}
	return true;
}

static size_t align_up(size_t offset)
{
	return (offset + 3) & ~(size_t)3;
}

/* Go on to the next entry. NULL, or a line about why there is none. */
static const char *take_entry(const char *archive, size_t size, struct entry *e)
{
	const char *header = archive + e->end;
	uint32_t name_size, file_size;
	size_t data;

	if (e->end >= size || size - e->end < HEADER_SIZE)
		return TRUNCATED;
	if (!text_is(header, MAGIC_SIZE, "070701") && !text_is(header, MAGIC_SIZE, "070702"))
		return MALFORMED;
	if (!read_field(header, FIELD_MODE, &e->mode) ||
	    !read_field(header, FIELD_FILE_SIZE, &file_size) ||
	    !read_field(header, FIELD_NAME_SIZE, &name_size) || name_size == 0)
		return MALFORMED;
	/* Offsets are below 2^63 and both sizes below 2^32: these sums cannot wrap. */
	data = align_up(e->end + HEADER_SIZE + name_size);
	if (data > size || file_size > size - data)
		return TRUNCATED;
	e->name = header + HEADER_SIZE;
	if (e->name[name_size - 1] != '\0')
		return MALFORMED;
	if (text_is(e->name, 2, "./"))
		e->name += 2;
	e->file = (struct cpio_file){(const uint8_t *)archive + data, file_size};
	e->end = align_up(data + file_size);
	return NULL;
}

int cpio_find(const void *archive, size_t size, const char *name, struct cpio_file *out,
	      const char **why)
{
	struct entry e = {.end = 0};

	while ((*why = take_entry(archive, size, &e)) == NULL) {
		if (text_same(e.name, "TRAILER!!!")) {
			*why = "boot image: no such file";
			return -TN_ENOENT;
		}
		if ((e.mode & TYPE_MASK) == TYPE_REGULAR && text_same(name, e.name)) {
			*out = e.file;
			return 0;
		}
	}
	return -TN_EINVAL;
}
