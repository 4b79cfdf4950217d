/*
 * visited.h - the states that were met: 128 bits of hash of each, how it was reached. Two states
 * of one hash are taken for one: with n states the chance that any is missed so is below
 * n^2 / 2^129, a millionth of a millionth of a millionth for a hundred million.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define VISITED_NOBODY UINT32_MAX

struct visited_how {
	uint32_t from; /* number of the state before; VISITED_NOBODY: the first */
	uint32_t call; /* index of the call that led here */
};

struct visited_hash {
	uint64_t a, b;
};

struct visited_hash visited_hash(const unsigned char *bytes, unsigned size);

/* Forgets all; at most `limit` states are taken. */
void visited_begin(uint32_t limit);

/* Number of the state; *is_new if it was not met before. VISITED_NOBODY if the limit is reached. */
uint32_t visited_add(struct visited_hash hash, struct visited_how how, bool *is_new);

struct visited_how visited_how(uint32_t state);
uint32_t visited_count(void);
