/*
 * ground.c - see ground.h.
 */
#include "ground.h"

#include <tenure/user.h>

#include "randomness.h"

#define BLOCK ((uint64_t)512)
#define GIGA (BLOCK * BLOCK)
#define STRETCHES 12u
#define NOTED 64u
#define NEAR 2048u

uint64_t ground_arena, ground_user_top;

static struct {
	uint64_t first, count;
} own[STRETCHES];
static unsigned owns;
static uint64_t idle_next, idle_end;
static uint64_t noted[NOTED];
static unsigned noted_next;
static bool lent_out[ARENA_FRAMES];

static bool own_add(uint64_t first, uint64_t count)
{
	if (owns == STRETCHES)
		return false;
	own[owns].first = first;
	own[owns].count = count;
	owns++;
	return true;
}

static bool own_find(void)
{
	for (uint32_t i = 0; i < tn_boot->range_count; i++) {
		const struct tn_boot_range *r = &tn_boot->ranges[i];

		if (r->kind == TN_KIND_USER && r->detail != 0 && !own_add(r->first, r->count))
			return false;
	}
	return true;
}

static void idle_find(void)
{
	for (uint32_t i = 0; i < tn_boot->range_count; i++) {
		const struct tn_boot_range *r = &tn_boot->ranges[i];

		if (r->kind == TN_KIND_USER && r->detail == 0 && r->count > idle_end - idle_next) {
			idle_next = r->first;
			idle_end = (uint64_t)r->first + r->count;
		}
	}
}

bool ground_start(void)
{
	uint64_t beyond;

	idle_find();
	ground_arena = (idle_next + BLOCK - 1) & ~(BLOCK - 1);
	beyond = ground_arena + ARENA_FRAMES;
	ground_user_top = (uint64_t)1 << (12 + 9 * tn_boot->paging_levels - 1);
	if (idle_end < beyond + 4 * BLOCK || !own_find())
		return false;
	idle_next = beyond;
	for (unsigned i = 0; i < NOTED; i++)
		noted[i] = ground_arena + i;
	return true;
}

uint64_t ground_spare(uint64_t count)
{
	uint64_t first = idle_next;

	idle_next += count;
	return first;
}

uint64_t ground_take(uint64_t count)
{
	uint64_t first = ground_spare(count);

	(void)own_add(first, count);
	return first;
}

static bool overlap(uint64_t a, uint64_t a_count, uint64_t b, uint64_t b_count)
{
	return a < b ? b - a < a_count : a - b < b_count;
}

bool ground_is_own(uint64_t first, uint64_t count)
{
	for (unsigned i = 0; i < owns; i++)
		if (overlap(first, count, own[i].first, own[i].count))
			return true;
	return false;
}

bool ground_is_kept(uint64_t va, uint64_t bytes)
{
	return overlap(va, bytes, 0, OWN_LOW_END) ||
	       overlap(va, bytes, OWN_HIGH, OWN_HIGH_END - OWN_HIGH);
}

/* Any frame that boot named, those of the kernel among them, or the first behind one. */
static uint64_t any_frame(void)
{
	const struct tn_boot_range *r = &tn_boot->ranges[below(tn_boot->range_count)];

	switch (below(16)) {
	case 0:
	case 3:
		return r->first;
	case 1:
	case 4:
		return (uint64_t)r->first + r->count - below(2);
	case 2:
		return r->first + below(r->count);
	default: /* mostly not far behind its beginning: elsewhere whole blocks stay user space's */
		return r->first + below(r->count < NEAR ? r->count : NEAR);
	}
}

uint64_t ground_block(void)
{
	uint64_t first = (idle_next + NEAR + BLOCK - 1) & ~(BLOCK - 1);

	if (first + BLOCK > idle_end || one_in(3))
		return ground_frame(false) & ~(BLOCK - 1);
	return first + below((idle_end - first) / BLOCK) * BLOCK;
}

static uint64_t arena_frame(bool lent)
{
	uint64_t i = below(ARENA_FRAMES);

	for (unsigned tries = 0; tries < 3 && lent_out[i] != lent; tries++)
		i = below(ARENA_FRAMES);
	return ground_arena + i;
}

void ground_learn(uint64_t first, uint64_t count, bool lent)
{
	uint64_t i = first - ground_arena;

	for (; count > 0 && i < ARENA_FRAMES; i++, count--)
		lent_out[i] = lent;
}

uint64_t ground_frame(bool lent)
{
	switch (below(16)) {
	case 0:
	case 1:
		return any_frame();
	case 2:
	case 3:
		return ground_arena + below(ARENA_FRAMES / BLOCK) * BLOCK;
	case 4:
	case 5:
	case 6:
		return noted[below(NOTED)];
	case 7: /* where there is so much RAM */
		return one_in(4) ? (ground_arena + GIGA - 1) & ~(GIGA - 1)
				 : ground_arena + below(4) * (BLOCK - 1);
	default:
		return arena_frame(lent);
	}
}

void ground_note(uint64_t frame)
{
	noted[noted_next++ % NOTED] = frame;
}

uint64_t ground_address(void)
{
	uint64_t page = one_in(3) ? below(4) * BLOCK : below(4 * BLOCK);
	uint64_t va = page * TN_FRAME_SIZE;

	switch (below(32)) {
	case 0: /* what one page's size more would make the kernel's */
		return ground_user_top - TN_FRAME_SIZE * (1 + below(BLOCK));
	case 1:
		return ground_user_top / 2 + below(4) * GIGA * TN_FRAME_SIZE + va;
	case 2:
		return HELPER_CODE + below(20) * TN_FRAME_SIZE;
	case 3:
		return va;
	case 4: /* gigabytes that begin where tables of three levels meet */
		return (1 + below(4)) * GIGA * TN_FRAME_SIZE;
	default:
		return OWN_LOW_END + below(3) * 0x10000000ul + va;
	}
}
