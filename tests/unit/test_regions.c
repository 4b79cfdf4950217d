/*
 * test_regions.c - the layout of RAM: rounding, precedence, claims and carving; random layouts
 * against a map with one byte a frame.
 */
#include "boot/regions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <tenure/abi.h>

#include <cmocka.h>

#define HOLE TN_KIND_HOLE
#define IMAGE TN_KIND_IMAGE
#define BOOT TN_KIND_BOOT
#define USER TN_KIND_USER

static struct machine machine;
static struct regions regions;
static const char *why;

static int setup(void **state)
{
	(void)state;
	memset(&machine, 0, sizeof(machine));
	memset(&regions, 0xee, sizeof(regions));
	why = NULL;
	return 0;
}

static void add_bank(uint64_t address, uint64_t size)
{
	machine.banks[machine.bank_count++] = (struct machine_range){address, size};
}

static void add_reserved(uint64_t address, uint64_t size, bool no_map)
{
	machine.reserved[machine.reserved_count].range = (struct machine_range){address, size};
	machine.reserved[machine.reserved_count++].no_map = no_map;
}

static void init(void)
{
	if (regions_init(&regions, &machine, &why) != 0)
		fail_msg("refused: %s", why);
}

static void assert_region(uint32_t index, uint64_t first, uint64_t count, uint32_t kind)
{
	assert_true(index < regions.count);
	assert_int_equal(regions.r[index].first, first);
	assert_int_equal(regions.r[index].count, count);
	assert_int_equal(regions.r[index].kind, kind);
}

static void assert_canonical(void)
{
	for (uint32_t i = 0; i < regions.count; i++) {
		uint64_t end = regions.r[i].first + regions.r[i].count;

		assert_true(regions.r[i].count > 0);
		if (i + 1 == regions.count)
			continue;
		assert_true(end <= regions.r[i + 1].first);
		assert_true(end < regions.r[i + 1].first ||
			    regions.r[i].kind != regions.r[i + 1].kind);
	}
}

/* --- banks ---------------------------------------------------------------------------------- */

static void test_bank_is_rounded_inward(void **state)
{
	(void)state;
	add_bank(0x80000001, 0x4ffe); /* up to 0x80004fff */
	init();
	assert_int_equal(regions.count, 1);
	assert_region(0, 0x80001, 3, USER);
}

static void test_banks_are_sorted_and_joined(void **state)
{
	(void)state;
	add_bank(0x90000000, 0x2000);
	add_bank(0x80000000, 0x4000);
	add_bank(0x80004000, 0x1000); /* touches */
	add_bank(0x80001000, 0x1000); /* inside */
	add_bank(0x90001000, 0x3000); /* overlaps */
	init();
	assert_int_equal(regions.count, 2);
	assert_region(0, 0x80000, 5, USER);
	assert_region(1, 0x90000, 4, USER);
	assert_int_equal(regions_total_frames(&regions), 9);
}

static void test_no_whole_frame_is_refused(void **state)
{
	(void)state;
	add_bank(0x80000800, 0x1000);
	assert_int_equal(regions_init(&regions, &machine, &why), -TN_EINVAL);
	assert_string_equal(why, "memory: no whole frame of RAM");
}

static void test_frames_above_16_tib_are_dropped(void **state)
{
	(void)state;
	add_bank(0xffffffff000, 0x100000);
	add_bank(0x100000000000, 0x100000);
	add_bank(0xffffffffff000000, 0x1000000); /* wraps */
	init();
	assert_int_equal(regions.count, 1);
	assert_region(0, 0xffffffff, 1, USER);
}

/* --- what lies in RAM ----------------------------------------------------------------------- */

static void test_objects_are_rounded_outward(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x100000);
	machine.image = (struct machine_range){0x80010000, 0x4001};
	machine.initrd = (struct machine_range){0x80020fff, 2};
	machine.tree = (struct machine_range){0x80030008, 0x1000};
	add_reserved(0x80040fff, 1, true);
	init();
	assert_region(1, 0x80010, 5, IMAGE);
	assert_region(3, 0x80020, 2, BOOT);
	assert_region(5, 0x80030, 2, BOOT);
	assert_region(7, 0x80040, 1, HOLE);
	assert_int_equal(regions_total_frames(&regions), 0x100);
	assert_canonical();
}

