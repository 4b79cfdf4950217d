/*
 * archive.c - the boot image, mapped into mm to be read.
 *
 * The kernel owns its frames and counts no references of them, so the mapping is noted without the
 * ledger.
 */
#include "archive.h"

#include <string.h>
#include <tenure/loops.h>
#include <tenure/user.h>

#include "../require.h"
#include "../supply.h"

static uint64_t page_count(const struct tn_boot_info *boot)
{
	uint64_t first = boot->initrd / TN_FRAME_SIZE;
	uint64_t last = (boot->initrd + boot->initrd_bytes - 1) / TN_FRAME_SIZE;

	return last - first + 1;
}

bool archive_open(struct server *server)
{
	struct mm *mm = server->mm;
	struct process *own = &mm->processes[0];
	struct tn_result result;
	uint64_t done = 0;

	if (mm->boot->initrd_bytes == 0)
		return false;
	do
		result = tn_map_all(own->slot, SERVER_ARCHIVE, mm->boot->initrd / TN_FRAME_SIZE,
				    page_count(mm->boot), TN_MAP_READ | TN_MAP_SMALL,
				    TN_SLOT_FRAMES, &done);
	while (supply_answer(mm, &mm->pools[0], result));
	require_done(result, "map of the boot image");
	require(mapping_note(&own->mapping, SERVER_ARCHIVE, done), "there is an extent for it");
	process_count_tables(mm, own);
	server->archive = (const void *)(SERVER_ARCHIVE + mm->boot->initrd % TN_FRAME_SIZE);
	server->archive_bytes = mm->boot->initrd_bytes;
	return true;
}

void archive_close(struct server *server)
{
	struct mm *mm = server->mm;
	struct process *own = &mm->processes[0];
	uint64_t done = 0, pages = page_count(mm->boot);

	require_done(tn_unmap_all(own->slot, SERVER_ARCHIVE, pages, &done), "unmap");
	require(mapping_remove(&own->mapping, SERVER_ARCHIVE, pages), "the archive was mapped");
	process_count_tables(mm, own);
	supply_trim(mm, &mm->pools[0]);
}

bool archive_find(const struct server *server, const char *name, struct cpio_file *file)
{
	const char *why;

	return cpio_find(server->archive, server->archive_bytes, name, strlen(name), file, &why) ==
	       0;
}
