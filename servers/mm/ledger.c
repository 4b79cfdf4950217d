/*
 * ledger.c - mm's own record of who owns each frame.
 */
#include "ledger.h"

#include <string.h>

static uint64_t block_count(const struct space *space)
{
	return space->size / LEDGER_BLOCK + 1;
}

static uint64_t frames_bytes(const struct space *space)
{
	return (space->size * sizeof(struct ledger_frame) + 7) & ~(uint64_t)7;
}

uint64_t ledger_bytes(const struct space *space)
{
	uint64_t large = block_count(space) * sizeof(uint16_t);

	return frames_bytes(space) + ((large + 7) & ~(uint64_t)7);
}

void ledger_init(struct ledger *ledger, const struct space *space, void *memory)
{
	memset(ledger, 0, sizeof(*ledger));
	memset(memory, 0, ledger_bytes(space));
	ledger->space = space;
	ledger->frames = memory;
	ledger->large = (void *)((char *)memory + frames_bytes(space));
}

/* Index of a range that lies in one piece of the space, else SPACE_NONE. */
static uint64_t range_index(const struct ledger *ledger, uint64_t first, uint64_t count)
{
	uint64_t index = space_index(ledger->space, first);

	if (index == SPACE_NONE || count == 0 || count > ledger->space->size - index)
		return SPACE_NONE;
	if (space_index(ledger->space, first + count - 1) != index + count - 1)
		return SPACE_NONE;
	return index;
}

static bool all_are(const struct ledger *ledger, uint64_t index, uint64_t count,
		    struct ledger_frame wanted)
{
	for (uint64_t i = index; i < index + count; i++) {
		struct ledger_frame frame = ledger->frames[i];

		if (frame.owner != wanted.owner || frame.value != wanted.value)
			return false;
	}
	return true;
}

static void count_frames(struct ledger *ledger, struct ledger_frame what, uint64_t count)
{
	ledger->owned[what.owner] += count;
	if (what.owner == LEDGER_LENT)
		ledger->lent[what.value] += count;
}

/* The frames, all of them `from`, become `to`. */
static void rewrite(struct ledger *ledger, uint64_t index, uint64_t count, struct ledger_frame from,
		    struct ledger_frame to)
{
	for (uint64_t i = index; i < index + count; i++)
		ledger->frames[i] = to;
	count_frames(ledger, from, -count);
	count_frames(ledger, to, count);
}

static struct ledger_frame record(enum ledger_owner owner, uint16_t value)
{
	return (struct ledger_frame){(uint8_t)owner, 0, value};
}

bool ledger_found(struct ledger *ledger, uint64_t first, uint64_t count, enum ledger_owner owner,
		  uint16_t value)
{
	uint64_t index = range_index(ledger, first, count);

	if (owner == LEDGER_LENT && value >= LEDGER_POOLS)
		return false;
	if (index == SPACE_NONE || !all_are(ledger, index, count, record(LEDGER_HOLE, 0)))
		return false;
	ledger->owned[LEDGER_HOLE] += count; /* holes of the boot information count from here on */
	rewrite(ledger, index, count, record(LEDGER_HOLE, 0), record(owner, value));
	return true;
}

uint64_t ledger_user_frames(const struct ledger *ledger)
{
	return ledger->owned[LEDGER_USER] + ledger->owned[LEDGER_ASIDE];
}

struct ledger_frame ledger_frame(const struct ledger *ledger, uint64_t frame)
{
	uint64_t index = space_index(ledger->space, frame);

	return index == SPACE_NONE ? record(LEDGER_HOLE, 0) : ledger->frames[index];
}

bool ledger_is_large(const struct ledger *ledger, uint64_t frame)
{
	uint64_t index = space_index(ledger->space, frame);

	return index != SPACE_NONE && ledger->large[index / LEDGER_BLOCK] != 0;
}

bool ledger_in_use(const struct ledger *ledger, uint64_t frame)
{
	struct ledger_frame what = ledger_frame(ledger, frame);

	return what.owner == LEDGER_USER && (what.value != 0 || ledger_is_large(ledger, frame));
}

static bool any_large(const struct ledger *ledger, uint64_t index, uint64_t count)
{
	uint64_t last = (index + count - 1) / LEDGER_BLOCK;

	for (uint64_t block = index / LEDGER_BLOCK; block <= last; block++)
		if (ledger->large[block] != 0)
			return true;
	return false;
}

/* User frames not in use become `to`. */
static bool leave_idle(struct ledger *ledger, uint64_t first, uint64_t count,
		       struct ledger_frame to)
{
	struct ledger_frame idle = record(LEDGER_USER, 0);
	uint64_t index = range_index(ledger, first, count);

