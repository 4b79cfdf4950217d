/*
 * elf.c - checks an ELF64 program and lists its segments.
 *
 * Headers are copied out before they are looked at: in a cpio archive a file is aligned to four
 * bytes only, and a copy cannot change under our eyes. State: none.
 */
#include "elf.h"

#include <stdbool.h>
#include <tenure/abi.h>

#define IDENT 0x010102464c457fu /* 0x7f, "ELF", 64 bits, little endian, version 1, System V */
#define TYPE_EXECUTABLE 2
#define MACHINE_RISCV 243
#define SEGMENT_LOAD 1
#define SEGMENT_EXECUTE 1u
#define SEGMENT_WRITE 2u
#define SEGMENT_READ 4u

/* Both layouts: System V ABI, chapters 4 and 5. */
struct file_header {
	uint64_t ident, pad;
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, program_offset, section_offset;
	uint32_t flags;
	uint16_t size, program_size, program_count, section_size, section_count, names;
};
_Static_assert(sizeof(struct file_header) == 64, "ELF64 file header");

struct program_header {
	uint32_t type, flags;
	uint64_t offset, va, pa, file_size, memory_size, align;
};
_Static_assert(sizeof(struct program_header) == 56, "ELF64 program header");

/* 0: refused. RISC-V has no write-only pages. */
static const uint8_t rights_of[8] = {
	[SEGMENT_READ] = TN_MAP_READ,
	[SEGMENT_WRITE] = TN_MAP_READ | TN_MAP_WRITE,
	[SEGMENT_EXECUTE] = TN_MAP_EXECUTE,
	[SEGMENT_READ | SEGMENT_WRITE] = TN_MAP_READ | TN_MAP_WRITE,
	[SEGMENT_READ | SEGMENT_EXECUTE] = TN_MAP_READ | TN_MAP_EXECUTE,
};

static const char *header_check(const struct file_header *h, size_t size)
{
	if (h->ident != IDENT)
		return "ELF: not an ELF file of 64 bits, little endian";
	if (h->machine != MACHINE_RISCV || h->type != TYPE_EXECUTABLE)
		return "ELF: not a static program for RISC-V";
	if (h->program_size != sizeof(struct program_header) || h->program_offset > size ||
	    (uint64_t)h->program_count * h->program_size > size - h->program_offset)
		return "ELF: malformed or truncated program headers";
	return NULL;
}

static const char *segment_check(const struct program_header *p, size_t size, uint64_t va_low,
				 uint64_t va_high)
{
	if (p->offset > size || p->file_size > size - p->offset || p->file_size > p->memory_size)
		return "ELF: a segment lies outside the file";
	if (p->va < va_low || p->va >= va_high || p->memory_size > va_high - p->va)
		return "ELF: a segment lies outside user space";
	if (rights_of[p->flags & 7] == 0)
		return "ELF: a segment without rights, or both writable and executable";
	return NULL;
}

static bool shares_page(const struct elf_segment *a, const struct elf_segment *b)
{
	return a->first_page < b->first_page + b->pages && b->first_page < a->first_page + a->pages;
}

static const char *segment_add(struct elf_image *image, const uint8_t *file,
			       const struct program_header *p)
{
	struct elf_segment *s = &image->segments[image->segment_count];

	if (image->segment_count == ELF_SEGMENTS)
		return "ELF: too large";
	*s = (struct elf_segment){
		.va = p->va,
		.memory_size = p->memory_size,
		.file_size = p->file_size,
		.data = file + p->offset,
		.first_page = p->va / TN_FRAME_SIZE,
		.rights = rights_of[p->flags & 7],
	};
	s->pages = (p->va + p->memory_size - 1) / TN_FRAME_SIZE - s->first_page + 1;
	if (s->pages > ELF_PAGES - image->pages)
		return "ELF: too large";
	for (const struct elf_segment *other = image->segments; other < s; other++)
		if (shares_page(s, other))
			return "ELF: segments overlap or share a page";
	image->pages += s->pages;
	image->segment_count++;
	return NULL;
}

static bool is_code(const struct elf_segment *s, uint64_t va)
{
	return s->rights & TN_MAP_EXECUTE && va >= s->va && va - s->va < s->memory_size &&
	       va % 2 == 0;
}

int elf_read(const void *file, size_t size, uint64_t va_low, uint64_t va_high,
	     struct elf_image *out, const char **why)
{
	struct file_header header = {0};
	bool found = false;

	if (size >= sizeof(header))
		__builtin_memcpy(&header, file, sizeof(header));
	*why = header_check(&header, size);
	out->entry = header.entry;
	out->pages = 0;
	out->segment_count = 0;
	for (uint32_t i = 0; i < header.program_count && *why == NULL; i++) {
		struct program_header p;

		__builtin_memcpy(&p, (const uint8_t *)file + header.program_offset + i * sizeof(p),
				 sizeof(p));
		if (p.type != SEGMENT_LOAD || p.memory_size == 0)
			continue;
		*why = segment_check(&p, size, va_low, va_high);
		if (*why == NULL)
			*why = segment_add(out, file, &p);
	}
	for (uint32_t i = 0; i < out->segment_count; i++)
		found = found || is_code(&out->segments[i], out->entry);
	if (*why == NULL && !found)
		*why = "ELF: the entry point is not in an executable segment";
	return *why == NULL ? 0 : -TN_EINVAL;
}
