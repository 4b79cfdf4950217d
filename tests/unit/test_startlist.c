/*
 * test_startlist.c - the text that says which programs mm starts, and the boot arguments
 * that are mm's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../servers/mm/server/startlist.h"
#include "../../servers/mm/server/options.h"

/* A list over a copy of exactly the text's size, so that the sanitizer sees any byte beyond. */
static struct startlist open_list(const char *text, char **memory)
{
	size_t size = strlen(text);

	*memory = malloc(size ? size : 1);
	assert_non_null(*memory);
	memcpy(*memory, text, size);
	return (struct startlist){*memory, size, 0};
}

static void lines_become_entries(void **state)
{
	struct start_entry entry;
	const char *why;
	char *memory;
	struct startlist list = open_list("# comment\n\n  hello 32\t64 10  a  b \r\nhog 1 2 0",
					  &memory);

	(void)state;
	assert_int_equal(startlist_next(&list, &entry, &why), STARTLIST_ENTRY);
	assert_string_equal(entry.name, "hello");
	assert_string_equal(entry.args, "a  b");
	assert_int_equal(entry.pool_quota, 32);
	assert_int_equal(entry.user_quota, 64);
	assert_int_equal(entry.priority, 10);
	assert_int_equal(list.line, 3);
	assert_int_equal(startlist_next(&list, &entry, &why), STARTLIST_ENTRY);
	assert_string_equal(entry.name, "hog");
	assert_string_equal(entry.args, "");
	assert_int_equal(startlist_next(&list, &entry, &why), STARTLIST_END);
	free(memory);
}

static void malformed_lines_are_named_and_passed(void **state)
{
	static const char *const lines[] = {
		"hello",        "hello x 1 1",
		"hello 1",      "hello 1 2",
		"hello 1 2 31", "hello 1 2 32",
		"hello 0 2 1",  "hello 1 0 1",
		"hello 1 -2 1", "hello 9999999999 1 1",
		"hello 1 2 3x", "a-name-of-more-than-23-bytes 1 1 1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct start_entry entry;
		const char *why = NULL;
		char text[128], *memory;
		struct startlist list;

		strcpy(text, lines[i]);
		strcat(text, "\ngood 1 1 1\n");
		list = open_list(text, &memory);
		assert_int_equal(startlist_next(&list, &entry, &why), STARTLIST_BAD);
		assert_non_null(why);
		assert_int_equal(list.line, 1);
		assert_int_equal(startlist_next(&list, &entry, &why), STARTLIST_ENTRY);
		assert_string_equal(entry.name, "good");
		free(memory);
	}
}

static void long_arguments_are_refused(void **state)
{
	char text[TN_CLIENT_ARGS + 32] = "hello 1 1 1 ", *memory;
	size_t head = strlen(text);
	struct start_entry entry;
	struct startlist list;
	const char *why;

	(void)state;
	memset(text + head, 'x', TN_CLIENT_ARGS - 1);
	list = open_list(text, &memory);
	assert_int_equal(startlist_next(&list, &entry, &why), STARTLIST_ENTRY);
	assert_int_equal(strlen(entry.args), TN_CLIENT_ARGS - 1);
	free(memory);
	memset(text + head, 'x', TN_CLIENT_ARGS);
	list = open_list(text, &memory);
	assert_int_equal(startlist_next(&list, &entry, &why), STARTLIST_BAD);
	free(memory);
}

static void split_cuts_at_the_first_blank(void **state)
{
	struct start_entry entry;

	(void)state;
	assert_true(startlist_split("wild null-read 7", 16, &entry));
	assert_string_equal(entry.name, "wild");
	assert_string_equal(entry.args, "null-read 7");
	assert_false(startlist_split("", 0, &entry));
	assert_false(startlist_split("   ", 3, &entry));
	assert_false(startlist_split("wi\0ld", 5, &entry));
}

static void random_bytes_do_no_harm(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		static const char bytes[] = "ab 019\t\n\r#-\0x";
		struct start_entry entry;
		char text[64] = "", *memory;
		struct startlist list;
		const char *why;
		unsigned turns = 0;

		for (unsigned i = 0; i < sizeof(text) - 1; i++) {
			seed = seed * 1103515245u + 12345u;
			text[i] = bytes[(seed >> 16) % (sizeof(bytes) - 1)];
		}
		list = open_list(text, &memory);
		while (startlist_next(&list, &entry, &why) != STARTLIST_END)
			turns++;
		assert_true(turns <= sizeof(text));
		assert_int_equal(list.size, 0);
		free(memory);
	}
}