	if (index == SPACE_NONE || to.value >= LEDGER_POOLS || any_large(ledger, index, count) ||
	    !all_are(ledger, index, count, idle))
		return false;
	rewrite(ledger, index, count, idle, to);
	return true;
}

/* Frames that are `from` become user frames not in use. */
static bool become_idle(struct ledger *ledger, uint64_t first, uint64_t count,
			struct ledger_frame from)
{
	uint64_t index = range_index(ledger, first, count);

	if (index == SPACE_NONE || from.value >= LEDGER_POOLS ||
	    !all_are(ledger, index, count, from))
		return false;
	rewrite(ledger, index, count, from, record(LEDGER_USER, 0));
	return true;
}

bool ledger_lend(struct ledger *ledger, uint64_t first, uint64_t count, uint16_t pool)
{
	return leave_idle(ledger, first, count, record(LEDGER_LENT, pool));
}

bool ledger_return(struct ledger *ledger, uint64_t first, uint64_t count, uint16_t pool)
{
	return become_idle(ledger, first, count, record(LEDGER_LENT, pool));
}

bool ledger_delegate(struct ledger *ledger, uint64_t first, uint64_t count, uint16_t pool)
{
	return leave_idle(ledger, first, count, record(LEDGER_DELEGATED, pool));
}

bool ledger_undelegate(struct ledger *ledger, uint64_t first, uint64_t count, uint16_t pool)
{
	return become_idle(ledger, first, count, record(LEDGER_DELEGATED, pool));
}

bool ledger_set_aside(struct ledger *ledger, uint64_t first, uint64_t count, uint16_t pool)
{
	return leave_idle(ledger, first, count, record(LEDGER_ASIDE, pool));
}

bool ledger_release(struct ledger *ledger, uint64_t first, uint64_t count, uint16_t pool)
{
	return become_idle(ledger, first, count, record(LEDGER_ASIDE, pool));
}

/* Every frame is user space's and has between `least` and `most` references. */
static bool referable(const struct ledger *ledger, uint64_t index, uint64_t count, unsigned least,
		      unsigned most)
{
	for (uint64_t i = index; i < index + count; i++) {
		struct ledger_frame frame = ledger->frames[i];

		if (frame.owner != LEDGER_USER || frame.value < least || frame.value > most)
			return false;
	}
	return true;
}

/* Every block of whole large pages has between `least` and `most` large mappings. */
static bool blocks_within(const struct ledger *ledger, uint64_t index, uint64_t count,
			  unsigned level, unsigned least, unsigned most)
{
	if (level >= LEDGER_LEVELS || (index | count) % ledger_page(level) != 0)
		return false;
	for (uint64_t block = index / LEDGER_BLOCK; block < (index + count) / LEDGER_BLOCK; block++)
		if (ledger->large[block] < least || ledger->large[block] > most)
			return false;
	return true;
}

static void refer(struct ledger *ledger, uint64_t index, uint64_t count, unsigned level, int by)
{
	if (level == 0) {
		for (uint64_t i = index; i < index + count; i++)
			ledger->frames[i].value = (uint16_t)(ledger->frames[i].value + by);
		return;
	}
	for (uint64_t block = index / LEDGER_BLOCK; block < (index + count) / LEDGER_BLOCK; block++)
		ledger->large[block] = (uint16_t)(ledger->large[block] + by);
}

bool ledger_map(struct ledger *ledger, uint64_t first, uint64_t count, unsigned level)
{
	uint64_t index = range_index(ledger, first, count);
	unsigned most = level == 0 ? UINT16_MAX - 1 : UINT16_MAX;

	if (index == SPACE_NONE || !referable(ledger, index, count, 0, most))
		return false;
	if (level > 0 && !blocks_within(ledger, index, count, level, 0, UINT16_MAX - 1))
		return false;
	refer(ledger, index, count, level, 1);
	return true;
}

bool ledger_unmap(struct ledger *ledger, uint64_t first, uint64_t count, unsigned level)
{
	uint64_t index = range_index(ledger, first, count);
	unsigned least = level == 0 ? 1 : 0;

	if (index == SPACE_NONE || !referable(ledger, index, count, least, UINT16_MAX))
		return false;
	if (level > 0 && !blocks_within(ledger, index, count, level, 1, UINT16_MAX))
		return false;
	refer(ledger, index, count, level, -1);
	return true;
}

void ledger_merge(struct ledger *ledger, uint16_t from, uint16_t to)
{
	for (uint64_t i = 0; i < ledger->space->size && ledger->lent[from] > 0; i++) {
		struct ledger_frame *frame = &ledger->frames[i];

		if (frame->owner != LEDGER_LENT || frame->value != from)
			continue;
		frame->value = to;
		ledger->lent[from]--;
		ledger->lent[to]++;
	}
}
