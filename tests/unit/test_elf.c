/*
 * test_elf.c - the ELF reader on programs made here, one broken rule at a time, then on every cut
 * and every changed byte.
 */
#include <image/elf.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <tenure/abi.h>

#include <cmocka.h>
#include <elf.h>

#define VA_LOW 0x1000ull
#define VA_HIGH 0x4000000000ull
#define HEADERS 10

/* A file as a struct, so that a test can break any field of it. */
struct program {
	Elf64_Ehdr header;
	Elf64_Phdr segments[HEADERS];
	uint8_t bytes[256];
};

static const char *why;
static struct elf_image image;

static struct program sample(void)
{
	/* clang-format off */
	struct program p = {
		.header = {
			.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			.e_type = ET_EXEC,
			.e_machine = EM_RISCV,
			.e_version = EV_CURRENT,
			.e_entry = 0x10010,
			.e_phoff = offsetof(struct program, segments),
			.e_ehsize = sizeof(Elf64_Ehdr),
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = 3,
		},
		.segments = {
			{.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = 0x10000,
			 .p_offset = offsetof(struct program, bytes), .p_filesz = 64,
			 .p_memsz = 64},
			{.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_vaddr = 0x12ff0,
			 .p_offset = offsetof(struct program, bytes) + 64, .p_filesz = 32,
			 .p_memsz = 0x1020},
			{.p_type = PT_NOTE, .p_flags = PF_R, .p_offset = UINT64_MAX,
			 .p_filesz = UINT64_MAX},
		},
	};
	/* clang-format on */

	memset(p.bytes, 0x5a, sizeof(p.bytes));
	return p;
}

/* Reads a copy of the first `size` bytes, `shift` bytes off alignment. */
static int read_bytes(const void *bytes, size_t size, size_t shift)
{
	uint8_t *copy = malloc(size + shift + (size == 0));
	int result;

	memcpy(copy + shift, bytes, size);
	why = NULL;
	result = elf_read(copy + shift, size, VA_LOW, VA_HIGH, &image, &why);
	for (uint32_t i = 0; result == 0 && i < image.segment_count; i++) {
		const struct elf_segment *s = &image.segments[i];

		assert_true(s->data >= copy + shift);
		assert_true(s->data + s->file_size <= copy + shift + size);
		assert_true(s->va >= VA_LOW && s->va + s->memory_size <= VA_HIGH);
	}
	free(copy);
	return result;
}

static void accept(const struct program *p)
{
	if (read_bytes(p, sizeof(*p), 0) != 0)
		fail_msg("refused: %s", why);
}

static void refuse(const struct program *p, const char *reason)
{
	assert_int_equal(read_bytes(p, sizeof(*p), 0), -TN_EINVAL);
	assert_string_equal(why, reason);
}

static void test_program_is_read(void **state)
{
	struct program p = sample();

	(void)state;
	accept(&p);
	assert_int_equal(image.entry, 0x10010);
	assert_int_equal(image.segment_count, 2);
	assert_int_equal(image.pages, 1 + 3);
	assert_int_equal(image.segments[0].rights, TN_MAP_READ | TN_MAP_EXECUTE);
	assert_int_equal(image.segments[1].rights, TN_MAP_READ | TN_MAP_WRITE);
	assert_int_equal(image.segments[1].first_page, 0x12);
	assert_int_equal(image.segments[1].pages, 3);
	assert_int_equal(image.segments[1].file_size, 32);
	assert_int_equal(image.segments[1].memory_size, 0x1020);
}

static void test_any_alignment_will_do(void **state)
{
	struct program p = sample();

	(void)state;
	for (size_t shift = 0; shift < 8; shift++)
		assert_int_equal(read_bytes(&p, sizeof(p), shift), 0);
}

static void test_other_files_are_refused(void **state)
{
	struct program p = sample();

	(void)state;
	p.header.e_ident[3] = 'f';
	refuse(&p, "ELF: not an ELF file of 64 bits, little endian");
	p = sample();
	p.header.e_ident[EI_CLASS] = ELFCLASS32;
	refuse(&p, "ELF: not an ELF file of 64 bits, little endian");
	p = sample();
	p.header.e_ident[EI_DATA] = ELFDATA2MSB;
	refuse(&p, "ELF: not an ELF file of 64 bits, little endian");
}

