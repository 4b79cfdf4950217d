/*
 * cpio.c - the target `cpio`: any bytes as a boot image. The input begins with the name that is
 * looked for, up to its NUL; the archive is what follows.
 *
 * What the reader answers is compared with a second one, written otherwise.
 */
#include <image/cpio.h>
#include <stdbool.h>
#include <string.h>
#include <tenure/abi.h>

#include "target.h"

#define HEADER 110u
#define WANTED_MAX 32u

/* --- the second reader ----------------------------------------------------------------------- */

/* The number of this place in the header; false where it is none. */
static bool header_number(const uint8_t *header, unsigned place, uint64_t *number)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";

	*number = 0;
	for (unsigned i = 0; i < 8; i++) {
		const char *digit = memchr(digits, header[6 + place * 8 + i], sizeof(digits) - 1);

		if (digit == NULL)
			return false;
		*number = *number * 16 + (uint64_t)(digit - digits) % 16;
	}
	return true;
}

static uint64_t padded(uint64_t bytes)
{
	while (bytes % 4 != 0)
		bytes++;
	return bytes;
}

/* The entry at `at`: its name, what it contains, where it ends; false where it is not whole. */
static bool entry_read(const uint8_t *archive, uint64_t size, uint64_t *at, const char **name,
		       uint64_t *mode, struct cpio_file *file)
{
	const uint8_t *header = archive + *at;
	uint64_t name_size, file_size, data;

	if (*at + HEADER > size)
		return false;
	if (memcmp(header, "07070", 5) != 0 || (header[5] != '1' && header[5] != '2'))
		return false;
	if (!header_number(header, 1, mode) || !header_number(header, 6, &file_size) ||
	    !header_number(header, 11, &name_size))
		return false;
	data = padded(*at + HEADER + name_size);
	if (name_size == 0 || data + file_size > size || header[HEADER + name_size - 1] != '\0')
		return false;
	*name = (const char *)header + HEADER;
	*file = (struct cpio_file){archive + data, file_size};
	*at = padded(data + file_size);
	return true;
}

static int second(const uint8_t *archive, uint64_t size, const char *wanted, struct cpio_file *file)
{
	uint64_t at = 0, mode;
	const char *name;

	while (entry_read(archive, size, &at, &name, &mode, file)) {
		if (strncmp(name, "./", 2) == 0)
			name += 2;
		if (strcmp(name, "TRAILER!!!") == 0)
			return -TN_ENOENT;
		if (strcmp(name, wanted) == 0 && (mode & 0170000) == 0100000)
			return 0;
	}
	return -TN_EINVAL;
}

/* --- the target ------------------------------------------------------------------------------ */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char wanted[WANTED_MAX] = "";
	struct cpio_file file, expected;
	const char *why = NULL;
	size_t n = 0;
	int found;
	uint8_t *archive;

	while (n < size && n < WANTED_MAX - 1 && data[n] != '\0') {
		wanted[n] = (char)data[n];
		n++;
	}
	n += n < size;
	archive = target_copy(data + n, size - n, n % 4);
	found = cpio_find(archive, size - n, wanted, &file, &why);
	CHECK(found == second(archive, size - n, wanted, &expected));
	CHECK(found == 0 || why != NULL);
	if (found == 0) {
		CHECK(file.data == expected.data && file.size == expected.size);
		CHECK(target_is_inside(file.data, file.size, archive, size - n));
	}
	target_forget(archive, n % 4);
	return 0;
}
