/*
 * outside.h - what the checks of cmocka come to outside of a cmocka test: whoever drives the world
 * is told.
 */
#pragma once

#include <setjmp.h>

#define OUTSIDE_TEXT 512u

/* Armed while the world is driven: a check that fails jumps there, with its words in outside_text.
 * NULL: they are printed, and the program is aborted. */
extern jmp_buf *outside_exit;
extern char outside_text[OUTSIDE_TEXT];

/* A check has failed. */
_Noreturn void outside_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
