/*
 * trap.c - what the trap entry calls for everything but system calls: interrupts, user faults,
 * and the kernel's own (privileged spec, "Supervisor Cause Register").
 */
#include "trap.h"

#include <port/machine.h>

#include "offsets.h"
#include "report.h"
#include "thread.h"

#define CAUSE_INTERRUPT ((uint64_t)1 << 63)
#define CAUSES 16u
#define STATUS_TRAP 102u

void trap_dispatch(uint64_t cause, uint64_t value);
_Noreturn void trap_panic(uint64_t cause, uint64_t value, uint64_t pc);

static const struct {
	enum fault_kind kind;
	const char *name;
} causes[CAUSES] = {
	[0] = {FAULT_OTHER, "misaligned instruction"},
	[1] = {FAULT_OTHER, "instruction access fault"},
	[2] = {FAULT_ILLEGAL, "illegal instruction"},
	[3] = {FAULT_OTHER, "breakpoint"},
	[4] = {FAULT_OTHER, "misaligned load"},
	[5] = {FAULT_OTHER, "load access fault"},
	[6] = {FAULT_OTHER, "misaligned store"},
	[7] = {FAULT_OTHER, "store access fault"},
	[12] = {FAULT_FETCH, "instruction page fault"},
	[13] = {FAULT_LOAD, "load page fault"},
	[15] = {FAULT_STORE, "store page fault"},
};

static const char *cause_name(uint64_t cause)
{
	return cause < CAUSES && causes[cause].name != NULL ? causes[cause].name : "trap";
}

/* All of the thread's registers are saved. */
void trap_dispatch(uint64_t cause, uint64_t value)
{
	struct fault f = {FAULT_OTHER, cause_name(cause), current->registers[0], value};

	if (cause & CAUSE_INTERRUPT) {
		port_timer_next();
		return;
	}
	if (cause < CAUSES)
		f.kind = causes[cause].kind;
	trap_fault(&f);
}

/* The handler returns this to the trap entry, which puts the arguments back: callee-saved
 * registers are the user's, and come back only as C functions return. */
result_t port_restart(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t number)
{
	current->registers[10] = a0;
	current->registers[11] = a1;
	current->registers[12] = a2;
	current->registers[13] = a3;
	current->registers[17] = number;
	return failure(CALL_RESTART, 0);
}

/* The kernel itself trapped, with interrupts off: a bug, whatever it was. */
void trap_panic(uint64_t cause, uint64_t value, uint64_t pc)
{
	report("tenure: PANIC: %s in the kernel at 0x%x, pc 0x%x\n", cause_name(cause), value, pc);
	port_shutdown(STATUS_TRAP);
}
