/*
 * calls.h - the calls that are made from every state of a machine: rows of arguments.
 *
 * Each argument has plain values and hostile ones. Made are all combinations of plain values, and
 * each hostile one with four combinations of plain values of the others.
 */
#pragma once

#include "live.h"

#define VALUES_MAX 24u

/* Values of one argument: `plain` of them, then the hostile ones. */
struct values {
	unsigned count, plain;
	uint64_t v[VALUES_MAX];
};

struct calls {
	struct call *call;
	uint32_t count, room;
};

#define MAX UINT64_MAX
#define HALF ((uint64_t)1 << 32)

#define COUNT_OF(...) (sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))
/* VALUES(PLAIN(1, 2), HOSTILE(MAX)) */
#define PLAIN(...) __VA_ARGS__
#define VALUES(plain_, ...)                                                                        \
	((struct values){COUNT_OF(plain_, __VA_ARGS__), COUNT_OF(plain_), {plain_, __VA_ARGS__}})
/* Plain values alone. */
#define ONLY(...) ((struct values){COUNT_OF(__VA_ARGS__), COUNT_OF(__VA_ARGS__), {__VA_ARGS__}})

/* Adds the calls of this number with these values, one for each argument. */
void calls_add(struct calls *c, uint64_t number, const struct values *values);

/* Restarts where the kernel asks for an interrupt, as well. */
void calls_interrupt(struct calls *c, uint64_t number);

/* Takes all away. */
void calls_free(struct calls *c);

/* The call, as people read it. */
void calls_print(const struct call *c, char *text, size_t size);

/* OK, or the error's name. */
const char *calls_answer(int64_t code);
