/*
 * float.h - the floating-point unit (unprivileged spec, "F" and "D"; privileged spec, "Extension
 * Context Status in sstatus"): off until a thread uses it, and lent to one thread at a time.
 */
#pragma once

#include <stdbool.h>

/* The hart has F and D. */
extern bool float_exists;

/* After an illegal instruction of the current thread: if the unit is off, it is now on and the
 * thread's own, and the instruction is worth another try. False: there is none with F
 * and D, or it was on. */
bool float_lend(void);
