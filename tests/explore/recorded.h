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
	{"spaces", 2826, 2012112, 0xe155c0edd564f6ac},
	{"objects", 39240, 27860400, 0x2fcd3dc29a7bf106},
	{"caps", 73728, 51830784, 0x7f011abe5610792f},
	{"tables", 3606, 3144432, 0x1b0079c7b46d1bc0},
	{"pools", 3160, 2591200, 0xf4b2401b963f03f4},
	{"watch", 22272, 8708352, 0x20174503cf1f19de},
	{"large", 27449, 22178792, 0xd40fee4e193bdec8},
	{"lend", 7846, 10607792, 0x5ea6ddaa5f574908},
	{"fences", 41943, 4445958, 0xdecb664e103fcec7},
	{"pins", 4178, 3283908, 0x3649ba71d2bb7488},
	{"revoke", 1208, 260928, 0x589ae5f28f5b4dca},
	{"pools-wide", 99336, 76389384, 0xa9a3c796ed90dae1},
};
