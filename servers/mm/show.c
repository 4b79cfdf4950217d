/*
 * show.c - how a run looks to the person who watches.
 */
#include "show.h"

#include <stdarg.h>
#include <stdio.h>
#include <tenure/names.h>
#include <tenure/records.h>

#include "boot_view.h"
#include "policy.h"

#define LABEL_WIDTH 26
#define BAR_WIDTH 32u
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

void show_machine(struct mm *mm)
{
	const struct tn_boot_info *boot = mm->boot;
	struct boot_machine machine;

	printf("\n  Tenure: every frame of kernel memory is lent by user space\n\n");
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
	show_fact("policy", "%s", mm_policy.name);
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

bool show_expect(bool holds, const char *what)
{
	if (!holds)
		printf("  FAILED: it does not hold that %s\n", what);
	return holds;
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

/* Tenths of a MiB or of a percent, so that no floating point is needed. */
static void show_tenths(uint64_t tenths, int width, const char *unit)
{
	printf(" %*lu.%lu%s", width, (unsigned long)(tenths / 10), (unsigned long)(tenths % 10),
	       unit);
}

static void show_bar(uint64_t part, uint64_t whole)
{
	uint64_t filled = (part * BAR_WIDTH + whole / 2) / whole;

	if (part > 0)
		printf(filled ? " " : " ▏");
	for (unsigned i = 0; i < filled; i++)
		printf("█");
}

static void show_memory(uint64_t frames)
{
	if (frames < FRAMES_PER_MIB)
		printf(" %8lu KiB", (unsigned long)frames * 4);
	else
		show_tenths(frames * 10 / FRAMES_PER_MIB, 6, " MiB");
}

static void show_share(const char *name, uint64_t frames, uint64_t all)
{
	printf("  %-14s %9lu", name, (unsigned long)frames);
	show_memory(frames);
	show_tenths((frames * 1000 + all / 2) / all, 4, " %");
	show_bar(frames, all);
	printf("\n");
}

bool show_census(void)
{
	struct tn_census census;
	struct tn_result result = tn_census_read(TN_SLOT_SYSTEM, &census);

	if (result.code != 0)
		return show_answer("census", 0, result.code);
	printf("\n  %-14s %9s %12s %8s\n", "kind", "frames", "memory", "share");
	for (uint64_t kind = 0; kind < TN_KIND_COUNT; kind++)
		show_share(tn_kind_name(kind), census.kinds[kind], census.frames);
	printf("  %-14s %9lu\n", "all", (unsigned long)census.frames);
	return true;
}
