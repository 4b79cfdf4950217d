/*
 * faults.c - does one thing that no user program may, which the boot argument case=NAME names.
 *
 * The kernel must say so in one line and end the machine with status 3. Coming back from the deed
 * ends the guest with status 0, an unknown name with status 1: the test fails either way.
 */
#include <stdio.h>
#include <string.h>

#include "guest.h"
#include "tap.h"

/* Where the kernel keeps things, in all paging modes but for the direct map. */
#define KERNEL_IMAGE 0xffffffff80000000ul
#define KERNEL_FRAME_TABLE 0xfffffff000000000ul
#define KERNEL_BLOCK_TABLE 0xfffffff800000000ul
#define KERNEL_DMAP_SV39 0xffffffc000000000ul
#define KERNEL_DMAP_WIDE 0xffff800000000000ul
#define KERNEL_DEVICES 0xffffffffc0000000ul
#define GIGABYTE 0x40000000ul

static const uint32_t constant_code[] = {0x00008067}; /* ret */
static uint32_t writable_code[] = {0x00008067};

/* Addresses that the compiler knows nothing about. */
static uint64_t opaque(uint64_t address)
{
	__asm__("" : "+r"(address));
	return address;
}

static void read_at(uint64_t address)
{
	(void)*(volatile uint64_t *)opaque(address);
}

static void write_at(uint64_t address)
{
	*(volatile uint64_t *)opaque(address) = 0;
}

static void jump_to(uint64_t address)
{
	((void (*)(void))opaque(address))();
}

static uint64_t straddling_page(void)
{
	guest_map(GUEST_FREE, guest_frames(1, 1), 1, READ_WRITE);
	return GUEST_FREE + TN_FRAME_SIZE;
}

static void code_map(uint64_t rights)
{
	uint64_t f = guest_frames(1, 1);

	guest_map(GUEST_FREE, f, 1, READ_WRITE);
	*(uint32_t *)GUEST_FREE = constant_code[0];
	tn_unmap(TN_SLOT_PROCESS, GUEST_FREE, 1);
	guest_map(GUEST_FREE, f, 1, rights);
	tn_sync_code(TN_SLOT_PROCESS);
}

/* --- the deeds ---------------------------------------------------------------------------- */

static void read_null(void)
{
	read_at(0);
}

static void jump_null(void)
{
	jump_to(0);
}

static void write_text(void)
{
	write_at((uint64_t)write_text & ~7ul);
}

static void write_constant(void)
{
	write_at((uint64_t)constant_code & ~7ul);
}

static void execute_data(void)
{
	jump_to((uint64_t)writable_code);
}

static void execute_stack(void)
{
	uint32_t code[2] = {constant_code[0], 0};

	__asm__ volatile("" : : "r"(code) : "memory");
	jump_to((uint64_t)code);
}

static void write_boot_info(void)
{
	write_at((uint64_t)tn_boot);
}

/* Below the stack and between stack and UTCB pages are left unmapped. */
static void stack_overflow(void)
{
	write_at(TN_BOOT_STACK_TOP - TN_BOOT_STACK_FRAMES * TN_FRAME_SIZE - 8);
}

static void stack_underflow(void)
{
	write_at(TN_BOOT_STACK_TOP);
}

static void read_image(void)
{
	read_at(KERNEL_IMAGE);
}

static void write_image(void)
{
	write_at(KERNEL_IMAGE + 0x10000);
}

static void jump_image(void)
{
	jump_to(KERNEL_IMAGE);
}

/* The guest's own UTCB, as the kernel sees it. */
static uint64_t direct_map(void)
{
	uint64_t base = tn_boot->paging_levels == 3 ? KERNEL_DMAP_SV39 : KERNEL_DMAP_WIDE;

	return base + tn_boot->utcb * TN_FRAME_SIZE -
	       tn_boot->window_first * TN_FRAME_SIZE / GIGABYTE * GIGABYTE;
}

static void read_direct_map(void)
{
	read_at(direct_map());
}

static void write_direct_map(void)
{
	write_at(direct_map());
}

static void jump_direct_map(void)
{
	jump_to(direct_map());
}

static void read_frame_table(void)
{
	read_at(KERNEL_FRAME_TABLE + tn_boot->utcb * 8);
}

static void write_frame_table(void)
{
	write_at(KERNEL_FRAME_TABLE + tn_boot->utcb * 8);
}

