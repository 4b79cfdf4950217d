/*
 * memory.h (host) - physical memory is an arena, the tables are arrays: see host.h.
 */
#pragma once

#include <stdint.h>

extern uint64_t *host_frame_table, *host_block_table, *host_giga_table;
extern uint64_t host_dmap_offset;

#define PORT_FRAME_TABLE host_frame_table
#define PORT_BLOCK_TABLE host_block_table
#define PORT_GIGA_TABLE host_giga_table
#define PORT_DMAP_OFFSET host_dmap_offset
