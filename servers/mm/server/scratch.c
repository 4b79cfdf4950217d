/*
 * scratch.c - the window, and the memory of mm's records of mappings, which grows with them.
 */
#include "scratch.h"

#include <string.h>

#include "../pages.h"
#include "../require.h"

#define EXTENTS_LOW 64u /* a request makes fewer */

/* Small pages and a large one each have a place, so that neither is in the other's page table. */
static uint64_t window(uint64_t count)
{
	return count < LEDGER_BLOCK ? SERVER_SCRATCH : SERVER_SCRATCH_LARGE;
}

void scratch_start(struct server *server)
{
	require(pages_map_new(server->mm, &server->mm->processes[0], SERVER_SCRATCH_ANCHOR, 0,
			      TN_MAP_SMALL),
		"there is memory for the window");
}

void *scratch_open(struct server *server, uint64_t first, uint64_t count)
{
	struct mm *mm = server->mm;

	if (pages_map(mm, &mm->processes[0], window(count), first, count,
		      TN_MAP_READ | TN_MAP_WRITE))
		return (void *)window(count);
	scratch_close(server, first, count);
	return NULL;
}

/* The frames are held meanwhile: with its last mapping a frame would become free. */
void scratch_close(struct server *server, uint64_t first, uint64_t count)
{
	struct mm *mm = server->mm;
	struct ledger *ledger = &mm->store.ledger;

	require(ledger_map(ledger, first, count, 0), "frames in the window are user space's");
	require(pages_unmap(mm, &mm->processes[0], window(count), count),
		"the window is unmapped whole");
	require(ledger_unmap(ledger, first, count, 0), "frames in the window were held");
}

bool scratch_clear(struct server *server, uint64_t first, uint64_t count)
{
	void *memory = scratch_open(server, first, count);

	if (!memory)
		return false;
	memset(memory, 0, count * TN_FRAME_SIZE);
	scratch_close(server, first, count);
	return true;
}

bool extents_ready(struct server *server)
{
	struct mm *mm = server->mm;
	uint64_t va = SERVER_EXTENTS + server->extent_pages * TN_FRAME_SIZE;
	uint64_t frame;

	if (mm->extents.spare >= EXTENTS_LOW)
		return true;
	frame = store_take(&mm->store, 0);
	if (frame == STORE_NONE)
		return false;
	if (!pages_map(mm, &mm->processes[0], va, frame, 1,
		       TN_MAP_READ | TN_MAP_WRITE | TN_MAP_SMALL)) {
		store_put_idle(&mm->store, frame, 1);
		return false;
	}
	server->extent_pages++;
	mm->records_frames++;
	extents_add(&mm->extents, (struct extent *)va, TN_FRAME_SIZE / sizeof(struct extent));
	return true;
}
