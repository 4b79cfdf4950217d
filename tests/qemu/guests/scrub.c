/*
 * scrub.c - nothing that the kernel wrote reaches user space.
 *
 * Frames are filled with a pattern, given, used for every kind of object in several lives, and
 * taken back: each word must then be zero or the pattern.
 */
#include <stdio.h>

#include "guest.h"
#include "tap.h"

#define FRAMES 512u
#define WORDS 512u
#define PAGE ((uint64_t)TN_FRAME_SIZE)

static uint64_t pattern(uint64_t f, uint64_t word)
{
	return 0xa5a5a5a500000000ul + f * 1024 + word + 1;
}

static void fill(uint64_t first, uint64_t count)
{
	uint64_t *at = (uint64_t *)GUEST_FREE;

	guest_map(GUEST_FREE, first, count, READ_WRITE);
	for (uint64_t i = 0; i < count * WORDS; i++)
		at[i] = pattern(first + i / WORDS, i % WORDS);
	tn_unmap(TN_SLOT_PROCESS, GUEST_FREE, count);
}

/* Words that are neither; *zero counts those that are zero. */
static uint64_t foreign_words(uint64_t first, uint64_t count, uint64_t *zero)
{
	const uint64_t *at = (const uint64_t *)GUEST_FREE;
	uint64_t foreign = 0;

	*zero = 0;
	guest_map(GUEST_FREE, first, count, TN_MAP_READ);
	for (uint64_t i = 0; i < count * WORDS; i++) {
		*zero += at[i] == 0;
		if (at[i] == 0 || at[i] == pattern(first + i / WORDS, i % WORDS))
			continue;
		if (foreign++ < 10)
			printf("# frame 0x%lx, word %lu: 0x%lx\n", first + i / WORDS, i % WORDS,
			       at[i]);
	}
	tn_unmap(TN_SLOT_PROCESS, GUEST_FREE, count);
	return foreign;
}

/* --- lives -------------------------------------------------------------------------------- */

static void process_live(uint64_t pool, uint64_t user)
{
	uint64_t process = guest_create(TN_KIND_PROCESS, pool, 0), thread;

	thread = guest_create(TN_KIND_THREAD, process, 0);
	guest_create(TN_KIND_ENDPOINT, process, 0);
	if (tn_create(TN_KIND_CAPS, process, TN_ANY, TN_NONE, 3, 0).code != 0)
		tap_bail("no page of slots");
	for (uint64_t slot = 3 * TN_CAPS_SLOTS; slot < 4 * TN_CAPS_SLOTS; slot++)
		if (tn_cap_copy(TN_SLOT_FRAMES, process, slot, TN_RIGHTS_ALL, 0, 0).code != 0)
			tap_bail("cap_copy failed");
	tn_pool_watch(pool, 1, thread, ~(uint64_t)0);
	if (tn_table_attach(process, GUEST_FREE, tn_boot->paging_levels - 1, TN_ANY, TN_NONE)
		    .code != 0)
		tap_bail("no root");
	for (uint64_t done = 0; done < 1000;) {
		struct tn_result r = tn_map(process, GUEST_FREE + done * PAGE, TN_SLOT_FRAMES,
					    user + done, 1000 - done, READ_WRITE | TN_MAP_SMALL);

		if (r.code != 0)
			tap_bail("map failed");
		done += r.value;
	}
	tn_unmap(process, GUEST_FREE + 3 * PAGE, 100);
	tn_protect(process, GUEST_FREE, 50, TN_MAP_READ, TN_NONE);
}

static void lives(uint64_t pool, uint64_t user, unsigned rounds)
{
	for (unsigned i = 0; i < rounds; i++) {
		uint64_t child = guest_create(TN_KIND_POOL, pool, 0);

		if (tn_frame_move(pool, child, 50).code != 0)
			tap_bail("frame_move failed");
		process_live(child, user);
		process_live(pool, user);
		if (tn_pool_revoke(pool, 0).code != 0)
			tap_bail("revoke failed");
	}
}

/* A large page of the guest's own, split and joined: tables with accessed and dirty entries. */
static void splits(uint64_t large)
{
	guest_map(GUEST_FREE, large, MIB_PAGE, READ_WRITE);
	*(volatile uint64_t *)(GUEST_FREE + 9 * PAGE) = 1;
	tn_unmap(TN_SLOT_PROCESS, GUEST_FREE + 5 * PAGE, 1);
	*(volatile uint64_t *)(GUEST_FREE + 8 * PAGE) = 1;
	for (uint64_t done = 0; done < MIB_PAGE;)
		done += tn_unmap(TN_SLOT_PROCESS, GUEST_FREE + done * PAGE, MIB_PAGE - done).value &
			0xffffffff;
}

