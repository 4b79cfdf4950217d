/*
 * boot_machine.c - see boot_machine.h.
 */
#include "boot_machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>
#include <port/boot.h>
#include <port/memory.h>

#include "asid.h"
#include "frame.h"
#include "host.h"
#include "object.h"
#include "process.h"
#include "table.h"
#include "walk.h"

struct boot_machine boot_machine;

/* RAM; and the words of its gigabyte, as the port has them before anything is touched. */
static uint8_t memory[MACHINE_FRAMES * FRAME_BYTES] __attribute__((aligned(4096)));
static uint64_t words_of_frames[GIGA_FRAMES], words_of_blocks[BLOCK_FRAMES], word_of_giga;
static pte_t root[512];

static void *ram_at(uint64_t frame)
{
	return memory + (frame - MACHINE_RAM) * FRAME_BYTES;
}

static void tables_make(void)
{
	for (uint64_t i = 0; i < GIGA_FRAMES; i++)
		words_of_frames[i] = FRAME_WORD(KIND_UNTOUCHED, 0);
	for (uint64_t i = 0; i < BLOCK_FRAMES; i++)
		words_of_blocks[i] = BLOCK_FRAMES;
	word_of_giga = GIGA_FRAMES;
	host_frame_table = words_of_frames - MACHINE_RAM;
	host_block_table = words_of_blocks - MACHINE_RAM / BLOCK_FRAMES;
	host_giga_table = &word_of_giga - MACHINE_RAM / GIGA_FRAMES;
	host_dmap_offset = (uint64_t)memory - MACHINE_RAM * (uint64_t)FRAME_BYTES;
}

static const struct machine_program program = {
	.header =
		{
			.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			.e_type = ET_EXEC,
			.e_machine = EM_RISCV,
			.e_version = EV_CURRENT,
			.e_entry = 0x10010,
			.e_phoff = offsetof(struct machine_program, segments),
			.e_ehsize = sizeof(Elf64_Ehdr),
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = 2,
		},
	.segments =
		{
			{.p_type = PT_LOAD,
			 .p_flags = PF_R | PF_X,
			 .p_vaddr = 0x10000,
			 .p_offset = offsetof(struct machine_program, bytes),
			 .p_filesz = 64,
			 .p_memsz = 64},
			{.p_type = PT_LOAD,
			 .p_flags = PF_R | PF_W,
			 .p_vaddr = 0x12ff0,
			 .p_offset = offsetof(struct machine_program, bytes) + 64,
			 .p_filesz = 32,
			 .p_memsz = 0x1020},
		},
};

void boot_machine_make(void)
{
	boot_machine = (struct boot_machine){
		.program = program,
		.bootargs = "a=b",
		.archive = true,
		.ram_bytes = sizeof(memory),
		.map_frames = 2,
		.map_promised = 2,
		.levels = 3,
	};
	for (unsigned i = 0; i < sizeof(boot_machine.program.bytes); i++)
		boot_machine.program.bytes[i] = (uint8_t)(i + 1);
	memset(memory, 0xa5, sizeof(memory));
	memset(&ram, 0, sizeof(ram));
	tables_make();
	object_next_id = 1;
	host_observer = NULL;
	host_interrupt_every = 0;
	host_console_size = 0;
	host_exit = NULL;
	host_panic_rule = NULL;
}

/* --- what the boot loader leaves in RAM --------------------------------------------------- */

static uint8_t *archive_entry(uint8_t *to, const char *name, const void *data, size_t size)
{
	to += sprintf((char *)to, "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", 7,
		      0100644, 0, 0, 1, 0, size, 0, 0, 0, 0, strlen(name) + 1, 0);
	memcpy(to, name, strlen(name) + 1);
	to += (strlen(name) + 1 + 110 + 3) / 4 * 4 - 110;
	memcpy(to, data, size);
	return to + (size + 3) / 4 * 4;
}

static void archive_write(void)
{
	uint8_t *end = archive_entry(ram_at(MACHINE_ARCHIVE), "mm", &boot_machine.program,
				     sizeof(boot_machine.program));

	end = archive_entry(end, "TRAILER!!!", "", 0);
	assert_true(end <= (uint8_t *)ram_at(MACHINE_ARCHIVE + 1));
}

static void tree_read(const char *name, void *to, size_t size)
{
	const char *directory = getenv("TEST_TREES");
	char path[1024];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.dtb", directory ? directory : ".", name);
	file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("cannot open %s", path);
	assert_true(fread(to, 1, size, file) < size);
	fclose(file);
}

static void two_cells(void *blob, const char *path, const char *name, uint32_t a, uint32_t b)
{
	const uint32_t cells[] = {cpu_to_fdt32(a), cpu_to_fdt32(b)};

	assert_int_equal(fdt_setprop(blob, fdt_path_offset(blob, path), name, cells, sizeof(cells)),
			 0);
}

