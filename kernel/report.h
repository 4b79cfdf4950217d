/*
 * report.h - the kernel's own lines on the console.
 */
#pragma once

/* %s string, %u decimal and %x hexadecimal, both 64-bit unsigned. Nothing else. */
void report(const char *format, ...);
