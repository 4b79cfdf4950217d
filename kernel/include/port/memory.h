/*
 * port/memory.h - where the kernel sees physical memory and its own tables of it.
 *
 * The port defines
 *   PORT_FRAME_TABLE   uint64_t *, one word a frame, indexed by absolute frame number
 *   PORT_BLOCK_TABLE   uint64_t *, one word a 2 MiB block
 *   PORT_GIGA_TABLE    uint64_t *, one word a 1 GiB block
 *   PORT_DMAP_OFFSET   uint64_t, what is added to a physical address in the direct map
 * Words of memory that does not exist read as HOLE; words of a block never touched read as
 * UNTOUCHED until port_frame_block_back() has put memory behind them.
 */
#pragma once

#include <port_impl/memory.h>
#include <stdbool.h>

/* Puts private, writable memory behind the words of the 2 MiB block, contents undefined; or, where
 * none of it is RAM, lets them read as HOLE. */
void port_frame_block_back(uint64_t block, bool exists);
