/*
 * test_trap.c - faults of the first server: stale entries are mended, real faults end the
 * machine with one line and status 3.
 */
#include "trap.h"

#include <setjmp.h>
#include <string.h>

#include "asid.h"
#include "aspace.h"
#include "frame.h"
#include "thread.h"
#include "walk.h"

#define VA 0x10000ul

static unsigned fences;
static uint64_t fence_va;

static void count(const struct host_event *e)
{
	if (e->kind != HOST_FENCE_PAGE)
		return;
	fences++;
	fence_va = e->va;
}

/* True if the thread may go on. */
static bool resumes(enum tn_fault kind, uint64_t address)
{
	struct fault f = {kind, "load page fault", 0x1234, address};
	jmp_buf exit;

	fences = 0;
	host_console_size = 0;
	host_exit_status = 0;
	if (setjmp(exit) != 0) {
		host_exit = NULL;
		return false;
	}
	host_exit = &exit;
	trap_fault(&f);
	host_exit = NULL;
	return true;
}

static void map_own(uint64_t va, uint64_t count_, uint64_t first, uint64_t rights)
{
	assert_code(host_call(TN_CALL_MAP, TN_SLOT_PROCESS, va, TN_SLOT_FRAMES, first, count_,
			      rights),
		    0);
}

static pte_t own_entry(uint64_t va)
{
	struct place at = walk_down(world.process, va, 0);

	return pte_read(place_entry(&at));
}

static void begin(void)
{
	map_own(VA, 1, world.free_first, RW);
	map_own(VA + PAGE, 1, world.free_first, RX);
	map_own(VA + 2 * PAGE, 1, world.free_first, TN_MAP_EXECUTE);
	asid_activate(world.thread->hart, world.process);
	host_observer = count;
}

static void stale(void)
{
	begin();
	assert_true(resumes(TN_FAULT_LOAD, VA + 8));
	assert_true(pte_accessed(own_entry(VA)));
	assert_false(pte_dirty(own_entry(VA)));
	assert_int_equal(fences, 1);
	assert_int_equal(fence_va / PAGE, VA / PAGE);
	assert_true(resumes(TN_FAULT_STORE, VA + 8));
	assert_true(pte_dirty(own_entry(VA)));
	assert_true(resumes(TN_FAULT_FETCH, VA + PAGE));
	assert_true(pte_accessed(own_entry(VA + PAGE)));
	assert_false(pte_dirty(own_entry(VA + PAGE)));
	assert_true(resumes(TN_FAULT_FETCH, VA + 2 * PAGE));
	assert_int_equal(fences, 1);
	assert_int_equal(host_console_size, 0);
}

static void allowed_accesses_are_mended(void **state)
{
	(void)state;
	aspace_each_mode(stale, 8);
}

static void is_real(enum tn_fault kind, uint64_t address)
{
	assert_false(resumes(kind, address));
	assert_int_equal(host_exit_status, 3);
	assert_true(host_console_size > 0);
	assert_int_equal(fences, 0);
}

static void real(void)
{
	begin();
	is_real(TN_FAULT_STORE, VA + PAGE);
	is_real(TN_FAULT_FETCH, VA);
	is_real(TN_FAULT_LOAD, VA + 2 * PAGE);
	is_real(TN_FAULT_LOAD, VA + 3 * PAGE);
	is_real(TN_FAULT_LOAD, user_top - 1);
	is_real(TN_FAULT_LOAD, user_top);
	is_real(TN_FAULT_LOAD, UINT64_MAX);
	is_real(TN_FAULT_STORE, 0xffffffc000000000);
	is_real(TN_FAULT_ILLEGAL, VA);
	is_real(TN_FAULT_OTHER, VA);
	assert_false(pte_accessed(own_entry(VA)));
}

static void real_faults_end_the_machine(void **state)
{
	(void)state;
	aspace_each_mode(real, 8);
}

static void no_tables(void)
{
	assert_null(world.process->root);
	is_real(TN_FAULT_LOAD, VA);
}

static void a_process_without_tables_faults(void **state)
{
	(void)state;
	aspace_each_mode(no_tables, 8);
}

static void line(void)
{
	assert_false(resumes(TN_FAULT_LOAD, 0xdead0000));
	assert_string_equal(host_console, "tenure: the first server faulted: load page fault at "
					  "0xdead0000, pc 0x1234\n");
}

static void the_line_says_what_and_where(void **state)
{
	(void)state;
	aspace_each_mode(line, 8);
}

static void large_page(void)
{
	map_own(HUGE_PAGE, 512, aspace.block, RW);
	asid_activate(world.thread->hart, world.process);
	assert_true(resumes(TN_FAULT_STORE, HUGE_PAGE + 77 * PAGE + 5));
	assert_true(pte_dirty(own_entry(HUGE_PAGE)));
	assert_code(host_call(TN_CALL_UNMAP, TN_SLOT_PROCESS, HUGE_PAGE, 512, 0, 0, 0), 0);
	is_real(TN_FAULT_LOAD, HUGE_PAGE);
}

static void large_pages_are_mended_too(void **state)
{
	(void)state;
	aspace_each_mode(large_page, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allowed_accesses_are_mended),
		cmocka_unit_test(real_faults_end_the_machine),
		cmocka_unit_test(a_process_without_tables_faults),
		cmocka_unit_test(the_line_says_what_and_where),
		cmocka_unit_test(large_pages_are_mended_too),
	};

	return cmocka_run_group_tests_name("trap", tests, NULL, NULL);
}