static void controller_add(void *blob, const char *parent, const char *name, uint32_t phandle)
{
	int node = fdt_add_subnode(blob, fdt_path_offset(blob, parent), name);

	assert_true(node >= 0);
	assert_int_equal(fdt_setprop_empty(blob, node, "interrupt-controller"), 0);
	assert_int_equal(fdt_setprop_u32(blob, node, "phandle", phandle), 0);
}

static void plic_add(void *blob)
{
	controller_add(blob, "/cpus/cpu@0", "interrupt-controller", 1);
	controller_add(blob, "/", "plic", 2);
	two_cells(blob, "/plic", "reg", 0xc000000, 0x400000);
	two_cells(blob, "/plic", "interrupts-extended", 1, 9);
	assert_int_equal(fdt_setprop_u32(blob, fdt_path_offset(blob, "/plic"), "riscv,ndev", 10),
			 0);
	assert_int_equal(fdt_setprop_string(blob, fdt_path_offset(blob, "/plic"), "compatible",
					    "riscv,plic0"),
			 0);
}

/* One bank ends at the hole, a second one begins behind it. */
static void hole_make(void *blob)
{
	int bank = fdt_add_subnode(blob, 0, "memory@80c00000");

	assert_true(bank >= 0);
	assert_int_equal(fdt_setprop_string(blob, bank, "device_type", "memory"), 0);
	two_cells(blob, "/memory@80000000", "reg", MACHINE_RAM * FRAME_BYTES,
		  (MACHINE_HOLE - MACHINE_RAM) * FRAME_BYTES);
	two_cells(blob, "/memory@80c00000", "reg", MACHINE_HOLE_END * FRAME_BYTES,
		  (MACHINE_RAM + MACHINE_FRAMES - MACHINE_HOLE_END) * FRAME_BYTES);
}

static void tree_write(void)
{
	void *blob = ram_at(MACHINE_BLOB);
	uint8_t small[4096];
	int chosen;

	tree_read("small", small, sizeof(small));
	assert_int_equal(fdt_open_into(small, blob, sizeof(small)), 0);
	two_cells(blob, "/memory@80000000", "reg", MACHINE_RAM * FRAME_BYTES,
		  boot_machine.ram_bytes);
	if (boot_machine.hole)
		hole_make(blob);
	if (boot_machine.plic)
		plic_add(blob);
	chosen = fdt_path_offset(blob, "/chosen");
	assert_int_equal(fdt_setprop(blob, chosen, "bootargs", boot_machine.bootargs,
				     (int)strlen(boot_machine.bootargs) + 1),
			 0);
	if (!boot_machine.archive) {
		assert_int_equal(fdt_delprop(blob, chosen, "linux,initrd-start"), 0);
		assert_int_equal(fdt_delprop(blob, chosen, "linux,initrd-end"), 0);
	}
	assert_int_equal(fdt_pack(blob), 0);
}

uint64_t boot_machine_load(void)
{
	archive_write();
	tree_write();
	return MACHINE_BLOB * (uint64_t)FRAME_BYTES;
}

/* --- the port ----------------------------------------------------------------------------- */

void *port_boot_see(enum port_window window, uint64_t address)
{
	(void)window;
	return (void *)(address + host_dmap_offset);
}

void port_boot_machine(const struct machine *machine)
{
	boot_machine.told = machine;
}

struct machine_range port_image(void)
{
	return (struct machine_range){MACHINE_IMAGE * (uint64_t)FRAME_BYTES,
				      MACHINE_IMAGE_FRAMES * FRAME_BYTES};
}

uint64_t port_boot_frames(const struct regions *regions)
{
	(void)regions;
	return boot_machine.map_promised;
}

const char *port_boot_space(const struct machine *machine, const struct boot_options *options,
			    const struct regions *regions, struct boot_memory *m)
{
	(void)machine;
	(void)options;
	(void)regions;
	for (uint64_t i = 0; i < boot_machine.map_frames; i++)
		boot_memory_frame(m);
	m->end = m->next;
	ram.window_first = ram.first;
	ram.window_count = ram.count;
	memset(kernel_runs, 0, sizeof(struct root_run) * 4);
	root[511].w = (uint64_t)511 << 20 | PTE_VALID;
	kernel_runs[0] = (struct root_run){511, 1};
	kernel_root = root;
	paging_levels = (unsigned)boot_machine.levels;
	user_top = (uint64_t)1 << (12 + 9 * paging_levels - 1);
	return boot_machine.why_no_space;
}

void port_boot_clock(uint64_t tick)
{
	boot_machine.tick = tick;
}
