/*
 * port/boot.h - what only the boot asks of an architecture.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct boot_memory;
struct boot_options;
struct machine;
struct machine_range;
struct regions;

/* Physical memory before the direct map stands: the gigabyte of `address` and the next, seen
 * through one of three windows. What the last shows is seen there for good. */
enum port_window { PORT_WINDOW_TREE, PORT_WINDOW_MEMORY, PORT_WINDOW_FINISHER };
void *port_boot_see(enum port_window window, uint64_t address);

/* From here on this is the machine, and port_shutdown uses its test finisher. It is kept. */
void port_boot_machine(const struct machine *machine);

/* The kernel's image with bss. */
struct machine_range port_image(void);

/* Frames that the frame table and the kernel's own page tables may take at most. */
uint64_t port_boot_frames(const struct regions *regions);

/*
 * Builds the kernel's address space from boot memory and switches to it: image (nothing both
 * writable and executable), direct map, frame table. Sets ram.window_*, paging_levels,
 * kernel_root and what else the core needs to know of it. NULL, or a line about why not.
 */
const char *port_boot_space(const struct machine *machine, const struct boot_options *options,
			    const struct regions *regions, struct boot_memory *memory);

/* Clock, timer and what user mode may read; tick in microseconds, 0 for the default. */
void port_boot_clock(uint64_t tick);
