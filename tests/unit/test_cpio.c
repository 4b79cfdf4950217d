/*
 * test_cpio.c - the cpio reader on archives made here, on every cut and every changed byte of one.
 */
#include <image/cpio.h>

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tenure/abi.h>

#include <cmocka.h>

#define REGULAR 0100644u
#define DIRECTORY 0040755u

struct archive {
	char bytes[4096];
	size_t size;
};

static const char *why;
static struct cpio_file found;

static void append(struct archive *a, const void *bytes, size_t size)
{
	assert_true(a->size + size <= sizeof(a->bytes));
	memcpy(a->bytes + a->size, bytes, size);
	a->size += size;
}

static void append_zeros(struct archive *a, size_t size)
{
	static const char zeros[1024];

	append(a, zeros, size);
}

static void append_padding(struct archive *a)
{
	append_zeros(a, -a->size & 3);
}

static void append_entry(struct archive *a, const char *magic, const char *name, uint32_t mode,
			 const void *data, size_t size)
{
	uint32_t fields[13] = {[0] = 7, [1] = mode, [4] = 1};
	char header[160];

	fields[6] = (uint32_t)size;
	fields[11] = (uint32_t)strlen(name) + 1;
	memcpy(header, magic, 6);
	for (size_t i = 0; i < 13; i++) /* both cases of hexadecimal digits */
		snprintf(header + 6 + i * 8, 9, i % 2 ? "%08x" : "%08X", fields[i]);
	append(a, header, 110);
	append(a, name, strlen(name) + 1);
	append_padding(a);
	append(a, data, size);
	append_padding(a);
}

static void append_trailer(struct archive *a)
{
	append_entry(a, "070701", "TRAILER!!!", 0, "", 0);
}

static struct archive sample(void)
{
	struct archive a = {.size = 0};

	append_entry(&a, "070701", ".", DIRECTORY, "", 0);
	append_entry(&a, "070701", "mm", REGULAR, "hello", 5);
	append_entry(&a, "070702", "./mm-exact", REGULAR, "world!", 6);
	append_entry(&a, "070701", "empty", REGULAR, "", 0);
	append_entry(&a, "070701", "apps", DIRECTORY, "", 0);
	append_entry(&a, "070701", "apps/demo", REGULAR, "deep", 4);
	append_trailer(&a);
	return a;
}

/* Looks in a copy that is no longer than the archive. */
static int find_in(const char *bytes, size_t size, const char *name)
{
	char *copy = malloc(size ? size : 1);
	int result;

	memcpy(copy, bytes, size);
	why = NULL;
	result = cpio_find(copy, size, name, &found, &why);
	if (result == 0)
		assert_true(found.data >= (uint8_t *)copy &&
			    found.data + found.size <= (uint8_t *)copy + size);
	free(copy);
	return result;
}

static int find(const struct archive *a, const char *name)
{
	return find_in(a->bytes, a->size, name);
}

static void assert_found(const struct archive *a, const char *name, const char *data)
{
	assert_int_equal(cpio_find(a->bytes, a->size, name, &found, &why), 0);
	assert_int_equal(found.size, strlen(data));
	assert_memory_equal(found.data, data, found.size);
}

static void test_files_are_found(void **state)
{
	struct archive a = sample();

	(void)state;
	assert_found(&a, "mm", "hello");
	assert_found(&a, "mm-exact", "world!");
	assert_found(&a, "apps/demo", "deep");
	assert_found(&a, "empty", "");
	assert_int_equal(find(&a, "mm"), 0);
}

static void test_leading_dot_in_the_archive_does_not_count(void **state)
{
	struct archive a = sample();

	(void)state;
	assert_found(&a, "mm-exact", "world!");
	assert_int_equal(find(&a, "./mm-exact"), -TN_ENOENT);
}

static void test_missing_file_is_told(void **state)
{
	struct archive a = sample();

	(void)state;
	assert_int_equal(find(&a, "m"), -TN_ENOENT);
	assert_string_equal(why, "boot image: no such file");
	assert_int_equal(find(&a, "mm-"), -TN_ENOENT);
	assert_int_equal(find(&a, ""), -TN_ENOENT);
	assert_int_equal(find(&a, "TRAILER!!!"), -TN_ENOENT);
}

static void test_directory_is_no_file(void **state)
{
	struct archive a = sample();

	(void)state;
	assert_int_equal(find(&a, "apps"), -TN_ENOENT);
}

static void test_first_of_two_names_wins(void **state)
{
	struct archive a = {.size = 0};

	(void)state;
	append_entry(&a, "070701", "mm", DIRECTORY, "", 0);
	append_entry(&a, "070701", "mm", REGULAR, "one", 3);
	append_entry(&a, "070701", "mm", REGULAR, "two", 3);
	append_trailer(&a);
	assert_found(&a, "mm", "one");
}

static void test_what_follows_the_end_mark_is_not_read(void **state)
{
	struct archive a = sample();

	(void)state;
	append_zeros(&a, 512);
	append(&a, "rubbish", 7);
	assert_found(&a, "mm", "hello");
	assert_int_equal(find(&a, "other"), -TN_ENOENT);
}

