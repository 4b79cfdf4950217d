/*
 * elf.c - checks an ELF64 program and lists its segments.
 *
 * Headers are copied out before they are looked at: in a cpio archive a file is aligned to four
 * bytes only, and a copy cannot change under our eyes. State: none.
 */
#include "elf.h"

#include <stdbool.h>
#include <tenure/abi.h>

#define IDENT_MAGIC 0x464c457fu /* 0x7f, "ELF" */
#define CLASS_64 2
#define DATA_LITTLE 1
#define VERSION_CURRENT 1
#define TYPE_EXECUTABLE 2
#define MACHINE_RISCV 243
#define SEGMENT_LOAD 1
#define SEGMENT_EXECUTE 1u
#define SEGMENT_WRITE 2u
#define SEGMENT_READ 4u
#define PAGE_SHIFT 12

/* Both layouts: System V ABI, chapters 4 and 5. */
struct file_header {
	uint32_t magic;
	uint8_t class, data, ident_version, abi, abi_version, pad[7];
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

static int fail(const char **why, const char *reason)
{
	*why = reason;
	return -TN_EINVAL;
}

static int check_header(const struct file_header *h, size_t size, const char **why)
{
	if (h->magic != IDENT_MAGIC)
		return fail(why, "ELF: not an ELF file");
	if (h->class != CLASS_64 || h->data != DATA_LITTLE)
		return fail(why, "ELF: not 64 bits, little endian");
	if (h->ident_version != VERSION_CURRENT || h->version != VERSION_CURRENT)
		return fail(why, "ELF: of a version we do not know");
	if (h->machine != MACHINE_RISCV)
		return fail(why, "ELF: for another machine than RISC-V");
	if (h->type != TYPE_EXECUTABLE)
		return fail(why, "ELF: not a static executable");
	if (h->program_size != sizeof(struct program_header))
		return fail(why, "ELF: program headers of a strange size");
	if (h->program_offset > size ||
	    (uint64_t)h->program_count * h->program_size > size - h->program_offset)
		return fail(why, "ELF: program headers lie outside the file");
	return 0;
}

static uint32_t segment_rights(uint32_t flags)
{
	uint32_t rights = 0;

	if (flags & SEGMENT_EXECUTE)
		rights |= TN_MAP_EXECUTE;
	if (flags & SEGMENT_WRITE)
		rights |= TN_MAP_WRITE | TN_MAP_READ; /* RISC-V has no write-only pages */
	if (flags & SEGMENT_READ)
		rights |= TN_MAP_READ;
	return rights;
}

static int check_segment(const struct program_header *p, size_t size, uint64_t va_low,
			 uint64_t va_high, const char **why)
{
	uint32_t rights = segment_rights(p->flags);

	if (p->offset > size || p->file_size > size - p->offset)
		return fail(why, "ELF: a segment lies outside the file");
	if (p->file_size > p->memory_size)
		return fail(why, "ELF: a segment is larger in the file than in memory");
	if (p->va < va_low || p->va >= va_high || p->memory_size > va_high - p->va)
		return fail(why, "ELF: a segment lies outside user space");
	if (rights == 0)
		return fail(why, "ELF: a segment without rights");
	if ((rights & TN_MAP_WRITE) && (rights & TN_MAP_EXECUTE))
		return fail(why, "ELF: a segment is both writable and executable");
	return 0;
}

static bool shares_page(const struct elf_image *image, const struct elf_segment *s)
{
	for (uint32_t i = 0; i < image->segment_count; i++) {
		const struct elf_segment *other = &image->segments[i];

		if (s->first_page < other->first_page + other->pages &&
		    other->first_page < s->first_page + s->pages)
			return true;
	}
	return false;
}

static int add_segment(struct elf_image *image, const uint8_t *file,
		       const struct program_header *p, const char **why)
{
	uint64_t last_page = (p->va + (p->memory_size - 1)) >> PAGE_SHIFT;
	struct elf_segment s = {
		.va = p->va,
		.memory_size = p->memory_size,
		.file_size = p->file_size,
		.data = file + p->offset,
		.first_page = p->va >> PAGE_SHIFT,
		.rights = segment_rights(p->flags),
	};

	s.pages = last_page - s.first_page + 1;
	if (image->segment_count == ELF_SEGMENTS)
		return fail(why, "ELF: too many segments");
	if (s.pages > ELF_PAGES - image->pages)
		return fail(why, "ELF: too large");
	if (shares_page(image, &s))
		return fail(why, "ELF: segments overlap or share a page");
	image->pages += s.pages;
	image->segments[image->segment_count++] = s;
	return 0;
}

static bool entry_is_code(const struct elf_image *image)
{
	if (image->entry % 2 != 0)
		return false;
	for (uint32_t i = 0; i < image->segment_count; i++) {
		const struct elf_segment *s = &image->segments[i];

		if ((s->rights & TN_MAP_EXECUTE) && image->entry >= s->va &&
		    image->entry - s->va < s->memory_size)
			return true;
	}
	return false;
}

int elf_read(const void *file, size_t size, uint64_t va_low, uint64_t va_high,
	     struct elf_image *out, const char **why)
{
	struct file_header header;
	int error;

	if (size < sizeof(header))
		return fail(why, "ELF: truncated header");
	__builtin_memcpy(&header, file, sizeof(header));
	error = check_header(&header, size, why);
	out->entry = header.entry;
	out->pages = 0;
	out->segment_count = 0;
	for (uint32_t i = 0; i < header.program_count && error == 0; i++) {
		struct program_header p;

		__builtin_memcpy(&p, (const uint8_t *)file + header.program_offset + i * sizeof(p),
				 sizeof(p));
		if (p.type != SEGMENT_LOAD || p.memory_size == 0)
			continue;
		error = check_segment(&p, size, va_low, va_high, why);
		if (error == 0)
			error = add_segment(out, file, &p, why);
	}
	if (error == 0 && !entry_is_code(out))
		error = fail(why, "ELF: the entry point is not in an executable segment");
	return error;
}