static void write_block_table(void)
{
	write_at(KERNEL_BLOCK_TABLE + tn_boot->utcb / MIB_PAGE * 8);
}

static void write_finisher(void)
{
	*(volatile uint32_t *)(KERNEL_DEVICES + 0x100000) = 0x5555;
}

/* No address of any paging mode: bits 63 and 62 differ. */
static void read_no_address(void)
{
	read_at(0x4000000000000000ul);
}

/* The first address behind user space; canonical in no mode that has it. */
static void read_user_top(void)
{
	read_at((uint64_t)1 << (12 + 9 * tn_boot->paging_levels - 1));
}

static void illegal(void)
{
	__asm__ volatile(".word 0xffffffff");
}

static void breakpoint(void)
{
	__asm__ volatile("ebreak");
}

static void read_sstatus(void)
{
	__asm__ volatile(".option push\n.option arch, +zicsr\ncsrr t0, sstatus\n.option pop" ::
				 : "t0");
}

static void write_satp(void)
{
	__asm__ volatile(".option push\n.option arch, +zicsr\ncsrw satp, zero\n.option pop");
}

static void supervisor_return(void)
{
	__asm__ volatile("sret");
}

static void fence_translations(void)
{
	__asm__ volatile("sfence.vma");
}

static void wait_interrupt(void)
{
	__asm__ volatile("wfi");
}

static void write_time(void)
{
	__asm__ volatile(".option push\n.option arch, +zicsr\ncsrw time, zero\n.option pop");
}

/* Floating point is off: fmv.d.x f0, x0. */
static void floating_point(void)
{
	__asm__ volatile(".word 0xf2000053");
}

static void vector(void)
{
	__asm__ volatile(".word 0x0d007057"); /* vsetvli x0, x0, e8, m1 */
}

static void misaligned_atomic(void)
{
	static uint64_t words[2];

	__asm__ volatile("amoadd.d zero, zero, (%0)" ::"r"((char *)words + 1) : "memory");
}

static void atomic_on_constant(void)
{
	__asm__ volatile("amoadd.w zero, zero, (%0)" ::"r"(constant_code) : "memory");
}

/* The page is there, the next is not, and the access lies in both. */
static void read_across(void)
{
	read_at(straddling_page() - 4);
}

static void write_across(void)
{
	write_at(straddling_page() - 4);
}

static void fetch_across(void)
{
	uint64_t f = guest_frames(1, 1);

	guest_map(GUEST_FREE, f, 1, READ_WRITE);
	*(uint16_t *)(GUEST_FREE + 4094) = 0x0013; /* the first half of a nop of 4 bytes */
	tn_unmap(TN_SLOT_PROCESS, GUEST_FREE, 1);
	guest_map(GUEST_FREE, f, 1, TN_MAP_READ | TN_MAP_EXECUTE);
	tn_sync_code(TN_SLOT_PROCESS);
	jump_to(GUEST_FREE + 4094);
}

static void read_execute_only(void)
{
	code_map(TN_MAP_EXECUTE);
	jump_to(GUEST_FREE);
	read_at(GUEST_FREE);
}

/* Each was used before, so that the hart has its translation. */
static void read_unmapped(void)
{
	guest_map(GUEST_FREE, guest_frames(2, 1), 2, READ_WRITE);
	write_at(GUEST_FREE);
	tn_unmap(TN_SLOT_PROCESS, GUEST_FREE, 1);
	read_at(GUEST_FREE);
}

static void write_protected(void)
{
	guest_map(GUEST_FREE, guest_frames(1, 1), 1, READ_WRITE);
	write_at(GUEST_FREE);
	tn_protect(TN_SLOT_PROCESS, GUEST_FREE, 1, TN_MAP_READ, TN_NONE);
	read_at(GUEST_FREE);
	write_at(GUEST_FREE);
}

static void jump_protected(void)
{
	code_map(TN_MAP_READ | TN_MAP_EXECUTE);
	jump_to(GUEST_FREE);
	tn_protect(TN_SLOT_PROCESS, GUEST_FREE, 1, TN_MAP_READ, TN_NONE);
	jump_to(GUEST_FREE);
}

static void read_detached(void)
{
	guest_map(GUEST_FREE, guest_frames(1, 1), 1, READ_WRITE);
	write_at(GUEST_FREE);
	while (tn_table_detach(TN_SLOT_PROCESS, GUEST_FREE, 0, 0).code != 0)
		;
	read_at(GUEST_FREE);
}

