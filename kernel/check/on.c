/*
 * on.c - the checked kernel: invariants are checked around the calls (check.h).
 */
#include "check.h"

#include "boot/boot_memory.h"
#include "boot/regions.h"
#include "check/checker.h"
#include "process.h"
#include "report.h"
#include "syscall.h"
#include "thread.h"

#include <port/machine.h>
#include <port/memory.h>

static struct checker_memory memory;
static struct pool *root;
static uint64_t every, calls;

static uint64_t span_frames(const struct regions *regions)
{
	const struct region *last = &regions->r[regions->count - 1];

	return last->first + last->count - regions->r[0].first;
}

/* 4 bytes a frame; blocks and gigabytes need a five hundredth of that, at most two words more. */
uint64_t check_boot_frames(const struct regions *regions)
{
	uint64_t words = span_frames(regions);

	words += words / BLOCK_FRAMES + words / GIGA_FRAMES + 4;
	return words * sizeof(uint32_t) / FRAME_BYTES + 1;
}

void check_boot_memory(struct boot_memory *boot, const struct regions *regions)
{
	uint64_t frames = span_frames(regions);

	memory.frames = boot_memory_see(boot, pfn(boot->end));
	memory.blocks = memory.frames + frames;
	memory.gigas = memory.blocks + frames / BLOCK_FRAMES + 2;
	boot->end += check_boot_frames(regions);
}

static void check_now(void)
{
	struct checker_report r;

	if (checker_run(root, &memory, &r))
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

static const call_handler check_table[TN_CALL_COUNT] = {
#define CHECK_ENTRY(number, ...) [number] = check_call,
	TN_CALLS(CHECK_ENTRY)
#undef CHECK_ENTRY
};

const call_handler *check_install(uint64_t each)
{
	root = current->process->pool;
	every = each;
	check_now();
	return every == 0 ? call_table : check_table;
}