static void test_reserved_range_outside_ram_adds_nothing(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x10000);
	add_reserved(0x70000000, 0x10001000, true); /* reaches into the first frame */
	add_reserved(0xfffffffffffff000, 0xfff, true);
	add_reserved(0x80008000, 0, true);
	init();
	assert_int_equal(regions.count, 2);
	assert_region(0, 0x80000, 1, HOLE);
	assert_region(1, 0x80001, 15, USER);
}

static void test_tree_shares_a_frame_with_the_image(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x10000);
	machine.image = (struct machine_range){0x80000000, 0x2800};
	machine.tree = (struct machine_range){0x80002800, 0x1000};
	init();
	assert_region(0, 0x80000, 3, IMAGE);
	assert_region(1, 0x80003, 1, BOOT);
}

static void test_reservation_of_the_initrd_is_boot(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x100000);
	machine.initrd = (struct machine_range){0x80020000, 0x3800};
	machine.tree = (struct machine_range){0x80030000, 0x1000};
	add_reserved(0x80020000, 0x3800, false);
	add_reserved(0x80020000, 0x1000, false); /* a part of it */
	add_reserved(0x80030000, 0x3000, false); /* room to grow behind the tree */
	init();
	assert_region(1, 0x80020, 4, BOOT);
	assert_region(3, 0x80030, 1, BOOT);
	assert_region(4, 0x80031, 2, HOLE);
}

static void test_no_map_over_the_initrd_is_refused(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x100000);
	machine.initrd = (struct machine_range){0x80020000, 0x3800};
	add_reserved(0x80020000, 0x3800, true);
	assert_int_equal(regions_init(&regions, &machine, &why), -TN_EINVAL);
	assert_string_equal(why, "memory: the boot image is not in free RAM");
}

static void test_initrd_outside_ram_is_refused(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x100000);
	machine.initrd = (struct machine_range){0x800ff000, 0x1001};
	assert_int_equal(regions_init(&regions, &machine, &why), -TN_EINVAL);
	assert_string_equal(why, "memory: the boot image is not in free RAM");
}

static void test_initrd_over_the_kernel_is_refused(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x100000);
	machine.image = (struct machine_range){0x80000000, 0x20000};
	machine.initrd = (struct machine_range){0x8001ffff, 0x1001};
	assert_int_equal(regions_init(&regions, &machine, &why), -TN_EINVAL);
	assert_string_equal(why, "memory: the boot image is not in free RAM");
}

static void test_reserved_kernel_is_refused(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x100000);
	machine.image = (struct machine_range){0x80010000, 0x20000};
	add_reserved(0x80020000, 1, false);
	assert_int_equal(regions_init(&regions, &machine, &why), -TN_EINVAL);
	assert_string_equal(why, "memory: the kernel lies outside RAM or is reserved");
}

static void test_too_many_regions_are_refused(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x1000000);
	for (uint32_t i = 0; i < MACHINE_RESERVED; i++)
		add_reserved(0x80001000 + i * 0x2000, 0x1000, true);
	assert_int_equal(regions_init(&regions, &machine, &why), -TN_EINVAL);
	assert_string_equal(why, "memory: too many ranges");
}

/* --- claims --------------------------------------------------------------------------------- */

static void init_one_bank(void)
{
	add_bank(0x80000000, 0x100000); /* frames 0x80000 to 0x800ff */
	init();
}

static void test_claim_splits_and_joins_again(void **state)
{
	(void)state;
	init_one_bank();
	assert_int_equal(regions_claim(&regions, 0x80010, 16, IMAGE), 0);
	assert_int_equal(regions_claim(&regions, 0x80030, 16, IMAGE), 0);
	assert_int_equal(regions.count, 5);
	assert_int_equal(regions_claim(&regions, 0x80020, 16, IMAGE), 0);
	assert_int_equal(regions.count, 3);
	assert_region(1, 0x80010, 48, IMAGE);
}

static void test_claim_leaves_stronger_kinds(void **state)
{
	(void)state;
	init_one_bank();
	assert_int_equal(regions_claim(&regions, 0x80010, 16, HOLE), 0);
	assert_int_equal(regions_claim(&regions, 0x80008, 16, BOOT), 0);
	assert_int_equal(regions_claim(&regions, 0x80000, 256, IMAGE), 0);
	assert_int_equal(regions_claim(&regions, 0x80000, 256, USER), 0);
	assert_int_equal(regions.count, 3);
	assert_region(0, 0x80000, 16, IMAGE);
	assert_region(1, 0x80010, 16, HOLE);
	assert_region(2, 0x80020, 224, IMAGE);
}

