/*
 * elf.h - reads the headers of a statically linked ELF64 program for RISC-V. Pure functions; the
 * file may be hostile or cut short, and need not be aligned.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define ELF_SEGMENTS 8u
#define ELF_PAGES 16384u /* most pages of one program: 64 MiB */

/* What to load: `file_size` bytes from `data` at `va`, then zeros up to `memory_size`, in whole
 * pages of its own. */
struct elf_segment {
	uint64_t va, memory_size, file_size; /* bytes; memory_size > 0 */
	const uint8_t *data;                 /* in the file, no alignment */
	uint64_t first_page, pages;          /* of 4 KiB, that it touches: va >> 12 */
	uint32_t rights;                     /* TN_MAP_READ, _WRITE, _EXECUTE; never both last */
};

struct elf_image {
	uint64_t entry;
	uint64_t pages; /* of all segments */
	uint32_t segment_count;
	struct elf_segment segments[ELF_SEGMENTS]; /* in the file's order; no two share a page */
};

/*
 * Check the program in `file`, all of whose segments must lie in [va_low, va_high), and say in
 * `*out` what to load where. Returns 0, or -TN_EINVAL with one line in `*why`; `*out` is then
 * undefined.
 */
__attribute__((warn_unused_result)) int elf_read(const void *file, size_t size, uint64_t va_low,
						 uint64_t va_high, struct elf_image *out,
						 const char **why);
