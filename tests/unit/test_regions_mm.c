/*
 * test_regions_mm.c - mm's list of what addresses a client may use.
 *
 * Beside single cases, a long random run is compared with a plain array of pages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <tenure/regions.h>

#define SEED 20240611u
#define BASE 0x100000ul
#define PAGES 96u
#define ROUNDS 20000u
#define RIGHTS (TN_MM_WRITE | TN_MM_EXECUTE)

static uint64_t random_state = SEED;

static uint64_t random_below(uint64_t bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % bound;
}

static uint64_t at(uint64_t page)
{
	return BASE + page * REGION_PAGE;
}

static struct region plain(uint64_t page, uint64_t pages, uint64_t flags)
{
	return (struct region){.va = at(page), .pages = pages, .flags = flags, .most = RIGHTS};
}

/* --- single cases ------------------------------------------------------------------------ */

static void neighbours_join(void **state)
{
	struct regions regions = {.count = 0};

	(void)state;
	assert_true(regions_add(&regions, plain(4, 2, TN_MM_WRITE)));
	assert_true(regions_add(&regions, plain(6, 2, TN_MM_WRITE)));
	assert_true(regions_add(&regions, plain(2, 2, TN_MM_WRITE)));
	assert_int_equal(regions.count, 1);
	assert_int_equal(regions.list[0].va, at(2));
	assert_int_equal(regions.list[0].pages, 6);
}

static void unlike_neighbours_stay_apart(void **state)
{
	struct region attached = plain(8, 1, TN_MM_WRITE), offered = plain(10, 1, 0);
	struct regions regions = {.count = 0};

	(void)state;
	attached.attached = true;
	offered.offer_pid = 7;
	assert_true(regions_add(&regions, plain(6, 2, TN_MM_WRITE)));
	assert_true(regions_add(&regions, attached));
	assert_true(regions_add(&regions, plain(9, 1, 0)));
	assert_true(regions_add(&regions, offered));
	assert_true(regions_add(&regions, plain(11, 1, 0)));
	assert_int_equal(regions.count, 5);
}

static void full_list_refuses_and_stays(void **state)
{
	struct regions regions = {.count = 0}, before;

	(void)state;
	for (unsigned i = 0; i < TN_CLIENT_REGIONS; i++)
		assert_true(regions_add(&regions, plain(i * 2, 1, 0)));
	before = regions;
	assert_false(regions_add(&regions, plain(1, 1, TN_MM_WRITE)));
	assert_memory_equal(&before, &regions, sizeof(regions));
	assert_true(regions_add(&regions, plain(1, 1, 0))); /* joins */
	assert_int_equal(regions.count, TN_CLIENT_REGIONS);
}

/* What was added can go again; only what would leave two pieces cannot. */
static void full_list_lets_go(void **state)
{
	struct regions regions = {.count = 0};

	(void)state;
	for (unsigned i = 0; i < TN_CLIENT_REGIONS; i++)
		assert_true(regions_add(&regions, plain(i * 6, 3, 0)));
	assert_false(regions_can_remove(&regions, at(1), 1));
	assert_false(regions_can_protect(&regions, at(1), 1));
	assert_false(regions_can_protect(&regions, at(0), 1));
	assert_true(regions_can_protect(&regions, at(0), 3));
	assert_true(regions_add(&regions, plain(3, 2, 0)));
	assert_true(regions_can_remove(&regions, at(3), 2));
	regions_remove(&regions, at(3), 2);
	assert_int_equal(regions.count, TN_CLIENT_REGIONS);
	assert_true(regions_add(&regions, plain(5, 1, 0)));
	assert_true(regions_can_remove(&regions, at(5), 1));
	regions_remove(&regions, at(5), 1);
	assert_int_equal(regions.count, TN_CLIENT_REGIONS);
	assert_int_equal(regions.list[1].va, at(6));
	assert_int_equal(regions.list[1].pages, 3);
	assert_true(regions_can_remove(&regions, at(2), 100));
	regions_remove(&regions, at(2), 100);
	assert_int_equal(regions.list[0].pages, 2);
}

