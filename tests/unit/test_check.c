/*
 * test_check.c - the checkers checked: each rule is broken by hand, one word at a time, and must
 * be reported under its number; mended, all hold again. And the checked kernel's own wiring.
 *
 * I7 speaks of calls alone: what breaking it leaves behind are frames that are owned twice, which
 * I2 and I5 see. I9 is the snapshot's, I10 shows as objects that another pool than theirs pays.
 */
#include "check/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <port/current.h>
#include <tenure/abi.h>

#include "cap.h"
#include "cast.h"
#include "endpoint.h"
#include "object.h"
#include "snapshot.h"
#include "syscall.h"
#include "table.h"
#include "walk.h"
#include "world_check.h"

#define BLOCK (WORLD_FIRST + 2 * BLOCK_FRAMES)
#define SMALL (BLOCK + BLOCK_FRAMES + 8) /* mapped at VA, 4 of them */
#define VA 0x10000u
#define LARGE_VA 0x40000000u
#define POOL 130u
#define PROCESS 131u
#define THREAD 132u
#define ENDPOINT 133u

static void check_world(void)
{
	world_make(NULL);
	DONE(TN_CALL_CREATE, {TN_KIND_POOL, TN_SLOT_POOL, TN_ANY, TN_NONE, POOL, 0});
	DONE(TN_CALL_FRAME_GIVE, {TN_SLOT_FRAMES, POOL, world.free_first, 24});
	DONE(TN_CALL_CREATE, {TN_KIND_PROCESS, POOL, TN_ANY, TN_NONE, PROCESS, 0});
	DONE(TN_CALL_CREATE, {TN_KIND_CAPS, PROCESS, TN_ANY, TN_NONE, 0, 0});
	DONE(TN_CALL_CREATE, {TN_KIND_THREAD, PROCESS, TN_ANY, TN_NONE, THREAD, 0});
	DONE(TN_CALL_CREATE, {TN_KIND_ENDPOINT, PROCESS, TN_ANY, TN_NONE, ENDPOINT, 0});
	DONE(TN_CALL_MAP, {PROCESS, VA, TN_SLOT_FRAMES, SMALL, 4, TN_MAP_READ | TN_MAP_WRITE});
	DONE(TN_CALL_MAP, {PROCESS, LARGE_VA, TN_SLOT_FRAMES, BLOCK, 512, TN_MAP_READ});
}

static struct pool *pool(void)
{
	return host_memory(cast_frame(POOL));
}

static struct process *process(void)
{
	return host_memory(cast_frame(PROCESS));
}

static pte_t *leaf(uint64_t va)
{
	struct place at = walk_down(process(), va, 0);

	return place_entry(&at);
}

static uint64_t *word_of(uint64_t f)
{
	return &PORT_FRAME_TABLE[f];
}

static uint64_t *table_word(unsigned level)
{
	return word_of(frame_of(walk_down(process(), VA, level).table).n);
}

/* With the word changed, this invariant is the one that is broken; with the old one all hold. */
static void breaks(unsigned invariant, uint64_t *word, uint64_t wrong)
{
	uint64_t right = *word;
	struct checker_report r;

	assert_world_holds();
	assert_int_not_equal(right, wrong);
	*word = wrong;
	assert_false(world_holds(&r));
	*word = right;
	assert_int_equal(r.invariant, invariant);
	assert_non_null(r.what);
	assert_world_holds();
}

static void adds(unsigned invariant, uint64_t *word, uint64_t delta)
{
	breaks(invariant, word, *word + delta);
}

/* As adds, where two words must agree for one rule to be broken alone. */
static void both_add(unsigned invariant, uint64_t *first, uint64_t *second, uint64_t delta)
{
	*first += delta;
	*second += delta;
	struct checker_report r;
	bool holds = world_holds(&r);

	*first -= delta;
	*second -= delta;
	assert_false(holds);
	assert_int_equal(r.invariant, invariant);
	assert_world_holds();
}

#define MINUS_ONE (~(uint64_t)0)

static void i1_conservation(void **state)
{
	(void)state;
	check_world();
	breaks(1, word_of(SMALL + 100), FRAME_WORD(TN_KIND_COUNT, 0));
	breaks(1, word_of(SMALL + 100), FRAME_WORD(14, 0));
	adds(1, &ram.lent, 1);
	adds(1, &ram.lent, MINUS_ONE);
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_TABLE; kind++) {
		adds(1, &ram.kinds[kind], 1);
		adds(1, &ram.kinds[kind], MINUS_ONE);
	}
	world_end();
}

