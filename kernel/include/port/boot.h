/*
 * port/boot.h - what only the boot asks of an architecture.
 */
#ifndef PORT_BOOT_H
#define PORT_BOOT_H

#include <stdbool.h>
#include <stdint.h>

struct boot_memory;
struct boot_options;
struct machine;
struct regions;
struct hart;

/* Physical memory before the direct map stands: the gigabyte of `address` and the next, seen
 * through one of two windows. */
enum port_window { PORT_WINDOW_TREE, PORT_WINDOW_MEMORY };
void *port_boot_see(enum port_window window, uint64_t address);

/* From here on port_shutdown uses the test finisher at this physical address (0: none), before
 * and after the final address space stands. */
void port_boot_finisher(uint64_t address);

/* Physical address of the kernel's image, and its bytes with bss. */
uint64_t port_image_address(void);
uint64_t port_image_bytes(void);

/* Frames that the frame table and the kernel's own page tables may take at most. */
uint64_t port_boot_frames(const struct regions *regions);

/*
 * Builds the kernel's address space from boot memory and switches to it: image (nothing both
 * writable and executable), direct map, frame table. Sets ram.window_*, paging_levels,
 * kernel_root and what else the core needs to know of it. 0, or a line about why not.
 */
const char *port_boot_space(const struct machine *machine, const struct boot_options *options,
			    const struct regions *regions, struct boot_memory *memory);

/* Clock, timer and what user mode may read; tick in microseconds, 0 for the default. */
void port_boot_clock(const struct machine *machine, uint64_t tick);

/* This hart's state; the handler table is the plain or the checked one. */
struct hart *port_boot_hart(void);

#endif
