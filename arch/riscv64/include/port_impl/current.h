/*
 * current.h - tp leads to the thread that this hart runs; see entry.S.
 */
#pragma once

#include "types.h"
#include <csr.h>
#include <offsets.h>

struct thread;
register struct thread *current __asm__("tp");

inline_always result_t port_switch(void)
{
	return failure(CALL_SWITCH, 0);
}

inline_always result_t port_switch_to_others(void)
{
	return failure(CALL_YIELD, 0);
}

inline_always void port_switched(void)
{
	csr_clear(sstatus, SSTATUS_FS);
	csr_clear(sip, INTERRUPT_SOFTWARE);
}

result_t port_restart(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t number);
