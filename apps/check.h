/*
 * check.h - what the programs in this directory share: facts that must hold.
 *
 * A program ends with status 1 at the first that does not; mm goes on.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <tenure/names.h>

/* Ends the program unless `holds`. */
static inline void check(bool holds, const char *what)
{
	if (holds)
		return;
	printf("FAILED: it does not hold that %s\n", what);
	exit(EXIT_FAILURE);
}

/* A number >= 0, or the end of the program. */
static inline uint64_t check_done(int64_t answer, const char *request)
{
	if (answer < 0) {
		printf("FAILED: %s answered %s: %s\n", request, tn_error_name(answer),
		       tn_error_text(answer));
		exit(EXIT_FAILURE);
	}
	return (uint64_t)answer;
}

/* Microseconds for each of `count`, with a decimal: printf with SHARE_FORMAT, SHARE(...). */
#define SHARE_FORMAT "%lu.%lu us"
#define SHARE(microseconds, count)                                                                 \
	(unsigned long)((microseconds) / (count)),                                                 \
		(unsigned long)(10 * (microseconds) / (count) % 10)

/* The argument as a number, or `otherwise` where it is missing. */
static inline uint64_t number_argument(int argc, char **argv, int which, uint64_t otherwise)
{
	return which < argc ? strtoul(argv[which], NULL, 0) : otherwise;
}
