/*
 * store.c - all frames of the machine.
 */
#include "store.h"

uint64_t store_bytes(const struct space *space)
{
	return ledger_bytes(space) + buddy_bytes(space->size);
}

void store_init(struct store *store, void *memory, uint64_t window_first, uint64_t window_count)
{
	const struct space *space = &store->space;

	ledger_init(&store->ledger, space, memory);
	buddy_init(&store->buddy, space->size,
		   (uint64_t *)(void *)((char *)memory + ledger_bytes(space)));
	store->window_first = space_lower(space, window_first);
	store->window_end = space_lower(space, window_first + window_count);
	store->lendable = 0;
}

/* Frames of the window among these. */
static uint64_t in_window(const struct store *store, uint64_t index, uint64_t count)
{
	uint64_t first = index > store->window_first ? index : store->window_first;
	uint64_t end = index + count < store->window_end ? index + count : store->window_end;

	return first < end ? end - first : 0;
}

static uint64_t take_between(struct store *store, unsigned order, uint64_t first, uint64_t end)
{
	uint64_t index = buddy_take(&store->buddy, order, first, end);

	if (index == BUDDY_NONE)
		return STORE_NONE;
	store->lendable -= in_window(store, index, (uint64_t)1 << order);
	return space_frame(&store->space, index);
}

uint64_t store_take_far(struct store *store, unsigned order)
{
	if (store->window_end >= store->space.size)
		return STORE_NONE;
	return take_between(store, order, store->window_end, store->space.size);
}

uint64_t store_take(struct store *store, unsigned order)
{
	uint64_t frame = store_take_far(store, order);

	if (frame == STORE_NONE)
		frame = take_between(store, order, 0, store->space.size);
	return frame;
}

uint64_t store_take_lendable(struct store *store, unsigned order)
{
	return take_between(store, order, store->window_first, store->window_end);
}

bool store_claim(struct store *store, uint64_t first, uint64_t count)
{
	uint64_t index = space_index(&store->space, first);

	if (index == SPACE_NONE || count == 0 || index < store->window_first ||
	    index >= store->window_end || count > store->window_end - index ||
	    space_index(&store->space, first + count - 1) != index + count - 1)
		return false;
	if (!buddy_take_exactly(&store->buddy, index, count))
		return false;
	store->lendable -= count;
	return true;
}

static bool put(struct store *store, uint64_t index, uint64_t count)
{
	if (!buddy_put(&store->buddy, index, count))
		return false;
	store->lendable += in_window(store, index, count);
	return true;
}

bool store_put(struct store *store, uint64_t first, uint64_t count)
{
	return put(store, space_index(&store->space, first), count);
}

static bool is_idle(const struct store *store, uint64_t frame)
{
	return ledger_frame(&store->ledger, frame).owner == LEDGER_USER &&
	       !ledger_in_use(&store->ledger, frame);
}

void store_put_idle(struct store *store, uint64_t first, uint64_t count)
{
	uint64_t run = 0; /* idle frames just before `frame` */

	for (uint64_t frame = first; frame < first + count; frame++) {
		if (is_idle(store, frame)) {
			run++;
			continue;
		}
		(void)put(store, space_index(&store->space, frame - run), run);
		run = 0;
	}
	(void)put(store, space_index(&store->space, first + count - run), run);
}
