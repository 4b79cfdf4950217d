/*
 * machine.c - console, clock, end and boot state of the hart (port/machine.h, port/boot.h).
 */
#include <port/machine.h>
#include <port/boot.h>
#include <port/tlb.h>

#include "boot/machine.h"
#include "float.h"
#include "plic.h"
#include "report.h"
#include "sbi.h"
#include "space.h"
#include "syscall.h"
#include "tenure_config.h"

_Static_assert(offsetof(struct thread, registers) == 0 &&
		       offsetof(struct thread, hart) == THREAD_HART &&
		       offsetof(struct thread, whole) == THREAD_WHOLE,
	       "entry.S finds the hart and the registers");
_Static_assert(offsetof(struct hart, calls) == HART_CALLS && sizeof(struct hart) <= HART_BYTES,
	       "entry.S finds the handler table; the hart fits above its stack");
_Static_assert(TN_CALL_COUNT == CALL_COUNT && TN_CALL_CALL == CALL_CALL &&
		       TN_CALL_REPLY_RECV == CALL_CALL + 1,
	       "entry.S knows the calls");

#define TICK_DEFAULT 10000u /* microseconds */
#define STATUS_PANIC 101u
#define FINISHER_PASS 0x5555u
#define FINISHER_FAIL 0x3333u
#define RESET_FAILURE 1u
#define COUNTER_TIME 2u
#define COUNTERS_ALL 7u

extern char image_start[], image_text[]; /* kernel.ld */
void port_boot_end(struct thread *first);
void thread_enter(struct thread *t); /* entry.S */

pte_t *space_boot_text;
static const struct machine *machine;
static volatile uint32_t *finisher;  /* NULL: there is none */
static uint64_t tick_time, tick_end; /* of rdtime; when the present tick is over */

/* --- console ------------------------------------------------------------------------------ */

void port_console_write(const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		sbi_call(SBI_LEGACY_PUTCHAR, 0, (uint8_t)bytes[i], 0);
}

/* --- the end ------------------------------------------------------------------------------ */

/* SBI reset loses the code, so the finisher goes first where there is one. */
void port_shutdown(uint64_t status)
{
	uint32_t code = status > 0xffff ? 0xffff : (uint32_t)status;

	report("tenure: shutdown, status %u\n", status);
	if (finisher != NULL)
		*finisher = code == 0 ? FINISHER_PASS : code << 16 | FINISHER_FAIL;
	sbi_call(SBI_RESET, 0, 0, code == 0 ? 0 : RESET_FAILURE);
	sbi_call(SBI_LEGACY_SHUTDOWN, 0, 0, 0);
	for (;;)
		__asm__ volatile("wfi");
}

void port_boot_machine(const struct machine *m)
{
	machine = m;
	if (m->finisher != 0)
		finisher = port_boot_see(PORT_WINDOW_FINISHER, m->finisher);
}

void port_panic(const char *rule)
{
	report("tenure: PANIC: %s\n", rule);
	port_shutdown(STATUS_PANIC);
}

/* --- clock -------------------------------------------------------------------------------- */

uint64_t port_clock(void)
{
	return csr_read(time);
}

bool port_tick(void)
{
	uint64_t now = port_clock();

	if (now < tick_end)
		return false;
	tick_end = now + tick_time;
	return true;
}

void port_timer_set(uint64_t latest)
{
	uint64_t at = tick_end < latest ? tick_end : latest;

	if (machine->sstc)
		csr_write(0x14d, at); /* stimecmp (Sstc) */
	else if (sbi_call(SBI_TIME, 0, at, 0) != 0)
		sbi_call(SBI_LEGACY_SET_TIMER, 0, at, 0);
}

bool port_interrupt_pending(void)
{
	return (csr_read(sip) & csr_read(sie)) != 0;
}

void port_boot_clock(uint64_t tick)
{
	tick_time = (tick != 0 ? tick : TICK_DEFAULT) * machine->info.timebase / 1000000 + 1;
	csr_write(scounteren, CONFIG_USER_COUNTERS ? COUNTERS_ALL : COUNTER_TIME);
	float_exists = machine->floats;
	if (machine->zicbom)
		csr_write(0x10a, 0);      /* senvcfg: user mode invalidates no cache blocks */
	csr_write(sstatus, SSTATUS_SPIE); /* the first sret goes to user mode, interrupts on */
	port_tick();
	port_timer_set(TN_ANY);
	if (machine->plic.size != 0)
		plic_start((void *)(LAYOUT_PLIC + machine->plic.address % LAYOUT_PLIC_ALIGN),
			   machine->plic_context);
	csr_write(sie, INTERRUPT_TIMER | INTERRUPT_SOFTWARE | INTERRUPT_EXTERNAL);
}

/* What ran once can run no more. */
void port_boot_end(struct thread *first)
{
	uint64_t pages = (uint64_t)(image_text - image_start) / FRAME_BYTES;

	while (pages-- > 0)
		space_boot_text[pages] = PTE_EMPTY;
	port_fence_all();
	thread_enter(first);
}

/* --- code and caches ---------------------------------------------------------------------- */

/* One hart so far: its own fetches are all there are (unprivileged spec, Zifencei). */
void port_sync_code(void)
{
	__asm__ volatile(".option push\n.option arch, +zifencei\n"
			 "fence.i\n.option pop" ::
				 : "memory");
}

bool port_has_attributes(void)
{
	return machine->svpbmt;
}

bool port_has_cache_ops(void)
{
	return machine->zicbom && machine->cbom_block != 0 &&
	       FRAME_BYTES % machine->cbom_block == 0;
}

/* CMO extension: cbo.inval, cbo.clean and cbo.flush are MISC-MEM with funct3 2 and these
 * immediates; binutils 2.40 of Debian 12 gets them as words. */
void port_cache_op(void *frame, uint64_t operation)
{
	for (char *at = frame, *end = at + FRAME_BYTES; at < end; at += machine->cbom_block) {
		if (operation == TN_CACHE_INVALIDATE)
			__asm__ volatile(".insn i 0x0f, 2, x0, %0, 0" ::"r"(at) : "memory");
		else if (operation == TN_CACHE_CLEAN)
			__asm__ volatile(".insn i 0x0f, 2, x0, %0, 1" ::"r"(at) : "memory");
		else
			__asm__ volatile(".insn i 0x0f, 2, x0, %0, 2" ::"r"(at) : "memory");
	}
}
