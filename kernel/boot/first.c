/*
 * first.c - see first.h.
 *
 * From one run of USER frames: first the root pool's, then those that the server's pages map.
 * The pages are mapped by the server's own `map` call, under its own capabilities: its memory is
 * checked and counted like anybody's.
 */
#include "first.h"

#include <image/cpio.h>
#include <image/elf.h>
#include <port/string.h>

#include "asid.h"
#include "root.h"
#include "syscall.h"
#include "walk.h"

/* Root pool: pool, process, thread, slots; at most 5 + 4 tables for image and stack; and enough
 * for the server's own first mappings before it gives. */
#define ROOT_POOL_FRAMES 24u
#define AREA_FRAMES (TN_BOOT_STACK_FRAMES + 1 + TN_BOOT_INFO_FRAMES)
#define PAGES_LOW 0x1000u /* page 0 stays unmapped: it catches null pointers */
#define STACK_BOTTOM (TN_BOOT_STACK_TOP - TN_BOOT_STACK_FRAMES * TN_FRAME_SIZE)
#define PROGRAM_TOP (STACK_BOTTOM - TN_FRAME_SIZE) /* below the stack a page stays unmapped, too */

/* --- its program and memory --------------------------------------------------------------- */

static const char *program_find(const struct tn_boot_info *info, const struct boot_options *options,
				struct elf_image *program)
{
	const void *archive = (const void *)(info->initrd + PORT_DMAP_OFFSET);
	const char *why = "no boot image (initrd)";
	struct cpio_file file;

	if (info->initrd_bytes != 0 &&
	    cpio_find(archive, info->initrd_bytes, options->mm, &file, &why) == 0 &&
	    elf_read(file.data, file.size, PAGES_LOW, PROGRAM_TOP, program, &why) == 0)
		return NULL;
	return why;
}

/* Maps `count` frames from *next on at va, by the server's own call. */
static bool pages_map(uint64_t va, uint64_t *next, uint64_t count, uint64_t flags)
{
	while (count > 0) {
		result_t r = call_map(TN_SLOT_PROCESS, va, TN_SLOT_FRAMES, *next, count,
				      flags | TN_MAP_SMALL);

		if (result_code(r) != 0)
			return false;
		va += result_value(r) * FRAME_BYTES;
		*next += result_value(r);
		count -= result_value(r);
	}
	return true;
}

static bool segment_load(const struct elf_segment *segment, uint64_t *next)
{
	uint8_t *memory = frame_memory(pfn(*next));
	uint64_t head = segment->va % FRAME_BYTES, end = head + segment->file_size;

	memset(memory, 0, head);
	memcpy(memory + head, segment->data, segment->file_size);
	memset(memory + end, 0, segment->pages * FRAME_BYTES - end);
	return pages_map(segment->first_page * FRAME_BYTES, next, segment->pages, segment->rights);
}

/* The segments, and then stack, UTCB and boot information, cleared. */
static bool program_load(const struct elf_image *program, uint64_t *next)
{
	const uint64_t cleared = TN_MAP_READ | TN_MAP_ZERO;

	for (uint32_t i = 0; i < program->segment_count; i++)
		if (!segment_load(&program->segments[i], next))
			return false;
	return pages_map(STACK_BOTTOM, next, TN_BOOT_STACK_FRAMES, cleared | TN_MAP_WRITE) &&
	       pages_map(TN_BOOT_UTCB, next, 1, cleared | TN_MAP_WRITE) &&
	       pages_map(TN_BOOT_INFO, next, TN_BOOT_INFO_FRAMES, cleared);
}

/* --- what it is told and may use ----------------------------------------------------------- */

/* A region each; and in one of them a range each for the frames of the root pool, for those mapped
 * before the UTCB, the UTCB, those after it, and the rest. */
_Static_assert(TN_BOOT_RANGES >= REGIONS_MAX + ROOT_POOL_FRAMES + 4, "there is room for all");