static void i2_free_lists(void **state)
{
	uint64_t f;

	(void)state;
	check_world();
	f = LINK_NEXT(link_get(pool_frame(pool())));
	breaks(2, word_of(f), FRAME_WORD(TN_KIND_FREE, world.root->self)); /* another pool's */
	breaks(2, word_of(f), 0);                                          /* user space's */
	breaks(2, word_of(f), FRAME_WORD(TN_KIND_CAPS, pool()->self));     /* an object */
	breaks(2, word_of(SMALL + 100), FRAME_WORD(TN_KIND_FREE, pool()->self)); /* on no list */
	adds(2, host_memory(f), LINK_PREVIOUS); /* links that lead elsewhere */
	breaks(2, host_memory(f), LINK(0, pool()->self));
	breaks(2, host_memory(f), LINK(f, pool()->self));
	breaks(2, host_memory(f), LINK(SMALL + 100, pool()->self));
	adds(2, host_memory(pool()->self), LINK_PREVIOUS);
	breaks(2, &ram.window_count, pool()->self - ram.window_first + 1);
	world_end();
}

static void i3_counters(void **state)
{
	struct pool *p;

	(void)state;
	check_world();
	p = pool();
	adds(3, &p->free, 1);
	adds(3, &p->free, MINUS_ONE);
	for (unsigned kind = TN_KIND_POOL; kind <= TN_KIND_TABLE; kind++)
		adds(3, &p->kinds[kind], 1);
	adds(3, &p->boot, 1);
	adds(3, &p->given.frames, 1);
	adds(3, &p->reclaimed.frames, 1);
	adds(3, &p->moved_in.frames, 1);
	adds(3, &p->moved_out.frames, 1);
	both_add(3, &p->free, &p->boot, 1);
	world_end();
}

/* Objects that are not what, or not whose, the tree of pools says; so I10, too. */
static void i3_objects(void **state)
{
	uint64_t caps, other;

	(void)state;
	check_world();
	caps = frame_of(process()->directory[0]).n;
	other = world.root->self;
	breaks(3, word_of(caps), FRAME_WORD(TN_KIND_CAPS, other));
	breaks(3, word_of(caps), FRAME_WORD(TN_KIND_TABLE, pool()->self));
	for (unsigned level = 0; level < 3; level++)
		breaks(3, table_word(level), *table_word(level) - pool()->self + other);
	breaks(3, word_of(cast_frame(THREAD)), FRAME_WORD(TN_KIND_ENDPOINT, 5));
	breaks(3, word_of(cast_frame(ENDPOINT)), FRAME_WORD(TN_KIND_THREAD, 5));
	breaks(3, word_of(cast_frame(PROCESS)), FRAME_WORD(TN_KIND_POOL, 5));
	breaks(3, word_of(cast_frame(POOL)), FRAME_WORD(TN_KIND_PROCESS, 5));
	world_end();
}

static void i4_references(void **state)
{
	(void)state;
	check_world();
	adds(4, word_of(SMALL), 1);
	adds(4, word_of(SMALL), MINUS_ONE);
	adds(4, word_of(SMALL + 100), 1);
	adds(4, word_of(SMALL), FRAME_CLEAN);
	adds(4, word_of(world.utcb), 1);
	adds(4, word_of(world.utcb), MINUS_ONE);
	/* a mapping that nothing counts, and one that is counted and gone */
	breaks(4, &leaf(VA)->w, leaf(VA)->w + PTE_FRAME_UNIT);
	world_end();
}

static void i4_blocks(void **state)
{
	uint64_t *block, *giga;

	(void)state;
	check_world();
	block = &PORT_BLOCK_TABLE[BLOCK / BLOCK_FRAMES];
	giga = &PORT_GIGA_TABLE[BLOCK / GIGA_FRAMES];
	adds(4, block, BLOCK_LARGE);
	adds(4, block, -BLOCK_LARGE);
	adds(4, giga, BLOCK_LARGE);
	adds(4, giga, 1);
	adds(4, giga, MINUS_ONE);
	adds(4, &PORT_BLOCK_TABLE[WORLD_FIRST / BLOCK_FRAMES], 1);
	adds(4, &PORT_BLOCK_TABLE[WORLD_FIRST / BLOCK_FRAMES], MINUS_ONE);
	both_add(4, &PORT_BLOCK_TABLE[WORLD_FIRST / BLOCK_FRAMES], giga, 1);
	world_end();
}

