/*
 * memory.c - memory of a program that mm starts: maps, shares, and malloc's heap.
 *
 * Owns the end of the heap, which grows from TN_CLIENT_HEAP. Its pages are populated as it grows,
 * so that malloc answers NULL when memory is spent rather than ending the program later.
 */
#include <tenure/client.h>

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#define PAGE ((uint64_t)TN_FRAME_SIZE)
#define GROW_PAGES 16u

static uint64_t heap_end = TN_CLIENT_HEAP;    /* what malloc has */
static uint64_t heap_mapped = TN_CLIENT_HEAP; /* end of the pages */

static void *placed(struct tn_message answer, int64_t *error)
{
	if (error)
		*error = answer.code;
	return answer.code == 0 ? (void *)answer.words[0] : NULL;
}

void *tn_map_memory(void *address, uint64_t pages, uint64_t flags, int64_t *error)
{
	return placed(tn_request(TN_MM_MAP, (uint64_t)address, pages, flags, 0, 0), error);
}

int64_t tn_unmap_memory(void *address, uint64_t pages)
{
	return tn_request(TN_MM_UNMAP, (uint64_t)address, pages, 0, 0, 0).code;
}

int64_t tn_protect_memory(void *address, uint64_t pages, uint64_t flags)
{
	return tn_request(TN_MM_PROTECT, (uint64_t)address, pages, flags, 0, 0).code;
}

int64_t tn_offer(void *address, uint64_t pages, uint64_t pid, uint64_t flags)
{
	return tn_request(TN_MM_OFFER, (uint64_t)address, pages, pid, flags, 0).code;
}

void *tn_attach(uint64_t pid, void *theirs, uint64_t pages, void *own, uint64_t flags,
		int64_t *error)
{
	return placed(tn_request(TN_MM_ATTACH, pid, (uint64_t)theirs, pages, (uint64_t)own, flags),
		      error);
}

static int heap_grow(uint64_t end)
{
	uint64_t pages = (end - heap_mapped + PAGE - 1) / PAGE;

	if (pages < GROW_PAGES &&
	    tn_map_memory((void *)heap_mapped, GROW_PAGES, TN_MM_WRITE | TN_MM_POPULATE, NULL))
		pages = GROW_PAGES;
	else if (!tn_map_memory((void *)heap_mapped, pages, TN_MM_WRITE | TN_MM_POPULATE, NULL))
		return -1;
	heap_mapped += pages * PAGE;
	return 0;
}

/* picolibc's malloc calls it, under its own lock. */
void *sbrk(ptrdiff_t by)
{
	uint64_t before = heap_end, end = heap_end + (uint64_t)by;

	if (end < TN_CLIENT_HEAP || end > TN_CLIENT_LOW || (end > heap_mapped && heap_grow(end))) {
		errno = ENOMEM;
		return (void *)-1;
	}
	heap_end = end;
	return (void *)before;
}
