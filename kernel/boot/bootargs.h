/*
 * bootargs.h - reads the kernel's own words among the boot arguments. Pure functions. Words that
 * are not the kernel's belong to the first server and are passed over.
 */
#pragma once

#include <image/text.h>

#define BOOTARGS_NAME 64u             /* bytes, with the NUL */
#define BOOTARGS_TICK_MAX 1000000000u /* microseconds: times any timebase it stays in 64 bits */
#define BOOTARGS_CHECK_BOOT 0u        /* check_every: once, at the end of the boot */

struct boot_options {
	char mm[BOOTARGS_NAME]; /* mm=NAME: the program to start; "mm" */
	uint32_t paging_levels; /* paging=sv39|sv48|sv57: 3 to 5; 0: the most the hart offers */
	uint64_t kernel_window; /* kernel_window=SIZE[K|M|G]: bytes; 0: as much as there is */
	uint64_t check_every;   /* invariants=boot|N|syscall: system calls between two checks */
	uint64_t tick;          /* tick=MICROSECONDS; 0: the kernel's choice */
};

/*
 * Fill `*options` with defaults and then with what `args` says; of a word given twice the last
 * counts. Numbers are decimal, above 0, and may end in K, M or G. NULL, or a line that names the
 * one of the kernel's words that is malformed; `*options` is then undefined.
 */
__attribute__((warn_unused_result)) const char *bootargs_parse(struct text args,
							       struct boot_options *options);
