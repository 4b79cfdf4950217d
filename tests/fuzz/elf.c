/*
 * elf.c - the target `elf`: any bytes as a program. The first byte moves the file off its alignment
 * and says where user space ends.
 *
 * What is accepted must be what a loader can believe: every byte of a segment lies in the file, its
 * pages are its own, none may be both written and executed.
 */
#include <image/elf.h>
#include <tenure/abi.h>

#include "target.h"

#define VA_LOW 0x10000ul

static void segment_check(const struct elf_segment *s, uint64_t va_high)
{
	CHECK(s->memory_size > 0 && s->file_size <= s->memory_size);
	CHECK(s->va >= VA_LOW && s->va < va_high && s->memory_size <= va_high - s->va);
	CHECK(s->first_page == s->va >> 12);
	CHECK(s->first_page + s->pages == ((s->va + s->memory_size - 1) >> 12) + 1);
	CHECK(s->rights == TN_MAP_READ || s->rights == (TN_MAP_READ | TN_MAP_WRITE) ||
	      s->rights == TN_MAP_EXECUTE || s->rights == (TN_MAP_READ | TN_MAP_EXECUTE));
}

static void image_check(const struct elf_image *image, const uint8_t *file, size_t size,
			uint64_t va_high)
{
	uint64_t pages = 0;
	unsigned holds_entry = 0;

	CHECK(image->segment_count <= ELF_SEGMENTS);
	for (unsigned i = 0; i < image->segment_count; i++) {
		const struct elf_segment *s = &image->segments[i];

		segment_check(s, va_high);
		CHECK(target_is_inside(s->data, s->file_size, file, size));
		for (unsigned j = 0; j < i; j++) {
			const struct elf_segment *o = &image->segments[j];

			CHECK(s->first_page >= o->first_page + o->pages ||
			      o->first_page >= s->first_page + s->pages);
		}
		pages += s->pages;
		holds_entry += (s->rights & TN_MAP_EXECUTE) != 0 && image->entry >= s->va &&
			       image->entry < s->va + s->memory_size;
	}
	CHECK(pages == image->pages && pages <= ELF_PAGES);
	CHECK(holds_entry == 1 && image->entry % 2 == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t shift = size != 0 ? data[0] % 4 : 0;
	uint64_t va_high = 1ul << (size != 0 && (data[0] & 4) ? 22 : 38);
	struct elf_image image;
	const char *why = NULL;
	uint8_t *file;

	if (size == 0)
		return 0;
	file = target_copy(data + 1, size - 1, shift);
	if (elf_read(file, size - 1, VA_LOW, va_high, &image, &why) == 0)
		image_check(&image, file, size - 1, va_high);
	else
		CHECK(why != NULL);
	target_forget(file, shift);
	return 0;
}
