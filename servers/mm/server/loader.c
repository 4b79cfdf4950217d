/*
 * loader.c - a program of the boot image into a client's address space.
 */
#include "loader.h"

#include <string.h>
#include <tenure/user.h>

#include "../../../lib/image/elf.h"
#include "../require.h"
#include "archive.h"
#include "paging.h"
#include "scratch.h"

#define CHUNK ((uint64_t)TN_ZERO_MAX) /* pages at a time */

static const char no_memory[] = "its quota, or the machine's memory, is too small for it";

/* Copies bytes to an address of the client, inside one page that is mapped. */
static bool copy_page(struct server *server, const struct client *client, uint64_t va,
		      const void *bytes, uint64_t size)
{
	uint64_t frame = mapping_frame(&client->process->mapping, va - va % TN_FRAME_SIZE);
	char *memory = scratch_open(server, frame, 1);

	if (!memory)
		return false;
	memcpy(memory + va % TN_FRAME_SIZE, bytes, size);
	scratch_close(server, frame, 1);
	return true;
}

static bool copy_bytes(struct server *server, const struct client *client, uint64_t va,
		       const uint8_t *bytes, uint64_t size)
{
	while (size > 0) {
		uint64_t part = TN_FRAME_SIZE - va % TN_FRAME_SIZE;

		if (part > size)
			part = size;
		if (!copy_page(server, client, va, bytes, part))
			return false;
		va += part;
		bytes += part;
		size -= part;
	}
	return true;
}

static bool load_segment(struct server *server, struct client *client,
			 const struct elf_segment *segment)
{
	uint64_t first = segment->first_page * TN_FRAME_SIZE;

	for (uint64_t done = 0; done < segment->pages; done += CHUNK) {
		uint64_t left = segment->pages - done;

		if (!paging_map_fresh(server, client, first + done * TN_FRAME_SIZE,
				      left < CHUNK ? left : CHUNK, segment->rights))
			return false;
	}
	return copy_bytes(server, client, segment->va, segment->data, segment->file_size);
}

static bool load_start_page(struct server *server, struct client *client, const char *args)
{
	struct tn_client_start start = {
		.magic = TN_CLIENT_MAGIC,
		.version = TN_MM_VERSION,
		.pid = client->pid,
		.parent = client->parent,
		.timebase = server->mm->boot->timebase,
		.pool_quota = client->pool_quota,
		.user_quota = client->user_quota,
		.priority = client->priority,
	};

	memcpy(start.name, client->name, sizeof(start.name));
	memcpy(start.args, args, strlen(args));
	return paging_map_fresh(server, client, TN_CLIENT_START, 1, TN_MAP_READ) &&
	       copy_page(server, client, TN_CLIENT_START, &start, sizeof(start));
}

static bool place_stack(struct client *client)
{
	struct region stack = {
		.va = TN_CLIENT_STACK_TOP - TN_CLIENT_STACK_PAGES * TN_FRAME_SIZE,
		.pages = TN_CLIENT_STACK_PAGES,
		.flags = TN_MM_WRITE,
		.most = TN_MM_WRITE,
	};

	return regions_add(&client->regions, stack);
}

const char *loader_load(struct server *server, struct client *client, const char *args,
			uint64_t *entry)
{
	struct elf_image image;
	struct cpio_file file;
	const char *why;

	if (!archive_find(server, client->name, &file))
		return "there is no such program";
	if (elf_read(file.data, file.size, TN_CLIENT_IMAGE, TN_CLIENT_IMAGE_END, &image, &why) != 0)
		return why;
	for (uint32_t i = 0; i < image.segment_count; i++)
		if (!load_segment(server, client, &image.segments[i]))
			return no_memory;
	require_done(tn_sync_code(client->process->slot), "sync_code");
	if (!load_start_page(server, client, args) || !place_stack(client))
		return no_memory;
	*entry = image.entry;
	return NULL;
}
