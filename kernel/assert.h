/*
 * assert.h - a broken rule of the kernel itself ends the machine with its name.
 *
 * Never for a user's mistake: that is an error code.
 */
#pragma once

#include <port/machine.h>

#include "types.h"

#define KASSERT(rule, text)                                                                        \
	do {                                                                                       \
		if (unlikely(!(rule)))                                                             \
			port_panic(text);                                                          \
	} while (0)