static void test_other_machine_is_refused(void **state)
{
	struct program p = sample();

	(void)state;
	p.header.e_machine = EM_X86_64;
	refuse(&p, "ELF: not a static program for RISC-V");
}

static void test_other_types_are_refused(void **state)
{
	struct program p = sample();

	(void)state;
	p.header.e_type = ET_DYN;
	refuse(&p, "ELF: not a static program for RISC-V");
	p.header.e_type = ET_REL;
	refuse(&p, "ELF: not a static program for RISC-V");
}

static void test_program_headers_must_fit(void **state)
{
	struct program p = sample();

	(void)state;
	p.header.e_phentsize = 57;
	refuse(&p, "ELF: malformed or truncated program headers");
	p = sample();
	p.header.e_phoff = UINT64_MAX - 55;
	refuse(&p, "ELF: malformed or truncated program headers");
	p.header.e_phoff = sizeof(p) - 3 * sizeof(Elf64_Phdr) + 1;
	refuse(&p, "ELF: malformed or truncated program headers");
	p = sample();
	p.header.e_phnum = 0xffff;
	refuse(&p, "ELF: malformed or truncated program headers");
}

static void test_segment_must_lie_in_the_file(void **state)
{
	struct program p = sample();

	(void)state;
	p.segments[0].p_offset = sizeof(p) - 63;
	refuse(&p, "ELF: a segment lies outside the file");
	p.segments[0].p_offset = UINT64_MAX - 3;
	refuse(&p, "ELF: a segment lies outside the file");
	p.segments[0].p_offset = sizeof(p) - 64;
	accept(&p);
}

static void test_segment_must_fit_its_memory(void **state)
{
	struct program p = sample();

	(void)state;
	p.segments[0].p_filesz = 65;
	refuse(&p, "ELF: a segment lies outside the file");
}

static void test_segment_must_lie_in_user_space(void **state)
{
	struct program p = sample();

	(void)state;
	p.segments[1].p_vaddr = VA_LOW - 1;
	refuse(&p, "ELF: a segment lies outside user space");
	p.segments[1].p_vaddr = VA_HIGH - 0x101f;
	refuse(&p, "ELF: a segment lies outside user space");
	p.segments[1].p_vaddr = 0xffffffff80000000;
	refuse(&p, "ELF: a segment lies outside user space");
	p.segments[1].p_vaddr = UINT64_MAX;
	refuse(&p, "ELF: a segment lies outside user space");
	p.segments[1].p_vaddr = VA_HIGH - 0x1020;
	accept(&p);
}

static void test_segments_may_not_share_a_page(void **state)
{
	struct program p = sample();

	(void)state;
	p.segments[1].p_vaddr = 0x10800;
	refuse(&p, "ELF: segments overlap or share a page");
	p.segments[1].p_vaddr = 0xf000; /* runs into the first */
	refuse(&p, "ELF: segments overlap or share a page");
	p.segments[1].p_vaddr = 0xefe0; /* ends where the first page begins */
	accept(&p);
}

static void test_writable_code_is_refused(void **state)
{
	struct program p = sample();

	(void)state;
	p.segments[0].p_flags = PF_W | PF_X;
	refuse(&p, "ELF: a segment without rights, or both writable and executable");
}

static void test_rights_must_make_sense(void **state)
{
	struct program p = sample();

	(void)state;
	p.segments[1].p_flags = 0;
	refuse(&p, "ELF: a segment without rights, or both writable and executable");
	p.segments[1].p_flags = PF_W;
	accept(&p);
	assert_int_equal(image.segments[1].rights, TN_MAP_READ | TN_MAP_WRITE);
	p.segments[0].p_flags = PF_X;
	accept(&p);
	assert_int_equal(image.segments[0].rights, TN_MAP_EXECUTE);
}

static void test_entry_must_be_code(void **state)
{
	static const uint64_t bad[] = {0, 0xfffe, 0x10040, 0x12ff0, 0x10011, UINT64_MAX - 1};
	struct program p = sample();

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		p.header.e_entry = bad[i];
		refuse(&p, "ELF: the entry point is not in an executable segment");
	}
	p.header.e_entry = 0x1003e;
	accept(&p);
}