static void options_pick_and_replace(void **state)
{
	struct start_entry hello = {.name = "hello", .args = "old"}, hog = {.name = "hog"};
	struct options options;

	(void)state;
	assert_null(options_read("mm=mm tick=5", &options));
	assert_true(options_select(&options, &hello) && options_select(&options, &hog));
	assert_string_equal(hello.args, "old");
	assert_null(options_read("tick=5 workload=hello other=1", &options));
	assert_true(options_select(&options, &hello));
	assert_false(options_select(&options, &hog));
	assert_string_equal(hello.args, "old");
	assert_null(options_read("workload=hog workload=hello,a,2", &options));
	assert_true(options_select(&options, &hello));
	assert_string_equal(hello.args, "a 2");
	assert_true(options_workload(&options, &hog));
	assert_string_equal(hog.name, "hello");
	assert_string_equal(hog.args, "a 2");
	assert_true(hog.pool_quota > 0 && hog.user_quota > 0);
	assert_true(hog.priority <= STARTLIST_PRIORITY_MAX);
	assert_int_equal(options.audit, 0);
	assert_int_equal(options.idle, OPTIONS_IDLE);
	assert_false(options.live);
	assert_string_equal(options.start, "start");
	assert_null(options_read("idle=5 view=live start=short", &options));
	assert_false(options_workload(&options, &hog));
	assert_int_equal(options.idle, 5);
	assert_true(options.live);
	assert_string_equal(options.start, "short");
	assert_null(options_read("view=live view=plain", &options));
	assert_false(options.live);
	assert_non_null(options_read("idle=0", &options));
	assert_non_null(options_read("view=alive", &options));
	assert_non_null(options_read("view=", &options));
	assert_non_null(options_read("start=", &options));
	assert_non_null(options_read("start=a-name-of-more-than-23-bytes", &options));
	assert_null(options_read("audit=120 mm=mm", &options));
	assert_int_equal(options.audit, 120);
	assert_string_equal(options.name, "");
	assert_non_null(options_read("audit=", &options));
	assert_non_null(options_read("audit=1x", &options));
	assert_non_null(options_read("audit=1234567890", &options));
	assert_non_null(options_read("workload=", &options));
	assert_non_null(options_read("workload=,", &options));
	assert_non_null(options_read("workload=a-name-of-more-than-23-bytes", &options));
}

static void quota_scales_pool_quotas(void **state)
{
	struct start_entry entry = {.name = "hello", .pool_quota = 64, .user_quota = 100};
	struct options options;

	(void)state;
	assert_null(options_read("lab=2 quota=50", &options));
	assert_int_equal(options.lab, 2);
	assert_true(options_select(&options, &entry));
	assert_int_equal(entry.pool_quota, 32);
	assert_int_equal(entry.user_quota, 100);
	assert_null(options_read("quota=1", &options));
	assert_int_equal(options.lab, 0);
	assert_true(options_select(&options, &entry));
	assert_int_equal(entry.pool_quota, 1); /* never none */
	entry.pool_quota = UINT64_MAX;
	assert_true(options_select(&options, &entry));
	assert_true(entry.pool_quota == UINT64_MAX);
	assert_null(options_read("workload=hello quota=200", &options));
	assert_true(options_workload(&options, &entry));
	assert_int_equal(entry.pool_quota, 1200);
	assert_non_null(options_read("quota=0", &options));
	assert_non_null(options_read("quota=1001", &options));
	assert_non_null(options_read("quota=", &options));
	assert_non_null(options_read("lab=3", &options));
	assert_non_null(options_read("lab=yes", &options));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_entries),
		cmocka_unit_test(malformed_lines_are_named_and_passed),
		cmocka_unit_test(long_arguments_are_refused),
		cmocka_unit_test(split_cuts_at_the_first_blank),
		cmocka_unit_test(random_bytes_do_no_harm),
		cmocka_unit_test(options_pick_and_replace),
		cmocka_unit_test(quota_scales_pool_quotas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
