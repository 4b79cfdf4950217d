/*
 * test_ptesafety.c - every PTE write, fence and switch of every call, watched by a model of the
 * worst TLB (tlb_model.h); and the model itself, shown wrong orders by hand.
 *
 * TENURE_SEED and TENURE_CALLS change the random runs.
 */
#include <stdio.h>
#include <stdlib.h>

#include "asid.h"
#include "aspace.h"
#include "cap.h"
#include "frame.h"
#include "snapshot.h"
#include "table.h"
#include "thread.h"
#include "tlb_model.h"
#include "trap.h"

#define VA 0x40000000ul
#define SPACES 4u

static struct process *spaces[SPACES];

static uint64_t slot_of(unsigned i)
{
	return SLOT_SPARE + i;
}

static void space_create(unsigned i)
{
	assert_code(host_call(TN_CALL_CREATE, TN_KIND_PROCESS, SLOT_POOL, TN_ANY, TN_NONE,
			      slot_of(i), 0),
		    0);
	spaces[i] = host_memory(cap_slot(slot_of(i))->frame);
}

static void begin(unsigned levels, uint64_t asids)
{
	struct world_options o = {.levels = levels, .asids = asids, .root_frames = 200};

	aspace_make_in(&o, 100);
	for (unsigned i = 0; i < SPACES; i++)
		space_create(i);
	tlb_model_begin(spaces, SPACES);
}

static void end(void)
{
	tlb_model_end();
	world_end();
}

static void assert_settled(const char *when)
{
	struct tlb_report r = tlb_model_settled();

	if (r.what != NULL)
		fail_msg("%s: %s (0x%llx)", when, r.what, (unsigned long long)r.where);
}

static void assert_broken(const char *what)
{
	struct tlb_report r = tlb_model_settled();

	assert_non_null(r.what);
	assert_string_equal(r.what, what);
}

static struct answer map(unsigned i, uint64_t va, uint64_t first, uint64_t count, uint64_t flags)
{
	return host_call(TN_CALL_MAP, slot_of(i), va, TN_SLOT_FRAMES, first, count, flags);
}

static void map_ok(unsigned i, uint64_t va, uint64_t first, uint64_t count)
{
	assert_code(map(i, va, first, count, RW), 0);
}

static void run(unsigned i)
{
	asid_activate(world.thread->hart, spaces[i]);
}

/* --- the model can fail --------------------------------------------------------------------- */

static pte_t *entry_of(uint64_t va, unsigned level, struct place *at)
{
	*at = walk_down(spaces[0], va, level);
	assert_int_equal(at->level, level);
	return place_entry(at);
}

/* A space that runs, with pages at VA. */
static struct place broken_begin(void)
{
	struct place at;

	begin(4, 16);
	map_ok(0, VA, world.free_first, 3);
	run(0);
	assert_settled("before");
	entry_of(VA, 0, &at);
	return at;
}

static void reference_drop(uint64_t f)
{
	frame_set(pfn(f), frame_get(pfn(f)) - 1);
}

static void a_reference_dropped_before_the_fence_is_seen(void **state)
{
	struct place at = broken_begin();

	(void)state;
	pte_write(place_entry(&at), PTE_EMPTY);
	reference_drop(world.free_first);
	port_fence_page(vaddr(VA), spaces[0]->asid);
	assert_broken("a frame has a reference for each translation");
	end();
}

static void a_reference_raised_after_the_entry_is_seen(void **state)
{
	struct place at = broken_begin();
	uint64_t f = world.free_first + 9;

	(void)state;
	pte_write(place_entry(&at) + 9, pte_leaf(pfn(f), RW, 0, false));
	frame_set(pfn(f), 1);
	assert_broken("a frame has a reference for each translation");
	end();
}

static void a_fence_of_another_page_ends_nothing(void **state)
{
	struct place at = broken_begin();

	(void)state;
	pte_write(place_entry(&at), PTE_EMPTY);
	port_fence_page(vaddr(VA + PAGE), spaces[0]->asid);
	reference_drop(world.free_first);
	assert_broken("a frame has a reference for each translation");
	end();
}

static void a_fence_of_another_space_ends_nothing(void **state)
{
	struct place at = broken_begin();

	(void)state;
	pte_write(place_entry(&at), PTE_EMPTY);
	port_fence_space(spaces[0]->asid + 1);
	reference_drop(world.free_first);
	assert_broken("a frame has a reference for each translation");
	end();
}

static void the_right_order_is_no_breach(void **state)
{
	struct place at = broken_begin();

	(void)state;
	pte_write(place_entry(&at), PTE_EMPTY);
	port_fence_page(vaddr(VA), spaces[0]->asid);
	reference_drop(world.free_first);
	assert_settled("by hand");
	end();
}

