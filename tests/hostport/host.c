/*
 * host.c - the fakes behind kernel/include/port: see host.h.
 */
#include "host.h"

#include <port/current.h>
#include <port/irq.h>
#include <port/machine.h>
#include <port/memory.h>
#include <port/tlb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "hart.h"
#include "sched.h"
#include "syscall.h"

struct thread *current;
unsigned host_restarts, host_interrupt_every, host_interrupt_questions;
bool host_switched, host_preempted;
void (*host_between)(void), (*host_idle)(void);
bool host_attributes, host_cache_ops;
uint64_t host_cache_op_count, host_sync_count;
uint64_t host_space, host_clock, host_timer;
uint32_t host_irq_claimed, host_irq_completed;
bool host_irq_enabled[HOST_IRQ_SOURCES];
void (*host_observer)(const struct host_event *event);
char host_console[4096];
unsigned host_console_size;
jmp_buf *host_exit;
uint64_t host_exit_status;
const char *host_panic_rule;
uint64_t host_asids = 16;

/* --- events ------------------------------------------------------------------------------- */

static void event(struct host_event e)
{
	if (host_observer != NULL)
		host_observer(&e);
}

void pte_write(pte_t *at, pte_t e)
{
	pte_t old = *at;

	*at = e;
	event((struct host_event){.kind = HOST_PTE_WRITE, .at = at, .old = old, .new = e});
}

void port_fence_page(vaddr_t va, uint64_t asid)
{
	event((struct host_event){.kind = HOST_FENCE_PAGE, .va = va.a, .asid = asid});
}

void port_fence_space(uint64_t asid)
{
	event((struct host_event){.kind = HOST_FENCE_SPACE, .asid = asid});
}

void port_fence_all(void)
{
	event((struct host_event){.kind = HOST_FENCE_ALL});
}

void port_space_use(uint64_t word)
{
	host_space = word;
	event((struct host_event){.kind = HOST_USE, .word = word});
}

/* Any word that tells root and ASID apart. */
uint64_t port_space_word(pfn_t root, uint64_t asid)
{
	return asid << 44 | root.n;
}

uint64_t port_asid_count(void)
{
	return host_asids;
}

/* --- machine ------------------------------------------------------------------------------ */

void port_console_write(const char *bytes, size_t size)
{
	for (size_t i = 0; i < size && host_console_size + 1 < sizeof(host_console); i++)
		host_console[host_console_size++] = bytes[i];
	host_console[host_console_size] = '\0';
}

void port_shutdown(uint64_t status)
{
	host_exit_status = status;
	if (host_exit != NULL)
		longjmp(*host_exit, 1);
	fprintf(stderr, "host: shutdown with status %llu\n", (unsigned long long)status);
	abort();
}

void port_panic(const char *rule)
{
	host_panic_rule = rule;
	if (host_exit != NULL)
		longjmp(*host_exit, 2);
	fprintf(stderr, "host: kernel panic: %s\n", rule);
	abort();
}

bool port_interrupt_pending(void)
{
	return host_interrupt_every != 0 && ++host_interrupt_questions % host_interrupt_every == 0;
}

uint64_t port_clock(void)
{
	return host_clock;
}

bool port_tick(void)
{
	return false;
}

void port_timer_set(uint64_t latest)
{
	host_timer = latest;
}

size_t port_float_forget(struct thread *t)
{
	(void)t;
	return 0;
}

/* --- interrupt controller ----------------------------------------------------------------- */

uint32_t port_irq_claim(void)
{
	return host_irq_claimed;
}

void port_irq_complete(uint32_t source)
{
	host_irq_completed = source;
}

void port_irq_enable(uint32_t source)
{
	host_irq_enabled[source] = true;
}

void port_irq_disable(uint32_t source)
{
	host_irq_enabled[source] = false;
}

void port_sync_code(void)
{
	host_sync_count++;
}

bool port_has_cache_ops(void)
{
	return host_cache_ops;
}

bool port_has_attributes(void)
{
	return host_attributes;
}

void port_cache_op(void *frame, uint64_t operation)
{
	(void)frame;
	(void)operation;
	host_cache_op_count++;
}

/* --- calls -------------------------------------------------------------------------------- */

static bool restart_asked;
static uint64_t restart_arguments[4];
static uint64_t restart_number;

result_t port_restart(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t number)
{
	restart_asked = true;
	restart_arguments[0] = a0;
	restart_arguments[1] = a1;
	restart_arguments[2] = a2;
	restart_arguments[3] = a3;
	restart_number = number;
	return 0;
}

static enum { GO_ON, SWITCH, YIELD } how;

result_t port_switch(void)
{
	how = SWITCH;
	return 0;
}

result_t port_switch_to_others(void)
{
	how = YIELD;
	return 0;
}

void port_preempt(void)
{
	host_preempted = true;
}

void port_idle(void)
{
	if (host_idle != NULL) {
		host_idle();
		return;
	}
	if (host_exit != NULL)
		longjmp(*host_exit, 3);
	fprintf(stderr, "host: no thread is ready\n");
	abort();
}

struct answer host_call(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
			uint64_t a4, uint64_t a5)
{
	result_t r;

	host_restarts = 0;
	host_switched = false;
	if (number >= TN_CALL_COUNT)
		return (struct answer){-TN_ENOSYS, 0};
	for (;;) {
		restart_asked = false;
		how = GO_ON;
		r = call_table[number](a0, a1, a2, a3, a4, a5, 0, number);
		if (how != GO_ON) {
			host_switched = true;
			if (how == YIELD)
				sched_give_way();
			else
				sched_run();
		}
		if (!restart_asked)
			return (struct answer){result_code(r), result_value(r)};
		host_restarts++;
		if (host_between != NULL)
			host_between();
		a0 = restart_arguments[0];
		a1 = restart_arguments[1];
		a2 = restart_arguments[2];
		a3 = restart_arguments[3];
		a4 = 0;
		a5 = 0;
		number = restart_number;
	}
}
