/*
 * start.h - what crt0.S calls and sets.
 */
#pragma once

#include <stdint.h>
#include <tenure/abi.h>

/*
 * rdinstret as the program's very first instruction read it. Only in programs that start with
 * crt0 assembled with TN_COUNT, which need a kernel that lets user space read the counters.
 */
extern uint64_t tn_first_instret;

/* The first C code of a program: sets tn_boot and tn_utcb, runs main, ends the machine. */
void tn_start(const struct tn_boot_info *boot, struct tn_utcb *utcb) __attribute__((noreturn));
