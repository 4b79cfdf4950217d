/*
 * first.c - see first.h.
 *
 * From one run of USER frames: first the root pool's, then those that the server's pages map.
 * The pages are mapped by the server's own `map` call, under its own capabilities: its memory is
 * checked and counted like anybody's.
 */
#include "first.h"

#include <image/cpio.h>
#include <port/string.h>

#include "asid.h"
#include "boot_info.h"
#include "frame.h"
#include "root.h"
#include "syscall.h"
#include "thread.h"
#include "words.h"

/* Root pool: pool, process, thread, slots; at most 5 + 4 tables for image and stack; and enough
 * for the server's own first mappings before it gives. */
#define ROOT_POOL_FRAMES 24u
#define PAGES_LOW 0x1000u /* page 0 stays unmapped: it catches null pointers */
#define PROGRAM_TOP (TN_BOOT_STACK_TOP - (TN_BOOT_STACK_FRAMES + 1) * TN_FRAME_SIZE)

const char *first_find(struct first *first)
{
	const struct machine_range *initrd = &first->machine->initrd;
	struct cpio_file file;
	const char *why = NULL;

	if (initrd->size == 0)
		return "no boot image (initrd)";
	if (cpio_find((void *)(initrd->address + PORT_DMAP_OFFSET), initrd->size,
		      first->options->mm, first->options->mm_length, &file, &why) != 0)
		return why;
	if (elf_read(file.data, file.size, PAGES_LOW, PROGRAM_TOP, &first->program, &why) != 0)
		return why;
	return NULL;
}

/* --- memory ------------------------------------------------------------------------------- */

/* Maps `count` frames from *next on at va, by the server's own call. */
static const char *pages_map(uint64_t va, uint64_t *next, uint64_t count, uint64_t rights)
{
	while (count > 0) {
		result_t r = call_map(TN_SLOT_PROCESS, va, TN_SLOT_FRAMES, *next, count,
				      rights | TN_MAP_SMALL);

		if (result_code(r) != 0)
			return "the first server's memory cannot be mapped";
		va += result_value(r) * FRAME_BYTES;
		*next += result_value(r);
		count -= result_value(r);
	}
	return NULL;
}

static const char *segment_load(const struct elf_segment *segment, uint64_t *next)
{
	uint8_t *memory = frame_memory(pfn(*next));
	uint64_t head = segment->va % FRAME_BYTES, end = head + segment->file_size;

	memset(memory, 0, head);
	memcpy(memory + head, segment->data, segment->file_size);
	memset(memory + end, 0, segment->pages * FRAME_BYTES - end);
	return pages_map(segment->first_page * FRAME_BYTES, next, segment->pages,
			 segment->rights);
}

static const char *program_load(const struct elf_image *program, uint64_t *next)
{
	const char *why = NULL;

	for (uint32_t i = 0; why == NULL && i < program->segment_count; i++)
		why = segment_load(&program->segments[i], next);
	return why;
}

/* Stack, UTCB and boot information, cleared. */
static const char *areas_map(struct thread *t, uint64_t *next, struct tn_boot_info **info)
{
	const char *why;

	for (uint64_t i = 0; i < TN_BOOT_STACK_FRAMES + 1 + TN_BOOT_INFO_FRAMES; i++)
		zero_page(frame_memory(pfn(*next + i)));
	why = pages_map(TN_BOOT_STACK_TOP - TN_BOOT_STACK_FRAMES * FRAME_BYTES, next,
			TN_BOOT_STACK_FRAMES, TN_MAP_READ | TN_MAP_WRITE);
	if (why != NULL)
		return why;
	thread_pin_utcb(t, pfn(*next));
	why = pages_map(TN_BOOT_UTCB, next, 1, TN_MAP_READ | TN_MAP_WRITE);
	if (why != NULL)
		return why;
	*info = frame_memory(pfn(*next));
	return pages_map(TN_BOOT_INFO, next, TN_BOOT_INFO_FRAMES, TN_MAP_READ);
}

/* --- capabilities ------------------------------------------------------------------------- */

static void devices_hand_over(struct slot *slots, const struct machine *m)
{
	for (uint32_t i = 0; i < m->device_count && i < TN_BOOT_DEVICES; i++) {
		uint64_t first = m->devices[i].range.address / FRAME_BYTES;
		uint64_t last = (m->devices[i].range.address + m->devices[i].range.size - 1) /
				FRAME_BYTES;

		slot_set(&slots[TN_SLOT_DEVICES + i],
			 SLOT_WORD(TN_CAP_DEVICE, TN_FRAMES_READ | TN_FRAMES_WRITE, 0), first,
			 last - first + 1);
	}
}

struct thread *first_start(struct first *first, struct hart *hart, const char **why)
{
	uint64_t pages = first->program.pages + TN_BOOT_STACK_FRAMES + 1 + TN_BOOT_INFO_FRAMES;
	uint64_t count = ROOT_POOL_FRAMES + pages, base, next;
	struct tn_boot_info *info;
	struct thread *t;

	/* kind USER: the run is looked for, not taken; the frame table says what becomes of it */
	base = regions_carve(first->regions, count, 1, ram.window_first + ram.window_count,
			     TN_KIND_USER);
	if (base == REGIONS_NONE) {
		*why = "not enough memory for the first server";
		return NULL;
	}
	t = root_make(hart, pfn(base), ROOT_POOL_FRAMES);
	devices_hand_over(t->directory[0], first->machine);
	next = base + ROOT_POOL_FRAMES;
	frame_touch_range(pfn(next), pages);
	*why = program_load(&first->program, &next);
	if (*why == NULL)
		*why = areas_map(t, &next, &info);
	if (*why != NULL)
		return NULL;
	if (!boot_info_fill(info, first, base, count)) {
		*why = "memory is in too many pieces for the boot information";
		return NULL;
	}
	t->registers[0] = first->program.entry;
	t->registers[2] = TN_BOOT_STACK_TOP;
	t->registers[10] = TN_BOOT_INFO;
	t->registers[11] = TN_BOOT_UTCB;
	asid_activate(hart, t->process);
	return t;
}
