/*
 * test_span.c - which pages one call of unmap or protect visits, against a naive count over a
 * landscape of small pages, large pages, holes and tables.
 */
#include "span.h"

#include "aspace.h"
#include "frame.h"
#include "walk.h"

#define VA 0x40000000ul

/* By 2 MiB from VA on: S a table of small pages, L a large page, - a hole. */
static const char landscape[] = "SLL-LS--LL";
#define PARTS (sizeof(landscape) - 1)

static void landscape_make(void)
{
	for (uint64_t i = 0; i < PARTS; i++) {
		if (landscape[i] == 'S')
			assert_code(space_map(VA + i * LARGE + 100 * PAGE, aspace.block + 100, 300,
					      RW),
				    0);
		else if (landscape[i] == 'L')
			assert_code(space_map(VA + i * LARGE, aspace.block + 512, 512, RW), 0);
	}
}

/* Pages that one call passes, and the tables that it needs. */
static uint64_t expected(uint64_t page, uint64_t count, uint64_t *tables)
{
	uint64_t done = 0, part = page / 512, in = page % 512;

	*tables = 0;
	if (landscape[part] == 'S')
		return count < 512 - in ? count : 512 - in;
	if (landscape[part] == 'L' && (in != 0 || count < 512)) {
		*tables = 1;
		return count < 512 - in ? count : 512 - in;
	}
	for (; done < count && part < PARTS && landscape[part] != 'S'; part++) {
		uint64_t rest = 512 - (page + done) % 512, left = count - done;

		if (landscape[part] == 'L' && left < 512)
			break;
		done += rest < left ? rest : left;
	}
	return done;
}

static void visit(uint64_t page, uint64_t count)
{
	uint64_t tables, pages = expected(page, count, &tables);
	struct answer a;

	space_starve(0);
	a = space_protect(VA + page * PAGE, count, TN_MAP_READ, TN_NONE);
	if (tables > 0) {
		assert_answer(a, -TN_ENOMEM, tables);
		return;
	}
	assert_answer(a, 0, pages);
	space_supply(1);
	a = space_protect(VA + page * PAGE, count, TN_MAP_AGE, TN_NONE);
	assert_answer(a, 0, pages);
}

static void all_windows(void)
{
	static const uint64_t starts[] = {0, 1, 511}, counts[] = {1, 511, 512, 513, 1024, 1500};

	landscape_make();
	for (uint64_t part = 0; part + 3 < PARTS; part++)
		for (unsigned s = 0; s < 3; s++)
			for (unsigned c = 0; c < 6; c++)
				visit(part * 512 + starts[s], counts[c]);
}

static void a_call_visits_a_run_of_one_table(void **state)
{
	(void)state;
	aspace_each_mode(all_windows, 16);
}

static void split_windows(void)
{
	static const uint64_t starts[] = {0, 1, 300, 511}, counts[] = {1, 2, 511, 1000};

	for (unsigned s = 0; s < 4; s++)
		for (unsigned c = 0; c < 4; c++) {
			uint64_t n = counts[c] < 512 - starts[s] ? counts[c] : 512 - starts[s];

			assert_code(space_map(VA, aspace.block, 1024, RW), 0);
			assert_answer(space_protect(VA + starts[s] * PAGE, counts[c], TN_MAP_READ,
						    TN_NONE),
				      0, n);
			assert_code(space_resolve(VA + starts[s] * PAGE), 0);
			assert_int_equal(space_resolved()->flags, TN_MAP_READ);
			assert_mapped(VA + LARGE, aspace.block + 512, 1, RW);
			assert_code(space_unmap(VA, 512), 0);
			assert_code(space_unmap(VA + LARGE, 512), 0);
		}
}

static void a_cut_page_ends_the_batch(void **state)
{
	(void)state;
	aspace_each_mode(split_windows, 16);
}

static void a_count_fits_its_part_of_the_result(void **state)
{
	(void)state;
	aspace_make(5, 8);
	assert_answer(space_unmap(0, user_top / PAGE), 0, 1ul << 31);
	assert_code(space_attach(0, 4), 0);
	/* 256 TiB behind each entry: the count still fits its half of the word */
	assert_answer(space_unmap(0, user_top / PAGE), 0, 1ul << 31);
	assert_answer(space_protect(PAGE, user_top / PAGE - 1, TN_MAP_AGE, TN_NONE), 0, 1ul << 31);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_visits_a_run_of_one_table),
		cmocka_unit_test(a_cut_page_ends_the_batch),
		cmocka_unit_test(a_count_fits_its_part_of_the_result),
	};

	return cmocka_run_group_tests_name("span", tests, NULL, NULL);
}
