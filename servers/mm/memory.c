/*
 * memory.c - mm comes up: from the boot information to a complete record of the machine.
 *
 * A knot to undo: the records about frames need frames, mapped, and mapping may need frames lent
 * to the root pool, all before there is a record to write it into. So both are cut from the boot
 * information first, and written down once the records stand:
 *
 *   lowest lendable range   [lent to the root pool for page tables ->              ]
 *   largest range           [                                   <- mm's records    ]
 */
#include "memory.h"

#include <stddef.h>
#include <tenure/records.h>
#include <tenure/user.h>

#include "require.h"
#include "supply.h"

/* Where a program's own image lies (user.ld). */
extern char __image_start[], __image_end[];

/* Frames taken before the records stand. */
struct piece {
	uint64_t first, count;
};

struct early {
	struct piece records, lent;
	uint64_t room; /* frames that `lent` may grow to */
};

static bool is_idle(const struct tn_boot_range *range)
{
	return range->kind == TN_KIND_USER && range->detail == 0;
}

static void build_space(struct mm *mm)
{
	uint64_t total = 0;

	space_init(&mm->store.space);
	for (uint32_t i = 0; i < mm->boot->range_count; i++) {
		const struct tn_boot_range *range = &mm->boot->ranges[i];

		require(space_add(&mm->store.space, range->first, range->count),
			"the boot's ranges are sorted and disjoint");
		total += range->count;
	}
	require(total == mm->boot->ram_frames, "the boot's ranges add up to all RAM");
}

/* The end of the largest idle range; 2 MiB blocks once they pay, for few page tables. */
static struct piece place_records(const struct mm *mm)
{
	uint64_t count = (store_bytes(&mm->store.space) + TN_FRAME_SIZE - 1) / TN_FRAME_SIZE;
	uint64_t unit = count >= LEDGER_BLOCK ? LEDGER_BLOCK : 1;
	const struct tn_boot_range *best = NULL;
	uint64_t first;

