/*
 * test_boot.c - the whole boot on a small machine: what the first server finds, and why a machine
 * does not boot. boot.c is part of this file, so that its own state can be cleared between boots.
 */
#include "boot/boot.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <port/tlb.h>

#include "boot_machine.h"
#include "cap.h"
#include "host.h"
#include "syscall.h"
#include "world_check.h"

#define STACK_BOTTOM (TN_BOOT_STACK_TOP - TN_BOOT_STACK_FRAMES * FRAME_BYTES)
#define ROOT_POOL 24u                                         /* frames, as first.c has them */
#define AREA (TN_BOOT_STACK_FRAMES + 1 + TN_BOOT_INFO_FRAMES) /* stack, UTCB, information */
#define MIB ((uint64_t)1 << 20)

static jmp_buf out;

static int setup(void **state)
{
	(void)state;
	boot_machine_make();
	memset(&machine, 0, sizeof(machine));
	memset(&options, 0, sizeof(options));
	memset(&regions, 0, sizeof(regions));
	return 0;
}

/* How the boot ends: 0: with a thread; 1: in a shutdown; 2: in a panic. */
static int boots(void)
{
	uint64_t tree = boot_machine_load();
	int how;

	host_exit = &out;
	how = setjmp(out);
	if (how != 0)
		return how;
	world.thread = boot(0, tree, 77, &boot_machine.hart);
	assert_ptr_equal(world.thread, current);
	world.root = current->process->pool;
	return 0;
}

static void assert_boots(void)
{
	if (boots() != 0)
		fail_msg("did not boot: %s", host_console);
}

static void assert_refused(const char *why)
{
	char line[200];

	assert_int_equal(boots(), 1);
	assert_int_equal(host_exit_status, STATUS_BOOT);
	snprintf(line, sizeof(line), "tenure: boot failed: %s\n", why);
	assert_string_equal(host_console, line);
}

/* --- what the first server finds ----------------------------------------------------------- */

/* A byte of the server's memory. */
static const uint8_t *byte_at(uint64_t va)
{
	struct place at = walk_down(current->process, va, 0);
	pte_t e = pte_read(place_entry(&at));

	assert_true(pte_is_valid(e));
	return (const uint8_t *)host_memory(pte_frame(e).n) + va % FRAME_BYTES;
}

static uint64_t rights_at(uint64_t va)
{
	struct place at = walk_down(current->process, va, 0);

	return pte_is_valid(pte_read(place_entry(&at))) ? pte_rights(pte_read(place_entry(&at)))
							: 0;
}

static void its_program_is_loaded(void **state)
{
	(void)state;
	assert_boots();
	for (uint64_t i = 0; i < FRAME_BYTES; i++)
		assert_int_equal(*byte_at(0x10000 + i), i < 64 ? i + 1 : 0);
	for (uint64_t i = 0; i < 3 * FRAME_BYTES; i++)
		assert_int_equal(*byte_at(0x12000 + i),
				 i >= 0xff0 && i < 0x1010 ? 65 + i - 0xff0 : 0);
	assert_int_equal(rights_at(0x10000), TN_MAP_READ | TN_MAP_EXECUTE);
	for (uint64_t va = 0x12000; va < 0x15000; va += FRAME_BYTES)
		assert_int_equal(rights_at(va), TN_MAP_READ | TN_MAP_WRITE);
	assert_int_equal(rights_at(0x11000), 0);
	assert_int_equal(rights_at(0x15000), 0);
	assert_world_holds();
}

static void its_stack_and_utcb_are_clear(void **state)
{
	(void)state;
	assert_boots();
	for (uint64_t va = STACK_BOTTOM; va < TN_BOOT_STACK_TOP; va++)
		assert_int_equal(*byte_at(va), 0);
	assert_int_equal(rights_at(STACK_BOTTOM), TN_MAP_READ | TN_MAP_WRITE);
	assert_int_equal(rights_at(STACK_BOTTOM - FRAME_BYTES), 0);
	assert_int_equal(rights_at(TN_BOOT_STACK_TOP), 0);
	assert_int_equal(rights_at(TN_BOOT_UTCB), TN_MAP_READ | TN_MAP_WRITE);
	assert_ptr_equal(byte_at(TN_BOOT_UTCB), current->utcb);
	assert_int_equal(rights_at(TN_BOOT_INFO), TN_MAP_READ);
	assert_int_equal(current->registers[0], 0x10010);
	assert_int_equal(current->registers[2], TN_BOOT_STACK_TOP);
	assert_int_equal(current->registers[10], TN_BOOT_INFO);
	assert_int_equal(current->registers[11], TN_BOOT_UTCB);
	assert_int_equal(host_space, port_space_word(frame_of(current->process->root), 1));
}