static void test_empty_segments_are_skipped(void **state)
{
	struct program p = sample();

	(void)state;
	p.segments[1] = (Elf64_Phdr){.p_type = PT_LOAD, .p_vaddr = 0x10000, .p_flags = PF_R};
	accept(&p);
	assert_int_equal(image.segment_count, 1);
	p.segments[0].p_memsz = 0;
	refuse(&p, "ELF: the entry point is not in an executable segment");
}

static void test_no_segments_at_all_is_refused(void **state)
{
	struct program p = sample();

	(void)state;
	p.header.e_phnum = 0;
	refuse(&p, "ELF: the entry point is not in an executable segment");
}

static void add_segments(struct program *p, uint16_t count)
{
	for (uint16_t i = 2; i < count; i++) {
		p->segments[i] = p->segments[0];
		p->segments[i].p_vaddr = 0x100000 + i * 0x1000ull;
	}
	p->header.e_phnum = count;
}

static void test_eight_segments_fit(void **state)
{
	struct program p = sample();

	(void)state;
	add_segments(&p, 8);
	accept(&p);
	assert_int_equal(image.segment_count, 8);
	add_segments(&p, 9);
	refuse(&p, "ELF: too large");
}

static void test_pages_are_bounded(void **state)
{
	struct program p = sample();

	(void)state;
	p.segments[1].p_vaddr = 0x20000;
	p.segments[1].p_memsz = (ELF_PAGES - 1) * 4096ull;
	accept(&p);
	assert_int_equal(image.pages, ELF_PAGES);
	p.segments[1].p_memsz++;
	refuse(&p, "ELF: too large");
	p.segments[1].p_memsz = VA_HIGH - 0x20000;
	refuse(&p, "ELF: too large");
}

static void test_every_truncation_is_refused_or_sane(void **state)
{
	struct program p = sample();
	size_t needed = offsetof(struct program, bytes) + 64 + 32;

	(void)state;
	for (size_t cut = 0; cut < sizeof(p); cut++)
		assert_int_equal(read_bytes(&p, cut, 4), cut < needed ? -TN_EINVAL : 0);
}

static void test_every_changed_byte_is_survived(void **state)
{
	struct program p = sample();
	uint8_t *bytes = (uint8_t *)&p;
	size_t headers = offsetof(struct program, segments[3]);
	int results[2] = {0, 0};

	(void)state;
	for (size_t at = 0; at < headers; at++) {
		uint8_t old = bytes[at];

		for (int change = 1; change < 256; change++) {
			int result;

			bytes[at] = (uint8_t)(old ^ change);
			result = read_bytes(&p, sizeof(p), 0);
			assert_true((result == 0) == (why == NULL));
			results[result == 0]++;
		}
		bytes[at] = old;
	}
	assert_true(results[0] > 0 && results[1] > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_program_is_read),
		cmocka_unit_test(test_any_alignment_will_do),
		cmocka_unit_test(test_other_files_are_refused),
		cmocka_unit_test(test_other_machine_is_refused),
		cmocka_unit_test(test_other_types_are_refused),
		cmocka_unit_test(test_program_headers_must_fit),
		cmocka_unit_test(test_segment_must_lie_in_the_file),
		cmocka_unit_test(test_segment_must_fit_its_memory),
		cmocka_unit_test(test_segment_must_lie_in_user_space),
		cmocka_unit_test(test_segments_may_not_share_a_page),
		cmocka_unit_test(test_writable_code_is_refused),
		cmocka_unit_test(test_rights_must_make_sense),
		cmocka_unit_test(test_entry_must_be_code),
		cmocka_unit_test(test_empty_segments_are_skipped),
		cmocka_unit_test(test_no_segments_at_all_is_refused),
		cmocka_unit_test(test_eight_segments_fit),
		cmocka_unit_test(test_pages_are_bounded),
		cmocka_unit_test(test_every_truncation_is_refused_or_sane),
		cmocka_unit_test(test_every_changed_byte_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
