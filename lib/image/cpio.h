/*
 * cpio.h - reads a cpio archive in the "new ASCII" format (magic 070701, and 070702 with a
 * checksum, which is not verified). Pure functions; the archive may be hostile or cut short.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* A file's contents, in the archive. */
struct cpio_file {
	const uint8_t *data;
	size_t size;
};

/*
 * Find the first regular file called `name` (a leading "./" in the archive does not count) in an
 * archive of `size` bytes; what stands behind its end mark is not looked at. Returns 0 and fills
 * `*out`; else a line in `*why` and -TN_ENOENT if the archive is sound and has no such file, or
 * -TN_EINVAL if it is no archive or a truncated one.
 */
__attribute__((warn_unused_result)) int cpio_find(const void *archive, size_t size,
						  const char *name, struct cpio_file *out,
						  const char **why);
