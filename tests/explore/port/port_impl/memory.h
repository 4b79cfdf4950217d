/*
 * memory.h (explore) - RAM and the tables over it are the arrays of `live`: see live.h.
 */
#pragma once

#include <stdint.h>

extern uint64_t live_words[], live_blocks[], live_gigas[];
extern unsigned char live_memory[];

#define PORT_FRAME_TABLE live_words
#define PORT_BLOCK_TABLE live_blocks
#define PORT_GIGA_TABLE live_gigas
#define PORT_DMAP_OFFSET ((uint64_t)live_memory)