static void a_missing_fence_is_seen_at_the_end(void **state)
{
	struct place at = broken_begin();
	pte_t e = pte_read(place_entry(&at));

	(void)state;
	pte_write(place_entry(&at), pte_with_rights(e, TN_MAP_READ));
	assert_broken("no stale translation outlives a call");
	end();
}

static void an_added_right_needs_no_fence(void **state)
{
	struct place at = broken_begin();
	pte_t e = pte_read(place_entry(&at));

	(void)state;
	pte_write(place_entry(&at), pte_with_rights(e, TN_MAP_READ));
	port_fence_space(spaces[0]->asid);
	pte_write(place_entry(&at), e);
	assert_settled("adding");
	end();
}

static void an_unlinked_table_without_a_fence_is_seen(void **state)
{
	struct place above;

	(void)state;
	broken_begin();
	pte_write(entry_of(VA, 1, &above), PTE_EMPTY);
	assert_broken("no entry for a table outlives a call");
	end();
}

static void a_table_freed_after_a_fence_with_address_is_seen(void **state)
{
	struct place table = broken_begin(), above;
	uint64_t f = frame_of(table.table).n;

	(void)state;
	for (uint64_t i = 0; i < 3; i++)
		pte_write(place_entry(&table) + i, PTE_EMPTY);
	port_fence_space(spaces[0]->asid);
	pte_write(entry_of(VA, 1, &above), PTE_EMPTY);
	port_fence_page(vaddr(VA), spaces[0]->asid);
	assert_broken("no entry for a table outlives a call");
	frame_set(pfn(f), FRAME_WORD(TN_KIND_FREE, 0));
	end();
}

static void a_table_in_use_again_before_the_fence_is_seen(void **state)
{
	struct place table = broken_begin(), above;
	uint64_t f = frame_of(table.table).n;

	(void)state;
	for (uint64_t i = 0; i < 3; i++)
		pte_write(place_entry(&table) + i, PTE_EMPTY);
	port_fence_space(spaces[0]->asid);
	pte_write(entry_of(VA, 1, &above), PTE_EMPTY);
	frame_set(pfn(f), FRAME_WORD(TN_KIND_FREE, 0));
	port_fence_space(spaces[0]->asid);
	assert_broken("a table that may be cached is still a table");
	end();
}

static void a_leaf_to_the_kernels_frame_is_seen(void **state)
{
	struct place at = broken_begin();

	(void)state;
	pte_write(place_entry(&at) + 9, pte_leaf(pfn(world.root->self), TN_MAP_READ, 0, false));
	assert_broken("a translation reaches user frames only");
	end();
}

static void a_leaf_without_the_user_bit_is_seen(void **state)
{
	struct place at = broken_begin();
	pte_t e = pte_leaf(pfn(world.utcb), RW, 0, false);

	(void)state;
	e.w -= PTE_USER;
	pte_write(place_entry(&at) + 9, e);
	assert_broken("a leaf of user space has the user bit");
	end();
}

static void an_asid_shared_by_two_spaces_is_seen(void **state)
{
	(void)state;
	broken_begin();
	map_ok(1, VA, world.free_first, 1);
	port_space_use(port_space_word(frame_of(spaces[1]->root), spaces[0]->asid));
	assert_broken("a recycled ASID is fenced right after the switch");
	end();
}

static void a_fence_before_the_switch_is_too_early(void **state)
{
	(void)state;
	broken_begin();
	map_ok(1, VA, world.free_first, 1);
	port_fence_all();
	port_space_use(port_space_word(frame_of(spaces[1]->root), spaces[0]->asid));
	assert_broken("a recycled ASID is fenced right after the switch");
	end();
}

static void a_fence_after_the_switch_will_do(void **state)
{
	(void)state;
	broken_begin();
	map_ok(1, VA, world.free_first, 1);
	port_space_use(port_space_word(frame_of(spaces[1]->root), spaces[0]->asid));
	port_fence_space(spaces[0]->asid);
	assert_settled("by hand");
	end();
}

static void a_block_reference_dropped_early_is_seen(void **state)
{
	struct place at;

	(void)state;
	begin(3, 16);
	map_ok(0, VA, aspace.block, 512);
	run(0);
	pte_write(entry_of(VA, 1, &at), PTE_EMPTY);
	page_reference(pfn(aspace.block), 1, -1);
	port_fence_space(spaces[0]->asid);
	assert_broken("a block has a reference for each translation");
	end();
}

/* --- the calls are safe --------------------------------------------------------------------- */

static uint64_t unmap(unsigned i, uint64_t va, uint64_t count)
{
	struct answer a = host_call(TN_CALL_UNMAP, slot_of(i), va, count, 0, 0, 0);

	assert_int_equal(a.code, 0);
	assert_settled("unmap");
	return a.value & 0xffffffff;
}

