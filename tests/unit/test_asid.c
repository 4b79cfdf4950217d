/*
 * test_asid.c - address space identifiers: on demand, by generation, and fences only where a
 * translation can be.
 */
#include "asid.h"

#include "aspace.h"
#include "cap.h"
#include "frame.h"
#include "snapshot.h"
#include "thread.h"

#define VA 0x40000000ul
#define PROCESSES 12

static unsigned uses, fences_page, fences_space, fences_all;
static uint64_t last_word, last_asid, last_va;

static void count(const struct host_event *e)
{
	switch (e->kind) {
	case HOST_USE:
		uses++;
		last_word = e->word;
		break;
	case HOST_FENCE_PAGE:
		fences_page++;
		last_asid = e->asid;
		last_va = e->va;
		break;
	case HOST_FENCE_SPACE:
		fences_space++;
		last_asid = e->asid;
		break;
	case HOST_FENCE_ALL:
		fences_all++;
		break;
	case HOST_PTE_WRITE:
		break;
	}
}

static void counting(void)
{
	uses = fences_page = fences_space = fences_all = 0;
	host_observer = count;
}

static struct process *others[PROCESSES];

/* Processes with one page each, mapped at VA. */
static void make(uint64_t asids)
{
	struct world_options o = {.asids = asids, .root_frames = 128};

	aspace_make_in(&o, 8);
	for (uint64_t i = 0; i < PROCESSES; i++) {
		assert_code(host_call(TN_CALL_CREATE, TN_KIND_PROCESS, TN_SLOT_POOL, TN_ANY,
				      TN_NONE, SLOT_SPARE + i, 0),
			    0);
		assert_code(host_call(TN_CALL_MAP, SLOT_SPARE + i, VA, TN_SLOT_FRAMES,
				      world.free_first + i, 2, RW),
			    0);
		others[i] = host_memory(cap_slot(SLOT_SPARE + i)->frame);
	}
	counting();
}

static void activate(struct process *p)
{
	asid_activate(world.thread->hart, p);
	assert_int_equal(host_space, p->satp);
	assert_int_equal(last_word, p->satp);
}

static void an_asid_is_assigned_on_demand(void **state)
{
	(void)state;
	make(16);
	assert_false(asid_is_live(world.thread->hart, others[0]));
	activate(others[0]);
	assert_true(asid_is_live(world.thread->hart, others[0]));
	assert_int_not_equal(others[0]->asid, 0);
	activate(others[1]);
	assert_int_not_equal(others[0]->asid, others[1]->asid);
	assert_true(asid_is_live(world.thread->hart, others[0]));
	activate(others[0]);
	assert_int_equal(uses, 3);
	assert_int_equal(fences_all + fences_space + fences_page, 0);
	world_end();
}

static void live_asids_differ(void)
{
	const struct hart *h = world.thread->hart;

	for (unsigned i = 0; i < PROCESSES; i++)
		for (unsigned j = 0; j < i; j++)
			if (asid_is_live(h, others[i]) && asid_is_live(h, others[j]))
				assert_int_not_equal(others[i]->asid, others[j]->asid);
}

static void asids_are_recycled_by_generation(void **state)
{
	(void)state;
	make(4); /* 1, 2 and 3 */
	for (unsigned i = 0; i < 3; i++)
		activate(others[i]);
	assert_int_equal(fences_all, 0);
	activate(others[3]);
	assert_int_equal(fences_all, 1);
	live_asids_differ();
	assert_false(asid_is_live(world.thread->hart, others[0]));
	for (unsigned i = 0; i < 300; i++) {
		activate(others[i * 7 % PROCESSES]);
		assert_true(others[i * 7 % PROCESSES]->asid < 4);
		live_asids_differ();
	}
	assert_true(fences_all > 50 && fences_all <= 101);
	world_end();
}