	for (uint32_t i = 0; i < mm->boot->range_count; i++) {
		const struct tn_boot_range *range = &mm->boot->ranges[i];

		if (is_idle(range) && (!best || range->count > best->count))
			best = range;
	}
	count = (count + unit - 1) / unit * unit;
	require(best && best->count >= count + 2 * unit, "there is room for mm's records");
	first = ((uint64_t)best->first + best->count - count) / unit * unit;
	return (struct piece){first, count};
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t most(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* The beginning of the lowest idle range inside the window, up to the records. */
static void place_lent(const struct mm *mm, struct early *early)
{
	uint64_t window_end = mm->boot->window_first + mm->boot->window_count;

	for (uint32_t i = 0; i < mm->boot->range_count; i++) {
		const struct tn_boot_range *range = &mm->boot->ranges[i];
		uint64_t first = most(range->first, mm->boot->window_first);
		uint64_t end = least((uint64_t)range->first + range->count, window_end);

		if (early->records.first >= first)
			end = least(end, early->records.first);
		if (!is_idle(range) || first >= end)
			continue;
		early->lent.first = first;
		early->room = end - first;
		return;
	}
}

/* Maps mm's records, lending the root pool exactly the frames that page tables lack. */
static void map_records(struct early *early)
{
	uint64_t done = 0;

	while (done < early->records.count) {
		struct tn_result result =
			tn_map(TN_SLOT_PROCESS, MEMORY_WINDOW + done * TN_FRAME_SIZE,
			       TN_SLOT_FRAMES, early->records.first + done,
			       early->records.count - done, TN_MAP_READ | TN_MAP_WRITE);

		if (result.code == -TN_ENOMEM) {
			require(early->lent.count + result.value <= early->room,
				"there are frames for mm's own page tables");
			require_done(tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL,
						   early->lent.first + early->lent.count,
						   result.value),
				     "frame_give");
			early->lent.count += result.value;
			continue;
		}
		require_done(result, "map");
		done += result.value;
	}
}

static enum ledger_owner owner_of(uint32_t kind)
{
	switch ((enum tn_kind)kind) {
	case TN_KIND_USER:
		return LEDGER_USER;
	case TN_KIND_IMAGE:
		return LEDGER_IMAGE;
	case TN_KIND_BOOT:
		return LEDGER_BOOT;
	case TN_KIND_HOLE:
		return LEDGER_HOLE;
	case TN_KIND_POOL:
	case TN_KIND_PROCESS:
	case TN_KIND_THREAD:
	case TN_KIND_ENDPOINT:
	case TN_KIND_CAPS:
	case TN_KIND_TABLE:
	case TN_KIND_FREE:
		return LEDGER_LENT;
	case TN_KIND_COUNT:
		break;
	}
	require(false, "the boot's ranges have known kinds");
	return LEDGER_HOLE;
}

static void write_ranges(struct mm *mm)
{
	struct pool *root = &mm->pools[0];

	for (uint32_t i = 0; i < mm->boot->range_count; i++) {
		const struct tn_boot_range *range = &mm->boot->ranges[i];
		enum ledger_owner owner = owner_of(range->kind);
		uint16_t value = owner == LEDGER_USER ? (uint16_t)range->detail : 0;

		require(ledger_found(&mm->store.ledger, range->first, range->count, owner, value),
			"each frame is in one range of the boot");
		if (owner == LEDGER_LENT && range->kind != TN_KIND_FREE)
			root->kinds[range->kind] += range->count;
	}
}

/* The idle frames of [first, end) that were not taken early become free. */
static void free_between(struct mm *mm, const struct early *early, uint64_t first, uint64_t end)
{
	const struct piece pieces[] = {early->records, early->lent};

	while (first < end) {
		uint64_t stop = end, skip = 0;

		for (unsigned i = 0; i < 2; i++) {
			if (first - pieces[i].first < pieces[i].count)
				skip = pieces[i].first + pieces[i].count - first;
			else if (pieces[i].count > 0 && pieces[i].first > first)
				stop = least(stop, pieces[i].first);
		}
		if (skip == 0)
			require(store_put(&mm->store, first, stop - first),
				"each idle frame is free once");
		first = skip ? first + skip : stop;
	}
}

static void free_ranges(struct mm *mm, const struct early *early)
{
	for (uint32_t i = 0; i < mm->boot->range_count; i++) {
		const struct tn_boot_range *range = &mm->boot->ranges[i];

		if (is_idle(range))
			free_between(mm, early, range->first,
				     (uint64_t)range->first + range->count);
	}
}

static void open_root_pool(struct mm *mm)
{
	struct pool *root = pool_new(mm);

	root->slot = TN_SLOT_POOL;
	root->frame = mm->boot->pool;
}

/* mm's own process, with what the boot mapped in it. */
static void open_own_process(struct mm *mm)
{
	struct process *own = process_new(mm);
	struct mapping *mapping = &own->mapping;
	const struct pool *root = &mm->pools[0];
	uint64_t image = (uint64_t)__image_start;
	uint64_t stack = TN_BOOT_STACK_TOP - TN_BOOT_STACK_FRAMES * TN_FRAME_SIZE;

	own->slot = TN_SLOT_PROCESS;
	require(mapping_note(mapping, image, 0, ((uint64_t)__image_end - image) / TN_FRAME_SIZE) &&
			mapping_note(mapping, stack, 0, TN_BOOT_STACK_FRAMES) &&
			mapping_note(mapping, TN_BOOT_UTCB, 0, 1) &&
			mapping_note(mapping, TN_BOOT_INFO, 0, TN_BOOT_INFO_FRAMES),
		"there are extents for mm's own image");
	own->kinds[TN_KIND_THREAD] = root->kinds[TN_KIND_THREAD];
	own->kinds[TN_KIND_CAPS] = root->kinds[TN_KIND_CAPS];
	own->kinds[TN_KIND_TABLE] = root->kinds[TN_KIND_TABLE];
	own->standing_tables = root->kinds[TN_KIND_TABLE] -
			       mapping_tables(mapping, (unsigned)mm->boot->paging_levels);
}

/* What happened before there was a ledger. */
static void write_early(struct mm *mm, const struct early *early)
{
	struct process *own = &mm->processes[0];

	require(early->lent.count == 0 ||
			ledger_lend(&mm->store.ledger, early->lent.first, early->lent.count, 0),
		"frames lent early were idle");
	require(mapping_add(&own->mapping, MEMORY_WINDOW, early->records.first,
			    early->records.count, early->records.count, false),
		"frames of mm's records were idle");
	process_count_tables(mm, own);
	mm->early_frames = early->lent.count;
	mm->records_frames = early->records.count;
}

void memory_start(struct mm *mm, const struct tn_boot_info *boot)
{
	struct early early = {{0, 0}, {0, 0}, 0};

	require(boot->magic == TN_BOOT_MAGIC && boot->abi_version == TN_ABI_VERSION,
		"the kernel speaks this program's ABI");
	mm->boot = boot;
	mm->slot_pages = 1;
	extents_init(&mm->extents, mm->extent_memory, MM_EXTENTS);
	build_space(mm);
	early.records = place_records(mm);
	place_lent(mm, &early);
	map_records(&early);
	store_init(&mm->store, (void *)MEMORY_WINDOW, boot->window_first, boot->window_count);
	open_root_pool(mm);
	write_ranges(mm);
	open_own_process(mm);
	write_early(mm, &early);
	free_ranges(mm, &early);
	mm->baseline = pool_frames(mm, &mm->pools[0]);
	mm->baseline_used = pool_used(&mm->pools[0]);
	require(supply_begin(mm, &mm->pools[0]), "nothing is set aside for mm");
	supply_top_up(mm, &mm->pools[0]);
	supply_trim(mm, &mm->pools[0]);
}