static void i5_mapped_frames(void **state)
{
	pte_t *e;

	(void)state;
	check_world();
	e = leaf(VA);
	adds(5, &e->w, -(uint64_t)PTE_USER);
	adds(5, &e->w, PTE_UNCOUNTED); /* RAM, but not the boot image */
	breaks(5, &e->w, pte_leaf(pfn(pool()->self), TN_MAP_READ, 0, false).w);
	breaks(5, &e->w, pte_leaf(pfn(pool()->ring.next), TN_MAP_READ, 0, false).w);
	breaks(5, &e->w, pte_leaf(pfn(ram.first - 1), TN_MAP_READ, 0, false).w);
	breaks(5, &e->w, pte_leaf(pfn(ram.first + ram.count), TN_MAP_READ, 0, false).w);
	/* I7: a frame given, or taken back, while it is in use */
	breaks(5, word_of(SMALL), FRAME_WORD(TN_KIND_FREE, pool()->self));
	world_end();
}

/* The boot image may be read and no more; nothing counts that. */
static void i5_boot_image(void **state)
{
	pte_t *e;

	(void)state;
	cast_make();
	DONE(TN_CALL_MAP, {CAST_PROCESS, VA, TN_SLOT_FRAMES, CAST_BOOT, 1, TN_MAP_READ});
	e = place_entry(
		&(struct place){walk_down(host_memory(cast_frame(CAST_PROCESS)), VA, 0).table, 0,
				VA >> 12});
	adds(5, &e->w, PTE_WRITE);
	adds(5, &e->w, PTE_EXECUTE);
	adds(5, &e->w, -(uint64_t)PTE_UNCOUNTED);
	world_end();
}

static void i6_writable(void **state)
{
	uint64_t *block;

	(void)state;
	check_world();
	block = &PORT_BLOCK_TABLE[BLOCK / BLOCK_FRAMES];
	adds(6, &leaf(VA)->w, PTE_EXECUTE);
	/* a large page over a frame of the kernel's */
	adds(6, block, 1);
	world_end();
}

static void i6_gigabyte(void **state)
{
	static const struct region regions[] = {
		{0x80000, 0x1000, TN_KIND_USER},
		{0xc0000, GIGA_FRAMES, TN_KIND_USER},
	};
	struct world_options o = {.regions = regions, .region_count = 2};

	(void)state;
	world_make(&o);
	DONE(TN_CALL_MAP,
	     {TN_SLOT_PROCESS, 0x40000000, TN_SLOT_FRAMES, 0xc0000, GIGA_FRAMES, TN_MAP_READ});
	both_add(6, &PORT_BLOCK_TABLE[0xc0000 / BLOCK_FRAMES],
		 &PORT_GIGA_TABLE[0xc0000 / GIGA_FRAMES], 1);
	world_end();
}

static void i8_no_entry_stays_disabled(void **state)
{
	(void)state;
	check_world();
	adds(8, &leaf(VA)->w, -(uint64_t)PTE_VALID);
	adds(8, &leaf(LARGE_VA)->w, -(uint64_t)PTE_VALID);
	world_end();
}

static void i11_clean_is_zero(void **state)
{
	uint64_t f;

	(void)state;
	check_world();
	DONE(TN_CALL_UNMAP, {PROCESS, LARGE_VA, 512});
	f = LINK_NEXT(link_get(pool_frame(pool()))); /* the table that was emptied */
	assert_true(FRAME_IS_CLEAN(frame_get(pfn(f))));
	for (unsigned i = 1; i < FRAME_BYTES / 8; i += 51)
		adds(11, (uint64_t *)host_memory(f) + i, 1);
	adds(11, (uint64_t *)host_memory(f) + 511, (uint64_t)1 << 63);
	world_end();
}

static void i12_ids(void **state)
{
	static const uint64_t slots[] = {POOL, PROCESS, THREAD, ENDPOINT};

	(void)state;
	check_world();
	for (unsigned i = 0; i < 4; i++) {
		uint64_t *word = word_of(cast_frame(slots[i]));

		breaks(12, word, *word - FRAME_ID(*word));
		breaks(12, word, *word - FRAME_ID(*word) + object_next_id);
		word = &cap_slot(slots[i])->word;
		breaks(12, word, *word - FRAME_ID(*word));
		breaks(12, word, *word - FRAME_ID(*word) + FRAME_ID_LIMIT - 1);
	}
	breaks(12, &current->process->slots, 1);
	for (uint64_t type = TN_CAP_SYSTEM + 1; type < 16; type++)
		breaks(12, &cap_slot(200)->word, SLOT_WORD(type, 0, 0));
	world_end();
}