static void place_leaves_a_gap_and_respects_its_bounds(void **state)
{
	struct regions regions = {.count = 0};

	(void)state;
	assert_int_equal(regions_place(&regions, 4, REGION_PAGE, at(0), at(4)), at(0));
	assert_int_equal(regions_place(&regions, 5, REGION_PAGE, at(0), at(4)), 0);
	assert_true(regions_add(&regions, plain(2, 2, 0)));
	assert_int_equal(regions_place(&regions, 2, REGION_PAGE, at(0), at(9)), at(0));
	assert_int_equal(regions_place(&regions, 3, REGION_PAGE, at(0), at(9)), at(5));
	assert_int_equal(regions_place(&regions, 5, REGION_PAGE, at(0), at(9)), 0);
	assert_int_equal(regions_place(&regions, 1, REGION_BLOCK, at(0), at(4096)), 0x200000);
	assert_int_equal(regions_place(&regions, UINT64_MAX, REGION_PAGE, at(0), at(9)), 0);
}

static void offer_survives_a_cut(void **state)
{
	struct region offered = plain(0, 8, TN_MM_WRITE);
	struct regions regions = {.count = 0};

	(void)state;
	offered.offer_pid = 9;
	assert_true(regions_add(&regions, offered));
	regions_remove(&regions, at(3), 2);
	assert_int_equal(regions.count, 2);
	assert_int_equal(regions_find(&regions, at(2))->offer_pid, 9);
	assert_int_equal(regions_find(&regions, at(5))->offer_pid, 9);
	assert_null(regions_find(&regions, at(4)));
}

/* --- against an array -------------------------------------------------------------------- */

#define NOTHING 0xff
static uint8_t model[PAGES];

static bool model_touches(uint64_t first, uint64_t count)
{
	for (uint64_t i = first; i < first + count; i++)
		if (model[i] != NOTHING)
			return true;
	return false;
}

static bool model_covers(uint64_t first, uint64_t count)
{
	for (uint64_t i = first; i < first + count; i++)
		if (model[i] == NOTHING)
			return false;
	return true;
}

static void compare(struct regions *regions)
{
	for (uint64_t i = 0; i < PAGES; i++) {
		const struct region *region = regions_find(regions, at(i) + random_below(4096));

		assert_int_equal(region ? region->flags : NOTHING, model[i]);
	}
	for (unsigned i = 1; i < regions->count; i++)
		assert_true(region_end(&regions->list[i - 1]) <= regions->list[i].va);
}

static void random_step(struct regions *regions)
{
	uint64_t first = random_below(PAGES), count = 1 + random_below(PAGES - first);
	uint8_t flags = (uint8_t)random_below(3);

	assert_int_equal(regions_touch(regions, at(first), count), model_touches(first, count));
	assert_int_equal(regions_cover(regions, at(first), count), model_covers(first, count));
	switch (random_below(3)) {
	case 0:
		count = 1 + count % 4;
		if (first + count <= PAGES && !model_touches(first, count) &&
		    regions_add(regions, plain(first, count, flags)))
			memset(model + first, flags, count);
		break;
	case 1:
		if (!regions_can_remove(regions, at(first), count))
			break;
		regions_remove(regions, at(first), count);
		memset(model + first, NOTHING, count);
		break;
	default:
		if (!regions_can_protect(regions, at(first), count))
			break;
		regions_protect(regions, at(first), count, flags);
		for (uint64_t i = first; i < first + count; i++)
			model[i] = model[i] == NOTHING ? NOTHING : flags;
	}
}

static void random_changes_agree_with_an_array(void **state)
{
	struct regions regions = {.count = 0};

	(void)state;
	print_message("# seed %u\n", SEED);
	memset(model, NOTHING, sizeof(model));
	for (unsigned i = 0; i < ROUNDS; i++) {
		random_step(&regions);
		compare(&regions);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbours_join),
		cmocka_unit_test(unlike_neighbours_stay_apart),
		cmocka_unit_test(full_list_refuses_and_stays),
		cmocka_unit_test(full_list_lets_go),
		cmocka_unit_test(place_leaves_a_gap_and_respects_its_bounds),
		cmocka_unit_test(offer_survives_a_cut),
		cmocka_unit_test(random_changes_agree_with_an_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
