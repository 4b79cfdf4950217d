/*
 * test_regions.c - the layout of RAM: rounding, precedence and searches; random layouts
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

static int setup(void **state)
{
	(void)state;
	memset(&machine, 0, sizeof(machine));
	memset(&regions, 0xee, sizeof(regions));
	return 0;
}

static void add(enum machine_use use, uint64_t address, uint64_t size)
{
	machine.memory[machine.memory_count++] = (struct machine_memory){{address, size}, use};
}

static void add_bank(uint64_t address, uint64_t size)
{
	add(MACHINE_BANK, address, size);
}

static void add_reserved(uint64_t address, uint64_t size, bool no_map)
{
	add(no_map ? MACHINE_NO_MAP : MACHINE_RESERVED, address, size);
}

static void init(void)
{
	const char *why = regions_init(&regions, &machine);

	if (why != NULL)
		fail_msg("refused: %s", why);
}

static void refuse(const char *reason)
{
	const char *why = regions_init(&regions, &machine);

	assert_non_null(why);
	assert_string_equal(why, reason);
}

static uint64_t total_frames(void)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < regions.count; i++)
		total += regions.r[i].count;
	return total;
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
	assert_int_equal(total_frames(), 9);
}

static void test_no_whole_frame_is_refused(void **state)
{
	(void)state;
	add_bank(0x80000800, 0x1000);
	refuse("device tree: no memory");
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
	add(MACHINE_KERNEL, 0x80010000, 0x4001);
	add(MACHINE_INITRD, 0x80020fff, 2);
	add(MACHINE_TREE, 0x80030008, 0x1000);
	add_reserved(0x80040fff, 1, true);
	init();
	assert_region(1, 0x80010, 5, IMAGE);
	assert_region(3, 0x80020, 2, BOOT);
	assert_region(5, 0x80030, 2, BOOT);
	assert_region(7, 0x80040, 1, HOLE);
	assert_int_equal(total_frames(), 0x100);
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

static void test_tree_in_a_frame_of_the_image_is_refused(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x10000);
	add(MACHINE_KERNEL, 0x80000000, 0x2800);
	add(MACHINE_TREE, 0x80002800, 0x1000);
	refuse("memory: the device tree is not in free RAM");
}

/* Firmware that keeps the frames of the tree for itself, before it begins or without mapping. */
static void test_reserved_tree_is_refused(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x100000);
	add(MACHINE_TREE, 0x80030000, 0x1000);
	add_reserved(0x8002f000, 0x3000, false);
	refuse("memory: the device tree is not in free RAM");
}

static void test_tree_outside_ram_is_refused(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x100000);
	add(MACHINE_TREE, 0x70000000, 0x1000);
	refuse("memory: the device tree is not in free RAM");
}

static void test_reservation_of_the_initrd_is_boot(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x100000);
	add(MACHINE_INITRD, 0x80020000, 0x3800);
	add(MACHINE_TREE, 0x80030000, 0x1000);
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
	add(MACHINE_INITRD, 0x80020000, 0x3800);
	add_reserved(0x80020000, 0x3800, true);
	refuse("memory: the boot image is not in free RAM");
}

static void test_initrd_outside_ram_is_refused(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x100000);
	add(MACHINE_INITRD, 0x800ff000, 0x1001);
	refuse("memory: the boot image is not in free RAM");
}

static void test_initrd_over_the_kernel_is_refused(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x100000);
	add(MACHINE_KERNEL, 0x80000000, 0x20000);
	add(MACHINE_INITRD, 0x8001ffff, 0x1001);
	refuse("memory: the boot image is not in free RAM");
}

static void test_reserved_kernel_is_refused(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x100000);
	add(MACHINE_KERNEL, 0x80010000, 0x20000);
	add_reserved(0x80020000, 1, false);
	refuse("memory: the kernel lies outside RAM or is reserved");
}

static void test_too_many_regions_are_refused(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x1000000);
	for (uint32_t i = 0; i < 96; i++)
		add_reserved(0x80001000 + i * 0x2000, 0x1000, true);
	refuse("memory: too many ranges");
}

/* --- several uses of the same frames -------------------------------------------------------- */

static void init_one_bank(void)
{
	add_bank(0x80000000, 0x100000); /* frames 0x80000 to 0x800ff */
	init();
}

