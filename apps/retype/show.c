/*
 * show.c - what `retype` prints. mm puts the program's name before each line: 66 columns are left.
 *
 * Owns the number of operations shown.
 */
#include "show.h"

#include <stdio.h>
#include <string.h>
#include <tenure/user.h>

#include "../check.h"

#define ROW 64u

static unsigned shown;

void show_head(const char *title)
{
	printf("\n%s\n  %-25s %-27s %s\n", title, "seL4", "Tenure", "frame");
}

void show_operation(enum operation operation, uint64_t frame)
{
	const struct operation_name *name = &operations[operation];

	shown++;
	if (frame != 0)
		printf("  %-25s %-27s 0x%lx\n", name->sel4, name->tenure, (unsigned long)frame);
	else
		printf("  %-25s %s\n", name->sel4, name->tenure);
}

unsigned show_count(void)
{
	return shown;
}

static char mark_of(uint64_t word)
{
	static const char marks[TN_KIND_COUNT] = {
		[TN_KIND_POOL] = 'P',     [TN_KIND_PROCESS] = 'A', [TN_KIND_THREAD] = 'T',
		[TN_KIND_ENDPOINT] = 'E', [TN_KIND_CAPS] = 'C',    [TN_KIND_TABLE] = 't',
		[TN_KIND_FREE] = '_',
	};
	char mark = TN_INFO_KIND(word) < TN_KIND_COUNT ? marks[TN_INFO_KIND(word)] : 0;

	if (TN_INFO_KIND(word) != TN_KIND_USER)
		return mark ? mark : '?';
	if (word & TN_INFO_LARGE)
		return 'L';
	return TN_INFO_LOW(word) > 0 ? 'u' : '.';
}

static void count_mark(struct show_frames *frames, char mark)
{
	if (mark == '.')
		frames->idle++;
	else if (mark == 'u' || mark == 'L')
		frames->used++;
	else if (mark == '_')
		frames->free++;
	else
		frames->objects++;
}

/* ROW frames, as text. */
static void read_row(const struct tn_untyped *range, uint64_t first, char row[ROW + 1])
{
	check(tn_frame_info(range->frames, first, ROW).code == 0, "frame_info answers");
	for (unsigned i = 0; i < ROW; i++)
		row[i] = mark_of(tn_own_utcb()->words[i]);
	row[ROW] = '\0';
}

static void end_alike(unsigned alike)
{
	if (alike > 0)
		printf("  ... %u row%s more like it\n", alike, alike == 1 ? "" : "s");
}

struct show_frames show_map(const char *title, const struct tn_untyped *range)
{
	struct show_frames frames = {0, 0, 0, 0};
	char row[ROW + 1], last[ROW + 1] = "";
	unsigned alike = 0;

	printf("\n%s\n", title);
	for (uint64_t done = 0; done < range->count; done += ROW) {
		read_row(range, range->first + done, row);
		for (unsigned i = 0; i < ROW; i++)
			count_mark(&frames, row[i]);
		if (strcmp(row, last) == 0) {
			alike++;
			continue;
		}
		end_alike(alike);
		alike = 0;
		printf("  %s\n", row);
		memcpy(last, row, sizeof(last));
	}
	end_alike(alike);
	return frames;
}
