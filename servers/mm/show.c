/*
 * show.c - how a run looks to the person who watches.
 */
#include "show.h"

#include <stdarg.h>
#include <stdio.h>
#include <tenure/names.h>
#include <tenure/server.h>

#include "boot_view.h"
#include "policy.h"

#define LABEL_WIDTH 26
#define FRAMES_PER_MIB 256u

void show_fact(const char *label, const char *format, ...)
{
	va_list arguments;

	printf("  %-*s ", LABEL_WIDTH, label);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
}

void show_start(void)
{
	printf("\n  Tenure: every frame of kernel memory is lent by user space\n\n");
	show_fact("policy", "%s: %s", mm_policy.name, mm_policy.about);
}

void show_machine(struct mm *mm)
{
	const struct tn_boot_info *boot = mm->boot;
	struct boot_machine machine;

	boot_view_machine(mm, &machine);
	show_fact("machine", "%s", machine.name);
	show_fact("paging", "Sv%lu, %lu levels", (unsigned long)(12 + 9 * boot->paging_levels),
		  (unsigned long)boot->paging_levels);
	show_fact("memory", "%lu MiB, %lu frames of 4 KiB",
		  (unsigned long)(boot->ram_frames / FRAMES_PER_MIB),
		  (unsigned long)boot->ram_frames);
	show_fact("can be lent", "%lu MiB from 0x%lx on",
		  (unsigned long)(boot->window_count / FRAMES_PER_MIB),
		  (unsigned long)(boot->window_first * TN_FRAME_SIZE));
	show_fact("devices", "%u, with %u interrupts", machine.devices, machine.irqs);
}

void show_phase(unsigned number, const char *title)
{
	int dashes = 66;

	printf("\n── %u %s ", number, title);
	for (const char *c = title; *c; c++)
		dashes--;
	while (dashes-- > 0)
		printf("─");
	printf("\n");
}

void show_broken(const char *what)
{
	printf("  FAILED: it does not hold that %s\n", what);
}

bool show_answer(const char *call, int64_t wanted, int64_t got)
{
	if (wanted == got)
		printf("  %-46s %s\n", call, tn_error_name(got));
	else
		printf("  %-46s %s, FAILED: should be %s\n", call, tn_error_name(got),
		       tn_error_name(wanted));
	return wanted == got;
}

bool show_census(void)
{
	struct tn_result result = tn_census_show();

	return result.code == 0 || show_answer("census", 0, result.code);
}
