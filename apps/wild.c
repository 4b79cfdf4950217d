/*
 * wild.c - does what it must not: reads, writes and jumps where nothing of its own is.
 *
 * Each deed is a child of its own, this program as `wild DEED`; the parent expects each to end by a
 * fault.
 */
#include <string.h>
#include <tenure/client.h>
#include <tenure/user.h>

#include "check.h"
#include "touch.h"

#define BEYOND 0x3000000000ul /* nobody's */
#define KERNEL 0xffffffc000000000ul
#define RAM 0x80200000ul         /* where most machines have the kernel's image */
#define ODD 0x123456789abcdef0ul /* no address at all */

static uint64_t data[8];

static void deed_null_read(void)
{
	read_at(0);
}

static void deed_null_write(void)
{
	write_at(0);
}

static void deed_null_jump(void)
{
	jump_to(0);
}

static void deed_kernel_read(void)
{
	read_at(KERNEL);
}

static void deed_kernel_write(void)
{
	write_at(KERNEL);
}

static void deed_kernel_jump(void)
{
	jump_to(KERNEL);
}

static void deed_ram_read(void)
{
	read_at(RAM);
}

static void deed_ram_write(void)
{
	write_at(RAM);
}

static void deed_odd_read(void)
{
	read_at(ODD);
}

static void deed_beyond_write(void)
{
	write_at(BEYOND);
}

static void deed_text_write(void)
{
	write_at(TN_CLIENT_IMAGE);
}

static void deed_start_write(void)
{
	write_at(TN_CLIENT_START);
}

static void deed_data_jump(void)
{
	jump_to((uint64_t)data);
}

static void deed_utcb_jump(void)
{
	jump_to(TN_CLIENT_UTCBS);
}

static void deed_illegal(void)
{
	__asm__ volatile(".word 0");
}

static void deed_machine(void)
{
	__asm__ volatile(".option push\n.option arch, +zicsr\ncsrw satp, zero\n.option pop");
}

/* Memory that allowed it before. */
static void deed_protected_write(void)
{
	void *memory = tn_map_memory(NULL, 1, TN_MM_WRITE, NULL);

	write_at((uint64_t)memory);
	check_done(tn_protect_memory(memory, 1, 0), "protect");
	read_at((uint64_t)memory);
	write_at((uint64_t)memory);
}

static void deed_unmapped_read(void)
{
	void *memory = tn_map_memory(NULL, 1, TN_MM_WRITE, NULL);

	write_at((uint64_t)memory);
	check_done(tn_unmap_memory(memory, 1), "unmap");
	read_at((uint64_t)memory);
}

/* Below the stack. */
static void deed_deep(void)
{
	write_at(TN_CLIENT_STACK_TOP - (TN_CLIENT_STACK_PAGES + 1) * TN_FRAME_SIZE);
}

static const struct deed {
	const char *name;
	void (*run)(void);
} deeds[] = {
	{"null-read", deed_null_read},
	{"null-write", deed_null_write},
	{"null-jump", deed_null_jump},
	{"kernel-read", deed_kernel_read},
	{"kernel-write", deed_kernel_write},
	{"kernel-jump", deed_kernel_jump},
	{"ram-read", deed_ram_read},
	{"ram-write", deed_ram_write},
	{"odd-read", deed_odd_read},
	{"beyond-write", deed_beyond_write},
	{"text-write", deed_text_write},
	{"start-write", deed_start_write},
	{"data-jump", deed_data_jump},
	{"utcb-jump", deed_utcb_jump},
	{"illegal", deed_illegal},
	{"machine", deed_machine},
	{"protected-write", deed_protected_write},
	{"unmapped-read", deed_unmapped_read},
	{"deep", deed_deep},
};
#define DEEDS (sizeof(deeds) / sizeof(deeds[0]))

/* Calls of the kernel that a program without capabilities makes in vain. */
static void try_calls(void)
{
	for (uint64_t slot = 0; slot < TN_CLIENT_SLOTS; slot++) {
		check(tn_frame_give(slot, slot, 0, 1).code != 0, "no slot gives");
		check(tn_pool_revoke(slot, 0).code != 0, "no slot revokes");
		check(tn_shutdown(slot, 0).code != 0, "no slot ends the machine");
		check(tn_map(slot, 0x200000, slot, 0, 1, TN_MAP_READ).code != 0, "no slot maps");
		check(tn_thread_suspend(slot).code != 0, "no slot stops a thread");
	}
}

static int do_deed(const char *name)
{
	for (unsigned i = 0; i < DEEDS; i++)
		if (strcmp(deeds[i].name, name) == 0)
			deeds[i].run();
	return 0;
}

int main(int argc, char **argv)
{
	unsigned ended_by_fault = 0;
	char text[64];

	if (argc > 1)
		return do_deed(argv[1]);
	try_calls();
	for (unsigned i = 0; i < DEEDS; i++) {
		struct tn_ended ended;
		uint64_t pid;

		snprintf(text, sizeof(text), "wild %s", deeds[i].name);
		pid = check_done(tn_spawn(text, 32, 128, tn_client->priority), "spawn");
		check_done(tn_wait(pid, &ended), "wait");
		if (ended.reason == TN_MM_END_FAULT)
			ended_by_fault++;
		else
			printf("FAILED: %s was not stopped\n", deeds[i].name);
	}
	printf("%u of %u deeds were stopped\n", ended_by_fault, (unsigned)DEEDS);
	return ended_by_fault == DEEDS ? 0 : 1;
}
