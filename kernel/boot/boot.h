/*
 * boot.h - from the firmware's hand-over to the first user instruction.
 */
#pragma once

#include <stdint.h>

struct hart;
struct thread;

/*
 * hart_id: this hart's; tree: physical address of the device tree; instret: instructions retired
 * before; hart: this hart's state, zeroed. Returns the thread to enter; does not return if the
 * machine cannot be booted, but says why in one line and ends it with STATUS_BOOT.
 */
struct thread *boot(uint64_t hart_id, uint64_t tree, uint64_t instret, struct hart *hart);