static void i13_entries(void **state)
{
	(void)state;
	check_world();
	for (unsigned level = 0; level < 3; level++) {
		adds(13, table_word(level), FRAME_ENTRY);
		adds(13, table_word(level), -FRAME_ENTRY);
	}
	/* an implicit table without entries: one that was attached, unmarked */
	DONE(TN_CALL_TABLE_ATTACH, {PROCESS, VA + 0x200000, 0, TN_ANY, TN_NONE});
	adds(13, word_of(frame_of(walk_down(process(), VA + 0x200000, 0).table).n),
	     -FRAME_EXPLICIT);
	world_end();
}

/* --- the snapshot (I9) ------------------------------------------------------------------- */

static void changed(uint64_t *word)
{
	struct snapshot *s = snapshot_take();

	assert_null(snapshot_compare(s).what);
	*word += 1;
	assert_non_null(snapshot_compare(s).what);
	*word -= 1;
	assert_null(snapshot_compare(s).what);
	snapshot_end(s);
}

static void i9_snapshot_sees_changes(void **state)
{
	(void)state;
	check_world();
	changed(word_of(WORLD_FIRST));
	changed(word_of(SMALL));
	changed(&PORT_BLOCK_TABLE[BLOCK / BLOCK_FRAMES]);
	changed(&PORT_GIGA_TABLE[BLOCK / GIGA_FRAMES]);
	changed(&object_next_id);
	changed(&ram.lent);
	changed(&current->hart->asid_next);
	changed(&pool()->given.calls);
	changed(&process()->satp);
	changed(&leaf(VA)->w);
	changed(&cap_slot(200)->word);
	changed((uint64_t *)host_memory(pool()->ring.next) + 300);
	changed(&current->utcb->words[503]);
	world_end();
}

/* What is no change: the count of ENOMEM answers, the kept table, a block's first words. */
static void i9_snapshot_passes_over_the_rest(void **state)
{
	struct snapshot *s;

	(void)state;
	check_world();
	s = snapshot_take();
	pool()->enomem++;
	process()->top_tag++;
	assert_true(frame_touch(pfn(WORLD_FIRST + 6 * BLOCK_FRAMES)));
	assert_null(snapshot_compare(s).what);
	frame_set(pfn(WORLD_FIRST + 6 * BLOCK_FRAMES + 9), 1);
	assert_non_null(snapshot_compare(s).what);
	snapshot_end(s);
	world_end();
}

/* --- the checked kernel ------------------------------------------------------------------ */

static jmp_buf out;
static void *checker_words;

/* As the boot does it: memory for the counts, then the handlers that check. */
static const call_handler *install(uint64_t every)
{
	checker_words = calloc(check_boot_frames(), FRAME_BYTES);
	return check_install(every, checker_words);
}

static result_t call(const call_handler *table, uint64_t number, uint64_t a0, uint64_t a1)
{
	return table[number](a0, a1, 0, 0, 0, 0, 0, number);
}

static void checked_calls_answer_alike(void **state)
{
	const call_handler *table;

	(void)state;
	check_world();
	table = install(1);
	assert_true(table != call_table);
	assert_int_equal(result_value(call(table, TN_CALL_POOL_INFO, TN_SLOT_POOL, 0)),
			 world.root->free);
	assert_int_equal(result_code(call(table, TN_CALL_POOL_INFO, CAST_MISSING, 0)), -TN_ERANGE);
	assert_int_equal(result_code(call(table, TN_CALL_DESTROY, POOL, 0)), 0);
	assert_int_equal(result_code(call(table, TN_CALL_POOL_INFO, POOL, 0)), -TN_ENOENT);
	free(checker_words);
	world_end();
}

/* True if the call ends in a panic. */
static bool panics(const call_handler *table, uint64_t number, uint64_t a0)
{
	host_exit = &out;
	if (setjmp(out) != 0)
		return true;
	call(table, number, a0, 0);
	return false;
}

/* The first call after the harm ends the machine, naming the rule and its number. */
static void a_checked_call_panics(void **state)
{
	const call_handler *table;

	(void)state;
	check_world();
	table = install(1);
	pool()->free++;
	host_panic_rule = NULL;
	assert_true(panics(table, TN_CALL_YIELD, 0));
	assert_non_null(host_panic_rule);
	assert_non_null(strstr(host_console, "I3"));
	free(checker_words);
	world_end();
}

/* A call that is to be restarted has returned: what it leaves is checked. */
static void restart_points_are_checked(void **state)
{
	const call_handler *table;

	(void)state;
	check_world();
	table = install(1);
	host_interrupt_every = 1;
	assert_false(panics(table, TN_CALL_DESTROY, PROCESS));
	assert_true(slot_is_live(cap_slot(PROCESS)));
	assert_false(panics(table, TN_CALL_DESTROY, PROCESS));
	*word_of(SMALL + 100) += 1;
	assert_true(panics(table, TN_CALL_DESTROY, PROCESS));
	free(checker_words);
	world_end();
}