static void test_the_kernel_may_lie_in_pieces(void **state)
{
	(void)state;
	add(MACHINE_KERNEL, 0x80010000, 0x10000);
	add(MACHINE_KERNEL, 0x80030000, 0x10000);
	init_one_bank();
	assert_int_equal(regions.count, 5);
	add(MACHINE_KERNEL, 0x80020000, 0x10000);
	init();
	assert_int_equal(regions.count, 3);
	assert_region(1, 0x80010, 48, IMAGE);
}

static void test_every_kernel_piece_must_be_ram(void **state)
{
	(void)state;
	add(MACHINE_KERNEL, 0x80010000, 0x10000);
	init_one_bank();
	add(MACHINE_KERNEL, 0x800ff000, 0x2000);
	refuse("memory: the kernel lies outside RAM or is reserved");
}

static void test_no_memory_is_said_before_what_is_missing(void **state)
{
	(void)state;
	add(MACHINE_KERNEL, 0x80010000, 0x10000);
	refuse("device tree: no memory");
}

static void test_overlapping_reservations_are_one_hole(void **state)
{
	(void)state;
	add_reserved(0x80010000, 0x10000, true);
	add_reserved(0x80018000, 0x10000, false);
	init_one_bank();
	assert_int_equal(regions.count, 3);
	assert_region(1, 0x80010, 24, HOLE);
}

/* The note of the tree spares it only where no other reservation forbids it. */
static void test_another_reservation_of_the_tree_is_refused(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x100000);
	add_reserved(0x80030000, 0x3000, false);
	add_reserved(0x80031000, 0x1000, false);
	add(MACHINE_TREE, 0x80030000, 0x2000);
	refuse("memory: the device tree is not in free RAM");
}

static void test_128_regions_fit(void **state)
{
	(void)state;
	add_bank(0x80000000, 0x1000000);
	for (uint32_t i = 0; i < 63; i++)
		add_reserved(0x80001000 + i * 0x2000, 0x1000, true);
	add_bank(0x90000000, 0x1000);
	init();
	assert_int_equal(regions.count, 128);
	add_bank(0xa0000000, 0x1000);
	refuse("memory: too many ranges");
}

/* --- finding -------------------------------------------------------------------------------- */

static void test_the_lowest_fit_is_found(void **state)
{
	(void)state;
	add(MACHINE_INITRD, 0x80004000, 0xc000);
	init_one_bank();
	assert_int_equal(regions_find_user(&regions, 4, UINT64_MAX), 0x80000);
	assert_int_equal(regions_find_user(&regions, 5, UINT64_MAX), 0x80010);
	add(MACHINE_KERNEL, 0x80000000, 0x4000);
	init();
	assert_int_equal(regions_find_user(&regions, 1, UINT64_MAX), 0x80010);
}

static void test_what_is_found_ends_below_the_limit(void **state)
{
	(void)state;
	init_one_bank();
	assert_int_equal(regions_find_user(&regions, 16, 0x8000f), REGIONS_NONE);
	assert_int_equal(regions_find_user(&regions, 16, 0x80010), 0x80000);
	assert_int_equal(regions_find_user(&regions, 1, 0x7ffff), REGIONS_NONE);
}

static void test_what_cannot_be_is_not_found(void **state)
{
	(void)state;
	init_one_bank();
	assert_int_equal(regions_find_user(&regions, 256, UINT64_MAX), 0x80000);
	assert_int_equal(regions_find_user(&regions, 257, UINT64_MAX), REGIONS_NONE);
	assert_int_equal(regions_find_user(&regions, UINT64_MAX, UINT64_MAX), REGIONS_NONE);
}

/* --- devices: what is nobody's ---------------------------------------------------------------- */

static void find_devices(void)
{
	machine.info.device_count = 0;
	regions_find_devices(&regions, &machine, &machine.info);
}

static void assert_device(uint32_t index, uint64_t first, uint64_t end)
{
	assert_true(index < machine.info.device_count);
	assert_int_equal(machine.info.devices[index].first, first);
	assert_int_equal(machine.info.devices[index].first +
				 (uint64_t)machine.info.devices[index].count,
			 end);
}

static void test_devices_are_what_is_left(void **state)
{
	(void)state;
	add(MACHINE_NO_MAP, 0x2000000, 0x10000);  /* a CLINT */
	add(MACHINE_NO_MAP, 0xc000000, 0x600000); /* a PLIC */
	add_reserved(0x40000000, 0x1000, false);  /* outside RAM */
	add_bank(0x80000000, 0x100000);
	add_reserved(0x80000000, 0x10000, true);
	find_devices();
	assert_int_equal(machine.info.device_count, 5);
	assert_device(0, 0, 0x2000);
	assert_device(1, 0x2010, 0xc000);
	assert_device(2, 0xc600, 0x40000);
	assert_device(3, 0x40001, 0x80000);
	assert_device(4, 0x80100, (uint64_t)1 << 32);
}

