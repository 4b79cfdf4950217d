/*
 * current.h (explore) - the one thread that runs: see live.h.
 */
#pragma once

#include "types.h"

struct thread;
extern struct thread *current;

inline_always void port_switched(void)
{
}

result_t port_switch(void);
result_t port_switch_to_others(void);
result_t port_restart(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t number);