static void checks_can_be_rare(void **state)
{
	const call_handler *table;
	unsigned passed = 0;

	(void)state;
	check_world();
	assert_ptr_equal(install(0), call_table);
	free(checker_words);
	table = install(4);
	pool()->free++;
	while (passed < 8 && !panics(table, TN_CALL_YIELD, 0))
		passed++;
	assert_true(passed < 4);
	pool()->free--;
	assert_false(panics(table, TN_CALL_YIELD, 0));
	free(checker_words);
	world_end();
}

static void installing_checks_once(void **state)
{
	(void)state;
	check_world();
	pool()->free++;
	host_exit = &out;
	if (setjmp(out) == 0) {
		install(0);
		fail_msg("nothing was noticed");
	}
	free(checker_words);
	world_end();
}

/* --- what no call can leave behind -------------------------------------------------------- */

/* A frame that says it is an object, counted as such by kind and block, in no pool's tree. */
static void i1_orphans(void **state)
{
	struct checker_report r;

	(void)state;
	check_world();
	*word_of(SMALL + 100) = FRAME_WORD(TN_KIND_ENDPOINT, 1);
	PORT_BLOCK_TABLE[SMALL / BLOCK_FRAMES]++;
	PORT_GIGA_TABLE[SMALL / GIGA_FRAMES]++;
	ram.kinds[TN_KIND_ENDPOINT]++;
	ram.lent++;
	assert_false(world_holds(&r));
	assert_int_equal(r.invariant, 1);
	assert_int_equal(r.frame, TN_KIND_ENDPOINT);
	world_end();
}

/* A block is untouched as a whole: one frame of it is not, and not user space's either. */
static void i4_untouched_among_others(void **state)
{
	(void)state;
	check_world();
	breaks(4, word_of(SMALL + 100), FRAME_WORD(KIND_UNTOUCHED, 0));
	world_end();
}

/* An entry of a table above those that have leaves; the table counts it. */
static void leaf_in_table(unsigned level)
{
	struct place at = walk_down(world.process, 0, level);
	uint64_t *word = word_of(frame_of(at.table).n);
	pte_t *entry = place_entry(&at);
	struct checker_report r;

	assert_int_equal(at.level, level);
	*entry = pte_leaf(pfn(2 * GIGA_FRAMES), TN_MAP_READ, 0, false);
	*word += FRAME_ENTRY;
	assert_false(world_holds(&r));
	assert_int_equal(r.invariant, 5);
	*entry = (pte_t){0};
	*word -= FRAME_ENTRY;
	assert_world_holds();
}

static void i5_leaf_above_the_largest(void **state)
{
	struct world_options o = {.levels = 5};

	(void)state;
	world_make(&o);
	DONE(TN_CALL_TABLE_ATTACH, {TN_SLOT_PROCESS, 0, 4, TN_ANY, TN_NONE});
	leaf_in_table(4);
	DONE(TN_CALL_TABLE_ATTACH, {TN_SLOT_PROCESS, 0, 3, TN_ANY, TN_NONE});
	leaf_in_table(3);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(i1_conservation),
		cmocka_unit_test(i2_free_lists),
		cmocka_unit_test(i3_counters),
		cmocka_unit_test(i3_objects),
		cmocka_unit_test(i4_references),
		cmocka_unit_test(i4_blocks),
		cmocka_unit_test(i5_mapped_frames),
		cmocka_unit_test(i5_boot_image),
		cmocka_unit_test(i6_writable),
		cmocka_unit_test(i6_gigabyte),
		cmocka_unit_test(i8_no_entry_stays_disabled),
		cmocka_unit_test(i9_snapshot_sees_changes),
		cmocka_unit_test(i9_snapshot_passes_over_the_rest),
		cmocka_unit_test(i11_clean_is_zero),
		cmocka_unit_test(i12_ids),
		cmocka_unit_test(i13_entries),
		cmocka_unit_test(checked_calls_answer_alike),
		cmocka_unit_test(a_checked_call_panics),
		cmocka_unit_test(restart_points_are_checked),
		cmocka_unit_test(checks_can_be_rare),
		cmocka_unit_test(installing_checks_once),
		cmocka_unit_test(i1_orphans),
		cmocka_unit_test(i4_untouched_among_others),
		cmocka_unit_test(i5_leaf_above_the_largest),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
