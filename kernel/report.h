/*
 * report.h - the kernel's own lines on the console.
 */
#ifndef KERNEL_REPORT_H
#define KERNEL_REPORT_H

/* %s string, %u decimal and %x hexadecimal, both 64-bit unsigned. Nothing else. */
void report(const char *format, ...);

#endif