static void test_claim_across_a_gap_adds_no_ram(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x10000);
	add_bank(0x90000000, 0x10000);
	init();
	assert_int_equal(regions_claim(&regions, 0x8000f, 0x10002, BOOT), 0);
	assert_int_equal(regions_total_frames(&regions), 32);
	assert_region(1, 0x8000f, 1, BOOT);
	assert_region(2, 0x90000, 16, BOOT);
}

static void test_empty_claim_changes_nothing(void **state)
{
	(void)state;
	init_one_bank();
	assert_int_equal(regions_claim(&regions, 0x80000, 0, HOLE), 0);
	assert_int_equal(regions.count, 1);
}

static void test_claim_in_a_full_array_changes_nothing(void **state)
{
	static struct regions before;

	(void)state;
	add_bank(0x80000000, 0x10000000);
	init();
	for (uint64_t i = 0; i < 63; i++)
		assert_int_equal(regions_claim(&regions, 0x80001 + 2 * i, 1, BOOT), 0);
	assert_int_equal(regions.count, 127);
	before = regions;
	assert_int_equal(regions_claim(&regions, 0x81000, 1, IMAGE), -TN_ENOMEM);
	assert_memory_equal(regions.r, before.r, 127 * sizeof(before.r[0]));
	assert_int_equal(regions.count, 127);
}

/* --- carving and finding -------------------------------------------------------------------- */

static void test_carve_takes_the_lowest_fit(void **state)
{
	(void)state;
	init_one_bank();
	assert_int_equal(regions_claim(&regions, 0x80004, 12, BOOT), 0);
	assert_int_equal(regions_carve(&regions, 4, 1, UINT64_MAX, IMAGE), 0x80000);
	assert_int_equal(regions_carve(&regions, 5, 1, UINT64_MAX, IMAGE), 0x80010);
	assert_int_equal(regions_carve(&regions, 1, 16, UINT64_MAX, IMAGE), 0x80020);
	assert_region(0, 0x80000, 4, IMAGE);
	assert_region(3, 0x80015, 11, USER);
	assert_region(4, 0x80020, 1, IMAGE);
	assert_canonical();
}

static void test_carve_stays_below_its_limit(void **state)
{
	(void)state;
	init_one_bank();
	assert_int_equal(regions_carve(&regions, 16, 1, 0x8000f, IMAGE), REGIONS_NONE);
	assert_int_equal(regions_carve(&regions, 16, 1, 0x80010, IMAGE), 0x80000);
	assert_int_equal(regions_carve(&regions, 1, 1, 0x7ffff, IMAGE), REGIONS_NONE);
}

static void test_carve_refuses_what_cannot_be(void **state)
{
	(void)state;
	init_one_bank();
	assert_int_equal(regions_carve(&regions, 257, 1, UINT64_MAX, IMAGE), REGIONS_NONE);
	assert_int_equal(regions_carve(&regions, UINT64_MAX, 1, UINT64_MAX, IMAGE), REGIONS_NONE);
	assert_int_equal(regions_carve(&regions, 1, 1ull << 63, UINT64_MAX, IMAGE), REGIONS_NONE);
	assert_int_equal(regions.count, 1);
}

/* --- random claims against a map with a byte a frame ---------------------------------------- */

#define MAP_FRAMES 300u
#define NO_RAM 255u

static uint8_t map[MAP_FRAMES];
static uint64_t seed;

static uint32_t random_below(uint32_t limit)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(seed >> 33) % limit;
}

static uint32_t strength(uint32_t kind)
{
	return kind == HOLE ? 3 : kind == IMAGE ? 2 : kind == BOOT ? 1 : 0;
}

static void map_claim(uint64_t first, uint64_t count, uint32_t kind)
{
	for (uint64_t i = first; i < first + count && i < MAP_FRAMES; i++)
		if (map[i] != NO_RAM && strength(map[i]) < strength(kind))
			map[i] = (uint8_t)kind;
}

