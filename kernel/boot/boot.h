/*
 * boot.h - from the firmware's hand-over to the first user instruction.
 */
#ifndef KERNEL_BOOT_H
#define KERNEL_BOOT_H

#include <stdint.h>

struct thread;

/*
 * hart: this hart's id; tree: physical address of the device tree; image: of the kernel;
 * instret: instructions retired before. Returns the thread to enter; does not return if the
 * machine cannot be booted, but says why in one line and ends it with STATUS_BOOT.
 */
struct thread *boot(uint64_t hart, uint64_t tree, uint64_t image, uint64_t instret);

#endif
