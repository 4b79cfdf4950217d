/*
 * program.c - from the boot image to the pages that a program begins with.
 */
#include <tenure/server.h>

#include <image/cpio.h>

const char *tn_program_open(struct tn_program *program, const void *archive, uint64_t size,
			    const char *name)
{
	struct cpio_file file;
	const char *why;
	int code;

	program->segment = 0;
	program->taken = 0;
	code = cpio_find(archive, size, name, &file, &why);
	if (code != 0)
		return code == -TN_ENOENT ? "there is no such program" : why;
	if (elf_read(file.data, file.size, TN_CLIENT_IMAGE, TN_CLIENT_IMAGE_END, &program->image,
		     &why) != 0)
		return why;
	return NULL;
}

/* The bytes of the file that stand in the page at va: none, where it is all zero. */
static struct tn_page page_of(const struct elf_segment *segment, uint64_t va)
{
	uint64_t begin = va > segment->va ? va : segment->va;
	uint64_t end = va + TN_FRAME_SIZE, file_end = segment->va + segment->file_size;
	struct tn_page page = {.va = va, .rights = segment->rights};

	if (end > file_end)
		end = file_end;
	if (begin >= end)
		return page;
	page.offset = begin - va;
	page.size = end - begin;
	page.bytes = segment->data + (begin - segment->va);
	return page;
}

bool tn_program_take(struct tn_program *program, struct tn_page *page)
{
	const struct elf_segment *segment;

	if (program->segment == program->image.segment_count)
		return false;
	segment = &program->image.segments[program->segment];
	*page = page_of(segment, (segment->first_page + program->taken) * TN_FRAME_SIZE);
	program->taken++;
	if (program->taken == segment->pages) {
		program->segment++;
		program->taken = 0;
	}
	return true;
}
