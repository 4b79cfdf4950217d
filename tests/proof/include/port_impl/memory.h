/*
 * memory.h (proof) - the kernel's tables as arrays of a fixed size: see docs/assurance.md.
 */
#pragma once

#include <stdint.h>

#define PROOF_FRAMES 16777216 /* 64 GiB */

/* What a machine's life does not add up to: frames pushed, frames that crossed a pool's border. */
#define PROOF_CLOCK_MAX 9223372036854775808u
#define PROOF_FLOW_MAX 1152921504606846976u
#define PROOF_VALUE_MAX 36028797018963968u /* second results */

extern uint64_t proof_frame_table[PROOF_FRAMES];
extern uint64_t proof_block_table[PROOF_FRAMES / 512];
extern uint64_t proof_giga_table[PROOF_FRAMES / 262144];
extern uint32_t proof_next[PROOF_FRAMES], proof_back[PROOF_FRAMES]; /* links of free frames */

#define PORT_FRAME_TABLE proof_frame_table
#define PORT_BLOCK_TABLE proof_block_table
#define PORT_GIGA_TABLE proof_giga_table
#define PORT_DMAP_OFFSET 0
