/*
 * trap.c - what the trap entry calls for everything but system calls: interrupts, user faults,
 * and the kernel's own (privileged spec, "Supervisor Cause Register").
 */
#include "trap.h"

#include "float.h"
#include "irq.h"
#include "report.h"
#include "sched.h"

#define CAUSE_INTERRUPT ((uint64_t)1 << 63)
#define CAUSE_ILLEGAL 2u
#define CAUSES 16u
#define STATUS_TRAP 102u

_Static_assert(CALL_ENOSYS == TN_ENOSYS, "entry.S answers unknown numbers");

void trap_dispatch(uint64_t cause, uint64_t value);
_Noreturn void trap_panic(uint64_t cause, uint64_t value, uint64_t pc);

static const struct {
	enum tn_fault kind;
	const char *name;
} causes[CAUSES] = {
	[0] = {TN_FAULT_OTHER, "misaligned instruction"},
	[1] = {TN_FAULT_OTHER, "instruction access fault"},
	[2] = {TN_FAULT_ILLEGAL, "illegal instruction"},
	[3] = {TN_FAULT_OTHER, "breakpoint"},
	[4] = {TN_FAULT_OTHER, "misaligned load"},
	[5] = {TN_FAULT_OTHER, "load access fault"},
	[6] = {TN_FAULT_OTHER, "misaligned store"},
	[7] = {TN_FAULT_OTHER, "store access fault"},
	[12] = {TN_FAULT_FETCH, "instruction page fault"},
	[13] = {TN_FAULT_LOAD, "load page fault"},
	[15] = {TN_FAULT_STORE, "store page fault"},
};

static const char *cause_name(uint64_t cause)
{
	return cause < CAUSES && causes[cause].name != NULL ? causes[cause].name : "trap";
}

/* Whatever waits. True if the current thread's turn is over. */
static bool interrupts_take(void)
{
	uint64_t pending = csr_read(sip);
	bool ticked = port_tick();

	if (pending & INTERRUPT_TIMER)
		deadline_fire(current->hart);
	if (pending & INTERRUPT_EXTERNAL)
		irq_take();
	return ticked;
}

/* All of the thread's registers are saved. */
void trap_dispatch(uint64_t cause, uint64_t value)
{
	struct fault f = {TN_FAULT_OTHER, cause_name(cause), current->registers[0], value};

	if (cause & CAUSE_INTERRUPT) {
		if (interrupts_take())
			sched_tick();
		else
			sched_preempt();
		return;
	}
	if (cause == CAUSE_ILLEGAL && float_lend())
		return;
	if (cause < CAUSES)
		f.kind = causes[cause].kind;
	trap_fault(&f);
	sched_run();
}

/* Taken at the next sret: no exit need ask. */
void port_preempt(void)
{
	csr_set(sip, INTERRUPT_SOFTWARE);
}

void port_idle(void)
{
	while (!port_interrupt_pending())
		__asm__ volatile("wfi");
	interrupts_take();
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