static const struct tn_boot_info *info(void)
{
	return (const struct tn_boot_info *)byte_at(TN_BOOT_INFO);
}

static void its_boot_information_is_complete(void **state)
{
	const struct tn_boot_info *i;

	(void)state;
	assert_boots();
	i = info();
	assert_int_equal(i->magic, TN_BOOT_MAGIC);
	assert_int_equal(i->abi_version, TN_ABI_VERSION);
	assert_int_equal(i->size, sizeof(*i));
	assert_int_equal(i->paging_levels, 3);
	assert_int_equal(i->ram_frames, MACHINE_FRAMES);
	assert_int_equal(i->window_first, MACHINE_RAM);
	assert_int_equal(i->window_count, MACHINE_FRAMES);
	assert_int_equal(i->process, current->process->self);
	assert_int_equal(i->thread, current->self);
	assert_int_equal(i->pool, world.root->self);
	assert_ptr_equal(host_memory(i->utcb), current->utcb);
	assert_int_equal(i->instret_at_entry, 77);
	assert_int_equal(i->tree, MACHINE_BLOB * (uint64_t)FRAME_BYTES);
	assert_int_equal(i->tree_bytes, fdt_size(host_memory(MACHINE_BLOB)));
	assert_int_equal(i->initrd, MACHINE_ARCHIVE * (uint64_t)FRAME_BYTES);
	assert_string_equal(i->args, "a=b");
}

/* Frame by frame they say what the frame table does; no two neighbours say the same. */
static void assert_ranges(uint64_t hole, uint64_t hole_end)
{
	struct tn_boot_range last = {0, 0, UINT32_MAX, 0};
	uint64_t next = MACHINE_RAM;

	for (uint32_t i = 0; i < info()->range_count; i++) {
		struct tn_boot_range r = info()->ranges[i];

		if (next == hole) {
			next = hole_end;
			last.kind = UINT32_MAX;
		}
		assert_int_equal(r.first, next);
		assert_true(r.count > 0);
		assert_true(r.kind != last.kind || r.detail != last.detail);
		for (; next < r.first + (uint64_t)r.count; next++) {
			uint64_t word;

			frame_touch(pfn(next));
			word = frame_get(pfn(next));
			assert_int_equal(FRAME_KIND(word), r.kind);
			if (r.kind == TN_KIND_USER)
				assert_int_equal(FRAME_REFS(word), r.detail);
			if (r.kind >= TN_KIND_CAPS)
				assert_int_equal(FRAME_POOL(word), r.detail);
		}
		last = r;
	}
	assert_int_equal(next, MACHINE_RAM + MACHINE_FRAMES);
	assert_world_holds();
}

static void its_ranges_describe_all_frames(void **state)
{
	(void)state;
	assert_boots();
	assert_ranges(UINT64_MAX, UINT64_MAX);
}

static void its_ranges_pass_over_holes(void **state)
{
	(void)state;
	boot_machine.hole = true;
	assert_boots();
	assert_int_equal(info()->ram_frames, MACHINE_FRAMES - (MACHINE_HOLE_END - MACHINE_HOLE));
	assert_ranges(MACHINE_HOLE, MACHINE_HOLE_END);
}

/* Root pool and program fill the region that they lie in: there is no range of what is left. */
static void its_memory_may_fill_a_region(void **state)
{
	uint64_t base, pages, left = 0;

	(void)state;
	assert_boots();
	base = world.root->self;
	pages = 4;
	for (uint32_t i = 0; i < regions.count; i++)
		if (regions.r[i].first == base)
			left = regions.r[i].count - ROOT_POOL - pages - AREA;
	assert_true(left > 0);
	setup(state);
	boot_machine.program.segments[1].p_memsz += left * FRAME_BYTES;
	assert_boots();
	assert_int_equal(world.root->self, base);
	assert_ranges(UINT64_MAX, UINT64_MAX);
}