/* Adds a range; one that continues the last range alike lengthens it. */
static void range_add(struct tn_boot_info *info, struct tn_boot_range range)
{
	struct tn_boot_range *next = &info->ranges[info->range_count], *last = next - 1;

	if (info->range_count > 0 && last->first + last->count == range.first &&
	    last->kind == range.kind && last->detail == range.detail) {
		last->count += range.count;
		return;
	}
	*next = range;
	info->range_count++;
}

/* The frames of a region. One region begins with [base, end), of which boot has made the root pool
 * and mapped the rest: these as the frame table has them. */
static void region_add(struct tn_boot_info *info, const struct region *r, uint64_t base,
		       uint64_t end)
{
	uint32_t first = (uint32_t)r->first, count = (uint32_t)r->count;

	for (; first - base < end - base; first++, count--) {
		uint64_t word = frame_get(pfn(first)), kind = FRAME_KIND(word);
		uint64_t detail = kind == TN_KIND_USER ? FRAME_REFS(word)
						       : current->process->pool->self;

		range_add(info, (struct tn_boot_range){first, 1, (uint32_t)kind, (uint32_t)detail});
	}
	if (count > 0)
		range_add(info, (struct tn_boot_range){first, count, r->kind, 0});
}

/* Completes what the device tree said. Frames [base, end) are described one by one, all others by
 * their region. */
static void info_fill(struct tn_boot_info *info, const struct regions *regions, uint64_t base,
		      uint64_t end)
{
	info->magic = TN_BOOT_MAGIC;
	info->abi_version = TN_ABI_VERSION;
	info->size = sizeof(*info);
	info->paging_levels = paging_levels;
	info->ram_frames = ram.frames;
	info->window_first = ram.window_first;
	info->window_count = ram.window_count;
	info->process = current->process->self;
	info->thread = current->self;
	info->pool = current->process->pool->self;
	info->utcb = frame_of(current->utcb).n;
	for (uint32_t i = 0; i < regions->count; i++)
		region_add(info, &regions->r[i], base, end);
}

static void devices_hand_over(struct slot *slots, const struct tn_boot_info *info)
{
	const uint64_t device = SLOT_WORD(TN_CAP_DEVICE, TN_FRAMES_READ | TN_FRAMES_WRITE, 0);
	const uint64_t irq = SLOT_WORD(TN_CAP_IRQ, TN_IRQ_BIND, 0);

	for (uint32_t i = 0; i < info->device_count; i++)
		slot_set(&slots[TN_SLOT_DEVICES + i], device, info->devices[i].first,
			 info->devices[i].count);
	if (info->irq_count != 0)
		slot_set(&slots[TN_SLOT_IRQ], irq, 1, info->irq_count);
}

/* --- all of it ---------------------------------------------------------------------------- */

const char *first_start(struct machine *machine, const struct boot_options *options,
			const struct regions *regions, struct hart *hart)
{
	struct elf_image program;
	const char *why = program_find(&machine->info, options, &program);
	uint64_t base, next, end;
	struct thread *t;

	if (why != NULL)
		return why;
	end = ROOT_POOL_FRAMES + program.pages + AREA_FRAMES;
	base = regions_find_user(regions, end, ram.window_first + ram.window_count);
	if (base == REGIONS_NONE)
		return "not enough memory for the first server";
	end += base;
	next = base + ROOT_POOL_FRAMES;
	t = root_make(hart, pfn(base), ROOT_POOL_FRAMES);
	devices_hand_over(t->directory[0], &machine->info);
	frame_touch_range(pfn(next), end - next);
	if (!program_load(&program, &next))
		return "the first server's memory cannot be mapped";
	thread_pin_utcb(t, pfn(end - TN_BOOT_INFO_FRAMES - 1));
	info_fill(&machine->info, regions, base, end);
	memcpy(frame_memory(pfn(end - TN_BOOT_INFO_FRAMES)), &machine->info, sizeof(machine->info));
	t->registers[0] = program.entry;
	t->registers[2] = TN_BOOT_STACK_TOP;
	t->registers[10] = TN_BOOT_INFO;
	t->registers[11] = TN_BOOT_UTCB;
	asid_activate(hart, t->process);
	return NULL;
}
