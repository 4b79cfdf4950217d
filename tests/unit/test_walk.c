/*
 * test_walk.c - where walks end, and the level-2 table that a process keeps.
 */
#include "walk.h"

#include "aspace.h"
#include "frame.h"
#include "table.h"

#define VA 0x40000000ul

static uint64_t frame(uint64_t i)
{
	return world.free_first + i;
}

static void ends(void)
{
	struct place at = walk_down(aspace.process, VA, 0);

	assert_null(at.table);
	assert_int_equal(at.level, paging_levels - 1);
	assert_code(space_attach(VA, paging_levels - 1), 0);
	at = walk_down(aspace.process, VA + 3 * PAGE, 0);
	assert_ptr_equal(at.table, aspace.process->root);
	assert_int_equal(at.level, paging_levels - 1);
	assert_int_equal(at.index, pte_index(VA, paging_levels - 1));
	assert_code(space_map(VA, aspace.block, 512, RW), 0);
	at = walk_down(aspace.process, VA + 3 * PAGE, 0);
	assert_int_equal(at.level, 1);
	assert_true(pte_is_leaf(pte_read(place_entry(&at))));
	at = walk_down(aspace.process, VA + 3 * PAGE, 2);
	assert_int_equal(at.level, 2);
	assert_true(pte_is_table(pte_read(place_entry(&at))));
	at = walk_down(aspace.process, VA + LARGE, 0);
	assert_int_equal(at.level, 1);
	assert_int_equal(at.index, 1);
	assert_false(pte_is_valid(pte_read(place_entry(&at))));
}

static void a_walk_ends_at_the_first_entry_that_is_no_table(void **state)
{
	(void)state;
	aspace_each_mode(ends, 8);
}

static void page_and_down_agree(uint64_t va)
{
	struct place at = walk_down(aspace.process, va, 0);
	pfn_t table = pfn(0);
	pte_t *entry = walk_kept(aspace.process, va, 0, &table);

	/* whatever was kept before: no entry, or the right one */
	if (entry != NULL)
		assert_ptr_equal(entry, place_entry(&at));
	walk_keep(aspace.process, va);
	entry = walk_kept(aspace.process, va, 0, &table);
	if (at.table == NULL || at.level != 0) {
		assert_null(entry);
		return;
	}
	assert_ptr_equal(entry, place_entry(&at));
	assert_int_equal(table.n, frame_of(at.table).n);
	entry = walk_kept(aspace.process, va, 1, &table);
	at = walk_down(aspace.process, va, 1);
	assert_ptr_equal(entry, place_entry(&at));
	assert_int_equal(table.n, frame_of(at.table).n);
}

static void kept(void)
{
	uint64_t vas[] = {VA, VA + 5 * PAGE, VA + LARGE,      VA + HUGE_PAGE,
			  0,  user_top / 2,  user_top - PAGE, 1ul << 37};

	for (unsigned round = 0; round < 4; round++) {
		for (unsigned i = 0; i < 8; i++)
			for (unsigned j = 0; j < 8; j++) {
				page_and_down_agree(vas[i]);
				page_and_down_agree(vas[j]);
			}
		if (round < 3)
			assert_code(space_map(vas[round * 3], frame(round), 1, RW), 0);
	}
	assert_code(space_unmap(user_top - PAGE, 1), 0);
	for (unsigned i = 0; i < 8; i++)
		page_and_down_agree(vas[i]);
}

static void the_kept_table_changes_no_result(void **state)
{
	(void)state;
	aspace_each_mode(kept, 16);
}

static void kept_and_gone(void)
{
	uint64_t high = user_top / 2;

	/* the kept table goes back to the pool and becomes something else */
	assert_code(space_map(high, frame(0), 1, RW), 0);
	page_and_down_agree(high);
	assert_code(space_unmap(high, 1), 0);
	page_and_down_agree(high);
	assert_code(space_map(high, frame(0), 1, RW), 0);
	page_and_down_agree(high);
	assert_code(space_detach(high, paging_levels - 2, 0), 0);
	page_and_down_agree(high);
	assert_code(space_map(VA, frame(0), 1, RW), 0);
	assert_code(space_map(high, frame(1), 1, RW), 0);
	page_and_down_agree(high);
	assert_mapped(high, frame(1), 0, RW);
}

static void the_kept_table_is_forgotten_with_its_frame(void **state)
{
	(void)state;
	aspace_each_mode(kept_and_gone, 16);
}

static void user_range(void)
{
	assert_true(walk_is_user(0, user_top / PAGE));
	assert_false(walk_is_user(0, user_top / PAGE + 1));
	assert_true(walk_is_user(user_top - PAGE, 1));
	assert_false(walk_is_user(user_top - PAGE, 2));
	assert_false(walk_is_user(user_top, 1));
	assert_false(walk_is_user(user_top, 0));
	assert_false(walk_is_user(UINT64_MAX - PAGE + 1, 1));
	assert_false(walk_is_user(PAGE, UINT64_MAX));
	assert_int_equal(user_top, paging_levels == 3   ? 1ul << 38
				   : paging_levels == 4 ? 1ul << 47
							: 1ul << 56);
}

static void user_space_ends_where_the_mode_says(void **state)
{
	(void)state;
	aspace_each_mode(user_range, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_walk_ends_at_the_first_entry_that_is_no_table),
		cmocka_unit_test(the_kept_table_changes_no_result),
		cmocka_unit_test(the_kept_table_is_forgotten_with_its_frame),
		cmocka_unit_test(user_space_ends_where_the_mode_says),
	};

	return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
