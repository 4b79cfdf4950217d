/*
 * on.c - the checked kernel: invariants are checked around the calls (check.h).
 */
#include "check.h"

#include "check/checker.h"
#include "process.h"
#include "report.h"
#include "syscall.h"

#include <port/machine.h>

static struct pool *root;
static uint32_t *counts;
static uint64_t every, calls;

uint64_t check_boot_frames(void)
{
	return checker_counts() * sizeof(*counts) / FRAME_BYTES + 1;
}

static void check_now(void)
{
	struct checker_report r;

	if (checker_run(root, counts, &r))
		return;
	report("tenure: I%u broken at frame 0x%x\n", (uint64_t)r.invariant, r.frame);
	port_panic(r.what);
}

/* In place of every handler. A call that is to be restarted has returned, too: all invariants
 * hold at every restart point. */
static result_t check_call(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
			   uint64_t a5, uint64_t a6, uint64_t number)
{
	result_t r = call_table[number](a0, a1, a2, a3, a4, a5, a6, number);

	if (++calls % every == 0)
		check_now();
	return r;
}

static const call_handler check_table[TN_CALL_COUNT] = {[0 ... TN_CALL_COUNT - 1] = check_call};

const call_handler *check_install(uint64_t each, void *memory)
{
	root = current->process->pool;
	counts = memory;
	every = each;
	check_now();
	return every == 0 ? call_table : check_table;
}
