/*
 * cpio.h - reads a cpio archive in the "new ASCII" format (magic 070701, and 070702 with a
 * checksum, which is not verified). Pure functions; the archive may be hostile or cut short.
 */
#ifndef TENURE_BOOT_CPIO_H
#define TENURE_BOOT_CPIO_H

#include <stddef.h>
#include <stdint.h>

/* One entry; the pointers go into the archive. */
struct cpio_file {
	const char *name; /* without leading "./"; ends in NUL */
	size_t name_length;
	const uint8_t *data;
	size_t size;
	uint32_t mode; /* type and permissions, as in stat(2) */
};

/* A place in an archive. */
struct cpio_cursor {
	const uint8_t *archive;
	size_t size, offset;
	size_t entries; /* read so far, end marks included */
	int closed;     /* the last of them was an end mark */
};

/* Start at the first entry of an archive of `size` bytes. Entries are aligned within it. */
void cpio_open(struct cpio_cursor *cursor, const void *archive, size_t size);

/*
 * Take the next entry of any type. Several archives in a row, with zeros between or after them,
 * read as one. Returns 1 and fills `*out`; 0 at the end; -TN_EINVAL with a line in `*why` if this
 * is no archive or a truncated one (it then stays at the same place).
 */
__attribute__((warn_unused_result)) int cpio_next(struct cpio_cursor *cursor,
						   struct cpio_file *out, const char **why);

/*
 * Find the first regular file called `name` (of `name_len` bytes, no NUL needed; a leading "./"
 * counts neither here nor there). Returns 0 and fills `*out`; else a line in `*why` and
 * -TN_ENOENT if the archive is sound and has no such file, or the error of cpio_next.
 */
__attribute__((warn_unused_result)) int cpio_find(const void *archive, size_t size,
						   const char *name, size_t name_len,
						   struct cpio_file *out, const char **why);

#endif