static void read_cut_large(void)
{
	guest_map(GUEST_FREE, guest_frames(MIB_PAGE, MIB_PAGE), MIB_PAGE, READ_WRITE);
	write_at(GUEST_FREE + 5 * TN_FRAME_SIZE);
	tn_unmap(TN_SLOT_PROCESS, GUEST_FREE + 5 * TN_FRAME_SIZE, 1);
	read_at(GUEST_FREE + 4 * TN_FRAME_SIZE);
	read_at(GUEST_FREE + 6 * TN_FRAME_SIZE);
	read_at(GUEST_FREE + 5 * TN_FRAME_SIZE);
}

static void write_boot_image(void)
{
	guest_map(GUEST_FREE, tn_boot->initrd / TN_FRAME_SIZE, 1, TN_MAP_READ);
	if (memcmp((const char *)GUEST_FREE + tn_boot->initrd % TN_FRAME_SIZE, "070701", 6) != 0)
		tap_bail("the boot image does not begin with cpio's magic");
	write_at(GUEST_FREE);
}

static void unmap_own_code(void)
{
	tn_unmap(TN_SLOT_PROCESS, 0x10000, 512);
}

/* The UTCB stays pinned: the kernel goes on using it, the guest cannot. */
static void read_own_utcb(void)
{
	tn_unmap(TN_SLOT_PROCESS, TN_BOOT_UTCB, 1);
	if (tn_census(TN_SLOT_SYSTEM).code != 0)
		return;
	read_at(TN_BOOT_UTCB);
}

/* The last page of the first stretch that is nobody's, where nothing answers. */
static void map_no_device(void)
{
	uint64_t last = (uint64_t)tn_boot->devices[0].first + tn_boot->devices[0].count - 1;

	if (tn_map(TN_SLOT_PROCESS, GUEST_FREE, TN_SLOT_DEVICES, last, 1, READ_WRITE).code != 0)
		tap_bail("map of no device failed");
}

static void read_no_device(void)
{
	map_no_device();
	read_at(GUEST_FREE);
}

static void write_no_device(void)
{
	map_no_device();
	write_at(GUEST_FREE);
}

static const struct {
	const char *name;
	void (*deed)(void);
} deeds[] = {
	{"read-null", read_null},
	{"jump-null", jump_null},
	{"write-text", write_text},
	{"write-constant", write_constant},
	{"execute-data", execute_data},
	{"execute-stack", execute_stack},
	{"write-boot-info", write_boot_info},
	{"stack-overflow", stack_overflow},
	{"stack-underflow", stack_underflow},
	{"read-image", read_image},
	{"write-image", write_image},
	{"jump-image", jump_image},
	{"read-direct-map", read_direct_map},
	{"write-direct-map", write_direct_map},
	{"jump-direct-map", jump_direct_map},
	{"read-frame-table", read_frame_table},
	{"write-frame-table", write_frame_table},
	{"write-block-table", write_block_table},
	{"write-finisher", write_finisher},
	{"read-no-address", read_no_address},
	{"read-user-top", read_user_top},
	{"illegal", illegal},
	{"breakpoint", breakpoint},
	{"read-sstatus", read_sstatus},
	{"write-satp", write_satp},
	{"supervisor-return", supervisor_return},
	{"fence-translations", fence_translations},
	{"wait-interrupt", wait_interrupt},
	{"write-time", write_time},
	{"floating-point", floating_point},
	{"vector", vector},
	{"misaligned-atomic", misaligned_atomic},
	{"atomic-on-constant", atomic_on_constant},
	{"read-across", read_across},
	{"write-across", write_across},
	{"fetch-across", fetch_across},
	{"read-execute-only", read_execute_only},
	{"read-unmapped", read_unmapped},
	{"write-protected", write_protected},
	{"jump-protected", jump_protected},
	{"read-detached", read_detached},
	{"read-cut-large", read_cut_large},
	{"write-boot-image", write_boot_image},
	{"unmap-own-code", unmap_own_code},
	{"read-own-utcb", read_own_utcb},
	{"read-no-device", read_no_device},
	{"write-no-device", write_no_device},
};

int main(void)
{
	const char *name = guest_argument("case");

	for (unsigned i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		if (strcmp(deeds[i].name, name) != 0)
			continue;
		printf("case %s\n", name);
		deeds[i].deed();
		printf("came back from %s\n", name);
		return 0;
	}
	printf("no case %s\n", name);
	return 1;
}
