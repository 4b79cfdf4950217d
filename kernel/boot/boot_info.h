/*
 * boot_info.h - what the first server is told, so that its ledger needs to ask nobody.
 */
#ifndef KERNEL_BOOT_INFO_H
#define KERNEL_BOOT_INFO_H

#include <stdbool.h>
#include <stdint.h>

struct first;
struct tn_boot_info;

/* `info` is zeroed. Frames [base, base + count) are described one by one, all others by their
 * region. False if the ranges do not fit. The current thread is the server's. */
bool boot_info_fill(struct tn_boot_info *info, const struct first *first, uint64_t base,
		    uint64_t count);

#endif
