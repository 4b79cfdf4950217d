/*
 * tap.h - results of a guest program, one line each (Test Anything Protocol).
 *
 * The plan comes last, when the number of results is known; a guest that dies before it has none,
 * and the runner calls that a failure. Printing uses the UTCB's words: read an answer that stands
 * there first. tap.c owns the two counters.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenure/user.h>

/* One result. Answers `passed`. */
bool tap_ok(bool passed, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* One result: got == wanted; both are printed if not. */
bool tap_same(uint64_t got, uint64_t wanted, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* One result: the call answered 0. The error is printed if not. */
bool tap_done(struct tn_result r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* One result: the call answered -error (positive here), whatever its second result. */
bool tap_error(struct tn_result r, int64_t error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As tap_error, with the second result. */
bool tap_refused(struct tn_result r, int64_t error, uint64_t value, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Ends the program where going on makes no sense. */
_Noreturn void tap_bail(const char *why);

/* Prints the plan; what main returns: 0 if all results were good, else 1. */
int tap_end(void);