/* As the hart does it, without a write of the kernel's. */
static void touch(unsigned i, uint64_t va)
{
	struct place at = walk_down(spaces[i], va, 0);

	if (at.table != NULL && pte_is_leaf(*place_entry(&at)))
		place_entry(&at)->w |= PTE_ACCESSED | PTE_DIRTY;
}

static void each_call(unsigned levels)
{
	uint64_t f, b;

	begin(levels, 16);
	f = world.free_first;
	b = aspace.block;
	map_ok(0, VA, f, 1);
	run(0);
	map_ok(0, VA + PAGE, f + 1, 100);
	assert_settled("map");
	unmap(0, VA + 2 * PAGE, 1);
	unmap(0, VA + 2 * PAGE, 30);
	unmap(0, VA, 512);
	assert_settled("tables released");
	map_ok(0, VA, b, 1024);
	unmap(0, VA + 100 * PAGE, 1);
	unmap(0, VA + LARGE, 512);
	assert_code(host_call(TN_CALL_PROTECT, slot_of(0), VA, 512, TN_MAP_READ, TN_NONE, 0), 0);
	assert_settled("protect, removing");
	assert_code(host_call(TN_CALL_PROTECT, slot_of(0), VA, 512, RW, TN_SLOT_FRAMES, 0), 0);
	assert_settled("protect, adding");
	touch(0, VA + 3 * PAGE);
	assert_code(host_call(TN_CALL_PROTECT, slot_of(0), VA, 512, TN_MAP_AGE, TN_NONE, 0), 0);
	assert_settled("protect, age");
	map_ok(0, VA + 2 * LARGE, b + 512, 512);
	assert_code(host_call(TN_CALL_PROTECT, slot_of(0), VA + 2 * LARGE, 3, TN_MAP_READ, TN_NONE,
			      0),
		    0);
	assert_settled("protect, cutting");
	assert_code(host_call(TN_CALL_TABLE_DETACH, slot_of(0), VA, 1, 0, 0, 0), 0);
	assert_settled("detach");
	map_ok(0, VA, f, 100);
	map_ok(1, VA, f, 100);
	run(1);
	assert_settled("switch");
	assert_code(host_call(TN_CALL_DESTROY, slot_of(0), 0, 0, 0, 0, 0), 0);
	assert_settled("destroy");
	assert_int_equal(frame_refs(f), 1);
	assert_true(tlb_model_events() > 1000);
	end();
}

static void no_call_leaves_a_stale_translation(void **state)
{
	(void)state;
	for (unsigned levels = 3; levels <= 5; levels++)
		each_call(levels);
}

static void asids_are_recycled_safely(void **state)
{
	(void)state;
	for (uint64_t asids = 1; asids <= 4; asids++) {
		begin(3, asids);
		for (unsigned i = 0; i < SPACES; i++)
			map_ok(i, VA, world.free_first + i, 2);
		for (unsigned i = 0; i < 40; i++) {
			run((i * 7 + i / 9) % SPACES);
			assert_settled("switch");
			unmap(i % SPACES, VA, 1);
			map_ok(i % SPACES, VA, world.free_first + i, 1);
		}
		end();
	}
}

static void the_fault_path_is_safe(void **state)
{
	struct process *own;
	struct fault f = {TN_FAULT_STORE, "store", 0, VA + 12};

	(void)state;
	begin(4, 16);
	own = world.process;
	assert_code(host_call(TN_CALL_MAP, TN_SLOT_PROCESS, VA, TN_SLOT_FRAMES, world.free_first, 2,
			      RW),
		    0);
	tlb_model_begin(&own, 1);
	asid_activate(world.thread->hart, own);
	trap_fault(&f);
	assert_settled("fault");
	assert_code(host_call(TN_CALL_UNMAP, TN_SLOT_PROCESS, VA, 2, 0, 0, 0), 0);
	assert_settled("unmap");
	end();
}

/* --- random runs ---------------------------------------------------------------------------- */

static uint64_t random_state;

static uint64_t below(uint64_t bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % bound;
}

static uint64_t some_va(void)
{
	static const uint64_t bases[] = {0, VA, VA + LARGE, VA + 2 * LARGE, VA + HUGE_PAGE};
	uint64_t base = bases[below(5)];

	if (below(8) == 0)
		base = user_top - 2 * LARGE;
	return base + (below(3) == 0 ? 0 : below(512) * PAGE);
}

static uint64_t some_count(void)
{
	return below(3) == 0 ? 1 : below(3) == 0 ? 512 * (1 + below(2)) : 1 + below(600);
}

static uint64_t some_frame(void)
{
	if (below(2) == 0)
		return aspace.block + 512 * below(3);
	return world.free_first + below(1500);
}

