/*
 * boot_info.c - see boot_info.h.
 */
#include "boot_info.h"

#include <port/current.h>

#include "first.h"
#include "frame.h"
#include "process.h"
#include "thread.h"
#include "walk.h"

/* Adds frames; those that continue the last range alike lengthen it. */
static bool range_add(struct tn_boot_info *info, uint64_t first, uint64_t count, uint32_t kind,
		      uint32_t detail)
{
	struct tn_boot_range *next = &info->ranges[info->range_count], *last = next - 1;

	if (count == 0)
		return true;
	if (info->range_count > 0 && last->first + last->count == first && last->kind == kind &&
	    last->detail == detail) {
		last->count += (uint32_t)count;
		return true;
	}
	if (info->range_count == TN_BOOT_RANGES)
		return false;
	*next = (struct tn_boot_range){(uint32_t)first, (uint32_t)count, kind, detail};
	info->range_count++;
	return true;
}

/* Frames that boot has given or mapped: each as the frame table has it. */
static bool range_add_each(struct tn_boot_info *info, uint64_t first, uint64_t end)
{
	for (uint64_t f = first; f < end; f++) {
		uint64_t word = frame_export(pfn(f));
		uint32_t kind = TN_INFO_KIND(word);
		uint32_t detail = TN_INFO_LOW(word);

		if (kind >= TN_KIND_POOL && kind <= TN_KIND_ENDPOINT)
			detail = current->process->pool->self;
		if (!range_add(info, f, 1, kind, detail))
			return false;
	}
	return true;
}

static uint64_t clamp(uint64_t n, uint64_t low, uint64_t high)
{
	return n < low ? low : n > high ? high : n;
}

static bool ranges_fill(struct tn_boot_info *info, const struct regions *regions, uint64_t base,
			uint64_t end)
{
	for (uint32_t i = 0; i < regions->count; i++) {
		const struct region *r = &regions->r[i];
		uint64_t r_end = r->first + r->count;
		uint64_t from = clamp(base, r->first, r_end), to = clamp(end, r->first, r_end);

		if (!range_add(info, r->first, from - r->first, r->kind, 0) ||
		    !range_add_each(info, from, to) ||
		    !range_add(info, to, r_end - to, r->kind, 0))
			return false;
	}
	return true;
}

static void text_copy(char *to, uint64_t limit, const struct machine_text *from)
{
	for (uint64_t i = 0; i < from->length && i + 1 < limit; i++)
		to[i] = from->bytes[i];
}

static void devices_fill(struct tn_boot_info *info, const struct machine *m)
{
	const struct slot *slots = &current->directory[0][TN_SLOT_DEVICES];

	for (uint32_t i = 0; i < m->device_count && i < TN_BOOT_DEVICES; i++) {
		struct tn_boot_device *d = &info->devices[info->device_count++];

		d->first = slots[i].frame;
		d->count = slots[i].badge;
		text_copy(d->compatible, sizeof(d->compatible), &m->devices[i].compatible);
	}
}

bool boot_info_fill(struct tn_boot_info *info, const struct first *first, uint64_t base,
		    uint64_t count)
{
	const struct machine *m = first->machine;

	info->magic = TN_BOOT_MAGIC;
	info->abi_version = TN_ABI_VERSION;
	info->size = sizeof(*info);
	info->paging_levels = paging_levels;
	info->ram_frames = ram.frames;
	info->window_first = ram.window_first;
	info->window_count = ram.window_count;
	info->timebase = m->timebase;
	info->initrd = m->initrd.address;
	info->initrd_bytes = m->initrd.size;
	info->tree = m->tree.address;
	info->tree_bytes = m->tree.size;
	info->instret_at_entry = first->instret_at_entry;
	info->process = current->process->self;
	info->thread = current->self;
	info->pool = current->process->pool->self;
	info->utcb = frame_of(current->utcb).n;
	devices_fill(info, m);
	text_copy(info->args, sizeof(info->args), &m->bootargs);
	return ranges_fill(info, first->regions, base, base + count);
}