static void assert_no_cpio(const char *bytes, size_t size)
{
	assert_int_equal(find_in(bytes, size, "mm"), -TN_EINVAL);
	assert_string_equal(why, "boot image: not a cpio archive");
}

static void test_other_bytes_are_no_cpio(void **state)
{
	static const char zeros[512];
	char other[512] = {0};

	(void)state;
	assert_no_cpio(zeros, sizeof(zeros));
	memcpy(other, "070707 is the old format", 24);
	assert_no_cpio(other, sizeof(other));
	memcpy(other, "\177ELF\002\001\001", 7);
	assert_no_cpio(other, sizeof(other));
}

static void test_archive_without_end_mark_is_truncated(void **state)
{
	struct archive a = {.size = 0};

	(void)state;
	append_entry(&a, "070701", "mm", REGULAR, "1234", 4);
	assert_found(&a, "mm", "1234");
	assert_int_equal(find_in(a.bytes, a.size - 1, "mm"), -TN_EINVAL);
	assert_string_equal(why, "boot image: truncated");
	assert_int_equal(find(&a, "other"), -TN_EINVAL);
	assert_string_equal(why, "boot image: truncated");
}

/* Field `index` of the first header set to `digits`. */
static int find_with_field(int index, const char *digits)
{
	struct archive a = {.size = 0};

	append_entry(&a, "070701", "mm", REGULAR, "1234", 4);
	append_trailer(&a);
	memcpy(a.bytes + 6 + index * 8, digits, 8);
	return find(&a, "mm");
}

static void test_malformed_headers_are_refused(void **state)
{
	(void)state;
	assert_int_equal(find_with_field(1, "0000x000"), -TN_EINVAL);
	assert_string_equal(why, "boot image: not a cpio archive");
	assert_int_equal(find_with_field(6, "0000000g"), -TN_EINVAL);
	assert_string_equal(why, "boot image: not a cpio archive");
	assert_int_equal(find_with_field(11, "00000000"), -TN_EINVAL);
	assert_string_equal(why, "boot image: not a cpio archive");
	assert_int_equal(find_with_field(11, "00000002"), -TN_EINVAL); /* "mm", no NUL */
	assert_string_equal(why, "boot image: not a cpio archive");
}

/* Once 0x10 was read as 0, and @ as 9. */
static void test_nothing_but_hexadecimal_digits_counts(void **state)
{
	char digits[] = "00008000";

	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		digits[7] = (char)c;
		assert_int_equal(find_with_field(1, digits), isxdigit((int)c) ? 0 : -TN_EINVAL);
	}
}

static void test_huge_sizes_are_truncation(void **state)
{
	(void)state;
	assert_int_equal(find_with_field(6, "ffffffff"), -TN_EINVAL);
	assert_string_equal(why, "boot image: truncated");
	assert_int_equal(find_with_field(11, "FFFFFFFF"), -TN_EINVAL);
	assert_string_equal(why, "boot image: truncated");
}

static void test_every_truncation_is_told(void **state)
{
	struct archive a = sample();

	(void)state;
	for (size_t cut = 0; cut < a.size - 1; cut++) { /* the last is padding of the end mark */
		assert_int_equal(find_in(a.bytes, cut, "other"), -TN_EINVAL);
		if (cut >= 6 && memcmp(why, "boot image: truncated", 22) != 0)
			assert_string_equal(why, "boot image: not a cpio archive"); /* in a magic */
	}
	assert_int_equal(find(&a, "other"), -TN_ENOENT);
}

static void test_every_changed_byte_is_survived(void **state)
{
	struct archive a = sample();
	char *copy = malloc(a.size);
	int results[2] = {0, 0};

	(void)state;
	memcpy(copy, a.bytes, a.size);
	for (size_t at = 0; at < a.size; at++) {
		for (int change = 1; change < 256; change++) {
			int result;

			copy[at] = (char)(a.bytes[at] ^ change);
			why = NULL;
			result = cpio_find(copy, a.size, "apps/demo", &found, &why);
			assert_true((result == 0) == (why == NULL));
			if (result == 0)
				assert_true(found.data + found.size <= (uint8_t *)copy + a.size);
			results[result == 0]++;
		}
		copy[at] = a.bytes[at];
	}
	assert_true(results[0] > 0 && results[1] > 0);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files_are_found),
		cmocka_unit_test(test_leading_dot_in_the_archive_does_not_count),
		cmocka_unit_test(test_missing_file_is_told),
		cmocka_unit_test(test_directory_is_no_file),
		cmocka_unit_test(test_first_of_two_names_wins),
		cmocka_unit_test(test_what_follows_the_end_mark_is_not_read),
		cmocka_unit_test(test_other_bytes_are_no_cpio),
		cmocka_unit_test(test_archive_without_end_mark_is_truncated),
		cmocka_unit_test(test_malformed_headers_are_refused),
		cmocka_unit_test(test_nothing_but_hexadecimal_digits_counts),
		cmocka_unit_test(test_huge_sizes_are_truncation),
		cmocka_unit_test(test_every_truncation_is_told),
		cmocka_unit_test(test_every_changed_byte_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