static void test_pages_that_are_memory_in_part_are_no_device(void **state)
{
	(void)state;
	add_bank(0x80000fff, 0x100000);
	add(MACHINE_NO_MAP, 0x90000800, 1);
	find_devices();
	assert_device(0, 0, 0x80000);
	assert_device(1, 0x80101, 0x90000);
	assert_device(2, 0x90001, (uint64_t)1 << 32);
}

static void test_devices_end_with_the_frame_numbers(void **state)
{
	(void)state;
	add_bank(0, 0x1000);
	add_bank(0xffffffff000, 0x1000);
	add_bank(0x200000000000, 0x1000);
	find_devices();
	assert_int_equal(machine.info.device_count, 1);
	assert_device(0, 1, 0xffffffff);
}

static void test_devices_beyond_the_array_are_left_out(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < TN_BOOT_DEVICES + 5; i++)
		add_bank(0x80000000 + (uint64_t)i * 0x2000, 0x1000);
	find_devices();
	assert_int_equal(machine.info.device_count, TN_BOOT_DEVICES);
	assert_device(TN_BOOT_DEVICES - 1, 0x80000 + 2 * (TN_BOOT_DEVICES - 2) + 1,
		      0x80000 + 2 * (TN_BOOT_DEVICES - 1));
}

/* --- random layouts against a map with a byte a frame ---------------------------------------- */

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

static uint32_t kind_of(enum machine_use use)
{
	if (use == MACHINE_RESERVED || use == MACHINE_NO_MAP)
		return HOLE;
	return use == MACHINE_KERNEL ? IMAGE : use == MACHINE_BANK ? USER : BOOT;
}

