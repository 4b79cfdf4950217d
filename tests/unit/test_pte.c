/*
 * test_pte.c - page-table entries as pure functions, against the bit positions of the privileged
 * specification ("Sv39: Virtual Memory System", "Svpbmt").
 */
#include <port/pte.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static pte_t word(uint64_t w)
{
	return (pte_t){w};
}

static void low_bits_tell_the_kind(void **state)
{
	(void)state;
	for (uint64_t low = 0; low < 1024; low++) {
		pte_t e = word(low | 0x12345ul << 10);
		bool valid = low % 2 != 0, rwx = (low >> 1 & 7) != 0;

		assert_int_equal(pte_is_valid(e), valid);
		assert_int_equal(pte_is_table(e), valid && !rwx);
		assert_int_equal(pte_is_leaf(e), valid && rwx);
		assert_int_equal(pte_rights(e), low >> 1 & 7);
		assert_int_equal(pte_user(e), low >> 4 & 1);
		assert_int_equal(pte_accessed(e), low >> 6 & 1);
		assert_int_equal(pte_dirty(e), low >> 7 & 1);
		assert_int_equal(pte_uncounted(e), low >> 8 & 1);
		assert_int_equal(pte_frame(e).n, 0x12345);
	}
}

static void a_leaf_is_made_of_its_parts(void **state)
{
	static const uint64_t frames[] = {0, 1, 0x80000, 0xffffffff, (1ul << 44) - 1};

	(void)state;
	for (unsigned f = 0; f < 5; f++)
		for (uint64_t rights = 1; rights < 8; rights++) {
			pte_t e = pte_leaf(pfn(frames[f]), rights, 0, false);

			assert_int_equal(e.w, frames[f] << 10 | rights << 1 | 0x11);
			assert_int_equal(pte_frame(e).n, frames[f]);
			assert_int_equal(pte_rights(e), rights);
			assert_true(pte_is_leaf(e));
			e = pte_leaf(pfn(frames[f]), rights, 0, true);
			assert_int_equal(e.w, frames[f] << 10 | rights << 1 | 0x111);
		}
}

static void attributes_are_bits_61_and_62(void **state)
{
	(void)state;
	assert_int_equal(pte_leaf(pfn(5), 1, TN_MAP_NOCACHE, false).w >> 61, 1);
	assert_int_equal(pte_leaf(pfn(5), 1, TN_MAP_IO, false).w >> 61, 2);
	assert_int_equal(pte_attribute(word(1ul << 61 | 3)), TN_MAP_NOCACHE);
	assert_int_equal(pte_attribute(word(2ul << 61 | 3)), TN_MAP_IO);
	assert_int_equal(pte_attribute(word(3)), 0);
	assert_int_equal(pte_frame(word(3ul << 61 | 7 << 10 | 3)).n, 7);
}

static void a_table_entry_has_no_other_bit(void **state)
{
	(void)state;
	assert_int_equal(pte_table(pfn(0x80123)).w, 0x80123ul << 10 | 1);
	assert_true(pte_is_table(pte_table(pfn(0x80123))));
	assert_false(pte_is_leaf(pte_table(pfn(0x80123))));
}

static void changes_touch_nothing_else(void **state)
{
	uint64_t all = ~0ul;

	(void)state;
	assert_int_equal(pte_with_rights(word(all), 1).w, (all & ~0xeul) | 2);
	assert_int_equal(pte_with_rights(word(0x11), 5).w, 0x1b);
	assert_int_equal(pte_aged(word(all)).w, all & ~0xc0ul);
	assert_int_equal(pte_touched(word(0x13), false).w, 0x53);
	assert_int_equal(pte_touched(word(0x13), true).w, 0xd3);
	assert_int_equal(pte_disabled(word(all)).w, all - 1);
	assert_false(pte_is_valid(pte_disabled(word(0x80000c13))));
	assert_int_equal(pte_frame(pte_disabled(word(0x80000c13))).n,
			 pte_frame(word(0x80000c13)).n);
}

static void parts_of_a_large_leaf_follow_each_other(void **state)
{
	pte_t e = pte_leaf(pfn(0x80000), 3, TN_MAP_IO, true);

	(void)state;
	for (uint64_t i = 0; i < 512; i++) {
		assert_int_equal(pte_frame(pte_part(e, i, 1)).n, 0x80000 + i);
		assert_int_equal(pte_frame(pte_part(e, i, 512)).n, 0x80000 + 512 * i);
		assert_int_equal(pte_part(e, i, 1).w & ~(((1ul << 44) - 1) << 10),
				 e.w & ~(((1ul << 44) - 1) << 10));
	}
}

static void nine_bits_of_the_address_index_each_level(void **state)
{
	uint64_t va = 0x1ul << 48 | 0x2ul << 39 | 0x3ul << 30 | 0x4ul << 21 | 0x5ul << 12 | 0xfff;

	(void)state;
	for (unsigned level = 0; level < 5; level++)
		assert_int_equal(pte_index(va, level), 5 - level);
	assert_int_equal(pte_index(~0ul, 0), 511);
	assert_int_equal(pte_index(~0ul, 4), 511);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(low_bits_tell_the_kind),
		cmocka_unit_test(a_leaf_is_made_of_its_parts),
		cmocka_unit_test(attributes_are_bits_61_and_62),
		cmocka_unit_test(a_table_entry_has_no_other_bit),
		cmocka_unit_test(changes_touch_nothing_else),
		cmocka_unit_test(parts_of_a_large_leaf_follow_each_other),
		cmocka_unit_test(nine_bits_of_the_address_index_each_level),
	};

	return cmocka_run_group_tests_name("pte", tests, NULL, NULL);
}
