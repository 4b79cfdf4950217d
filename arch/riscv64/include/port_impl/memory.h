/*
 * memory.h - the kernel's half of every address space.
 *
 * The windows below stand at the same addresses in Sv39, Sv48 and Sv57, except the direct map,
 * whose offset is found at boot (Sv39 reaches 192 GiB from the lowest RAM, the others 16 TiB).
 *
 *   0xffff800000000000  direct map, Sv48 and Sv57                        (16 TiB)
 *   0xffffffc000000000  direct map, Sv39                                 (192 GiB)
 *   0xfffffff000000000  frame table, 8 bytes a frame                     (32 GiB)
 *   0xfffffff800000000  block table, 8 bytes a 2 MiB block               (64 MiB)
 *   0xfffffff810000000  giga table, 8 bytes a 1 GiB block                (128 KiB)
 *   0xfffffffe00000000  boot windows: two of two gigabytes, seen before the direct map stands
 *   0xffffffff00000000  device pages of the kernel's own (test finisher)
 *   0xffffffff40000000  the interrupt controller's registers                         (64 MiB)
 *   0xffffffff80000000  kernel image
 */
#pragma once

#define LAYOUT_DMAP_WIDE 0xffff800000000000
#define LAYOUT_DMAP_SV39 0xffffffc000000000
#define LAYOUT_FRAME_TABLE 0xfffffff000000000
#define LAYOUT_BLOCK_TABLE 0xfffffff800000000
#define LAYOUT_GIGA_TABLE 0xfffffff810000000
#define LAYOUT_BOOT_WINDOWS 0xfffffffe00000000
#define LAYOUT_DEVICES 0xffffffff00000000
#define LAYOUT_PLIC 0xffffffff40000000 /* + address % LAYOUT_PLIC_ALIGN: so large pages fit */
#define LAYOUT_PLIC_ALIGN 0x200000
#define LAYOUT_IMAGE 0xffffffff80000000

#ifndef __ASSEMBLER__

#include <stdint.h>

#define PORT_FRAME_TABLE ((uint64_t *)LAYOUT_FRAME_TABLE)
#define PORT_BLOCK_TABLE ((uint64_t *)LAYOUT_BLOCK_TABLE)
#define PORT_GIGA_TABLE ((uint64_t *)LAYOUT_GIGA_TABLE)

/* Written once at boot, before any file that sees it as constant has run. */
extern const uint64_t port_dmap_offset;
#define PORT_DMAP_OFFSET port_dmap_offset

#endif