/* `first` and `count` of frames; what becomes of them if the map is right. */
static void map_add(enum machine_use use, uint32_t first, uint32_t count)
{
	add(use, (uint64_t)first << 12, (uint64_t)count << 12);
	for (uint64_t i = first; i < first + count && i < MAP_FRAMES; i++)
		if (use == MACHINE_BANK)
			map[i] = USER;
		else if (map[i] != NO_RAM && strength(map[i]) < strength(kind_of(use)))
			map[i] = (uint8_t)kind_of(use);
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

static void random_banks(void)
{
	machine.memory_count = 0;
	memset(map, NO_RAM, sizeof(map));
	for (uint32_t banks = 1 + random_below(4); banks > 0; banks--)
		map_add(MACHINE_BANK, random_below(250), 1 + random_below(50));
	init();
	assert_matches_map();
}

/* Is there a use that must have all of its frames and does not? */
static bool map_misses(void)
{
	for (uint32_t i = 0; i < machine.memory_count; i++) {
		const struct machine_memory *m = &machine.memory[i];
		uint64_t first = m->range.address >> 12, count = m->range.size >> 12;

		for (uint64_t f = first; f < first + count; f++)
			if (kind_of(m->use) != HOLE && m->use != MACHINE_BANK &&
			    (f >= MAP_FRAMES || map[f] != kind_of(m->use)))
				return true;
	}
	return false;
}

static void test_random_layouts_match_a_map(void **state)
{
	uint32_t refused = 0;

	(void)state;
	for (seed = 0; seed < 1500; seed++) {
		uint64_t round = seed;

		random_banks();
		map_add(MACHINE_BANK, 20, 230);
		for (uint32_t claims = random_below(12); claims > 0; claims--)
			map_add(random_below(2) ? MACHINE_NO_MAP : MACHINE_RESERVED,
				random_below(300), 1 + random_below(20));
		init();
		assert_matches_map();
		map_add(MACHINE_KERNEL, random_below(260), 1 + random_below(8));
		map_add(MACHINE_KERNEL, random_below(300), random_below(3));
		if (regions_init(&regions, &machine) == NULL)
			assert_matches_map();
		assert_int_equal(regions_init(&regions, &machine) != NULL, map_misses());
		refused += map_misses();
		seed = round;
	}
	assert_in_range(refused, 300, 1200); /* both happen */
}

static uint64_t map_lowest(uint32_t count, uint32_t below)
{
	if (below > MAP_FRAMES)
		below = MAP_FRAMES;
	for (uint32_t first = 0; first + count <= below; first++) {
		uint32_t fits = 0;

		while (fits < count && map[first + fits] == USER)
			fits++;
		if (fits == count)
			return first;
	}
	return REGIONS_NONE;
}

static void test_random_searches_match_a_map(void **state)
{
	(void)state;
	for (seed = 0; seed < 300; seed++) {
		uint64_t round = seed;

		random_banks();
		for (int searches = 0; searches < 20; searches++) {
			uint32_t count = 1 + random_below(12), below = 100 + random_below(250);
			uint64_t expected = map_lowest(count, below);

			assert_int_equal(regions_find_user(&regions, count, below), expected);
			if (expected == REGIONS_NONE)
				continue;
			map_add(MACHINE_KERNEL, (uint32_t)expected, count);
			init();
			assert_matches_map();
		}
		seed = round;
	}
}

/* Ranges that begin and end anywhere: a page is a device's iff no byte of it is memory. */
static void test_random_devices_match_a_map(void **state)
{
	(void)state;
	for (seed = 0; seed < 1500; seed++) {
		static bool memory[MAP_FRAMES], device[MAP_FRAMES];
		uint64_t round = seed;

		machine.memory_count = 0;
		memset(memory, 0, sizeof(memory));
		memset(device, 0, sizeof(device));
		for (uint32_t n = 1 + random_below(20); n > 0; n--) {
			uint64_t address = random_below((MAP_FRAMES - 20) << 12);
			uint64_t size = 1 + random_below(20 << 12);

			add((enum machine_use)random_below(MACHINE_USES), address, size);
			for (uint64_t f = address >> 12; f <= (address + size - 1) >> 12; f++)
				memory[f] = true;
		}
		find_devices();
		for (uint32_t i = 0; i < machine.info.device_count; i++) {
			const struct tn_boot_device *d = &machine.info.devices[i];
			uint64_t end = (uint64_t)d->first + d->count;

			assert_true(d->count > 0 && (d->first == 0 || memory[d->first - 1]));
			for (uint64_t f = d->first; f < MAP_FRAMES && f < end; f++)
				device[f] = true;
		}
		for (uint32_t f = 0; f < MAP_FRAMES; f++)
			assert_int_equal(device[f], !memory[f]);
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
		cmocka_unit_test_setup(test_tree_in_a_frame_of_the_image_is_refused, setup),
		cmocka_unit_test_setup(test_reserved_tree_is_refused, setup),
		cmocka_unit_test_setup(test_tree_outside_ram_is_refused, setup),
		cmocka_unit_test_setup(test_reservation_of_the_initrd_is_boot, setup),
		cmocka_unit_test_setup(test_no_map_over_the_initrd_is_refused, setup),
		cmocka_unit_test_setup(test_initrd_outside_ram_is_refused, setup),
		cmocka_unit_test_setup(test_initrd_over_the_kernel_is_refused, setup),
		cmocka_unit_test_setup(test_reserved_kernel_is_refused, setup),
		cmocka_unit_test_setup(test_too_many_regions_are_refused, setup),
		cmocka_unit_test_setup(test_the_kernel_may_lie_in_pieces, setup),
		cmocka_unit_test_setup(test_every_kernel_piece_must_be_ram, setup),
		cmocka_unit_test_setup(test_no_memory_is_said_before_what_is_missing, setup),
		cmocka_unit_test_setup(test_overlapping_reservations_are_one_hole, setup),
		cmocka_unit_test_setup(test_another_reservation_of_the_tree_is_refused, setup),
		cmocka_unit_test_setup(test_128_regions_fit, setup),
		cmocka_unit_test_setup(test_the_lowest_fit_is_found, setup),
		cmocka_unit_test_setup(test_what_is_found_ends_below_the_limit, setup),
		cmocka_unit_test_setup(test_what_cannot_be_is_not_found, setup),
		cmocka_unit_test_setup(test_random_layouts_match_a_map, setup),
		cmocka_unit_test_setup(test_random_searches_match_a_map, setup),
		cmocka_unit_test_setup(test_devices_are_what_is_left, setup),
		cmocka_unit_test_setup(test_pages_that_are_memory_in_part_are_no_device, setup),
		cmocka_unit_test_setup(test_devices_end_with_the_frame_numbers, setup),
		cmocka_unit_test_setup(test_devices_beyond_the_array_are_left_out, setup),
		cmocka_unit_test_setup(test_random_devices_match_a_map, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
