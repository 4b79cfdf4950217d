/*
 * lesson.h - every operation once, on one process.
 */
#pragma once

#include <tenure/untyped.h>

/* Builds it from the range's first half, maps the second as a large page, and takes all back. */
void lesson_run(const struct tn_untyped *range);
