/*
 * off.c - the plain kernel: nothing is checked, calls go straight to their handlers.
 */
#include "check.h"

#include "syscall.h"

uint64_t check_boot_frames(const struct regions *regions)
{
	(void)regions;
	return 0;
}

void check_boot_memory(struct boot_memory *memory, const struct regions *regions)
{
	(void)memory;
	(void)regions;
}

const call_handler *check_install(uint64_t every)
{
	(void)every;
	return call_table;
}
