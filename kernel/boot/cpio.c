/*
 * cpio.c - walks a "newc" cpio archive without touching what it skips.
 *
 * An entry is a header of 110 characters (a magic of six, then thirteen numbers of eight
 * hexadecimal digits), the name with its NUL, and the data; name and data are padded so that what
 * follows begins at a multiple of four. State: the caller's cursor.
 */
#include "cpio.h"

#include <stdbool.h>
#include <tenure/abi.h>

#define HEADER_SIZE 110u
#define MAGIC_SIZE 6u
#define TYPE_MASK 0170000u
#define TYPE_REGULAR 0100000u

/* Which of the thirteen numbers. */
enum { FIELD_MODE = 1, FIELD_FILE_SIZE = 6, FIELD_NAME_SIZE = 11 };

static int fail(const char **why, const char *reason)
{
	*why = reason;
	return -TN_EINVAL;
}

/* Value of a hexadecimal digit, or 16. */
static uint32_t digit_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - (uint32_t)'0';
	c |= 0x20; /* lower case */
	return c >= 'a' && c <= 'f' ? c - (uint32_t)'a' + 10 : 16;
}

static bool read_field(const uint8_t *header, uint32_t field, uint32_t *value)
{
	const uint8_t *at = header + MAGIC_SIZE + field * 8;
	uint32_t sum = 0;

	for (int i = 0; i < 8; i++) {
		uint32_t digit = digit_value(at[i]);

		if (digit > 15)
			return false;
		sum = sum << 4 | digit;
	}
	*value = sum;
	return true;
}

static bool is_magic(const uint8_t *at)
{
	return at[0] == '0' && at[1] == '7' && at[2] == '0' && at[3] == '7' && at[4] == '0' &&
	       (at[5] == '1' || at[5] == '2');
}

static bool same_bytes(const char *a, const char *b, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

static void strip_dot(const char **name, size_t *length)
{
	while (*length >= 2 && (*name)[0] == '.' && (*name)[1] == '/') {
		*name += 2;
		*length -= 2;
	}
}

static bool is_end_mark(const struct cpio_file *file)
{
	return file->name_length == 10 && same_bytes(file->name, "TRAILER!!!", 10);
}

/* Pass over zeros; archives are padded with them to whole blocks. */
static void skip_zeros(struct cpio_cursor *c)
{
	while (c->offset < c->size && c->archive[c->offset] == 0)
		c->offset++;
}

static size_t align_up(size_t offset)
{
	return (offset + 3) & ~(size_t)3;
}

/* Read the entry at the cursor and step over it. */
static int take_entry(struct cpio_cursor *c, struct cpio_file *out, const char **why)
{
	const uint8_t *header = c->archive + c->offset;
	size_t left = c->size - c->offset, data;
	uint32_t name_size, file_size;

	if (left < MAGIC_SIZE || !is_magic(header))
		return fail(why, "boot image: not a cpio archive");
	if (left < HEADER_SIZE)
		return fail(why, "boot image: truncated");
	if (!read_field(header, FIELD_MODE, &out->mode) ||
	    !read_field(header, FIELD_FILE_SIZE, &file_size) ||
	    !read_field(header, FIELD_NAME_SIZE, &name_size) || name_size == 0)
		return fail(why, "boot image: malformed cpio header");
	/* Offsets are below 2^63 and both sizes below 2^32: these sums cannot wrap. */
	data = align_up(c->offset + HEADER_SIZE + name_size);
	if (data > c->size || file_size > c->size - data)
		return fail(why, "boot image: truncated");
	if (header[HEADER_SIZE + name_size - 1] != '\0')
		return fail(why, "boot image: malformed cpio header");
	out->name = (const char *)header + HEADER_SIZE;
	out->name_length = name_size - 1;
	out->data = c->archive + data;
	out->size = file_size;
	c->offset = align_up(data + file_size);
	return 1;
}

void cpio_open(struct cpio_cursor *cursor, const void *archive, size_t size)
{
	*cursor = (struct cpio_cursor){.archive = archive, .size = size};
}

int cpio_next(struct cpio_cursor *c, struct cpio_file *out, const char **why)
{
	for (;;) {
		int error;

		/* Zeros stand only behind an end mark: elsewhere they are no archive. */
		if (c->closed)
			skip_zeros(c);
		if (c->offset >= c->size) {
			if (c->closed)
				return 0;
			return fail(why, c->entries == 0 ? "boot image: not a cpio archive"
							 : "boot image: truncated");
		}
		error = take_entry(c, out, why);
		if (error < 0)
			return error;
		c->entries++;
		c->closed = is_end_mark(out);
		strip_dot(&out->name, &out->name_length);
		if (!c->closed)
			return 1;
	}
}

int cpio_find(const void *archive, size_t size, const char *name, size_t name_len,
	      struct cpio_file *out, const char **why)
{
	struct cpio_cursor cursor;
	int found;

	strip_dot(&name, &name_len);
	cpio_open(&cursor, archive, size);
	while ((found = cpio_next(&cursor, out, why)) > 0)
		if ((out->mode & TYPE_MASK) == TYPE_REGULAR && out->name_length == name_len &&
		    same_bytes(out->name, name, name_len))
			return 0;
	if (found < 0)
		return found;
	*why = "boot image: no such file";
	return -TN_ENOENT;
}