static void a_hart_without_asids_flushes_on_each_switch(void **state)
{
	(void)state;
	make(1);
	for (unsigned i = 0; i < 5; i++) {
		activate(others[i % 2]);
		assert_int_equal(others[i % 2]->asid, 0);
		assert_int_equal(fences_all, i);
		assert_false(asid_is_live(world.thread->hart, others[(i + 1) % 2]));
	}
	activate(others[0]); /* no switch */
	assert_int_equal(fences_all, 4);
	world_end();
}

static void the_word_names_root_and_asid(void **state)
{
	(void)state;
	make(16);
	activate(others[4]);
	assert_int_equal(last_word, port_space_word(frame_of(others[4]->root), others[4]->asid));
	world_end();
}

static void fences_go_where_translations_are(void **state)
{
	(void)state;
	make(16);
	assert_code(host_call(TN_CALL_UNMAP, SLOT_SPARE, VA, 1, 0, 0, 0), 0);
	assert_code(host_call(TN_CALL_UNMAP, SLOT_SPARE, VA, 2, 0, 0, 0), 0);
	assert_int_equal(fences_page + fences_space + fences_all, 0);
	activate(others[1]);
	activate(others[2]);
	assert_code(host_call(TN_CALL_UNMAP, SLOT_SPARE + 1, VA + PAGE, 1, 0, 0, 0), 0);
	assert_int_equal(fences_page, 1);
	assert_int_equal(last_asid, others[1]->asid);
	assert_int_equal(last_va, VA + PAGE);
	assert_code(host_call(TN_CALL_UNMAP, SLOT_SPARE + 1, VA, 1, 0, 0, 0), 0);
	assert_true(fences_space >= 1);
	assert_int_equal(last_asid, others[1]->asid);
	world_end();
}

static void protect_fences_only_what_it_takes(void **state)
{
	(void)state;
	make(16);
	activate(others[0]);
#define PROTECT(flags)                                                                             \
	assert_code(host_call(TN_CALL_PROTECT, SLOT_SPARE, VA, 2, flags, TN_SLOT_FRAMES, 0), 0)
	PROTECT(TN_MAP_READ);
	assert_int_equal(fences_space, 1);
	PROTECT(TN_MAP_READ);
	assert_int_equal(fences_space, 1); /* nothing changed */
	PROTECT(RW);
	assert_int_equal(fences_space, 1); /* a right was added */
	PROTECT(RX);
	assert_int_equal(fences_space, 2); /* one was lost */
	PROTECT(TN_MAP_AGE);
	assert_int_equal(fences_space, 2); /* nothing was accessed */
#undef PROTECT
	world_end();
}

static void mapping_needs_no_fence(void **state)
{
	(void)state;
	make(16);
	activate(others[0]);
	assert_code(host_call(TN_CALL_MAP, SLOT_SPARE, VA + 5 * PAGE, TN_SLOT_FRAMES,
			      world.free_first, 3, RW),
		    0);
	assert_int_equal(fences_page + fences_space + fences_all, 0);
	world_end();
}

static void a_process_that_ends_is_fenced_once_and_no_more(void **state)
{
	(void)state;
	make(16);
	activate(others[0]);
	activate(others[1]);
	assert_code(host_call(TN_CALL_DESTROY, SLOT_SPARE, 0, 0, 0, 0, 0), 0);
	assert_int_equal(fences_space, 1);
	assert_int_equal(last_asid, 1);
	assert_code(host_call(TN_CALL_DESTROY, SLOT_SPARE + 5, 0, 0, 0, 0, 0), 0);
	assert_int_equal(fences_space + fences_page + fences_all, 1);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_asid_is_assigned_on_demand),
		cmocka_unit_test(asids_are_recycled_by_generation),
		cmocka_unit_test(a_hart_without_asids_flushes_on_each_switch),
		cmocka_unit_test(the_word_names_root_and_asid),
		cmocka_unit_test(fences_go_where_translations_are),
		cmocka_unit_test(protect_fences_only_what_it_takes),
		cmocka_unit_test(mapping_needs_no_fence),
		cmocka_unit_test(a_process_that_ends_is_fenced_once_and_no_more),
	};

	return cmocka_run_group_tests_name("asid", tests, NULL, NULL);
}