static void it_gets_the_devices(void **state)
{
	const struct tn_boot_info *i;

	(void)state;
	boot_machine.plic = true;
	assert_boots();
	i = info();
	assert_int_equal(i->irq_count, 10);
	assert_int_equal(SLOT_TYPE(cap_slot(TN_SLOT_IRQ)->word), TN_CAP_IRQ);
	assert_int_equal(cap_slot(TN_SLOT_IRQ)->frame, 1);
	assert_int_equal(cap_slot(TN_SLOT_IRQ)->badge, 10);
	assert_true(i->device_count > 1);
	for (uint32_t n = 0; n < i->device_count; n++) {
		const struct slot *s = cap_slot(TN_SLOT_DEVICES + n);

		assert_int_equal(SLOT_TYPE(s->word), TN_CAP_DEVICE);
		assert_int_equal(SLOT_RIGHTS(s->word), TN_FRAMES_READ | TN_FRAMES_WRITE);
		assert_int_equal(s->frame, i->devices[n].first);
		assert_int_equal(s->badge, i->devices[n].count);
	}
	assert_true(slot_is_empty(cap_slot(TN_SLOT_DEVICES + i->device_count)));
}

static void without_a_plic_there_are_no_interrupts(void **state)
{
	(void)state;
	assert_boots();
	assert_int_equal(info()->irq_count, 0);
	assert_true(slot_is_empty(cap_slot(TN_SLOT_IRQ)));
}

/* --- what the port and the console are told ------------------------------------------------- */

static void the_port_is_told(void **state)
{
	(void)state;
	boot_machine.bootargs = "tick=500 invariants=syscall";
	assert_boots();
	assert_ptr_equal(boot_machine.told, &machine);
	assert_int_equal(boot_machine.told->info.timebase, 1000);
	assert_int_equal(boot_machine.tick, 500);
	assert_true(boot_machine.hart.calls != call_table);
}

static void one_line_says_what_booted(void **state)
{
	(void)state;
	boot_machine.levels = 4;
	assert_boots();
	assert_string_equal(host_console, CONFIG_LOG_LEVEL < 1 ? ""
							       : "tenure: Sv48, 16 MiB, 1 harts, "
								 "first server mm\n");
	assert_ptr_equal(boot_machine.hart.calls, call_table);
	assert_world_holds();
}

/* What the kernel took is IMAGE, the rest of what the port might have taken is USER again. */
static void boot_memory_becomes_image(void **state)
{
	uint64_t image = MACHINE_IMAGE_FRAMES;

	(void)state;
	boot_machine.map_promised = 200;
	boot_machine.map_frames = 150;
	assert_boots();
	image += 150 + check_boot_frames();
	assert_int_equal(ram.kinds[TN_KIND_IMAGE], image);
	assert_int_equal(memory.end - memory.first, 150 + check_boot_frames());
	for (uint64_t f = memory.first; f < memory.end; f++) {
		frame_touch(pfn(f));
		assert_int_equal(FRAME_KIND(frame_get(pfn(f))), TN_KIND_IMAGE);
	}
	assert_world_holds();
}

static void boot_memory_is_zeroed(void **state)
{
	struct boot_memory m;

	(void)state;
	boot_machine_load();
	m = (struct boot_memory){MACHINE_RAM + 99, MACHINE_RAM + 99, MACHINE_RAM + 100,
				 host_dmap_offset};
	assert_int_equal(boot_memory_frame(&m).n, MACHINE_RAM + 99);
	for (unsigned i = 0; i < FRAME_BYTES; i++)
		assert_int_equal(((uint8_t *)host_memory(MACHINE_RAM + 99))[i], 0);
	assert_int_equal(*(uint8_t *)host_memory(MACHINE_RAM + 100), 0xa5);
}

/* --- why a machine does not boot ------------------------------------------------------------ */

static void trees_are_read(void **state)
{
	(void)state;
	boot_machine.ram_bytes = 0;
	assert_refused("device tree: no memory");
}

static void arguments_are_read(void **state)
{
	(void)state;
	boot_machine.bootargs = "paging=sv12";
	assert_refused("boot argument paging: not sv39, sv48 or sv57");
}