static void some_process_ends(unsigned i)
{
	unsigned other = (i + 1) % SPACES;

	if (spaces[other]->root == NULL)
		return;
	run(other);
	assert_code(host_call(TN_CALL_DESTROY, slot_of(i), 0, 0, 0, 0, 0), 0);
	assert_settled("destroy");
	tlb_model_forget_dead();
	if (tlb_model_report().what == NULL)
		space_create(i);
	tlb_model_end();
	tlb_model_begin(spaces, SPACES);
	for (unsigned k = 0; k < SPACES; k++)
		spaces[k]->asid_generation = 0; /* the new model has not seen them run */
}

static void some_call(void)
{
	unsigned i = (unsigned)below(SPACES);
	uint64_t slot = slot_of(i), va = some_va(), n = some_count();

	switch (below(10)) {
	case 0:
	case 1:
	case 2:
		host_call(TN_CALL_MAP, slot, va, TN_SLOT_FRAMES, some_frame(), n,
			  RW | (below(4) == 0 ? TN_MAP_SMALL : 0));
		break;
	case 3:
	case 4:
		host_call(TN_CALL_UNMAP, slot, va, n, 0, 0, 0);
		break;
	case 5:
		host_call(TN_CALL_PROTECT, slot, va, n, below(2) == 0 ? TN_MAP_READ : RW,
			  TN_SLOT_FRAMES, 0);
		break;
	case 6:
		touch(i, va);
		host_call(TN_CALL_PROTECT, slot, va, n, TN_MAP_AGE, TN_NONE, 0);
		break;
	case 7:
		if (below(4) == 0)
			host_call(TN_CALL_TABLE_DETACH, slot, va, below(3), 0, 0, 0);
		else
			host_call(TN_CALL_TABLE_ATTACH, slot, va, below(4), TN_ANY, TN_NONE, 0);
		break;
	case 8:
		if (below(50) == 0)
			some_process_ends(i);
		break;
	default:
		if (spaces[i]->root != NULL)
			run(i);
		break;
	}
}

static uint64_t setting(const char *name, uint64_t fallback)
{
	const char *text = getenv(name);

	return text != NULL ? strtoull(text, NULL, 0) : fallback;
}

static void random_run(unsigned levels, uint64_t asids, uint64_t seed, uint64_t calls)
{
	begin(levels, asids);
	random_state = seed;
	for (uint64_t i = 0; i < calls; i++) {
		struct tlb_report r;

		some_call();
		r = tlb_model_settled();
		if (r.what != NULL)
			fail_msg("levels %u, asids %lu, seed %lu, call %lu: %s (0x%llx)", levels,
				 (unsigned long)asids, (unsigned long)seed, (unsigned long)i,
				 r.what, (unsigned long long)r.where);
	}
	end();
}

static void random_calls_are_safe(void **state)
{
	static const uint64_t asids[] = {16, 1, 3};
	uint64_t seed = setting("TENURE_SEED", 20240901), calls = setting("TENURE_CALLS", 300);

	(void)state;
	for (unsigned levels = 3; levels <= 5; levels++)
		random_run(levels, asids[levels - 3], seed + levels, calls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reference_dropped_before_the_fence_is_seen),
		cmocka_unit_test(a_reference_raised_after_the_entry_is_seen),
		cmocka_unit_test(a_fence_of_another_page_ends_nothing),
		cmocka_unit_test(a_fence_of_another_space_ends_nothing),
		cmocka_unit_test(the_right_order_is_no_breach),
		cmocka_unit_test(a_missing_fence_is_seen_at_the_end),
		cmocka_unit_test(an_added_right_needs_no_fence),
		cmocka_unit_test(an_unlinked_table_without_a_fence_is_seen),
		cmocka_unit_test(a_table_freed_after_a_fence_with_address_is_seen),
		cmocka_unit_test(a_table_in_use_again_before_the_fence_is_seen),
		cmocka_unit_test(a_leaf_to_the_kernels_frame_is_seen),
		cmocka_unit_test(a_leaf_without_the_user_bit_is_seen),
		cmocka_unit_test(an_asid_shared_by_two_spaces_is_seen),
		cmocka_unit_test(a_fence_before_the_switch_is_too_early),
		cmocka_unit_test(a_fence_after_the_switch_will_do),
		cmocka_unit_test(a_block_reference_dropped_early_is_seen),
		cmocka_unit_test(no_call_leaves_a_stale_translation),
		cmocka_unit_test(asids_are_recycled_safely),
		cmocka_unit_test(the_fault_path_is_safe),
		cmocka_unit_test(random_calls_are_safe),
	};

	return cmocka_run_group_tests_name("ptesafety", tests, NULL, NULL);
}
