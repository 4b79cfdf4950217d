/*
 * loader.c - a program of the boot image into a client's address space.
 */
#include "loader.h"

#include <string.h>
#include <tenure/server.h>

#include "../require.h"
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

static bool map_segment(struct server *server, struct client *client,
			const struct elf_segment *segment)
{
	uint64_t first = segment->first_page * TN_FRAME_SIZE;

	for (uint64_t done = 0; done < segment->pages; done += CHUNK) {
		uint64_t left = segment->pages - done;

		if (!paging_map_fresh(server, client, first + done * TN_FRAME_SIZE,
				      left < CHUNK ? left : CHUNK, segment->rights))
			return false;
	}
	return true;
}

static bool load_program(struct server *server, struct client *client, struct tn_program *program)
{
	struct tn_page page;

	for (uint32_t i = 0; i < program->image.segment_count; i++)
		if (!map_segment(server, client, &program->image.segments[i]))
			return false;
	while (tn_program_take(program, &page))
		if (page.size > 0 &&
		    !copy_page(server, client, page.va + page.offset, page.bytes, page.size))
			return false;
	return true;
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

const char *loader_load(struct server *server, struct client *client, const char *args,
			uint64_t *entry)
{
	struct region stack = REGION_STACK;
	struct tn_program program;
	const char *why = tn_program_open(&program, server->archive, server->archive_bytes,
					  client->name);

	if (why)
		return why;
	if (!load_program(server, client, &program))
		return no_memory;
	require_done(tn_sync_code(client->process->slot), "sync_code");
	if (!load_start_page(server, client, args) || !regions_add(&client->regions, stack))
		return no_memory;
	*entry = program.image.entry;
	return NULL;
}