static void the_tree_lies_in_memory(void **state)
{
	(void)state;
	boot_machine.ram_bytes = 4 * MIB;
	assert_refused("memory: the device tree is not in free RAM");
}

static void tables_need_memory(void **state)
{
	(void)state;
	boot_machine.map_promised = MACHINE_FRAMES;
	assert_refused("not enough memory for the kernel's tables");
}

/* All there is, is the kernel's: for the first server nothing is left in one piece. */
static void the_first_server_needs_memory(void **state)
{
	(void)state;
	boot_machine.map_promised = boot_machine.map_frames = 3000;
	boot_machine.program.segments[1].p_memsz = 3 * MIB;
	assert_refused("not enough memory for the first server");
}

static void the_port_may_refuse(void **state)
{
	(void)state;
	boot_machine.why_no_space = "no such paging mode";
	assert_refused("no such paging mode");
}

static void the_port_keeps_its_promise(void **state)
{
	(void)state;
	boot_machine.map_frames = 1000;
	assert_int_equal(boots(), 2);
	assert_string_equal(host_panic_rule, "boot memory was computed too small");
}

static void there_is_a_boot_image(void **state)
{
	(void)state;
	boot_machine.archive = false;
	assert_refused("no boot image (initrd)");
}

static void the_program_is_in_the_boot_image(void **state)
{
	(void)state;
	boot_machine.bootargs = "mm=mm-other";
	assert_refused("boot image: no such file");
}

static void the_program_can_be_run(void **state)
{
	(void)state;
	boot_machine.program.header.e_machine = EM_X86_64;
	assert_refused("ELF: not a static program for RISC-V");
}

/* The root pool pays for the tables of a program that lies together, not of one in all places. */
static void spread_out(unsigned segments, unsigned cut)
{
	struct machine_program *p = &boot_machine.program;

	p->header.e_phnum = (uint16_t)segments;
	for (unsigned i = 0; i < segments; i++)
		p->segments[i] = (Elf64_Phdr){
			.p_type = PT_LOAD,
			.p_flags = PF_R | PF_X,
			.p_vaddr = 0x10000 + ((uint64_t)i << 30) + (i < cut ? 0x1ef000 : 0),
			.p_offset = offsetof(struct machine_program, bytes),
			.p_memsz = 2 * FRAME_BYTES,
		};
	p->header.e_entry = p->segments[0].p_vaddr;
}

#define NO_MAPPING "the first server's memory cannot be mapped"

static void tables_of_the_program_are_bounded(void **state)
{
	(void)state;
	spread_out(8, 8); /* three tables each */
	assert_refused(NO_MAPPING);
}

/* Segments have taken all: 20 frames were free. */
static void tables_of_the_stack_are_bounded(void **state)
{
	(void)state;
	spread_out(8, 3);
	assert_refused(NO_MAPPING);
	setup(state);
	spread_out(8, 1);
	assert_boots();
	assert_int_equal(world.root->free, 0);
	assert_world_holds();
}

int main(void)
{
#define T(test) cmocka_unit_test_setup(test, setup)
	const struct CMUnitTest tests[] = {
		T(its_program_is_loaded),
		T(its_stack_and_utcb_are_clear),
		T(its_boot_information_is_complete),
		T(its_ranges_describe_all_frames),
		T(its_ranges_pass_over_holes),
		T(its_memory_may_fill_a_region),
		T(it_gets_the_devices),
		T(without_a_plic_there_are_no_interrupts),
		T(the_port_is_told),
		T(one_line_says_what_booted),
		T(boot_memory_becomes_image),
		T(boot_memory_is_zeroed),
		T(trees_are_read),
		T(arguments_are_read),
		T(the_tree_lies_in_memory),
		T(tables_need_memory),
		T(the_first_server_needs_memory),
		T(the_port_may_refuse),
		T(the_port_keeps_its_promise),
		T(there_is_a_boot_image),
		T(the_program_is_in_the_boot_image),
		T(the_program_can_be_run),
		T(tables_of_the_program_are_bounded),
		T(tables_of_the_stack_are_bounded),
	};
#undef T

	return cmocka_run_group_tests_name("boot", tests, NULL, NULL);
}