/* --- checks ------------------------------------------------------------------------------- */

static void try_untouched(uint64_t pool, uint64_t first)
{
	uint64_t zero, foreign;

	fill(first, FRAMES);
	tap_done(tn_frame_give(TN_SLOT_FRAMES, pool, first, FRAMES), "give");
	tap_done(tn_frame_reclaim(TN_SLOT_FRAMES, pool, first, FRAMES), "reclaim");
	foreign = foreign_words(first, FRAMES, &zero);
	tap_same(foreign, 0, "frames given and taken back: no foreign word");
	tap_same(zero, FRAMES, "one word of each was cleared, no more");
}

static void try_used(uint64_t pool, uint64_t first, unsigned rounds)
{
	uint64_t user = guest_frames(1000, 1), zero, foreign;

	fill(first, FRAMES);
	tn_frame_give(TN_SLOT_FRAMES, pool, first, FRAMES);
	lives(pool, user, rounds);
	tap_done(tn_frame_reclaim(TN_SLOT_FRAMES, pool, first, FRAMES), "reclaim after %u lives",
		 rounds);
	foreign = foreign_words(first, FRAMES, &zero);
	tap_same(foreign, 0, "no foreign word");
	tap_ok(zero > FRAMES && zero < FRAMES * WORDS / 2, "some words were cleared, not most");
}

/* Every kind of object in a frame of its own choice. */
static void try_exact(uint64_t pool, uint64_t first)
{
	uint64_t process = guest_create(TN_KIND_PROCESS, pool, 0), slot, zero, foreign;
	const uint64_t kinds[] = {TN_KIND_POOL, TN_KIND_PROCESS, TN_KIND_THREAD, TN_KIND_ENDPOINT};

	fill(first, 8);
	for (unsigned i = 0; i < 4; i++) {
		uint64_t target = kinds[i] <= TN_KIND_PROCESS ? pool : process;

		slot = guest_slot();
		tap_done(tn_create(kinds[i], target, first + i, TN_SLOT_FRAMES, slot, 0),
			 "create of kind %lu in an exact frame", kinds[i]);
	}
	tap_done(tn_create(TN_KIND_CAPS, process, first + 4, TN_SLOT_FRAMES, 7, 0), "slots");
	tap_done(tn_table_attach(process, GUEST_FREE, tn_boot->paging_levels - 1, first + 5,
				 TN_SLOT_FRAMES),
		 "root table");
	tap_done(tn_pool_revoke(pool, 0), "revoke");
	tap_done(tn_frame_reclaim(TN_SLOT_FRAMES, pool, first, 6), "reclaim");
	foreign = foreign_words(first, 8, &zero);
	tap_same(foreign, 0, "no foreign word");
	tap_ok(zero >= 2 * WORDS && zero < 5 * WORDS, "slots and table are clear, the rest is not");
}

static void try_own_tables(uint64_t first, uint64_t large)
{
	uint64_t zero, foreign;

	fill(first, 16);
	while (tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, TN_ANY, TN_BATCH).value != 0)
		;
	tn_frame_give(TN_SLOT_FRAMES, TN_SLOT_POOL, first, 16);
	splits(large);
	tap_done(tn_frame_reclaim(TN_SLOT_FRAMES, TN_SLOT_POOL, first, 16),
		 "reclaim after a large page was split");
	/* the guest's own mappings below need tables */
	guest_fill(TN_SLOT_POOL, 8);
	foreign = foreign_words(first, 16, &zero);
	tap_same(foreign, 0, "no foreign word");
	tap_ok(zero >= WORDS, "the tables are clear");
}

int main(void)
{
	uint64_t first = guest_frames(FRAMES, 1), pool;

	guest_fill(TN_SLOT_POOL, 64);
	pool = guest_create(TN_KIND_POOL, TN_SLOT_POOL, 0);
	try_untouched(pool, first);
	try_used(pool, first, 1);
	try_used(pool, first, 5);
	guest_fill(pool, 1);
	try_exact(pool, guest_frames(8, 1));
	try_own_tables(first, guest_frames(MIB_PAGE, MIB_PAGE));
	return tap_end();
}
