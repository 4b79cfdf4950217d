/*
 * float_probe.h - the floating-point registers of a thread, for programs whose C code has none.
 * Assembly.
 */
#pragma once

#include <stdint.h>

struct float_registers {
	uint64_t f[32], fcsr;
};

void float_probe_load(const struct float_registers *r);
void float_probe_store(struct float_registers *r);