static void assert_matches_map(void)
{
	static uint8_t painted[MAP_FRAMES];

	memset(painted, NO_RAM, sizeof(painted));
	for (uint32_t i = 0; i < regions.count; i++)
		for (uint64_t j = 0; j < regions.r[i].count; j++)
			painted[regions.r[i].first + j] = (uint8_t)regions.r[i].kind;
	assert_memory_equal(painted, map, MAP_FRAMES);
	assert_canonical();
}

static void random_layout(void)
{
	machine.bank_count = 0;
	memset(map, NO_RAM, sizeof(map));
	for (uint32_t banks = 1 + random_below(4); banks > 0; banks--) {
		uint32_t first = random_below(250), count = 1 + random_below(50);

		add_bank((uint64_t)first << 12, (uint64_t)count << 12);
		memset(map + first, USER, count);
	}
	init();
	assert_matches_map();
}

static void test_random_claims_match_a_map(void **state)
{
	static const uint32_t kinds[] = {USER, BOOT, IMAGE, HOLE};

	(void)state;
	for (seed = 0; seed < 300; seed++) {
		uint64_t round = seed;

		random_layout();
		for (int claims = 0; claims < 30; claims++) {
			uint32_t first = random_below(300), count = random_below(40);
			uint32_t kind = kinds[random_below(4)];

			assert_int_equal(regions_claim(&regions, first, count, kind), 0);
			map_claim(first, count, kind);
			assert_matches_map();
		}
		seed = round;
	}
}

static uint64_t map_lowest(uint32_t count, uint32_t align, uint32_t below)
{
	if (below > MAP_FRAMES)
		below = MAP_FRAMES;
	for (uint32_t first = 0; first + count <= below; first += align) {
		uint32_t fits = 0;

		while (fits < count && map[first + fits] == USER)
			fits++;
		if (fits == count)
			return first;
	}
	return REGIONS_NONE;
}

static void test_random_carving_matches_a_map(void **state)
{
	(void)state;
	for (seed = 0; seed < 300; seed++) {
		uint64_t round = seed;

		random_layout();
		for (int carvings = 0; carvings < 20; carvings++) {
			uint32_t count = 1 + random_below(12), align = 1u << random_below(5);
			uint32_t below = 100 + random_below(250);
			uint64_t expected = map_lowest(count, align, below);
			uint64_t got = regions_carve(&regions, count, align, below, IMAGE);

			assert_int_equal(got, expected);
			if (expected != REGIONS_NONE)
				map_claim(expected, count, IMAGE);
			assert_matches_map();
		}
		seed = round;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_bank_is_rounded_inward, setup),
		cmocka_unit_test_setup(test_banks_are_sorted_and_joined, setup),
		cmocka_unit_test_setup(test_no_whole_frame_is_refused, setup),
		cmocka_unit_test_setup(test_frames_above_16_tib_are_dropped, setup),
		cmocka_unit_test_setup(test_objects_are_rounded_outward, setup),
		cmocka_unit_test_setup(test_reserved_range_outside_ram_adds_nothing, setup),
		cmocka_unit_test_setup(test_tree_shares_a_frame_with_the_image, setup),
		cmocka_unit_test_setup(test_reservation_of_the_initrd_is_boot, setup),
		cmocka_unit_test_setup(test_no_map_over_the_initrd_is_refused, setup),
		cmocka_unit_test_setup(test_initrd_outside_ram_is_refused, setup),
		cmocka_unit_test_setup(test_initrd_over_the_kernel_is_refused, setup),
		cmocka_unit_test_setup(test_reserved_kernel_is_refused, setup),
		cmocka_unit_test_setup(test_too_many_regions_are_refused, setup),
		cmocka_unit_test_setup(test_claim_splits_and_joins_again, setup),
		cmocka_unit_test_setup(test_claim_leaves_stronger_kinds, setup),
		cmocka_unit_test_setup(test_claim_across_a_gap_adds_no_ram, setup),
		cmocka_unit_test_setup(test_empty_claim_changes_nothing, setup),
		cmocka_unit_test_setup(test_claim_in_a_full_array_changes_nothing, setup),
		cmocka_unit_test_setup(test_carve_takes_the_lowest_fit, setup),
		cmocka_unit_test_setup(test_carve_stays_below_its_limit, setup),
		cmocka_unit_test_setup(test_carve_refuses_what_cannot_be, setup),
		cmocka_unit_test_setup(test_random_claims_match_a_map, setup),
		cmocka_unit_test_setup(test_random_carving_matches_a_map, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
