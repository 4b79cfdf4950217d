/*
 * test_bootargs.c - the kernel's words among the boot arguments, in allocations without a NUL.
 */
#include "boot/bootargs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <tenure/abi.h>

#include <cmocka.h>

static const char bad_tick[] =
	"boot argument tick: not a number of microseconds from 1 to 1000000000";
static struct boot_options options;

static const char *parse(const char *args, size_t length)
{
	char *copy = malloc(length ? length : 1);
	const char *why;

	memcpy(copy, args, length);
	why = bootargs_parse((struct text){copy, (uint32_t)length}, &options);
	free(copy);
	return why;
}

static void accept(const char *args)
{
	const char *why = parse(args, strlen(args));

	if (why != NULL)
		fail_msg("\"%s\" refused: %s", args, why);
}

static void refuse(const char *args, const char *reason)
{
	const char *why = parse(args, strlen(args));

	assert_non_null(why);
	assert_string_equal(why, reason);
}

static void assert_defaults(void)
{
	assert_string_equal(options.mm, "mm");
	assert_int_equal(options.paging_levels, 0);
	assert_int_equal(options.kernel_window, 0);
	assert_int_equal(options.check_every, BOOTARGS_CHECK_BOOT);
	assert_int_equal(options.tick, 0);
}

static void test_nothing_means_defaults(void **state)
{
	(void)state;
	assert_null(bootargs_parse((struct text){NULL, 0}, &options));
	assert_defaults();
	accept("");
	assert_defaults();
	accept("  \t ");
	assert_defaults();
}

static void test_all_words_together(void **state)
{
	(void)state;
	accept("mm=mm-exact paging=sv48 kernel_window=64M\tinvariants=100  tick=500\n");
	assert_string_equal(options.mm, "mm-exact");
	assert_int_equal(options.paging_levels, 4);
	assert_int_equal(options.kernel_window, 64 << 20);
	assert_int_equal(options.check_every, 100);
	assert_int_equal(options.tick, 500);
}

static void test_unknown_words_belong_to_mm(void **state)
{
	(void)state;
	accept("mm ticks=x xmm=1 =5 tick kernel_window paging:sv99 MM=a -- root=/dev/null");
	assert_defaults();
}

static void test_last_word_wins(void **state)
{
	(void)state;
	accept("mm=longer-name mm=b paging=sv57 paging=sv39 tick=5 tick=6");
	assert_string_equal(options.mm, "b");
	assert_int_equal(options.paging_levels, 3);
	assert_int_equal(options.tick, 6);
}

static void test_name_has_up_to_63_bytes(void **state)
{
	char args[3 + 64 + 1] = "mm=";

	(void)state;
	memset(args + 3, 'n', 63);
	accept(args);
	assert_int_equal(strlen(options.mm), 63);
	args[66] = 'n';
	refuse(args, "boot argument mm: not a name of 1 to 63 bytes");
	refuse("mm=", "boot argument mm: not a name of 1 to 63 bytes");
}

static void test_paging_names_a_mode(void **state)
{
	(void)state;
	accept("paging=sv39");
	assert_int_equal(options.paging_levels, 3);
	accept("paging=sv57");
	assert_int_equal(options.paging_levels, 5);
	refuse("paging=sv64", "boot argument paging: not sv39, sv48 or sv57");
	refuse("paging=", "boot argument paging: not sv39, sv48 or sv57");
	refuse("paging=sv390", "boot argument paging: not sv39, sv48 or sv57");
}

static void test_window_takes_suffixes(void **state)
{
	(void)state;
	accept("kernel_window=4096");
	assert_int_equal(options.kernel_window, 4096);
	accept("kernel_window=8k");
	assert_int_equal(options.kernel_window, 8192);
	accept("kernel_window=2G");
	assert_int_equal(options.kernel_window, 2ull << 30);
	accept("kernel_window=17179869183G"); /* the largest that fits 64 bits */
	assert_int_equal(options.kernel_window, 17179869183ull << 30);
}

static void test_window_must_be_a_size(void **state)
{
	static const char *const bad[] = {"kernel_window=",
					  "kernel_window=M",
					  "kernel_window=0",
					  "kernel_window=0x1000",
					  "kernel_window=-1",
					  "kernel_window=1T",
					  "kernel_window=1MM",
					  "kernel_window=18446744073709551617",
					  "kernel_window=17179869184G"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuse(bad[i], "boot argument kernel_window: not a size");
}

static void test_largest_number_fits(void **state)
{
	(void)state;
	accept("invariants=18446744073709551615");
	assert_int_equal(options.check_every, UINT64_MAX);
}

static void test_invariants_say_how_often(void **state)
{
	(void)state;
	accept("invariants=syscall");
	assert_int_equal(options.check_every, 1);
	accept("invariants=7 invariants=boot");
	assert_int_equal(options.check_every, BOOTARGS_CHECK_BOOT);
	refuse("invariants=0", "boot argument invariants: not boot, syscall or a number above 0");
	refuse("invariants=all", "boot argument invariants: not boot, syscall or a number above 0");
	refuse("invariants=", "boot argument invariants: not boot, syscall or a number above 0");
}

static void test_tick_has_limits(void **state)
{
	(void)state;
	accept("tick=1");
	accept("tick=1000000000");
	assert_int_equal(options.tick, 1000000000);
	refuse("tick=0", bad_tick);
	refuse("tick=1000000001", bad_tick);
	refuse("a b tick=1ms", bad_tick);
}

static void test_malformed_word_counts_even_if_repeated(void **state)
{
	(void)state;
	refuse("tick=x tick=5", bad_tick);
}

static void test_every_prefix_and_byte_is_survived(void **state)
{
	static const char whole[] = "mm=exact paging=sv39 kernel_window=1G invariants=boot tick=9";
	int results[2] = {0, 0};

	(void)state;
	for (size_t cut = 0; cut < sizeof(whole); cut++) {
		for (int byte = 0; byte < 256; byte++) {
			char args[sizeof(whole)];

			memcpy(args, whole, cut);
			args[cut] = (char)byte;
			results[parse(args, cut + 1) == NULL]++;
		}
	}
	assert_true(results[0] > 0 && results[1] > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_means_defaults),
		cmocka_unit_test(test_all_words_together),
		cmocka_unit_test(test_unknown_words_belong_to_mm),
		cmocka_unit_test(test_last_word_wins),
		cmocka_unit_test(test_name_has_up_to_63_bytes),
		cmocka_unit_test(test_paging_names_a_mode),
		cmocka_unit_test(test_window_takes_suffixes),
		cmocka_unit_test(test_window_must_be_a_size),
		cmocka_unit_test(test_largest_number_fits),
		cmocka_unit_test(test_invariants_say_how_often),
		cmocka_unit_test(test_tick_has_limits),
		cmocka_unit_test(test_malformed_word_counts_even_if_repeated),
		cmocka_unit_test(test_every_prefix_and_byte_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
