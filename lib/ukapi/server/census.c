/*
 * census.c - frames by kind, as a table.
 */
#include <tenure/server.h>

#include <stdio.h>
#include <tenure/names.h>
#include <tenure/records.h>

#define BAR_WIDTH 32u
#define FRAMES_PER_MIB 256u

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

struct tn_result tn_census_show(void)
{
	struct tn_census census;
	struct tn_result result = tn_census_read(TN_SLOT_SYSTEM, &census);

	if (result.code != 0)
		return result;
	printf("\n  %-14s %9s %12s %8s\n", "kind", "frames", "memory", "share");
	for (uint64_t kind = 0; kind < TN_KIND_COUNT; kind++)
		show_share(tn_kind_name(kind), census.kinds[kind], census.frames);
	printf("  %-14s %9lu\n", "all", (unsigned long)census.frames);
	return result;
}
