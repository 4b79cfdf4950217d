/*
 * recorded.h - what each machine was found to do: its states, its transitions, and one number for
 * all answers. Invariants say what must never be; this sees every other change of behaviour.
 * Written by `tools/explore --record`.
 */
#pragma once

#include <stdint.h>

static const struct recorded {
	const char *name;
	uint64_t states, transitions, answers;
} recorded[] = {
	{"spaces", 2826, 2012112, 0x33fcc4e46be68717},
};
